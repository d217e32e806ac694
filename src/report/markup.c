#include "markup.h"

void markup_add(struct strbuf *out, struct text text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '&':
			strbuf_addstr(out, "&amp;");
			break;
		case '<':
			strbuf_addstr(out, "&lt;");
			break;
		case '>':
			strbuf_addstr(out, "&gt;");
			break;
		case '"':
			strbuf_addstr(out, "&quot;");
			break;
		case '\'':
			strbuf_addstr(out, "&#39;");
			break;
		default:
			strbuf_addch(out, text.ptr[i]);
		}
}
