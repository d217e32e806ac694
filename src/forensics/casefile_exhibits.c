#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

enum { WORD_MIN = 3 };

/* --- exhibits ------------------------------------------------------------------------------------------------------ */

struct shelf {
	struct exhibit *items;
	size_t count, cap;
	struct intern known; /* of the items: kind, id and name */
};

static struct exhibit *add(
	struct shelf *s, enum exhibit_kind kind, const struct oid *id, struct text name, const char *what)
{
	struct strbuf key = STRBUF_INIT;
	struct exhibit *e;
	uint32_t number;

	strbuf_addch(&key, (char)kind);
	strbuf_add(&key, id->bytes, OID_BYTES);
	strbuf_add(&key, name.ptr, name.len);
	number = intern_add(&s->known, key.buf, key.len);
	strbuf_release(&key);
	if (number < s->count)
		return &s->items[number];
	VEC_GROW(s->items, s->count, s->cap);
	e = &s->items[s->count++];
	*e = (struct exhibit){ .kind = kind, .id = *id, .name = name, .what = what };
	return e;
}

static void add_commit(struct shelf *s, const struct commit_info *commit, const char *what)
{
	add(s, EXHIBIT_COMMIT, &commit->id, TEXT_NONE, what)->is_signed = commit->is_signed;
}

static void add_file(struct shelf *s, const struct case_file *file, const char *what)
{
	struct exhibit *e;

	if (!file->path.ptr || oid_is_null(&file->blob))
		return;
	e = add(s, EXHIBIT_BLOB, &file->blob, file->path, what);
	e->has_content = file->is_read;
	e->size = file->size;
	memcpy(e->sha256, file->sha256, sizeof(e->sha256));
}

static const char *what_of(const struct moment *moment)
{
	switch (moment->kind) {
	case MOMENT_LANDED:
		return "where it reached the protected ref";
	case MOMENT_TOUCHED:
		return "the next that changed the file";
	case MOMENT_AS_OF:
		return "HEAD";
	case MOMENT_EVENT:
		break;
	}
	return event_kind_is_loss(moment->event->kind) ? "the loss" : event_kind_name(moment->event->kind);
}

static void add_case(struct shelf *s, const struct lost_case *c)
{
	size_t i;

	for (i = 0; i < c->moment_count; i++)
		if (c->moments[i].kind != MOMENT_AS_OF)
			add_commit(s, c->moments[i].commit, what_of(&c->moments[i]));
	if (c->loss && !oid_is_null(&c->loss->commit->tree))
		add(s, EXHIBIT_TREE, &c->loss->commit->tree, TEXT_NONE, "the tree of the loss");
	add_file(s, &c->lost, "the lost file");
	add_file(s, &c->usurper, "what took its place");
	for (i = 0; i < c->holding.count; i++)
		add(s, EXHIBIT_REF, &c->holding.items[i].commit, c->holding.items[i].name, "holds the original");
	for (i = 0; i < c->damaged.count; i++)
		add(s, EXHIBIT_REF, &c->damaged.items[i].commit, c->damaged.items[i].name, "holds the damage");
}

static int compare_exhibits(const void *a, const void *b)
{
	const struct exhibit *x = a, *y = b;
	int order;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	order = text_compare(x->name, y->name);
	return order ? order : oid_compare(&x->id, &y->id);
}

void casefile_write_exhibits(struct clerk *clerk)
{
	struct shelf s = { 0 };
	struct exhibit *exhibits;
	size_t i;

	intern_init(&s.known);
	for (i = 0; i < clerk->out->case_count; i++)
		add_case(&s, &clerk->out->cases[i]);
	if (clerk->out->head) {
		add_commit(&s, clerk->out->head, "HEAD");
		if (!oid_is_null(&clerk->out->head->tree))
			add(&s, EXHIBIT_TREE, &clerk->out->head->tree, TEXT_NONE, "the tree of HEAD");
	}
	if (s.count)
		qsort(s.items, s.count, sizeof(*s.items), compare_exhibits);
	exhibits = arena_calloc(clerk->arena, s.count + 1, sizeof(*exhibits));
	if (s.count)
		memcpy(exhibits, s.items, s.count * sizeof(*exhibits));
	clerk->out->exhibits = exhibits;
	clerk->out->exhibit_count = s.count;
	free(s.items);
	intern_release(&s.known);
}

/* --- what a redacted report must not hold --------------------------------------------------------------------------- */

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
	struct text *items;
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
	items = arena_calloc(clerk->arena, s.count + 1, sizeof(*items));
	if (s.count)
		memcpy(items, s.items, s.count * sizeof(*items));
	clerk->out->secrets = items;
	clerk->out->secret_count = s.count;
	free(s.items);
}
