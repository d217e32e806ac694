#include "sql_tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "revident/base/xalloc.h"
#include "sql.h"
#include "table_sink.h"

/* A placeholder longer than this is none; after so many tags that nothing closes, no more are looked for. */
enum { PLACEHOLDER_MAX = 256, UNCLOSED_MAX = 32 };

struct cutter {
	struct sql_tokens *out;
	const char *p, *end;
	uint32_t line;
	unsigned unclosed; /* dollar tags */
};

static bool is_word_byte(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* A placeholder of str.format(), of `%` or of a template. */
static bool is_placeholder(const char *p, const char *end)
{
	if (p >= end)
		return false;
	return *p == UNKNOWN_MARK || *p == '{' || (*p == '%' && p + 1 < end && (p[1] == 's' || p[1] == '(')) ||
	       (*p == '%' && p + 1 < end && (p[1] == 'I' || p[1] == 'L'));
}

static const char *placeholder_end(const char *p, const char *end)
{
	size_t left = (size_t)(end - p);
	const char *close = NULL;

	if (left > PLACEHOLDER_MAX)
		left = PLACEHOLDER_MAX;
	if (*p == '{')
		close = memchr(p, '}', left);
	else if (*p == '%' && p[1] == '(')
		close = memchr(p, ')', left);
	else
		return p + (*p == '%' ? 2 : 1);
	if (!close)
		return p + 1;
	return close + (*p == '%' && close + 1 < end ? 2 : 1);
}

static void add(struct cutter *c, enum sql_kind kind, const char *from, const char *to, char mark)
{
	struct sql_tokens *out = c->out;

	VEC_GROW(out->items, out->count, out->cap);
	out->items[out->count++] = (struct sql_token){ .at = (uint32_t)(from - out->sql),
		.len = (uint32_t)(to - from),
		.line = c->line,
		.kind = (uint8_t)kind,
		.mark = mark };
}

static void pass(struct cutter *c, const char *to)
{
	const char *p;

	for (p = c->p; p < to; p++)
		c->line += *p == '\n';
	c->p = to;
}

/* The quote that closes, doubled ones passed; `end` if there is none. */
static const char *quote_end(const char *p, const char *end, char quote, bool escapes)
{
	for (; p < end; p++) {
		if (escapes && *p == '\\' && p + 1 < end)
			p++;
		else if (*p == quote && p + 1 < end && p[1] == quote)
			p++;
		else if (*p == quote)
			return p;
	}
	return end;
}

static const char *comment_end(const char *p, const char *end)
{
	unsigned depth = 0;

	for (; p < end; p++) {
		if (p + 1 < end && p[0] == '/' && p[1] == '*') {
			depth++;
			p++;
		} else if (p + 1 < end && p[0] == '*' && p[1] == '/') {
			p++;
			if (--depth == 0)
				return p + 1;
		}
	}
	return end;
}

/* A run of word bytes and placeholders is one name; with a placeholder in it, one that is not known. */
static void take_word(struct cutter *c)
{
	const char *p = c->p;
	bool known = true;

	while (p < c->end) {
		if (is_word_byte(*p)) {
			p++;
		} else if (is_placeholder(p, c->end)) {
			known = false;
			p = placeholder_end(p, c->end);
		} else {
			break;
		}
	}
	add(c, known ? SQL_WORD : SQL_UNKNOWN, c->p, p, 0);
	pass(c, p);
}

static void take_quoted(struct cutter *c, char close)
{
	const char *from = c->p + 1, *to = quote_end(from, c->end, close, false), *p;
	bool known = to < c->end;

	for (p = from; p < to && known; p++)
		known = !is_placeholder(p, to);
	add(c, known ? SQL_QUOTED : SQL_UNKNOWN, from, to, 0);
	pass(c, to < c->end ? to + 1 : to);
}

static void take_string(struct cutter *c)
{
	const struct sql_token *last = c->out->count ? &c->out->items[c->out->count - 1] : NULL;
	bool escapes = last && last->kind == SQL_WORD && last->len == 1 && (c->out->sql[last->at] | 0x20) == 'e' &&
		       c->out->sql + last->at + 1 == c->p;
	const char *to = quote_end(c->p + 1, c->end, '\'', escapes);

	add(c, SQL_STRING, c->p + 1, to, 0);
	pass(c, to < c->end ? to + 1 : to);
}

/* $$ or $tag$, and everything up to the same again; false if it is none, or is never closed. */
static bool take_dollar(struct cutter *c)
{
	const char *tag_end = c->p + 1, *close;
	size_t len;

	while (tag_end < c->end && *tag_end != '$' && is_word_byte(*tag_end))
		tag_end++;
	if (tag_end == c->end || *tag_end != '$' || c->unclosed == UNCLOSED_MAX)
		return false;
	tag_end++;
	len = (size_t)(tag_end - c->p);
	close = memmem(tag_end, (size_t)(c->end - tag_end), c->p, len);
	if (!close) {
		c->unclosed++;
		return false;
	}
	add(c, SQL_DOLLAR, tag_end, close, 0);
	pass(c, close + len);
	return true;
}

/* [x] in quotes, as SQL Server has it; not the index of an array, nor its type or its values. */
static bool is_bracket_name(const struct cutter *c)
{
	const char *p = c->p + 1;

	if (c->p > c->out->sql && (is_word_byte(c->p[-1]) || strchr(")]\"'", c->p[-1])))
		return false;
	while (p < c->end && (is_word_byte(*p) || *p == ' ' || *p == UNKNOWN_MARK))
		p++;
	return p < c->end && *p == ']' && p > c->p + 1 && !(c->p[1] >= '0' && c->p[1] <= '9');
}

static void take_one(struct cutter *c)
{
	const char *p = c->p, *eol;
	size_t left = (size_t)(c->end - p);

	if (strchr(" \t\r\n\f\v", *p) || !*p) {
		pass(c, p + 1);
	} else if (left > 1 && p[0] == '-' && p[1] == '-') {
		eol = memchr(p, '\n', left);
		pass(c, eol ? eol : c->end);
	} else if (left > 1 && p[0] == '/' && p[1] == '*') {
		pass(c, comment_end(p, c->end));
	} else if (*p == '\'') {
		take_string(c);
	} else if (*p == '"' || *p == '`') {
		take_quoted(c, *p);
	} else if (*p == '[' && is_bracket_name(c)) {
		take_quoted(c, ']');
	} else if (*p != '$' && (is_word_byte(*p) || is_placeholder(p, c->end))) {
		take_word(c);
	} else if (*p != '$' || !take_dollar(c)) {
		add(c, SQL_MARK, p, p + 1, *p);
		pass(c, p + 1);
	}
}

void sql_tokens_read(struct sql_tokens *tokens, const char *sql, size_t len)
{
	struct cutter c = { .out = tokens, .p = sql, .end = sql + len };

	memset(tokens, 0, sizeof(*tokens));
	tokens->sql = sql;
	while (c.p < c.end && tokens->count < SQL_TOKENS_MAX)
		take_one(&c);
	tokens->cut = c.p < c.end;
}

void sql_tokens_release(struct sql_tokens *tokens)
{
	free(tokens->items);
	memset(tokens, 0, sizeof(*tokens));
}

bool sql_is(const struct sql_tokens *tokens, size_t i, const char *keyword)
{
	const struct sql_token *token = &tokens->items[i];

	return i < tokens->count && token->kind == SQL_WORD && strlen(keyword) == token->len &&
	       strncasecmp(tokens->sql + token->at, keyword, token->len) == 0;
}

bool sql_is_mark(const struct sql_tokens *tokens, size_t i, char mark)
{
	return i < tokens->count && tokens->items[i].kind == SQL_MARK && tokens->items[i].mark == mark;
}
