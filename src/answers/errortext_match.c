#include <string.h>

#include "errortext_parts.h"

enum {
	SKIP_MAX = 600, /* bytes that `%*` passes over */
	WRAPS_MAX = 3,  /* breaks within one bare word */
};

struct span {
	size_t from, to;
};

struct match {
	struct text clean;
	struct span spans[ERROR_SUBJECTS_MAX];
	size_t count;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\n';
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

static bool ends_word(char c)
{
	return is_space(c) || is_quote(c) || strchr(",;()<>", c);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char pattern, char c)
{
	if (pattern == ' ')
		return is_space(c);
	return is_quote(pattern) ? is_quote(c) : lower(pattern) == lower(c);
}

/* False where there is nothing, too much, or no room. */
static bool capture(struct match *m, size_t from, size_t to)
{
	if (to <= from || to - from > ERROR_SUBJECT_LENGTH_MAX || m->count == ERROR_SUBJECTS_MAX)
		return false;
	m->spans[m->count++] = (struct span){ from, to };
	return true;
}

static bool match_here(struct match *m, size_t at, const char *pattern, size_t *end);

/* A bare word; what may be a break within it is tried without the rest, then with it. */
static bool match_bare(struct match *m, size_t at, const char *pattern, size_t *end)
{
	size_t to = at, wraps, kept = m->count;

	for (wraps = 0; wraps <= WRAPS_MAX; wraps++) {
		while (to < m->clean.len && to - at <= ERROR_SUBJECT_LENGTH_MAX && !ends_word(m->clean.ptr[to]))
			to++;
		if (capture(m, at, to) && match_here(m, to, pattern, end))
			return true;
		m->count = kept;
		if (to >= m->clean.len || m->clean.ptr[to] != '\n')
			return false;
		to++;
	}
	return false;
}

/* A word in quotes, or a bare one. */
static bool match_quoted(struct match *m, size_t at, const char *pattern, size_t *end)
{
	size_t kept = m->count, to;

	if (at < m->clean.len && m->clean.ptr[at] == '\n')
		at++;
	if (at >= m->clean.len || !is_quote(m->clean.ptr[at]))
		return match_bare(m, at, pattern, end);
	for (to = at + 1; to < m->clean.len && m->clean.ptr[to] != m->clean.ptr[at]; to++)
		if (to - at > ERROR_SUBJECT_LENGTH_MAX)
			return false;
	if (to < m->clean.len && capture(m, at + 1, to) && match_here(m, to + 1, pattern, end))
		return true;
	m->count = kept;
	return false;
}

/* Words parted by commas. */
static bool match_list(struct match *m, size_t at, const char *pattern, size_t *end)
{
	size_t kept = m->count, to;

	while (at < m->clean.len && m->count < ERROR_SUBJECTS_MAX) {
		while (at < m->clean.len && (is_space(m->clean.ptr[at]) || is_quote(m->clean.ptr[at])))
			at++;
		for (to = at; to < m->clean.len && to - at <= ERROR_SUBJECT_LENGTH_MAX; to++)
			if (m->clean.ptr[to] != '\n' && ends_word(m->clean.ptr[to]))
				break;
		if (!capture(m, at, to))
			break;
		for (at = to; at < m->clean.len && (is_space(m->clean.ptr[at]) || is_quote(m->clean.ptr[at])); at++)
			;
		if (at >= m->clean.len || m->clean.ptr[at] != ',')
			return match_here(m, at, pattern, end);
		at++;
	}
	m->count = kept;
	return false;
}

/* `A:B` */
static bool match_range(struct match *m, size_t at, const char *pattern, size_t *end)
{
	size_t kept = m->count, colon = at, to;

	while (colon < m->clean.len && colon - at <= ERROR_SUBJECT_LENGTH_MAX && m->clean.ptr[colon] != ':' &&
		!ends_word(m->clean.ptr[colon]))
		colon++;
	if (colon >= m->clean.len || m->clean.ptr[colon] != ':')
		return false;
	for (to = colon + 1; to < m->clean.len && to - colon <= ERROR_SUBJECT_LENGTH_MAX; to++)
		if (ends_word(m->clean.ptr[to]))
			break;
	if (capture(m, at, colon) && capture(m, colon + 1, to) && match_here(m, to, pattern, end))
		return true;
	m->count = kept;
	return false;
}

/* Anything up to where the rest of the pattern stands; captured or not. */
static bool match_anything(struct match *m, size_t at, const char *pattern, bool captured, size_t *end)
{
	size_t kept = m->count, to, most = captured ? ERROR_SUBJECT_LENGTH_MAX : SKIP_MAX;

	for (to = at; to < m->clean.len && to - at <= most; to++) {
		if (captured && !capture(m, at, to))
			continue;
		if (match_here(m, to, pattern, end))
			return true;
		m->count = kept;
	}
	return false;
}

static bool match_directive(struct match *m, size_t at, char directive, const char *rest, size_t *end)
{
	switch (directive) {
	case 'q':
		return match_quoted(m, at, rest, end);
	case 'b':
		return match_bare(m, at, rest, end);
	case 'l':
		return match_list(m, at, rest, end);
	case 'r':
		return match_range(m, at, rest, end);
	case 'f':
		return match_anything(m, at, rest, true, end);
	default:
		return match_anything(m, at, rest, false, end);
	}
}

static bool match_here(struct match *m, size_t at, const char *pattern, size_t *end)
{
	for (; *pattern; pattern++) {
		if (*pattern == '%')
			return match_directive(m, at, pattern[1], pattern + 2, end);
		if (at < m->clean.len && m->clean.ptr[at] == '\n' && *pattern != ' ')
			at++;
		if (at >= m->clean.len || !same(*pattern, m->clean.ptr[at]))
			return false;
		at++;
	}
	*end = at;
	return true;
}

/* The bytes, without the breaks in them. */
static struct text copy_span(struct text clean, struct span span, struct arena *arena)
{
	char *copy = arena_memdup(arena, clean.ptr + span.from, span.to - span.from);
	size_t i, len = 0;

	for (i = 0; i < span.to - span.from; i++)
		if (copy[i] != '\n')
			copy[len++] = copy[i];
	return (struct text){ copy, len };
}

bool errortext_find(struct text clean, size_t *at, const char *pattern, struct arena *arena, struct captures *captures)
{
	struct match m = { .clean = clean };
	size_t from, i;

	for (from = *at; from < clean.len; from++) {
		m.count = 0;
		if (clean.ptr[from] == '\n' || (*pattern != '%' && !same(*pattern, clean.ptr[from])))
			continue;
		if (!match_here(&m, from, pattern, at))
			continue;
		for (i = 0; i < m.count; i++)
			captures->words[i] = copy_span(clean, m.spans[i], arena);
		captures->count = m.count;
		return true;
	}
	return false;
}
