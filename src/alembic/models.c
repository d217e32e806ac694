#include <string.h>

#include "module.h"
#include "revident/alembic/tables.h"
#include "table_sink.h"

/* A class being read. */
struct model {
	struct span name; /* the value of __tablename__; empty if there is none */
	size_t schema;    /* that of "schema" in __table_args__; 0 if there is none */
	bool is_abstract;
};

bool tables_may_have_models(const char *bytes, size_t len)
{
	static const char tablename[] = "__tablename__", table[] = "Table(";

	return memmem(bytes, len, tablename, sizeof(tablename) - 1) || memmem(bytes, len, table, sizeof(table) - 1);
}

static bool is_literal(const struct module *m, struct span span)
{
	return span_is_string(m->b.tokens, span);
}

/* The value of an assignment to `name` in the line, or an empty span. */
static struct span value_of(const struct module *m, struct span line, const char *name)
{
	size_t i;

	if (!module_is_word(m, line.from, name))
		return (struct span){ 0, 0 };
	for (i = line.from + 1; i < line.to; i = token_skip(m->b.tokens, i))
		if (module_is_op(m, i, '='))
			return span_unwrap(m->b.tokens, (struct span){ i + 1, line.to });
	return (struct span){ 0, 0 };
}

/* The literal text, or that of the constant that is named; none otherwise. */
static struct text text_at(struct module *m, struct span span, struct strbuf *out)
{
	struct span candidates[CANDIDATES_MAX];

	strbuf_clear(out);
	if (span.to - span.from == 1 && m->b.tokens[span.from].kind == TOKEN_NAME &&
		module_candidates(m, span.from, candidates) == 1)
		span = candidates[0];
	if (!is_literal(m, span) || !module_text(m, span, 0, out) || memchr(out->buf, UNKNOWN_MARK, out->len))
		return TEXT_NONE;
	return (struct text){ out->buf, out->len };
}

/* The token behind `"schema":` or `schema=`; 0 if there is none. */
static size_t schema_in(const struct module *m, struct span span)
{
	size_t i;

	for (i = span.from; i + 2 < span.to; i++) {
		const struct token *token = &m->b.tokens[i];

		if (token->kind == TOKEN_STRING && token->len == 8 &&
			memcmp(m->b.source + token->at + 1, "schema", 6) == 0 && module_is_op(m, i + 1, ':'))
			return i + 2;
		if (module_is_word(m, i, "schema") && module_is_op(m, i + 1, '='))
			return i + 2;
	}
	return 0;
}

static void use(struct module *m, struct table_sink *sink, struct span name, size_t schema)
{
	struct strbuf name_text = STRBUF_INIT, schema_text = STRBUF_INIT;
	struct text text = text_at(m, name, &name_text), in = TEXT_NONE;
	struct span span = { schema, schema + 1 };

	if (schema)
		in = text_at(m, span, &schema_text);
	if (text.ptr && text.len)
		table_sink_add(sink, TABLE_MODEL, in.len ? in : TEXT_NONE, text, m->b.tokens[name.from].line);
	strbuf_release(&name_text);
	strbuf_release(&schema_text);
}

/* `Table("x", metadata, ...)`, `db.Table("x", db.Column(...))`: not one that is reflected, nor of another library. */
static void take_table(struct module *m, struct table_sink *sink, struct span line)
{
	bool has_column = false, is_reflected = false;
	struct span arguments, name, second;
	size_t open, i;

	for (open = line.from + 1; open < line.to; open++)
		if (module_is_op(m, open, '(') && module_is_word(m, open - 1, "Table"))
			break;
	if (open >= line.to || m->b.tokens[open].depth)
		return;
	arguments = module_arguments(m, open);
	if (!module_argument(m, arguments, 0, "name", &name))
		return;
	if (module_argument(m, arguments, 1, "metadata", &second) && second.to > second.from) {
		const struct token *last = &m->b.tokens[second.to - 1];

		has_column = last->kind == TOKEN_NAME && memmem(m->b.source + last->at, last->len, "meta", 4);
	}
	for (i = arguments.from; i < arguments.to; i++) {
		has_column = has_column || module_is_word(m, i, "Column");
		is_reflected =
			is_reflected || module_is_word(m, i, "autoload") || module_is_word(m, i, "autoload_with");
	}
	if (has_column && !is_reflected)
		use(m, sink, name, schema_in(m, arguments));
}

static void finish(struct module *m, struct table_sink *sink, struct model *model)
{
	if (model->name.to > model->name.from && !model->is_abstract)
		use(m, sink, model->name, model->schema);
	*model = (struct model){ .schema = 0 };
}

/* One line of a class body. */
static void take_member(struct module *m, struct table_sink *sink, struct span line, struct model *model)
{
	struct span value = value_of(m, line, "__tablename__");

	if (value.to > value.from)
		model->name = value;
	value = value_of(m, line, "__table_args__");
	if (value.to > value.from)
		model->schema = schema_in(m, value);
	value = value_of(m, line, "__abstract__");
	if (value.to > value.from && module_is_word(m, value.from, "True"))
		model->is_abstract = true;
	value = value_of(m, line, "__table__");
	if (value.to > value.from)
		take_table(m, sink, line);
}

static void read_models(struct module *m, struct table_sink *sink)
{
	struct model model = { .schema = 0 };
	unsigned class_level = 0;
	size_t i = 0, keyword;

	while (i < m->b.count) {
		struct span line = { i, line_end(&m->b, i) };
		unsigned level = m->b.tokens[i].level;
		enum header kind = header_of(&m->b, line, &keyword);

		if (level < class_level) {
			finish(m, sink, &model);
			class_level = 0;
		}
		if (kind == HEADER_SCOPE && module_is_word(m, keyword, "class")) {
			finish(m, sink, &model);
			class_level = level + 1;
		} else if (kind == HEADER_NONE && level == class_level) {
			if (level)
				take_member(m, sink, line, &model);
			else
				take_table(m, sink, line);
		}
		i = line.to + 1;
	}
	finish(m, sink, &model);
}

int reader_models(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct table_uses *out,
	struct err *err)
{
	struct table_sink sink;
	struct module m;
	int found, rc = -1;

	table_sink_init(&sink, arena);
	found = module_read(&m, reader, bytes, len, err);
	if (found == 1) {
		read_models(&m, &sink);
		rc = m.failed ? -1 : 0;
		module_close(&m);
	}
	if (found == 0)
		rc = 0;
	table_sink_finish(&sink, out);
	reader_trim(reader);
	return rc;
}
