#include <string.h>

#include "tables_parts.h"

/* --- names of tables --------------------------------------------------------------------------------------------- */

/* `op.f("x")`, `sa.table("x", ...)`, `quoted_name("x", True)`: what is in the first argument of such a call. */
static struct span unwrap_call(const struct table_walk *w, struct span span)
{
	static const char *const wrappers[] = { "f", "quoted_name", "table", "Table", "create_table" };
	struct span argument;
	size_t i;

	span = span_unwrap(w->m.b.tokens, span);
	for (i = span.from; i + 1 < span.to && w->m.b.tokens[i].kind == TOKEN_NAME; i += 2) {
		if (module_is_op(&w->m, i + 1, '(') && module_is_any_word(&w->m, i, wrappers, 5) &&
			module_argument(&w->m, module_arguments(&w->m, i + 1), 0, NULL, &argument))
			return argument;
		if (!module_is_op(&w->m, i + 1, '.'))
			break;
	}
	return span;
}

/* The text that the expression is, if it is wholly known. */
static bool known_text(struct table_walk *w, struct span span, struct strbuf *out)
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
static bool schema_of(struct table_walk *w, struct span arguments, const char *keyword, struct strbuf *out)
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

static void use_text(struct table_walk *w, enum table_use_kind kind, struct span arguments, const char *schema_keyword,
	const struct strbuf *name, size_t at)
{
	struct strbuf schema = STRBUF_INIT;
	struct text text = TEXT_NONE;

	if (schema_of(w, arguments, schema_keyword, &schema))
		text = (struct text){ schema.buf, schema.len };
	table_sink_add(&w->sink, kind, text, (struct text){ name->buf, name->len }, table_walk_line(w, at));
	strbuf_release(&schema);
}

void table_walk_use(struct table_walk *w, enum table_use_kind kind, struct span arguments, size_t position,
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
		table_sink_opaque(
			&w->sink, "it creates a table whose name is no literal", table_walk_line(w, arguments.from));
	strbuf_release(&name);
}

/* "t.c", "s.t.c": what a foreign key refers to. */
static void use_column(struct table_walk *w, struct span span)
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
		table_sink_add(&w->sink, TABLE_ASSUMED, schema, name, table_walk_line(w, span.from));
done:
	strbuf_release(&text);
}

/* `use_alter=True`: SQLAlchemy adds the key later, when what it refers to is there. */
static bool is_deferred(const struct table_walk *w, struct span arguments)
{
	struct span span;

	return module_argument(&w->m, arguments, SIZE_MAX, "use_alter", &span) &&
	       module_is_word(&w->m, span.from, "True");
}

/* Every ForeignKey and ForeignKeyConstraint in the arguments. */
static void use_references(struct table_walk *w, struct span arguments)
{
	struct span inside, span, element;
	size_t i;

	for (i = arguments.from; i + 1 < arguments.to; i++) {
		if (!module_is_op(&w->m, i + 1, '('))
			continue;
		inside = module_arguments(&w->m, i + 1);
		if (is_deferred(w, inside))
			continue;
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

/* --- operations -------------------------------------------------------------------------------------------------- */

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
static bool is_lenient(struct table_walk *w, struct span arguments)
{
	struct span span;

	return module_argument(&w->m, arguments, SIZE_MAX, "if_exists", &span) &&
	       !module_is_word(&w->m, span.from, "False") && !module_is_word(&w->m, span.from, "None");
}

void table_walk_operation(struct table_walk *w, size_t name, struct span arguments)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *o = &operations[i];

		if (!module_is_word(&w->m, name, o->name) || (o->kind == TABLE_ASSUMED && is_lenient(w, arguments)))
			continue;
		table_walk_use(w, o->kind, arguments, o->position, o->keyword, o->schema);
	}
	use_references(w, arguments);
	if (module_is_word(&w->m, name, "invoke"))
		table_sink_opaque(&w->sink, "it invokes an operation that is no call", table_walk_line(w, name));
}

void table_walk_batch_operation(struct table_walk *w, size_t name, struct span arguments)
{
	if (module_is_word(&w->m, name, "create_foreign_key"))
		table_walk_use(w, TABLE_ASSUMED, arguments, 1, "referent_table", "referent_schema");
	use_references(w, arguments);
}
