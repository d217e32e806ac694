#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "revident/alembic/python_text.h"
#include "revident/base/xalloc.h"
#include "table_sink.h"

bool module_is_op(const struct module *m, size_t i, uint8_t op)
{
	return i < m->b.count && m->b.tokens[i].kind == TOKEN_OP && m->b.tokens[i].op == op;
}

bool module_is_word(const struct module *m, size_t i, const char *word)
{
	return i < m->b.count && token_is(m->b.source, &m->b.tokens[i], word);
}

bool module_is_any_word(const struct module *m, size_t i, const char *const *words, size_t count)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (module_is_word(m, i, words[k]))
			return true;
	return false;
}

/* --- definitions ------------------------------------------------------------------------------------------------- */

static struct module_name *enter(struct module *m, size_t i)
{
	const struct token *token = &m->b.tokens[i];
	size_t before = m->names.count;
	uint32_t number = intern_add(&m->names, m->b.source + token->at, token->len);

	if (m->names.count > before) {
		VEC_GROW(m->by_name, before, m->name_cap);
		m->by_name[number] = (struct module_name){ .first = 0 };
	}
	return &m->by_name[number];
}

static void add_value(struct module *m, size_t name, struct span span, bool is_item)
{
	struct module_name *entry = enter(m, name);

	VEC_GROW(m->values, m->value_count, m->value_cap);
	m->values[m->value_count++] = (struct module_value){ .span = span, .next = entry->first, .is_item = is_item };
	entry->first = m->value_count;
}

/* Every parameter's name: what it stands for only a caller knows. */
static void take_parameters(struct module *m, size_t open)
{
	struct span inside = module_arguments(m, open), element;

	while (span_next(m->b.tokens, &inside, &element)) {
		while (element.from < element.to && m->b.tokens[element.from].kind == TOKEN_OP)
			element.from++;
		if (element.from < element.to && m->b.tokens[element.from].kind == TOKEN_NAME)
			enter(m, element.from)->unknown = true;
	}
}

/* The tokens of a scope's body: what follows the colon, and the lines below that are indented deeper. */
static struct span body_of(const struct module *m, struct span line)
{
	struct span body = { header_end(&m->b, line) + 1, line.to };
	uint8_t level = m->b.tokens[line.from].level;

	while (body.to + 1 < m->b.count && m->b.tokens[body.to + 1].level > level)
		body.to = line_end(&m->b, body.to + 1);
	return body;
}

static void take_function(struct module *m, struct span line, size_t keyword)
{
	struct module_name *entry;

	if (!module_is_word(m, keyword, "def") || keyword + 2 >= line.to || m->b.tokens[keyword + 1].kind != TOKEN_NAME)
		return;
	if (module_is_op(m, keyword + 2, '('))
		take_parameters(m, keyword + 2);
	entry = enter(m, keyword + 1);
	VEC_GROW(m->functions, m->function_count, m->function_cap);
	m->functions[m->function_count++] = (struct module_function){
		.name = (uint32_t)(entry - m->by_name),
		.body = body_of(m, line),
	};
	entry->function = m->function_count;
}

/* `for NAME in ...:`; other targets cannot be told. */
static void take_for(struct module *m, struct span line, size_t keyword)
{
	size_t end = header_end(&m->b, line), i;

	if (keyword + 2 < end && m->b.tokens[keyword + 1].kind == TOKEN_NAME && module_is_word(m, keyword + 2, "in")) {
		add_value(m, keyword + 1, (struct span){ keyword + 3, end }, true);
		return;
	}
	for (i = keyword + 1; i < end && !module_is_word(m, i, "in"); i++)
		if (m->b.tokens[i].kind == TOKEN_NAME)
			enter(m, i)->unknown = true;
}

/* `NAME = ...`, `NAME: ... = ...` and `NAME += ...`; a tuple of names cannot be told. */
static void take_assignment(struct module *m, struct span s)
{
	size_t i, k;

	if (s.to - s.from < 3 || m->b.tokens[s.from].kind != TOKEN_NAME)
		return;
	for (i = s.from; i < s.to; i = token_skip(m->b.tokens, i)) {
		if (module_is_op(m, i, OP_AUGMENT) && i == s.from + 1)
			enter(m, s.from)->unknown = true;
		if (module_is_op(m, i, '='))
			break;
	}
	if (i >= s.to)
		return;
	if (i == s.from + 1 || module_is_op(m, s.from + 1, ':'))
		add_value(m, s.from, (struct span){ i + 1, s.to }, false);
	else if (module_is_op(m, s.from + 1, ','))
		for (k = s.from; k < i; k++)
			if (m->b.tokens[k].kind == TOKEN_NAME)
				enter(m, k)->unknown = true;
}

