#include "sql.h"

#include <string.h>

#include "sql_tokens.h"

/*
 * DO bodies and EXECUTE strings inside one another; tokens between CREATE INDEX and its ON; parts of a name; how many
 * tokens of one statement are looked through, which keeps the whole linear.
 */
enum { SQL_NESTING_MAX = 4, INDEX_HEAD_MAX = 12, NAME_PARTS_MAX = 4, REACH_MAX = 400 };

struct statement_reader {
	struct table_sink *sink;
	struct sql_tokens tokens;
	unsigned line, nesting;
	bool recognised;
};

static bool read_text(struct table_sink *sink, const char *sql, size_t len, unsigned line, unsigned nesting);

/* --- names ------------------------------------------------------------------------------------------------------- */

struct sql_name {
	struct text schema, name; /* no name where it is not known */
	unsigned line;
	size_t next; /* the token behind it */
};

static bool is_any(const struct statement_reader *r, size_t i, const char *const *words, size_t count)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (sql_is(&r->tokens, i, words[k]))
			return true;
	return false;
}

static bool is_reserved(const struct statement_reader *r, size_t i)
{
	static const char *const words[] = { "SET", "ON", "WHERE", "SELECT", "VALUES", "AS", "FROM", "INTO", "TABLE",
		"USING", "OF", "OR", "AND", "FOR", "TO", "CASCADE", "RESTRICT", "NOTHING", "IF", "NOT" };

	return is_any(r, i, words, sizeof(words) / sizeof(words[0]));
}

static bool is_name(const struct statement_reader *r, size_t i)
{
	uint8_t kind = i < r->tokens.count ? r->tokens.items[i].kind : (uint8_t)SQL_MARK;
	char first;

	if (kind == SQL_QUOTED || kind == SQL_UNKNOWN)
		return true;
	if (kind != SQL_WORD || is_reserved(r, i))
		return false;
	first = r->tokens.sql[r->tokens.items[i].at];
	return first < '0' || first > '9';
}

static struct text part(const struct statement_reader *r, size_t i)
{
	const struct sql_token *token = &r->tokens.items[i];

	return token->kind == SQL_UNKNOWN ? TEXT_NONE : (struct text){ r->tokens.sql + token->at, token->len };
}

/* Reads `x`, `s.x`, `d.s.x` at `i`. False if no name stands there. */
static bool read_name(const struct statement_reader *r, size_t i, struct sql_name *out)
{
	struct text name;
	unsigned parts;

	*out = (struct sql_name){ .schema = TEXT_NONE, .name = TEXT_NONE, .next = i };
	if (!is_name(r, i))
		return false;
	out->line = r->line + r->tokens.items[i].line;
	name = part(r, i++);
	for (parts = 1; parts < NAME_PARTS_MAX && sql_is_mark(&r->tokens, i, '.') && i + 1 < r->tokens.count; parts++) {
		out->schema = name;
		name = part(r, i + 1);
		i += 2;
	}
	out->name = name;
	out->next = i;
	return true;
}

static void use(const struct statement_reader *r, enum table_use_kind kind, const struct sql_name *name)
{
	if (name->name.ptr)
		table_sink_add(r->sink, kind, name->schema, name->name, name->line);
	else if (kind == TABLE_CREATED)
		table_sink_opaque(r->sink, "it creates a table whose name is no literal", name->line);
}

/* The name at `i` as this use, if one stands there; returns the token behind it, or `i`. */
static size_t use_at(const struct statement_reader *r, enum table_use_kind kind, size_t i)
{
	struct sql_name name;

	if (!read_name(r, i, &name))
		return i;
	use(r, kind, &name);
	return name.next;
}

/* --- finding one's way ------------------------------------------------------------------------------------------- */

static size_t skip_word(const struct statement_reader *r, size_t i, const char *word)
{
	return sql_is(&r->tokens, i, word) ? i + 1 : i;
}

