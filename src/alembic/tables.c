#include "revident/alembic/tables.h"

#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "revident/base/xalloc.h"
#include "sql.h"
#include "table_sink.h"

enum { CALL_DEPTH_MAX = 16 };

struct walk {
	struct module m;
	struct table_sink sink;
	struct intern ops, batches; /* names of `op`, and of what `with op.batch_alter_table(...)` binds */
	struct intern bare;         /* names that `from alembic.op import` binds */
	unsigned depth;
};

static const char unreadable[] = "the file cannot be read";

static unsigned line_of(const struct walk *w, size_t i)
{
	return w->m.b.tokens[i].line;
}

static bool is_in(const struct walk *w, const struct intern *set, size_t i)
{
	const struct token *token = &w->m.b.tokens[i];

	return token->kind == TOKEN_NAME && intern_find(set, w->m.b.source + token->at, token->len) != INTERN_NONE;
}

static void add_to(const struct walk *w, struct intern *set, size_t i)
{
	const struct token *token = &w->m.b.tokens[i];

	intern_add(set, w->m.b.source + token->at, token->len);
}

static bool is_any(const struct walk *w, size_t i, const char *const *words, size_t count)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (module_is_word(&w->m, i, words[k]))
			return true;
	return false;
}

/* --- names of tables ----------------------------------------------------------------------------------------------- */

/* `op.f("x")`, `sa.table("x", ...)`, `quoted_name("x", True)`: what is in the first argument of such a call. */
static struct span unwrap_call(const struct walk *w, struct span span)
{
	static const char *const wrappers[] = { "f", "quoted_name", "table", "Table", "create_table" };
	struct span argument;
	size_t i;

	span = span_unwrap(w->m.b.tokens, span);
	for (i = span.from; i + 1 < span.to && w->m.b.tokens[i].kind == TOKEN_NAME; i += 2) {
		if (module_is_op(&w->m, i + 1, '(') && is_any(w, i, wrappers, 5) &&
			module_argument(&w->m, module_arguments(&w->m, i + 1), 0, NULL, &argument))
			return argument;
		if (!module_is_op(&w->m, i + 1, '.'))
			break;
	}
	return span;
}

/* The text that the expression is, if it is wholly known. */
static bool known_text(struct walk *w, struct span span, struct strbuf *out)
{
	size_t i;

	strbuf_clear(out);
	for (i = span.from; i < span.to; i++) {
		uint8_t kind = w->m.b.tokens[i].kind;

		if (kind != TOKEN_STRING && kind != TOKEN_FSTRING && kind != TOKEN_NAME && !module_is_op(&w->m, i, '+'))
			return false;
	}
	return module_text(&w->m, span, 0, out) && !memchr(out->buf, UNKNOWN_MARK, out->len);
}

/* One that is no name of a schema, where it is no literal or None. */
static bool schema_of(struct walk *w, struct span arguments, const char *keyword, struct strbuf *out)
{
	struct span candidates[CANDIDATES_MAX], span;

	strbuf_clear(out);
	if (!module_argument(&w->m, arguments, SIZE_MAX, keyword, &span))
		return false;
	span = span_unwrap(w->m.b.tokens, span);
	if (span.to - span.from == 1 && module_candidates(&w->m, span.from, candidates) == 1)
		span = candidates[0];
	return known_text(w, span, out) && out->len;
}

static void use_text(struct walk *w, enum table_use_kind kind, struct span arguments, const char *schema_keyword,
	const struct strbuf *name, size_t at)
{
	struct strbuf schema = STRBUF_INIT;
	struct text text = TEXT_NONE;

	if (schema_of(w, arguments, schema_keyword, &schema))
		text = (struct text){ schema.buf, schema.len };
	table_sink_add(&w->sink, kind, text, (struct text){ name->buf, name->len }, line_of(w, at));
	strbuf_release(&schema);
}