static void take_statements(struct module *m, struct span line)
{
	size_t i = line.from;

	while (i < line.to) {
		size_t end = i;

		while (end < line.to && !module_is_op(m, end, ';'))
			end = token_skip(m->b.tokens, end);
		take_assignment(m, (struct span){ i, end > line.to ? line.to : end });
		i = end + 1;
	}
}

static void module_open(struct module *m, struct reader *reader, const char *source, struct err *err)
{
	size_t i = 0, keyword;

	memset(m, 0, sizeof(*m));
	m->b = (struct bindings){ .source = source, .tokens = reader->tokens.items, .count = reader->tokens.count };
	m->reader = reader;
	m->err = err;
	intern_init(&m->names);
	while (i < m->b.count) {
		struct span line = { i, line_end(&m->b, i) };
		enum header kind = header_of(&m->b, line, &keyword);

		if (kind == HEADER_SCOPE)
			take_function(m, line, keyword);
		else if (kind == HEADER_FOR)
			take_for(m, line, keyword);
		if (kind != HEADER_NONE)
			line.from = header_end(&m->b, line) + 1;
		take_statements(m, line);
		i = line.to + 1;
	}
}

int module_read(struct module *m, struct reader *reader, const char *bytes, size_t len, struct err *err)
{
	struct python_text source;

	memset(m, 0, sizeof(*m));
	if (!len || len > MIGRATION_BYTES_MAX)
		return 0;
	source = python_text_read(bytes, len, &reader->source);
	if (tokens_read(reader->tokenizer, source.bytes, source.len, TOKENS_ALL, &reader->tokens, err) < 0)
		return -1;
	if (reader->tokens.unclosed || reader->tokens.stopped || !reader->tokens.count ||
		reader->tokens.problem == UNREADABLE_CONFLICT)
		return 0;
	module_open(m, reader, source.bytes, err);
	return 1;
}

void module_close(struct module *m)
{
	intern_release(&m->names);
	free(m->by_name);
	free(m->values);
	free(m->functions);
}

/* --- looking up -------------------------------------------------------------------------------------------------- */

static const struct module_name *find(const struct module *m, size_t i)
{
	const struct token *token = &m->b.tokens[i];
	uint32_t number =
		token->kind == TOKEN_NAME ? intern_find(&m->names, m->b.source + token->at, token->len) : INTERN_NONE;

	return number == INTERN_NONE ? NULL : &m->by_name[number];
}

struct module_function *module_function_at(struct module *m, size_t i)
{
	const struct module_name *name = find(m, i);

	return name && name->function ? &m->functions[name->function - 1] : NULL;
}

struct module_function *module_function(struct module *m, const char *name)
{
	uint32_t number = intern_find(&m->names, name, strlen(name));

	return number != INTERN_NONE && m->by_name[number].function ? &m->functions[m->by_name[number].function - 1]
								    : NULL;
}

bool module_is_unknown(const struct module *m, size_t i)
{
	const struct module_name *name = find(m, i);

	return !name || name->unknown || !name->first;
}

/* The elements of a display, or of the display that a name is bound to once. Returns how many; 0 if it is none. */
static size_t elements(const struct module *m, struct span span, struct span *out, size_t room)
{
	struct span inside, element;
	const struct module_name *name;
	size_t n = 0;

	span = span_unwrap(m->b.tokens, span);
	name = span.to - span.from == 1 ? find(m, span.from) : NULL;
	if (name && name->first && !name->unknown) {
		const struct module_value *value = &m->values[name->first - 1];

		if (value->is_item || value->next)
			return 0;
		span = span_unwrap(m->b.tokens, value->span);
	}
	if (span_display(m->b.tokens, span, &inside) == DISPLAY_NONE)
		return 0;
	while (span_next(m->b.tokens, &inside, &element)) {
		if (element.from == element.to)
			continue;
		if (n == room)
			return 0;
		out[n++] = element;
	}
	return n;
}

/* Does the name have this value whenever the token `i` is reached, unless it is given another on the way? */
static bool surely_reaches(const struct module *m, const struct module_value *value, size_t i)
{
	const struct token *tokens = m->b.tokens;
	unsigned level =
		tokens[value->span.from].level + value->is_item; /* what a loop goes through counts in its body */
	size_t at = value->span.to + (value->is_item ? 2 : 0);   /* the colon, and the end of its line */

	if (at > i || i - at > REACH_MAX)
		return false;
	while (at < i && tokens[at].level >= level)
		at++;
	return tokens[at].level >= level;
}

/*
 * Where the values of a name begin that it may have at the token `i`: with the last one before it that reaches it
 * surely. Up to *end; without such a value all count, as where one is given further down, in a loop or a function.
 */
