#include "chain_model.h"

#include <string.h>

#include "revident/forensics/chain.h"

enum { MEMBERS_MAX = 5000, NAMES_MAX = 64 };

static struct text copy(struct arena *arena, const char *from, size_t len)
{
	return (struct text){ arena_memdup(arena, from, len), len };
}

/* The words of a part. */
static const struct text *words_of(struct arena *arena, struct text part, size_t *count)
{
	struct text *words = arena_calloc(arena, NAMES_MAX, sizeof(*words));
	const char *at = part.ptr, *end = part.ptr + part.len;

	*count = 0;
	while (at < end && *count < NAMES_MAX) {
		size_t len;

		at += strspn(at, " ");
		if (at >= end)
			break;
		for (len = 0; at + len < end && at[len] != ' '; len++)
			;
		words[(*count)++] = copy(arena, at, len);
		at += len;
	}
	return words;
}

/* Takes the next part off the line, up to a bar. */
static struct text next_part(struct text *line)
{
	const char *bar = line->len ? memchr(line->ptr, '|', line->len) : NULL;
	size_t len = bar ? (size_t)(bar - line->ptr) : line->len;
	struct text part = { line->ptr, len };

	line->ptr += bar ? len + 1 : len;
	line->len -= bar ? len + 1 : len;
	return part;
}

static struct chain_member member_of(struct arena *arena, struct text line, size_t number)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	struct chain_member m = { .revision = copy(arena, line.ptr, (size_t)(colon - line.ptr)) };
	struct text rest = { colon + 1, line.len - (size_t)(colon + 1 - line.ptr) }, message;

	m.path = text_of(arena_printf(arena, "v/%zu.py", number));
	m.parents = words_of(arena, next_part(&rest), &m.parent_count);
	if (m.parent_count == 1 && text_equal(m.parents[0], TEXT_LITERAL("?"))) {
		m.parents_unknown = true;
		m.parent_count = 0;
	}
	m.labels = words_of(arena, next_part(&rest), &m.label_count);
	m.depends_on = words_of(arena, next_part(&rest), &m.depends_count);
	message = next_part(&rest);
	while (message.len && *message.ptr == ' ') {
		message.ptr++;
		message.len--;
	}
	if (message.len)
		m.message = copy(arena, message.ptr, message.len);
	return m;
}

void chain_model_build(struct arena *arena, const char *lines, const char *external, struct chain *out)
{
	struct chain_member *members = arena_calloc(arena, MEMBERS_MAX, sizeof(*members));
	struct text outside = text_of(external);
	size_t count = 0;

	while (*lines && count < MEMBERS_MAX) {
		size_t len = strcspn(lines, "\n");

		members[count] = member_of(arena, (struct text){ lines, len }, count + 1);
		count++;
		lines += lines[len] ? len + 1 : len;
	}
	chain_build(arena, members, count, &outside, external ? 1 : 0, out);
}