/* Behind IF EXISTS or IF NOT EXISTS; *conditional says whether there was one. */
static size_t skip_if(const struct statement_reader *r, size_t i, bool *conditional)
{
	*conditional = sql_is(&r->tokens, i, "IF");
	if (!*conditional)
		return i;
	return skip_word(r, skip_word(r, i + 1, "NOT"), "EXISTS");
}

/* As far as REACH_MAX goes. */
static size_t statement_end(const struct statement_reader *r, size_t i)
{
	size_t limit = r->tokens.count > REACH_MAX && i < r->tokens.count - REACH_MAX ? i + REACH_MAX : r->tokens.count;

	while (i < limit && !sql_is_mark(&r->tokens, i, ';'))
		i++;
	return i;
}

/* Where `word` stands in the statement, at most `reach` tokens on; the statement's end if it does not. */
static size_t find_word(const struct statement_reader *r, size_t i, const char *word, size_t reach)
{
	size_t end = statement_end(r, i), k;

	for (k = i; k < end && k - i <= reach; k++)
		if (sql_is(&r->tokens, k, word))
			return k;
	return end;
}

/* Behind the body that begins with BEGIN in this statement: at END and a semicolon, or the end of all. */
static size_t skip_body(const struct statement_reader *r, size_t i)
{
	size_t end = statement_end(r, i);

	if (find_word(r, i, "BEGIN", end) == end)
		return end;
	for (i = end; i < r->tokens.count; i++)
		if (sql_is(&r->tokens, i, "END") && (i + 1 == r->tokens.count || sql_is_mark(&r->tokens, i + 1, ';')))
			return i + 1;
	return i;
}

/* --- statements, from the token behind their first word; each returns where to go on ----------------------------- */

static size_t read_create_table(const struct statement_reader *r, size_t i, bool is_temporary)
{
	bool conditional;
	size_t next;

	i = skip_if(r, i, &conditional);
	next = use_at(r, is_temporary ? TABLE_PROVIDED : TABLE_CREATED, i);
	if (sql_is(&r->tokens, next, "PARTITION") && sql_is(&r->tokens, next + 1, "OF"))
		return use_at(r, TABLE_ASSUMED, next + 2);
	next = sql_is_mark(&r->tokens, next, '(') && sql_is(&r->tokens, next + 1, "LIKE") ? next + 1 : next;
	return sql_is(&r->tokens, next, "LIKE") ? use_at(r, TABLE_ASSUMED, next + 1) : next;
}

static size_t read_create(const struct statement_reader *r, size_t i)
{
	static const char *const modifiers[] = { "OR", "REPLACE", "ALTER", "TEMP", "TEMPORARY", "GLOBAL", "LOCAL",
		"UNLOGGED", "FOREIGN", "EXTERNAL", "VIRTUAL", "MATERIALIZED", "RECURSIVE", "UNIQUE", "CLUSTERED",
		"NONCLUSTERED", "FULLTEXT", "SPATIAL", "CONSTRAINT" };
	bool is_temporary = false, conditional;
	size_t on;

	for (; is_any(r, i, modifiers, sizeof(modifiers) / sizeof(modifiers[0])); i++)
		is_temporary = is_temporary || sql_is(&r->tokens, i, "TEMP") || sql_is(&r->tokens, i, "TEMPORARY");
	if (sql_is(&r->tokens, i, "TABLE"))
		return read_create_table(r, i + 1, is_temporary);
	if (sql_is(&r->tokens, i, "VIEW") || sql_is(&r->tokens, i, "SEQUENCE"))
		return use_at(r, TABLE_PROVIDED, skip_if(r, i + 1, &conditional));
	if (sql_is(&r->tokens, i, "INDEX") || sql_is(&r->tokens, i, "POLICY")) {
		on = find_word(r, i, "ON", INDEX_HEAD_MAX);
		return use_at(r, TABLE_ASSUMED, skip_word(r, on + 1, "ONLY"));
	}
	if (sql_is(&r->tokens, i, "TRIGGER")) {
		on = find_word(r, i, "ON", REACH_MAX);
		use_at(r, TABLE_ASSUMED, on + 1);
		return skip_body(r, i);
	}
	if (sql_is(&r->tokens, i, "FUNCTION") || sql_is(&r->tokens, i, "PROCEDURE"))
		return skip_body(r, i);
	return i;
}

