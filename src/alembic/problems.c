#include "problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/strbuf.h"

enum {
	PROBLEM_MAX = 512, /* bytes of one problem */
	QUOTE_MAX = 80,    /* bytes of the file that one problem quotes */
};

void problems_init(struct problems *list, struct arena *arena)
{
	list->arena = arena;
	list->items = arena_calloc(arena, CONFIG_PROBLEMS_MAX, sizeof(*list->items));
	list->count = 0;
}

void problems_add(struct problems *list, unsigned line, const char *fmt, ...)
{
	char what[PROBLEM_MAX];
	va_list ap;

	if (list->count >= CONFIG_PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	list->items[list->count++] = (struct config_problem){ line, text_of(arena_strdup(list->arena, what)) };
}

const char *problem_quote(struct arena *arena, struct text bytes)
{
	size_t shown = bytes.len < QUOTE_MAX ? bytes.len : QUOTE_MAX;
	struct strbuf out = STRBUF_INIT;
	const char *copy;

	strbuf_addch(&out, '\'');
	strbuf_add_printable(&out, bytes.ptr, shown);
	if (shown < bytes.len)
		strbuf_addstr(&out, "...");
	strbuf_addch(&out, '\'');
	copy = arena_memdup(arena, out.buf, out.len);
	strbuf_release(&out);
	return copy;
}