static size_t reaching(const struct module *m, const struct module_name *name, size_t i, size_t *end)
{
	size_t next, from = 0, count = 0;

	*end = SIZE_MAX;
	if (!m->values[name->first - 1].next)
		return 0;
	for (next = name->first; next && count++ < CANDIDATES_MAX; next = m->values[next - 1].next) {
		const struct module_value *value = &m->values[next - 1];

		if (value->span.from >= from && surely_reaches(m, value, i)) {
			from = value->span.from;
			*end = i;
		}
	}
	return from;
}

size_t module_candidates(const struct module *m, size_t i, struct span out[CANDIDATES_MAX])
{
	const struct module_name *name = find(m, i);
	size_t next, n = 0, from, end;

	if (!name || name->unknown || !name->first)
		return 0;
	from = reaching(m, name, i, &end);
	for (next = name->first; next; next = m->values[next - 1].next) {
		const struct module_value *value = &m->values[next - 1];
		size_t more = 1;

		if (value->span.from < from || value->span.from >= end)
			continue;
		if (n == CANDIDATES_MAX)
			return 0;
		if (value->is_item)
			more = elements(m, value->span, out + n, CANDIDATES_MAX - n);
		else
			out[n] = span_unwrap(m->b.tokens, value->span);
		if (!more)
			return 0;
		n += more;
	}
	return n;
}

struct span module_arguments(const struct module *m, size_t open)
{
	size_t close = m->b.tokens[open].pair;

	return (struct span){ open + 1, close > open ? close : open + 1 };
}

bool module_argument(
	const struct module *m, struct span arguments, size_t position, const char *keyword, struct span *out)
{
	struct span element;
	bool is_starred = false;
	size_t n = 0;

	while (span_next(m->b.tokens, &arguments, &element)) {
		bool has_keyword = element.to - element.from > 2 && m->b.tokens[element.from].kind == TOKEN_NAME &&
				   module_is_op(m, element.from + 1, '=');

		if (has_keyword && keyword && module_is_word(m, element.from, keyword)) {
			*out = (struct span){ element.from + 2, element.to };
			return true;
		}
		if (has_keyword || element.from == element.to)
			continue;
		is_starred =
			is_starred || m->b.tokens[element.from].op == '*' || m->b.tokens[element.from].op == OP_OTHER;
		if (n++ == position && !is_starred && position != SIZE_MAX) {
			*out = element;
			return true;
		}
	}
	return false;
}

/* --- texts ------------------------------------------------------------------------------------------------------- */

/* A name inside an expression: its one value, or a mark. */
static bool add_name(struct module *m, size_t i, unsigned depth, struct strbuf *out)
{
	struct span candidates[CANDIDATES_MAX];
	size_t count = 0;

	if (depth < RESOLVE_DEPTH_MAX && out->len < MIGRATION_BYTES_MAX && m->resolved++ < RESOLVED_MAX)
		count = module_candidates(m, i, candidates);

	if (count == 1 && (m->b.tokens[candidates[0].from].kind == TOKEN_STRING ||
				  m->b.tokens[candidates[0].from].kind == TOKEN_FSTRING))
		return module_text(m, candidates[0], depth + 1, out);
	strbuf_addch(out, UNKNOWN_MARK);
	return false;
}

static bool add_operand(struct module *m, struct span span, size_t i, unsigned depth, struct strbuf *out)
{
	const struct token *token = &m->b.tokens[i];
	size_t start = out->len;

	switch (token->kind) {
	case TOKEN_STRING:
		if (literal_value(m->b.source, token, out) != DECODED) {
			strbuf_setlen(out, start);
			strbuf_addch(out, UNKNOWN_MARK);
		}
		return true;
	case TOKEN_FSTRING:
		if (fstring_text(m->reader->tokenizer, m->b.source, token, out, m->err) < 0)
			m->failed = true;
		return true;
	case TOKEN_NAME:
		if (i + 1 < span.to && module_is_op(m, i + 1, '(') && !(i > span.from && module_is_op(m, i - 1, '+')))
			strbuf_addch(out, ' ');
		else
			return add_name(m, i, depth, out);
		return false;
	default:
		if (token->op == '.' || token->op == ',' || token->op == '%')
			strbuf_addstr(out, " ; ");
		else if (token->op != '+' && token->op != '(' && token->op != ')')
			strbuf_addch(out, ' ');
		return false;
	}
}

bool module_text(struct module *m, struct span span, unsigned depth, struct strbuf *out)
{
	bool has_string = false;
	size_t i;

	for (i = span.from; i < span.to; i++)
		has_string = add_operand(m, span, i, depth, out) || has_string;
	return has_string;
}