/* RENAME TO, SET SCHEMA and ATTACH PARTITION, which name a table more. */
static size_t read_alter_table(const struct statement_reader *r, size_t i)
{
	struct sql_name name, other;
	bool conditional;

	i = skip_word(r, skip_if(r, i, &conditional), "ONLY");
	if (!read_name(r, i, &name))
		return i;
	if (!conditional)
		use(r, TABLE_ASSUMED, &name);
	i = skip_word(r, name.next, "*");
	if (sql_is(&r->tokens, i, "RENAME") && (sql_is(&r->tokens, i + 1, "TO") || sql_is(&r->tokens, i + 1, "AS")) &&
		read_name(r, i + 2, &other)) {
		if (!other.schema.ptr)
			other.schema = name.schema;
		use(r, TABLE_CREATED, &other);
		return other.next;
	}
	if (sql_is(&r->tokens, i, "SET") && sql_is(&r->tokens, i + 1, "SCHEMA") && read_name(r, i + 2, &other)) {
		name.schema = other.name;
		use(r, TABLE_CREATED, &name);
		return other.next;
	}
	if (sql_is(&r->tokens, i, "ATTACH") && sql_is(&r->tokens, i + 1, "PARTITION"))
		return use_at(r, TABLE_ASSUMED, i + 2);
	return i;
}

static size_t read_name_list(const struct statement_reader *r, size_t i)
{
	i = use_at(r, TABLE_ASSUMED, skip_word(r, i, "ONLY"));
	while (sql_is_mark(&r->tokens, i, ','))
		i = use_at(r, TABLE_ASSUMED, skip_word(r, i + 1, "ONLY"));
	return i;
}

static size_t read_drop(const struct statement_reader *r, size_t i)
{
	bool is_table, conditional;
	size_t end, on;

	i = skip_word(r, i, "TEMPORARY");
	is_table = sql_is(&r->tokens, i, "TABLE");
	if (!is_table && !sql_is(&r->tokens, i, "TRIGGER") && !sql_is(&r->tokens, i, "POLICY") &&
		!sql_is(&r->tokens, i, "INDEX"))
		return i;
	i = skip_if(r, i + 1, &conditional);
	if (conditional)
		return i;
	if (is_table)
		return read_name_list(r, i);
	end = statement_end(r, i);
	on = find_word(r, i, "ON", INDEX_HEAD_MAX);
	return on < end ? use_at(r, TABLE_ASSUMED, on + 1) : i;
}

static size_t read_rename(const struct statement_reader *r, size_t i)
{
	do {
		i = use_at(r, TABLE_ASSUMED, i + 1);
		if (!sql_is(&r->tokens, i, "TO"))
			return i;
		i = use_at(r, TABLE_CREATED, i + 1);
	} while (sql_is_mark(&r->tokens, i, ','));
	return i;
}

static size_t read_comment(const struct statement_reader *r, size_t i)
{
	struct sql_name name;

	if (!sql_is(&r->tokens, i, "ON"))
		return i;
	if (sql_is(&r->tokens, i + 1, "TABLE"))
		return use_at(r, TABLE_ASSUMED, i + 2);
	return sql_is(&r->tokens, i + 1, "COLUMN") && read_name(r, i + 2, &name) ? name.next : i;
}

/* DO 'body' and EXECUTE 'statement' run what they hold; a body may be in either kind of quotes. */
static size_t read_inner(const struct statement_reader *r, size_t i)
{
	size_t end = statement_end(r, i);
	const struct sql_token *token;

	while (i < end && r->tokens.items[i].kind != SQL_DOLLAR && r->tokens.items[i].kind != SQL_STRING)
		i++;
	if (i == end)
		return end;
	token = &r->tokens.items[i];
	read_text(r->sink, r->tokens.sql + token->at, token->len, r->line + token->line, r->nesting + 1);
	return i + 1;
}