/* The table that an argument names: a literal, or each that a name may stand for. */
static void use_argument(struct walk *w, enum table_use_kind kind, struct span arguments, size_t position,
	const char *keyword, const char *schema_keyword)
{
	struct span candidates[CANDIDATES_MAX], span;
	struct strbuf name = STRBUF_INIT;
	size_t count = 1, i, known = 0;

	if (!module_argument(&w->m, arguments, position, keyword, &span))
		span = (struct span){ 0, 0 };
	span = unwrap_call(w, span);
	candidates[0] = span;
	if (span.to - span.from == 1 && w->m.b.tokens[span.from].kind == TOKEN_NAME)
		count = module_candidates(&w->m, span.from, candidates);
	for (i = 0; i < count; i++) {
		if (!known_text(w, unwrap_call(w, candidates[i]), &name))
			continue;
		use_text(w, kind, arguments, schema_keyword, &name, arguments.from);
		known++;
	}
	if (kind == TABLE_CREATED && (!count || known < count))
		table_sink_opaque(&w->sink, "it creates a table whose name is no literal", line_of(w, arguments.from));
	strbuf_release(&name);
}

/* "t.c", "s.t.c": what a foreign key refers to. */
static void use_column(struct walk *w, struct span span)
{
	struct strbuf text = STRBUF_INIT;
	struct text schema = TEXT_NONE, name;
	const char *dot, *before;
	size_t i;

	for (i = span.from; i < span.to; i++)
		if (w->m.b.tokens[i].kind == TOKEN_OP && !module_is_op(&w->m, i, '+'))
			goto done;
	if (!module_text(&w->m, span, 0, &text))
		goto done;
	dot = memrchr(text.buf, '.', text.len);
	name = (struct text){ text.buf, dot ? (size_t)(dot - text.buf) : text.len };
	before = name.len ? memrchr(name.ptr, '.', name.len) : NULL;
	if (before) {
		schema = (struct text){ name.ptr, (size_t)(before - name.ptr) };
		name = (struct text){ before + 1, name.len - schema.len - 1 };
	}
	if (schema.ptr && (!schema.len || memchr(schema.ptr, UNKNOWN_MARK, schema.len)))
		schema = TEXT_NONE;
	if (name.len && !memchr(name.ptr, UNKNOWN_MARK, name.len))
		table_sink_add(&w->sink, TABLE_ASSUMED, schema, name, line_of(w, span.from));
done:
	strbuf_release(&text);
}

/* Every ForeignKey and ForeignKeyConstraint in the arguments. */
static void use_references(struct walk *w, struct span arguments)
{
	struct span inside, span, element;
	size_t i;

	for (i = arguments.from; i + 1 < arguments.to; i++) {
		if (!module_is_op(&w->m, i + 1, '('))
			continue;
		inside = module_arguments(&w->m, i + 1);
		if (module_is_word(&w->m, i, "ForeignKey") && module_argument(&w->m, inside, 0, "column", &span))
			use_column(w, span);
		if (!module_is_word(&w->m, i, "ForeignKeyConstraint") ||
			!module_argument(&w->m, inside, 1, "refcolumns", &span) ||
			span_display(w->m.b.tokens, span, &span) == DISPLAY_NONE)
			continue;
		while (span_next(w->m.b.tokens, &span, &element))
			use_column(w, element);
	}
}

/* --- operations ---------------------------------------------------------------------------------------------------- */

struct operation {
	const char *name;
	enum table_use_kind kind;
	size_t position;
	const char *keyword, *schema;
};

static const struct operation operations[] = {
	{ "create_table", TABLE_CREATED, 0, "table_name", "schema" },
	{ "rename_table", TABLE_ASSUMED, 0, "old_table_name", "schema" },
	{ "rename_table", TABLE_CREATED, 1, "new_table_name", "schema" },
	{ "drop_table", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "add_column", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "alter_column", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "drop_column", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "batch_alter_table", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "create_table_comment", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "drop_table_comment", TABLE_ASSUMED, 0, "table_name", "schema" },
	{ "create_foreign_key", TABLE_ASSUMED, 1, "source_table", "source_schema" },
	{ "create_foreign_key", TABLE_ASSUMED, 2, "referent_table", "referent_schema" },
	{ "create_index", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "create_unique_constraint", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "create_check_constraint", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "create_primary_key", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "create_exclude_constraint", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "drop_constraint", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "drop_index", TABLE_ASSUMED, 1, "table_name", "schema" },
	{ "bulk_insert", TABLE_ASSUMED, 0, "table", "schema" },
};

