#include <string.h>

#include "revident/alembic/literal.h"

/* The longest name that Unicode has given is 88 characters. */
enum { CHARACTER_NAME_MAX = 128 };

struct literal literal_open(const char *source, const struct token *token)
{
	struct literal literal = { .line = token->line };
	const char *p = source + token->at, *end = p + token->len;
	size_t quotes;

	for (; *p != '\'' && *p != '"'; p++)
		if (*p == 'r' || *p == 'R')
			literal.raw = true;
	quotes = end - p >= 6 && p[1] == p[0] && p[2] == p[0] ? 3 : 1;
	literal.at = p + quotes;
	literal.end = end - quotes;
	return literal;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static void add_character(struct strbuf *out, unsigned long code)
{
	char bytes[4];
	size_t n = 0;

	if (code < 0x80) {
		bytes[n++] = (char)code;
	} else if (code < 0x800) {
		bytes[n++] = (char)(0xc0 | (code >> 6));
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		bytes[n++] = (char)(0xe0 | (code >> 12));
		bytes[n++] = (char)(0x80 | ((code >> 6) & 0x3f));
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	} else {
		bytes[n++] = (char)(0xf0 | (code >> 18));
		bytes[n++] = (char)(0x80 | ((code >> 12) & 0x3f));
		bytes[n++] = (char)(0x80 | ((code >> 6) & 0x3f));
		bytes[n++] = (char)(0x80 | (code & 0x3f));
	}
	strbuf_add(out, bytes, n);
}

/* Exactly `digits` hexadecimal digits at literal->at. */
static enum decoded take_hex(struct literal *literal, size_t digits, struct strbuf *out)
{
	unsigned long code = 0;

	for (size_t i = 0; i < digits; i++, literal->at++) {
		int digit = literal->at < literal->end ? hex_digit(*literal->at) : -1;

		if (digit < 0)
			return DECODED_INVALID;
		code = code * 16 + (unsigned long)digit;
	}
	if (code > 0x10ffff)
		return DECODED_INVALID;
	if (!code || (code >= 0xd800 && code < 0xe000))
		return DECODED_OPAQUE;
	add_character(out, code);
	return DECODED;
}

static enum decoded take_octal(struct literal *literal, struct strbuf *out)
{
	unsigned long code = 0;

	for (size_t i = 0; i < 3 && literal->at < literal->end && *literal->at >= '0' && *literal->at <= '7'; i++)
		code = code * 8 + (unsigned long)(*literal->at++ - '0');
	if (!code)
		return DECODED_OPAQUE;
	add_character(out, code);
	return DECODED;
}

static void pass_line_end(struct literal *literal)
{
	literal->at += *literal->at == '\r' && literal->at + 1 < literal->end && literal->at[1] == '\n' ? 2 : 1;
	literal->line++;
}

/* `{NAME}`: which character that is, only a table of all of them could say. */
static enum decoded pass_character_name(struct literal *literal)
{
	size_t left = (size_t)(literal->end - literal->at);
	const char *close = memchr(literal->at, '}', left < CHARACTER_NAME_MAX ? left : CHARACTER_NAME_MAX);

	if (!close || *literal->at != '{')
		return DECODED_INVALID;
	literal->at = close + 1;
	return DECODED_OPAQUE;
}

/* What stands behind a backslash. */
static enum decoded take_escape(struct literal *literal, struct strbuf *out)
{
	static const char letters[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
	const char *found;
	char c = *literal->at;

	if (c == '\n' || c == '\r') {
		pass_line_end(literal);
		return DECODED;
	}
	if (c >= '0' && c <= '7')
		return take_octal(literal, out);
	literal->at++;
	found = c ? strchr(letters, c) : NULL;
	if (found) {
		strbuf_addch(out, values[found - letters]);
		return DECODED;
	}
	switch (c) {
	case 'x':
		return take_hex(literal, 2, out);
	case 'u':
		return take_hex(literal, 4, out);
	case 'U':
		return take_hex(literal, 8, out);
	case 'N':
		return pass_character_name(literal);
	default:
		strbuf_addch(out, '\\');
		literal->at--;
		return DECODED;
	}
}

bool literal_next(struct literal *literal, struct strbuf *out, enum decoded *state)
{
	const char *p = literal->at;
	enum decoded piece = DECODED;

	if (p >= literal->end)
		return false;
	while (p < literal->end && *p != '\n' && *p != '\r' && *p && (*p != '\\' || literal->raw))
		p++;
	if (p > literal->at) {
		strbuf_add(out, literal->at, (size_t)(p - literal->at));
		literal->at = p;
		return true;
	}
	if (*p == '\n' || *p == '\r') {
		pass_line_end(literal);
		strbuf_addch(out, '\n');
		return true;
	}
	literal->at++;
	if (!*p)
		piece = DECODED_OPAQUE;
	else if (literal->at < literal->end)
		piece = take_escape(literal, out);
	if (piece > *state)
		*state = piece;
	return true;
}

enum decoded literal_value(const char *source, const struct token *token, struct strbuf *out)
{
	struct literal literal = literal_open(source, token);
	enum decoded state = DECODED;

	while (literal_next(&literal, out, &state))
		continue;
	return state;
}

static bool is_open_bracket(const struct token *token)
{
	return token->kind == TOKEN_OP && (token->op == '(' || token->op == '[' || token->op == '{');
}

static bool is_op(const struct token *token, uint8_t op)
{
	return token->kind == TOKEN_OP && token->op == op;
}

size_t token_skip(const struct token *tokens, size_t i)
{
	return (is_open_bracket(&tokens[i]) ? tokens[i].pair : i) + 1;
}

bool span_has_comma(const struct token *tokens, struct span span)
{
	for (size_t i = span.from; i < span.to; i = token_skip(tokens, i))
		if (is_op(&tokens[i], ','))
			return true;
	return false;
}

/* Does one pair of brackets hold all of it? */
static bool is_bracketed(const struct token *tokens, struct span span)
{
	return span.to - span.from >= 2 && is_open_bracket(&tokens[span.from]) && tokens[span.from].pair == span.to - 1;
}

struct span span_unwrap(const struct token *tokens, struct span span)
{
	while (is_bracketed(tokens, span) && tokens[span.from].op == '(') {
		struct span inside = { span.from + 1, span.to - 1 };

		if (inside.from == inside.to || span_has_comma(tokens, inside))
			break;
		span = inside;
	}
	return span;
}

enum display span_display(const struct token *tokens, struct span span, struct span *inside)
{
	*inside = span;
	if (span.from == span.to)
		return DISPLAY_NONE;
	if (is_bracketed(tokens, span)) {
		*inside = (struct span){ span.from + 1, span.to - 1 };
		if (tokens[span.from].op == '[')
			return DISPLAY_LIST;
		if (tokens[span.from].op == '{')
			return inside->from < inside->to ? DISPLAY_SET : DISPLAY_NONE;
		return DISPLAY_TUPLE;
	}
	return span_has_comma(tokens, span) ? DISPLAY_TUPLE : DISPLAY_NONE;
}

bool span_next(const struct token *tokens, struct span *inside, struct span *element)
{
	size_t i = inside->from;

	if (i >= inside->to)
		return false;
	while (i < inside->to && !is_op(&tokens[i], ','))
		i = token_skip(tokens, i);
	*element = (struct span){ inside->from, i };
	inside->from = i < inside->to ? i + 1 : i;
	return true;
}

bool span_is_string(const struct token *tokens, struct span span)
{
	for (size_t i = span.from; i < span.to; i++)
		if (tokens[i].kind != TOKEN_STRING)
			return false;
	return span.from < span.to;
}
