/*
 * The objects that a report stands on.
 */
#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

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
	clerk->out->exhibits = arena_copy(clerk->arena, s.items, s.count, sizeof(*s.items));
	clerk->out->exhibit_count = s.count;
	free(s.items);
	intern_release(&s.known);
}
