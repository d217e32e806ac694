#include "markdown.h"

#include <string.h>

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void markdown_add_text(struct strbuf *out, struct text text)
{
	static const char special[] = "\\`*_[]<>&|~#!$";
	size_t i;

	for (i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '@' && i + 1 < text.len && is_word(text.ptr[i + 1])) {
			strbuf_addstr(out, "@<!-- -->"); /* nobody is to be mentioned */
			continue;
		}
		if (c == ':' && text.len - i > 2 && text.ptr[i + 1] == '/' && text.ptr[i + 2] == '/') {
			strbuf_addstr(out, ":<!-- -->"); /* nor linked to */
			continue;
		}
		if (c && strchr(special, c))
			strbuf_addch(out, '\\');
		strbuf_addch(out, c);
	}
}

static size_t longest_run(struct text text, char c)
{
	size_t i, run = 0, longest = 0;

	for (i = 0; i < text.len; i++) {
		run = text.ptr[i] == c ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

void markdown_add_code(struct strbuf *out, struct text text, bool in_table)
{
	size_t ticks = longest_run(text, '`') + 1, i;
	bool pads = text.len == 0 || text.ptr[0] == '`' || text.ptr[text.len - 1] == '`' ||
		    (text.ptr[0] == ' ' && text.ptr[text.len - 1] == ' ');

	strbuf_addchn(out, '`', ticks);
	if (pads)
		strbuf_addch(out, ' ');
	for (i = 0; i < text.len; i++) {
		if (in_table && text.ptr[i] == '|')
			strbuf_addch(out, '\\');
		strbuf_addch(out, text.ptr[i]);
	}
	if (pads)
		strbuf_addch(out, ' ');
	strbuf_addchn(out, '`', ticks);
}

void markdown_add_fence(struct strbuf *out, const char *language, struct text lines)
{
	size_t ticks = longest_run(lines, '`') + 1;

	if (ticks < 3)
		ticks = 3;
	strbuf_addchn(out, '`', ticks);
	strbuf_addf(out, "%s\n", language);
	strbuf_add(out, lines.ptr, lines.len);
	if (lines.len && lines.ptr[lines.len - 1] != '\n')
		strbuf_addch(out, '\n');
	strbuf_addchn(out, '`', ticks);
	strbuf_addch(out, '\n');
}
