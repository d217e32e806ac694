#include "bindings.h"

#include <string.h>

static bool is_op(const struct bindings *b, size_t i, uint8_t op)
{
	return b->tokens[i].kind == TOKEN_OP && b->tokens[i].op == op;
}

static bool is_word(const struct bindings *b, size_t i, const char *word)
{
	return token_is(b->source, &b->tokens[i], word);
}

size_t header_end(const struct bindings *b, struct span line)
{
	unsigned lambdas = 0;

	for (size_t i = line.from; i < line.to; i = token_skip(b->tokens, i)) {
		if (is_word(b, i, "lambda"))
			lambdas++;
		else if (is_op(b, i, ':') && !lambdas)
			return i;
		else if (is_op(b, i, ':'))
			lambdas--;
	}
	return line.to;
}

/* `match` and `case` are keywords only where a subject and a colon follow. */
static bool is_soft_header(const struct bindings *b, struct span line, const char *word)
{
	const struct token *next;

	if (line.to - line.from < 3 || !is_word(b, line.from, word))
		return false;
	next = &b->tokens[line.from + 1];
	if (next->kind == TOKEN_OP && !strchr("([{-~*", next->op))
		return false;
	return header_end(b, line) < line.to;
}

enum header header_of(const struct bindings *b, struct span line, size_t *keyword)
{
	static const struct {
		const char *word;
		enum header header;
	} headers[] = {
		{ "def", HEADER_SCOPE },
		{ "class", HEADER_SCOPE },
		{ "if", HEADER_PLAIN },
		{ "elif", HEADER_PLAIN },
		{ "else", HEADER_PLAIN },
		{ "while", HEADER_PLAIN },
		{ "try", HEADER_PLAIN },
		{ "finally", HEADER_PLAIN },
		{ "for", HEADER_FOR },
		{ "with", HEADER_AS },
		{ "except", HEADER_AS },
	};

	*keyword = line.from;
	if (is_word(b, line.from, "async") && line.from + 1 < line.to)
		*keyword = line.from + 1;
	if (b->tokens[*keyword].kind != TOKEN_NAME)
		return HEADER_NONE;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (is_word(b, *keyword, headers[i].word))
			return headers[i].header;
	if (is_soft_header(b, line, "match"))
		return HEADER_PLAIN;
	if (is_soft_header(b, line, "case"))
		return HEADER_CASE;
	return HEADER_NONE;
}

/* A function's or class's name, and what its defaults or bases bind. */
static void take_scope(struct bindings *b, struct span line, size_t keyword, bool conditional)
{
	size_t name = keyword + 1;

	if (name >= line.to)
		return;
	bindings_take_walruses(b, (struct span){ name, header_end(b, line) }, conditional);
	bindings_take_target(b, (struct span){ name, name + 1 }, conditional);
}

static void take_for(struct bindings *b, struct span header, bool conditional)
{
	size_t i = header.from;

	while (i < header.to && !is_word(b, i, "in"))
		i = token_skip(b->tokens, i);
	bindings_take_target(b, (struct span){ header.from, i }, conditional);
}

/* `as` targets, also those inside the parentheses that a `with` may have. */
static void take_as(struct bindings *b, struct span header, bool conditional)
{
	for (size_t i = header.from; i < header.to; i++) {
		size_t end = i + 1;

		if (!is_word(b, i, "as"))
			continue;
		while (end < header.to && !is_op(b, end, ',') && !is_op(b, end, ')'))
			end = token_skip(b->tokens, end);
		bindings_take_target(b, (struct span){ i + 1, end }, conditional);
	}
}

/* A pattern binds every bare name in it; `a.b`, `A(...)` and `key=` are none. */
static void take_case(struct bindings *b, struct span header)
{
	for (size_t i = header.from; i < header.to; i++) {
		if (is_word(b, i, "if") && b->tokens[i].depth == 0)
			break;
		if (i > header.from && is_op(b, i - 1, '.'))
			continue;
		if (i + 1 < header.to && (is_op(b, i + 1, '.') || is_op(b, i + 1, '(') || is_op(b, i + 1, '=')))
			continue;
		if (b->tokens[i].kind == TOKEN_NAME)
			bindings_take_target(b, (struct span){ i, i + 1 }, true);
	}
}

