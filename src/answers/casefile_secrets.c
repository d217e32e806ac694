/*
 * The names and addresses that a redacted report must not hold.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "casefile_parts.h"
#include "revident/base/xalloc.h"

enum { WORD_MIN = 3 }; /* bytes; shorter ones are in too many other words */

struct secrets {
	struct text *items;
	size_t count, cap;
};

static void hide(struct secrets *s, struct text text)
{
	size_t i;

	while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
		text.ptr++;
		text.len--;
	}
	while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\r'))
		text.len--;
	if (text.len < 2)
		return;
	for (i = 0; i < s->count; i++)
		if (text_equal(s->items[i], text))
			return;
	VEC_GROW(s->items, s->count, s->cap);
	s->items[s->count++] = text;
}

static bool is_common(struct text word)
{
	static const char *const words[] = { "alembic", "git", "github", "gitlab", "head", "main", "master", "noreply",
		"revident", "root", "the", "users" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == word.len && !strncasecmp(words[i], word.ptr, word.len))
			return true;
	return false;
}

/* A whole name or address, and each word of it that may stand alone. */
static void hide_words(struct secrets *s, struct text text, const char *separators)
{
	size_t at = 0;

	while (at < text.len) {
		size_t end = at;

		while (end < text.len && !(text.ptr[end] && strchr(separators, text.ptr[end])))
			end++;
		if (end - at >= WORD_MIN && !is_common((struct text){ text.ptr + at, end - at }))
			hide(s, (struct text){ text.ptr + at, end - at });
		at = end + 1;
	}
}

static void hide_person(struct secrets *s, struct text name, struct text email)
{
	const char *at = email.len ? memchr(email.ptr, '@', email.len) : NULL;

	hide(s, email);
	if (at)
		hide_words(s, (struct text){ email.ptr, (size_t)(at - email.ptr) }, ".+-_0123456789");
	if (at && at > email.ptr)
		hide_words(s, (struct text){ email.ptr, (size_t)(at - email.ptr) }, "+");
	if (!is_common(name))
		hide(s, name);
	hide_words(s, name, " ,.\t\"'()");
}

static void hide_trailer(struct secrets *s, struct text value)
{
	const char *open = value.len ? memchr(value.ptr, '<', value.len) : NULL;
	const char *close = open ? memchr(open, '>', value.len - (size_t)(open - value.ptr)) : NULL;

	if (close)
		hide_person(s, (struct text){ value.ptr, (size_t)(open - value.ptr) },
			(struct text){ open + 1, (size_t)(close - open) - 1 });
}

/* "zoe" of "Merge pull request #12 from zoe/branch": whose branch it was. */
static void hide_login(struct secrets *s, struct text summary)
{
	static const char merge[] = "Merge pull request #", from[] = " from ";
	const char *name, *slash;

	if (summary.len < sizeof(merge) || memcmp(summary.ptr, merge, sizeof(merge) - 1) != 0)
		return;
	name = memmem(summary.ptr, summary.len, from, sizeof(from) - 1);
	if (!name)
		return;
	name += sizeof(from) - 1;
	slash = memchr(name, '/', summary.len - (size_t)(name - summary.ptr));
	if (slash && !is_common((struct text){ name, (size_t)(slash - name) }))
		hide(s, (struct text){ name, (size_t)(slash - name) });
}

static void hide_commit(struct secrets *s, const struct commit_info *commit)
{
	hide_login(s, commit->summary);
	hide_person(s, commit->author.name, commit->author.email);
	hide_person(s, commit->committer.name, commit->committer.email);
}

static int longest_first(const void *a, const void *b)
{
	const struct text *x = a, *y = b;

	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return text_compare(*x, *y);
}

void casefile_write_secrets(struct clerk *clerk)
{
	struct secrets s = { 0 };
	size_t i, k, n;

	for (i = 0; i < clerk->out->case_count; i++) {
		const struct lost_case *c = &clerk->out->cases[i];

		for (k = 0; k < c->moment_count; k++) {
			hide_commit(&s, c->moments[k].commit);
			for (n = 0; n < c->moments[k].trailer_count; n++)
				hide_trailer(&s, c->moments[k].trailers[n].value);
		}
	}
	if (clerk->out->head)
		hide_commit(&s, clerk->out->head);
	if (s.count)
		qsort(s.items, s.count, sizeof(*s.items), longest_first);
	clerk->out->secrets = arena_copy(clerk->arena, s.items, s.count, sizeof(*s.items));
	clerk->out->secret_count = s.count;
	free(s.items);
}
