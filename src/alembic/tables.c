#include "revident/alembic/tables.h"

#include <string.h>

#include "sql.h"
#include "tables_parts.h"

enum { CALL_DEPTH_MAX = 16 };

static bool is_in(const struct table_walk *w, const struct intern *set, size_t i)
{
	const struct token *token = &w->m.b.tokens[i];

	return token->kind == TOKEN_NAME && intern_find(set, w->m.b.source + token->at, token->len) != INTERN_NONE;
}

static void add_to(const struct table_walk *w, struct intern *set, size_t i)
{
	const struct token *token = &w->m.b.tokens[i];

	intern_add(set, w->m.b.source + token->at, token->len);
}

/* --- SQL --------------------------------------------------------------------------------------------------------- */

/* The table that a name or a call `Table("x", ...)` stands for is written to. */
static void use_expression(struct table_walk *w, struct span span)
{
	table_walk_use(w, TABLE_ASSUMED, span, 0, NULL, "schema");
}

/* `x` where it is no attribute of something else, `tables.x`. */
static bool is_name_of_file(const struct table_walk *w, struct span span, size_t i)
{
	return (i == span.from || !module_is_op(&w->m, i - 1, '.')) && !module_is_unknown(&w->m, i);
}

/* `t.insert()`, `sa.update(t)`, `CreateEnumType(...)` and the like: statements that are built, and create no table. */
static bool read_builder(struct table_walk *w, struct span span)
{
	static const char *const other[] = { "select", "Select", "query", "CreateEnumType", "DropEnumType",
		"CreateSequence", "DropSequence", "CreateSchema", "DropSchema" };
	bool found = false;
	size_t i;

	for (i = span.from; i + 1 < span.to; i++) {
		if (!module_is_op(&w->m, i + 1, '('))
			continue;
		if (module_is_any_word(&w->m, i, other, sizeof(other) / sizeof(other[0])))
			found = true;
		if (!is_in(w, &w->writing, i))
			continue;
		found = true;
		if (i >= span.from + 2 && module_is_op(&w->m, i - 1, '.') && is_name_of_file(w, span, i - 2))
			use_expression(w, (struct span){ i - 2, i - 1 });
		else
			use_expression(w, module_arguments(&w->m, i + 1));
	}
	return found;
}

/* `s.bindparams(...)`, `s.where(...)`: the statement `s`; what is done to it is to no other table. */
static struct span without_values(const struct table_walk *w, struct span span)
{
	static const char *const methods[] = { "bindparams", "params", "columns", "execution_options", "values",
		"where", "returning", "on_conflict_do_update", "on_conflict_do_nothing", "on_duplicate_key_update" };

	if (span.to - span.from > 3 && w->m.b.tokens[span.from].kind == TOKEN_NAME &&
		module_is_op(&w->m, span.from + 1, '.') &&
		module_is_any_word(&w->m, span.from + 2, methods, sizeof(methods) / sizeof(methods[0])))
		span.to = span.from + 1;
	return span;
}