static void take_simple_statements(struct bindings *b, struct span line, bool conditional)
{
	size_t i = line.from;

	while (i < line.to) {
		size_t end = i;

		while (end < line.to && !is_op(b, end, ';'))
			end = token_skip(b->tokens, end);
		if (end > line.to)
			end = line.to;
		bindings_read_simple(b, (struct span){ i, end }, conditional);
		i = end + 1;
	}
}

/*
 * `if False:`, `while 0:`, `elif TYPE_CHECKING:` and the like: Python never runs what stands below them. Nobody sets
 * the last to anything else but a type checker (typing.TYPE_CHECKING).
 */
static bool never_runs(const struct bindings *b, struct span line, size_t keyword)
{
	struct span test = { keyword + 1, header_end(b, line) };
	const struct token *token;

	if (!is_word(b, keyword, "if") && !is_word(b, keyword, "elif") && !is_word(b, keyword, "while"))
		return false;
	test = span_unwrap(b->tokens, test);
	token = &b->tokens[test.from];
	if (test.to - test.from == 3 && token->kind == TOKEN_NAME && is_op(b, test.from + 1, '.'))
		return is_word(b, test.from + 2, "TYPE_CHECKING");
	if (test.to - test.from != 1)
		return false;
	if (token->kind == TOKEN_NUMBER)
		return token->len == 1 && b->source[token->at] == '0';
	return is_word(b, test.from, "False") || is_word(b, test.from, "None") ||
	       is_word(b, test.from, "TYPE_CHECKING");
}

static void take_compound(struct bindings *b, struct span line, enum header kind, size_t keyword, bool conditional)
{
	size_t colon = header_end(b, line);
	struct span header = { keyword + 1, colon };

	bindings_take_walruses(b, header, conditional || !is_word(b, keyword, "if"));
	b->in_doubt |= is_word(b, keyword, "except");
	if (kind == HEADER_FOR)
		take_for(b, header, true);
	else if (kind == HEADER_AS)
		take_as(b, header, true);
	else if (kind == HEADER_CASE)
		take_case(b, header);
	if (colon < line.to)
		take_simple_statements(b, (struct span){ colon + 1, line.to }, true);
}

size_t line_end(const struct bindings *b, size_t i)
{
	while (b->tokens[i].kind != TOKEN_NEWLINE)
		i++;
	return i;
}

/* The token behind a scope's body, whose lines are all indented deeper. */
static size_t skip_body(const struct bindings *b, size_t i, uint8_t level)
{
	while (i < b->count && b->tokens[i].level > level)
		i++;
	return i;
}

void bindings_read(struct bindings *b, enum bindings_extent extent)
{
	size_t i = 0, keyword;
	uint8_t doubted = 0; /* the level of the `except` that the line is below, if it is in doubt */

	while (i < b->count) {
		size_t end = line_end(b, i);
		uint8_t level = b->tokens[i].level;
		struct span line = { i, end };
		enum header kind = header_of(b, line, &keyword);
		bool is_dead = kind == HEADER_PLAIN && never_runs(b, line, keyword);
		bool skipped = is_dead || (extent == BINDINGS_COLUMN_0 && level > 0);

		if (b->in_doubt && level <= doubted)
			b->in_doubt = false;
		if (!b->in_doubt)
			doubted = level;
		i = end + 1;
		if (kind == HEADER_SCOPE || is_dead)
			i = skip_body(b, i, level);
		if (skipped)
			continue;
		if (kind == HEADER_SCOPE)
			take_scope(b, line, keyword, level > 0);
		else if (kind == HEADER_NONE)
			take_simple_statements(b, line, level > 0);
		else if (extent == BINDINGS_MODULE)
			take_compound(b, line, kind, keyword, level > 0);
	}
}