/* SELECT ... INTO name: outside a procedure, it creates a table. */
static size_t read_select(const struct statement_reader *r, size_t i)
{
	size_t end = statement_end(r, i);

	for (; i < end && r->nesting == 0; i++) {
		if (sql_is(&r->tokens, i, "FROM") || sql_is_mark(&r->tokens, i, '('))
			break;
		if (!sql_is(&r->tokens, i, "INTO"))
			continue;
		if (sql_is(&r->tokens, i + 1, "OUTFILE") || sql_is_mark(&r->tokens, i + 1, '@'))
			break;
		i = skip_word(r, i + 1, "UNLOGGED");
		return use_at(r, sql_is(&r->tokens, i, "TEMP") ? TABLE_PROVIDED : TABLE_CREATED,
			skip_word(r, skip_word(r, i, "TEMP"), "TABLE"));
	}
	return i;
}

/* --- what may stand anywhere ------------------------------------------------------------------------------------- */

/*
 * Is `name`, which UPDATE names at `i`, no table but an alias that the statement's FROM declares? As SQL Server has it.
 */
static bool is_alias(const struct statement_reader *r, const struct sql_name *name)
{
	size_t end = statement_end(r, name->next), i;

	for (i = find_word(r, name->next, "FROM", end) + 1; i < end && !sql_is(&r->tokens, i, "WHERE"); i++) {
		const struct sql_token *token = &r->tokens.items[i];

		if (token->kind == SQL_WORD && text_equal(part(r, i), name->name) &&
			(is_name(r, i - 1) || sql_is(&r->tokens, i - 1, "AS")) && !sql_is(&r->tokens, i - 1, "JOIN"))
			return true;
	}
	return false;
}

/* UPDATE x SET: not ON UPDATE, FOR UPDATE, DO UPDATE SET or UPDATE OF. */
static size_t read_update(const struct statement_reader *r, size_t i)
{
	struct sql_name name;
	size_t k;

	if (!read_name(r, skip_word(r, i, "ONLY"), &name))
		return i;
	k = skip_word(r, name.next, "AS");
	if (!sql_is(&r->tokens, k, "SET") && is_name(r, k))
		k++;
	if (!sql_is(&r->tokens, k, "SET"))
		return i;
	if (name.schema.ptr || !is_alias(r, &name))
		use(r, TABLE_ASSUMED, &name);
	return name.next;
}

static size_t read_insert(const struct statement_reader *r, size_t i)
{
	size_t k;

	for (k = i; k < i + 4; k++)
		if (sql_is(&r->tokens, k, "INTO"))
			return use_at(r, TABLE_ASSUMED, k + 1);
		else if (!is_name(r, k) && !sql_is(&r->tokens, k, "OR"))
			break;
	return i;
}

static size_t read_anywhere(const struct statement_reader *r, size_t i)
{
	if (sql_is(&r->tokens, i, "INSERT") || sql_is(&r->tokens, i, "MERGE"))
		return read_insert(r, i + 1);
	if (sql_is(&r->tokens, i, "DELETE") && sql_is(&r->tokens, i + 1, "FROM"))
		return use_at(r, TABLE_ASSUMED, skip_word(r, i + 2, "ONLY"));
	if (sql_is(&r->tokens, i, "UPDATE"))
		return read_update(r, i + 1);
	if (sql_is(&r->tokens, i, "REFERENCES"))
		return use_at(r, TABLE_ASSUMED, i + 1);
	return i + 1;
}

/* --- statements -------------------------------------------------------------------------------------------------- */