/* `if_exists=True`: what is not there does no harm. */
static bool is_lenient(struct walk *w, struct span arguments)
{
	struct span span;

	return module_argument(&w->m, arguments, SIZE_MAX, "if_exists", &span) &&
	       !module_is_word(&w->m, span.from, "False") && !module_is_word(&w->m, span.from, "None");
}

static void read_operation(struct walk *w, size_t name, struct span arguments)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *o = &operations[i];

		if (!module_is_word(&w->m, name, o->name) || (o->kind == TABLE_ASSUMED && is_lenient(w, arguments)))
			continue;
		use_argument(w, o->kind, arguments, o->position, o->keyword, o->schema);
	}
	use_references(w, arguments);
	if (module_is_word(&w->m, name, "invoke"))
		table_sink_opaque(&w->sink, "it invokes an operation that is no call", line_of(w, name));
}

/* A batch has its table; only what it refers to is new. */
static void read_batch_operation(struct walk *w, size_t name, struct span arguments)
{
	if (module_is_word(&w->m, name, "create_foreign_key"))
		use_argument(w, TABLE_ASSUMED, arguments, 1, "referent_table", "referent_schema");
	use_references(w, arguments);
}

/* --- SQL ----------------------------------------------------------------------------------------------------------- */

/* The table that a name or a call `Table("x", ...)` stands for is written to. */
static void use_expression(struct walk *w, struct span span)
{
	use_argument(w, TABLE_ASSUMED, span, 0, NULL, "schema");
}

/* `t.insert()`, `sa.update(t)` and the like: statements that are built, and create nothing. */
static bool read_builder(struct walk *w, struct span span)
{
	static const char *const writing[] = { "insert", "update", "delete", "Insert", "Update", "Delete" };
	bool found = false;
	size_t i;

	for (i = span.from; i + 1 < span.to; i++) {
		if (!module_is_op(&w->m, i + 1, '('))
			continue;
		if (module_is_word(&w->m, i, "select") || module_is_word(&w->m, i, "Select") ||
			module_is_word(&w->m, i, "query"))
			found = true;
		if (!is_any(w, i, writing, sizeof(writing) / sizeof(writing[0])))
			continue;
		found = true;
		if (i >= span.from + 2 && module_is_op(&w->m, i - 1, '.') && module_is_unknown(&w->m, i - 2) == false)
			use_expression(w, (struct span){ i - 2, i - 1 });
		else
			use_expression(w, module_arguments(&w->m, i + 1));
	}
	return found;
}

static void read_sql(struct walk *w, struct span span, unsigned depth)
{
	struct span candidates[CANDIDATES_MAX];
	struct strbuf sql = STRBUF_INIT;
	size_t count, i;

	span = span_unwrap(w->m.b.tokens, span);
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
		!sql_read(&w->sink, sql.buf, sql.len, span.from < span.to ? line_of(w, span.from) : 0))
		table_sink_opaque(
			&w->sink, "it runs SQL that is no literal", span.from < span.to ? line_of(w, span.from) : 0);
	strbuf_release(&sql);
}

/* --- calls --------------------------------------------------------------------------------------------------------- */

/* Is `op` among the arguments, and the function none that only looks at it? */
static bool hands_op_on(const struct walk *w, size_t name, struct span arguments)
{
	static const char *const harmless[] = { "hasattr", "print", "isinstance", "type", "repr", "str" };
	struct span element;

	if (is_any(w, name, harmless, sizeof(harmless) / sizeof(harmless[0])))
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

/* `t.create(bind)`: a table, if that is what `t` is; types are created in the same way. */
static void read_create(struct walk *w, size_t receiver, size_t name)
{
	static const char *const tables[] = { "table", "Table" };
	struct span candidates[CANDIDATES_MAX];
	size_t count, i;

	if (module_is_word(&w->m, receiver, "__table__")) {
		table_sink_opaque(&w->sink, "it creates the table of a model", line_of(w, name));
		return;
	}
	count = w->m.b.tokens[receiver].kind == TOKEN_NAME ? module_candidates(&w->m, receiver, candidates) : 0;
	if (count != 1)
		return;
	for (i = candidates[0].from; i < candidates[0].to && w->m.b.tokens[i].kind != TOKEN_STRING; i++)
		if (is_any(w, i, tables, 2) && module_is_op(&w->m, i + 1, '('))
			use_argument(w, TABLE_CREATED, module_arguments(&w->m, i + 1), 0, NULL, "schema");
}

static void walk_span(struct walk *w, struct span span);

static void walk_function(struct walk *w, struct module_function *function)
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

static bool runs_sql(const struct walk *w, size_t name)
{
	static const char *const words[] = { "execute", "executescript", "exec_driver_sql" };

	return is_any(w, name, words, sizeof(words) / sizeof(words[0]));
}

/* `x.name(...)`. */
static void read_method(struct walk *w, size_t name, struct span arguments)
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
		table_sink_opaque(&w->sink, "it calls create_all()", line_of(w, name));
	else if (module_is_word(&w->m, name, "create"))
		read_create(w, receiver, name);
	else if (is_in(w, &w->batches, receiver))
		read_batch_operation(w, name, arguments);
	else if (is_in(w, &w->ops, receiver))
		read_operation(w, name, arguments);
	else if (hands_op_on(w, name, arguments))
		table_sink_opaque(&w->sink, "it hands op to a function of another file", line_of(w, name));
}