static void read_sql(struct table_walk *w, struct span span, unsigned depth)
{
	struct span candidates[CANDIDATES_MAX];
	struct strbuf sql = STRBUF_INIT;
	size_t count, i;

	span = without_values(w, span_unwrap(w->m.b.tokens, span));
	if (span.to - span.from == 1 && w->m.b.tokens[span.from].kind == TOKEN_NAME && depth < RESOLVE_DEPTH_MAX &&
		w->m.resolved++ < RESOLVED_MAX) {
		count = module_candidates(&w->m, span.from, candidates);
		for (i = 0; i < count; i++)
			read_sql(w, candidates[i], depth + 1);
		if (count)
			return;
	}
	if (read_builder(w, span))
		return;
	for (i = span.from; i < span.to; i++)
		if (module_is_word(&w->m, i, "text") && module_is_op(&w->m, i + 1, '('))
			break;
	if (i < span.to && module_arguments(&w->m, i + 1).to == i + 3 && w->m.b.tokens[i + 2].kind == TOKEN_NAME) {
		read_sql(w, (struct span){ i + 2, i + 3 }, depth + 1);
		return;
	}
	if (!module_text(&w->m, span, 0, &sql) ||
		!sql_read(&w->sink, sql.buf, sql.len, span.from < span.to ? table_walk_line(w, span.from) : 0))
		table_sink_opaque(&w->sink, "it runs SQL that is no literal",
			span.from < span.to ? table_walk_line(w, span.from) : 0);
	strbuf_release(&sql);
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

/* Is `op` among the arguments, and the function none that only looks at it? */
static bool hands_op_on(const struct table_walk *w, size_t name, struct span arguments)
{
	static const char *const harmless[] = { "hasattr", "print", "isinstance", "type", "repr", "str" };
	struct span element;

	if (module_is_any_word(&w->m, name, harmless, sizeof(harmless) / sizeof(harmless[0])))
		return false;
	while (span_next(w->m.b.tokens, &arguments, &element)) {
		size_t last = element.to - 1;

		if (element.from == element.to || !is_in(w, &w->ops, last))
			continue;
		if (last == element.from || (last == element.from + 2 && module_is_op(&w->m, last - 1, '=')))
			return true;
	}
	return false;
}

/* Each table that the expression may be: a call `Table("x", ...)`, or what a name stands for. */
static void create_tables(struct table_walk *w, struct span span, unsigned depth)
{
	static const char *const tables[] = { "table", "Table" };
	struct span candidates[CANDIDATES_MAX];
	size_t count, i;

	if (span.to - span.from == 1 && depth < RESOLVE_DEPTH_MAX && w->m.resolved++ < RESOLVED_MAX) {
		count = module_candidates(&w->m, span.from, candidates);
		for (i = 0; i < count; i++)
			create_tables(w, candidates[i], depth + 1);
		return;
	}
	for (i = span.from; i < span.to && w->m.b.tokens[i].kind != TOKEN_STRING; i++)
		if (module_is_any_word(&w->m, i, tables, 2) && module_is_op(&w->m, i + 1, '('))
			table_walk_use(w, TABLE_CREATED, module_arguments(&w->m, i + 1), 0, NULL, "schema");
}

/* `t.create(bind)`: a table, if that is what `t` is; types are created in the same way. */
static void read_create(struct table_walk *w, size_t receiver, size_t name)
{
	if (module_is_word(&w->m, receiver, "__table__")) {
		table_sink_opaque(&w->sink, "it creates the table of a model", table_walk_line(w, name));
	} else if (w->m.b.tokens[receiver].kind == TOKEN_NAME) {
		create_tables(w, (struct span){ receiver, receiver + 1 }, 0);
	}
}

static void walk_span(struct table_walk *w, struct span span);

static void walk_function(struct table_walk *w, struct module_function *function)
{
	if (function->visited)
		return;
	if (w->depth == CALL_DEPTH_MAX) {
		table_sink_opaque(&w->sink, "its functions call one another too deeply", 0);
		return;
	}
	function->visited = true;
	w->depth++;
	walk_span(w, function->body);
	w->depth--;
}

static bool runs_sql(const struct table_walk *w, size_t name)
{
	static const char *const words[] = { "execute", "executescript", "exec_driver_sql" };

	return module_is_any_word(&w->m, name, words, sizeof(words) / sizeof(words[0]));
}

/* `x.name(...)`. */
static void read_method(struct table_walk *w, size_t name, struct span arguments)
{
	size_t receiver = name - 2;
	struct span span;

	if (runs_sql(w, name)) {
		if (module_argument(&w->m, arguments, 0, "sqltext", &span) ||
			module_argument(&w->m, arguments, SIZE_MAX, "statement", &span))
			read_sql(w, span, 0);
		return;
	}
	if (module_is_word(&w->m, name, "create_all"))
		table_sink_opaque(&w->sink, "it calls create_all()", table_walk_line(w, name));
	else if (module_is_word(&w->m, name, "create"))
		read_create(w, receiver, name);
	else if (is_in(w, &w->batches, receiver))
		table_walk_batch_operation(w, name, arguments);
	else if (is_in(w, &w->ops, receiver))
		table_walk_operation(w, name, arguments);
	else if (hands_op_on(w, name, arguments))
		table_sink_opaque(&w->sink, "it hands op to a function of another file", table_walk_line(w, name));
}

/* `name(...)`. */
static void read_call(struct table_walk *w, size_t name, struct span arguments)
{
	struct module_function *function = module_function_at(&w->m, name);
	struct span span;

	if (function)
		walk_function(w, function);
	else if (is_in(w, &w->bare, name) && runs_sql(w, name) &&
		 module_argument(&w->m, arguments, 0, "sqltext", &span))
		read_sql(w, span, 0);
	else if (is_in(w, &w->bare, name))
		table_walk_operation(w, name, arguments);
	else if (hands_op_on(w, name, arguments))
		table_sink_opaque(&w->sink, "it hands op to a function of another file", table_walk_line(w, name));
}

/* `with op.batch_alter_table("x") as NAME`: the name behind the call, if there is one. */
static void take_batch(struct table_walk *w, size_t name)
{
	size_t behind = w->m.b.tokens[name + 1].pair + 1;

	if (module_is_word(&w->m, behind, "as") && behind + 1 < w->m.b.count)
		add_to(w, &w->batches, behind + 1);
}

/* Multi-database templates call `globals()["upgrade_%s" % engine_name]()`. */
static void walk_upgrades(struct table_walk *w)
{
	static const char prefix[] = "upgrade_";
	size_t i;

	for (i = 0; i < w->m.function_count; i++) {
		const struct intern_key *name = intern_get(&w->m.names, w->m.functions[i].name);

		if (name->len >= sizeof(prefix) - 1 && memcmp(name->bytes, prefix, sizeof(prefix) - 1) == 0)
			walk_function(w, &w->m.functions[i]);
	}
}

static void walk_span(struct table_walk *w, struct span span)
{
	size_t i;

	for (i = span.from; i + 1 < span.to; i++) {
		struct span arguments;

		if (w->m.b.tokens[i].kind != TOKEN_NAME || !module_is_op(&w->m, i + 1, '('))
			continue;
		if (i > 0 && module_is_word(&w->m, i - 1, "def"))
			continue;
		arguments = module_arguments(&w->m, i + 1);
		if (module_is_word(&w->m, i, "batch_alter_table"))
			take_batch(w, i);
		if (module_is_word(&w->m, i, "globals"))
			walk_upgrades(w);
		if (i >= span.from + 2 && module_is_op(&w->m, i - 1, '.'))
			read_method(w, i, arguments);
		else
			read_call(w, i, arguments);
	}
}

/* --- a file ------------------------------------------------------------------------------------------------------ */

/* What a line `from alembic... import` up to `end` binds: `op as o`, or of alembic.op `create_table as c`. */
static void take_alembic_import(struct table_walk *w, size_t i, size_t end)
{
	if (module_is_word(&w->m, i + 2, "import")) {
		for (; i + 2 < end; i++)
			if (module_is_word(&w->m, i, "op") && module_is_word(&w->m, i + 1, "as"))
				add_to(w, &w->ops, i + 2);
	} else if (i + 4 < end && module_is_word(&w->m, i + 3, "op")) {
		for (i += 5; i < end; i++)
			add_to(w, &w->bare, i);
	}
}

/* The same of `from sqlalchemy... import`: `insert as pg_insert`. */
static void take_sqlalchemy_import(struct table_walk *w, size_t i, size_t end)
{
	for (; i + 2 < end; i++)
		if (is_in(w, &w->writing, i) && module_is_word(&w->m, i + 1, "as"))
			add_to(w, &w->writing, i + 2);
}

/* What imports bind, and `o = Operations(...)`. */
static void take_imports(struct table_walk *w)
{
	static const char *const writing[] = { "insert", "update", "delete", "Insert", "Update", "Delete" };
	size_t i, end;

	intern_add(&w->ops, "op", 2);
	for (i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		intern_add(&w->writing, writing[i], strlen(writing[i]));
	for (i = 0; i + 3 < w->m.b.count; i++) {
		if (module_is_op(&w->m, i + 1, '=') && module_is_word(&w->m, i + 2, "Operations"))
			add_to(w, &w->ops, i);
		if (!module_is_word(&w->m, i, "from"))
			continue;
		end = line_end(&w->m.b, i);
		if (module_is_word(&w->m, i + 1, "alembic"))
			take_alembic_import(w, i, end);
		else if (module_is_word(&w->m, i + 1, "sqlalchemy"))
			take_sqlalchemy_import(w, i, end);
		else
			continue;
		i = end;
	}
}

static void read_upgrade(struct table_walk *w)
{
	struct module_function *upgrade;

	take_imports(w);
	upgrade = module_function(&w->m, "upgrade");
	if (upgrade)
		walk_function(w, upgrade);
	else
		table_sink_opaque(&w->sink, "its upgrade() is not in the file", 0);
}

int reader_tables(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct table_uses *out,
	struct err *err)
{
	struct table_walk w = { .depth = 0 };
	int found, rc = -1;

	table_sink_init(&w.sink, arena);
	intern_init(&w.ops);
	intern_init(&w.batches);
	intern_init(&w.bare);
	intern_init(&w.writing);
	found = module_read(&w.m, reader, bytes, len, err);
	if (found == 0)
		table_sink_opaque(&w.sink, "the file cannot be read", 0);
	if (found == 1) {
		read_upgrade(&w);
		rc = w.m.failed ? -1 : 0;
		module_close(&w.m);
	}
	if (found == 0)
		rc = 0;
	table_sink_finish(&w.sink, out);
	intern_release(&w.ops);
	intern_release(&w.batches);
	intern_release(&w.bare);
	intern_release(&w.writing);
	reader_trim(reader);
	return rc;
}