static bool is_known_statement(const struct statement_reader *r, size_t i)
{
	static const char *const words[] = { "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP",
		"TRUNCATE", "WITH", "SET", "COMMIT", "BEGIN", "DO", "GRANT", "REVOKE", "COMMENT", "REINDEX", "VACUUM",
		"ANALYZE", "LOCK", "PRAGMA", "EXPLAIN", "CALL", "EXEC", "EXECUTE", "REFRESH", "RENAME", "MERGE",
		"REPLACE", "IF", "DECLARE", "USE", "SHOW", "RESET", "ROLLBACK", "SAVEPOINT", "RELEASE", "CLUSTER",
		"COPY", "NOTIFY", "VALUES", "PREPARE", "REASSIGN", "OPTIMIZE", "START", "END", "ATTACH", "DETACH",
		"DISCARD", "UNLOCK", "PERFORM" };

	return is_any(r, i, words, sizeof(words) / sizeof(words[0]));
}

/* The statement whose first word is at `i`; where to go on, or `i` if the word is not one of these. */
static size_t read_first(const struct statement_reader *r, size_t i)
{
	if (sql_is(&r->tokens, i, "CREATE"))
		return read_create(r, i + 1);
	if (sql_is(&r->tokens, i, "ALTER") && sql_is(&r->tokens, i + 1, "TABLE"))
		return read_alter_table(r, i + 2);
	if (sql_is(&r->tokens, i, "ALTER") && sql_is(&r->tokens, i + 1, "FOREIGN") &&
		sql_is(&r->tokens, i + 2, "TABLE"))
		return read_alter_table(r, i + 3);
	if (sql_is(&r->tokens, i, "DROP"))
		return read_drop(r, i + 1);
	if (sql_is(&r->tokens, i, "TRUNCATE"))
		return read_name_list(r, skip_word(r, i + 1, "TABLE"));
	if (sql_is(&r->tokens, i, "RENAME") && sql_is(&r->tokens, i + 1, "TABLE"))
		return read_rename(r, i + 1);
	if (sql_is(&r->tokens, i, "LOCK") && sql_is(&r->tokens, i + 1, "TABLE"))
		return read_name_list(r, i + 2);
	if (sql_is(&r->tokens, i, "COMMENT"))
		return read_comment(r, i + 1);
	if (sql_is(&r->tokens, i, "DO") || (r->nesting && sql_is(&r->tokens, i, "EXECUTE")))
		return read_inner(r, i + 1);
	if (sql_is(&r->tokens, i, "SELECT"))
		return read_select(r, i + 1);
	if (sql_is(&r->tokens, i, "REPLACE"))
		return read_insert(r, i + 1);
	return i;
}

/* Words behind which, inside a block, another statement begins. */
static bool opens_statement(const struct statement_reader *r, size_t i)
{
	static const char *const words[] = { "BEGIN", "THEN", "ELSE", "LOOP", "EXPLAIN" };

	return is_any(r, i, words, sizeof(words) / sizeof(words[0]));
}

static void read_statements(struct statement_reader *r)
{
	bool is_first = true;
	size_t i = 0, next;

	while (i < r->tokens.count) {
		if (sql_is_mark(&r->tokens, i, ';')) {
			is_first = true;
			i++;
			continue;
		}
		if (is_first && is_known_statement(r, i))
			r->recognised = true;
		next = is_first ? read_first(r, i) : i;
		is_first = opens_statement(r, i);
		i = next > i ? next : read_anywhere(r, i);
	}
}

static bool read_text(struct table_sink *sink, const char *sql, size_t len, unsigned line, unsigned nesting)
{
	struct statement_reader r = { .sink = sink, .line = line, .nesting = nesting };

	if (nesting > SQL_NESTING_MAX) {
		table_sink_opaque(sink, "its SQL is nested too deeply", line);
		return true;
	}
	sql_tokens_read(&r.tokens, sql, len);
	if (r.tokens.cut)
		table_sink_opaque(sink, "it holds too much SQL to be read", line);
	read_statements(&r);
	sql_tokens_release(&r.tokens);
	return r.recognised;
}

bool sql_read(struct table_sink *sink, const char *sql, size_t len, unsigned line)
{
	return read_text(sink, sql, len, line, 0);
}