/* `name(...)`. */
static void read_call(struct walk *w, size_t name, struct span arguments)
{
	struct module_function *function = module_function_at(&w->m, name);
	struct span span;

	if (function)
		walk_function(w, function);
	else if (is_in(w, &w->bare, name) && runs_sql(w, name) &&
		 module_argument(&w->m, arguments, 0, "sqltext", &span))
		read_sql(w, span, 0);
	else if (is_in(w, &w->bare, name))
		read_operation(w, name, arguments);
	else if (hands_op_on(w, name, arguments))
		table_sink_opaque(&w->sink, "it hands op to a function of another file", line_of(w, name));
}

/* `with op.batch_alter_table("x") as NAME`: the name behind the call, if there is one. */
static void take_batch(struct walk *w, size_t name)
{
	size_t behind = w->m.b.tokens[name + 1].pair + 1;

	if (module_is_word(&w->m, behind, "as") && behind + 1 < w->m.b.count)
		add_to(w, &w->batches, behind + 1);
}

/* Multi-database templates call `globals()["upgrade_%s" % engine_name]()`. */
static void walk_upgrades(struct walk *w)
{
	static const char prefix[] = "upgrade_";
	size_t i;

	for (i = 0; i < w->m.function_count; i++) {
		const struct intern_key *name = intern_get(&w->m.names, w->m.functions[i].name);

		if (name->len >= sizeof(prefix) - 1 && memcmp(name->bytes, prefix, sizeof(prefix) - 1) == 0)
			walk_function(w, &w->m.functions[i]);
	}
}

static void walk_span(struct walk *w, struct span span)
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

/* --- a file -------------------------------------------------------------------------------------------------------- */

/* `from alembic import op as o`, `from alembic.op import create_table as c`, `o = Operations(...)`. */
static void take_imports(struct walk *w)
{
	size_t i, end;

	intern_add(&w->ops, "op", 2);
	for (i = 0; i + 3 < w->m.b.count; i++) {
		if (module_is_op(&w->m, i + 1, '=') && module_is_word(&w->m, i + 2, "Operations"))
			add_to(w, &w->ops, i);
		if (!module_is_word(&w->m, i, "from") || !module_is_word(&w->m, i + 1, "alembic"))
			continue;
		end = line_end(&w->m.b, i);
		if (module_is_word(&w->m, i + 2, "import")) {
			for (; i + 2 < end; i++)
				if (module_is_word(&w->m, i, "op") && module_is_word(&w->m, i + 1, "as"))
					add_to(w, &w->ops, i + 2);
		} else if (i + 4 < end && module_is_word(&w->m, i + 3, "op")) {
			for (i += 5; i < end; i++)
				add_to(w, &w->bare, i);
		}
		i = end;
	}
}

static void read_upgrade(struct walk *w)
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
	struct walk w = { .depth = 0 };
	int found, rc = -1;

	table_sink_init(&w.sink, arena);
	intern_init(&w.ops);
	intern_init(&w.batches);
	intern_init(&w.bare);
	found = module_read(&w.m, reader, bytes, len, err);
	if (found == 0)
		table_sink_opaque(&w.sink, unreadable, 0);
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
	reader_trim(reader);
	return rc;
}
