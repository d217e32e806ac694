#include "docstring.h"

#include <string.h>

#include "revident/alembic/python_text.h"

/* U+FFFD, for what an escape says and this reader does not tell. */
static const char REPLACEMENT[] = "\xef\xbf\xbd";

struct docstring docstring_find(const char *source, const struct token_list *list)
{
	const struct token *tokens = list->items, *last;
	struct docstring doc = { { 0, 0 }, 0, 0 };
	struct span span = { 0, 0 };

	while (span.to < list->count && tokens[span.to].kind != TOKEN_NEWLINE &&
		!(tokens[span.to].kind == TOKEN_OP && tokens[span.to].op == ';'))
		span.to = token_skip(tokens, span.to);
	span = span_unwrap(tokens, span);
	if (!span_is_string(tokens, span))
		return doc;
	last = &tokens[span.to - 1];
	doc.strings = span;
	doc.first_line = tokens[0].line;
	doc.last_line = last->line;
	doc.last_line += line_ends(source + last->at, source + last->at + last->len);
	for (size_t i = span.to; tokens[i].kind == TOKEN_OP && tokens[i].op == ')'; i++)
		doc.last_line = tokens[i].line;
	return doc;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct text trim(struct text text)
{
	while (text.len && is_blank(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	while (text.len && is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* What stands behind `label` in `line`, trimmed. */
static bool labelled(struct text line, const char *label, struct text *value)
{
	size_t n = strlen(label);

	if (line.len < n || memcmp(line.ptr, label, n) != 0)
		return false;
	*value = trim((struct text){ line.ptr + n, line.len - n });
	return true;
}

static struct text keep(struct arena *arena, struct text text)
{
	return (struct text){ arena_memdup(arena, text.ptr, text.len), text.len };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_time_of_day(struct text text)
{
	for (size_t i = 1; i + 2 < text.len; i++)
		if (text.ptr[i] == ':' && is_digit(text.ptr[i - 1]) && is_digit(text.ptr[i + 1]) &&
			is_digit(text.ptr[i + 2]))
			return true;
	return false;
}

static void take_create_date(struct text value, struct arena *arena, struct migration *out)
{
	out->create_date = keep(arena, value);
	out->create_date_has_time = has_time_of_day(value);
}

static void read_line(struct text line, unsigned number, struct arena *arena, struct migration *out)
{
	struct text value;

	line = trim(line);
	if (!line.len)
		return;
	if (!out->message.ptr)
		out->message = keep(arena, line);
	if (!out->doc_revision.ptr && labelled(line, "Revision ID:", &value)) {
		out->doc_revision = keep(arena, value);
		out->doc_revision_line = number;
	} else if (!out->doc_revises.ptr && labelled(line, "Revises:", &value)) {
		out->doc_revises = keep(arena, value);
		out->doc_revises_line = number;
	} else if (!out->create_date.ptr && labelled(line, "Create Date:", &value)) {
		take_create_date(value, arena, out);
	}
}

void docstring_read(const char *source, const struct token_list *list, struct arena *arena, struct strbuf *scratch,
	struct migration *out)
{
	struct docstring doc = docstring_find(source, list);
	unsigned line = doc.first_line;

	strbuf_clear(scratch);
	for (size_t i = doc.strings.from; i < doc.strings.to; i++) {
		struct literal literal = literal_open(source, &list->items[i]);

		if (!scratch->len)
			line = literal.line;
		for (enum decoded state = DECODED; literal_next(&literal, scratch, &state); state = DECODED) {
			if (state != DECODED)
				strbuf_addstr(scratch, REPLACEMENT);
			if (!scratch->len || scratch->buf[scratch->len - 1] != '\n')
				continue;
			read_line((struct text){ scratch->buf, scratch->len }, line, arena, out);
			strbuf_clear(scratch);
			line = literal.line;
		}
	}
	read_line((struct text){ scratch->buf, scratch->len }, line, arena, out);
}

void create_date_read(const char *bytes, size_t len, struct arena *arena, struct migration *out)
{
	const char *at = bytes, *end = bytes + len;

	while (!out->create_date.ptr && at < end) {
		const char *found = memmem(at, (size_t)(end - at), "Create Date:", 12), *start, *eol;
		struct text line, value;

		if (!found)
			return;
		for (start = found; start > bytes && start[-1] != '\n' && start[-1] != '\r'; start--)
			;
		for (eol = found; eol < end && *eol != '\n' && *eol != '\r'; eol++)
			;
		line = trim((struct text){ start, (size_t)(eol - start) });
		if (labelled(line, "Create Date:", &value))
			take_create_date(value, arena, out);
		at = found + 12;
	}
}
