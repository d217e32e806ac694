#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "history_view.h"

/* How a holder in a parent goes on in the commit. */
struct link {
	struct place before, after;
};

/* What one parent's holders and the commit's have to do with each other. */
struct comparison {
	bool has_parent_holder;
	bool equal; /* same paths, same blobs */
	bool is[EVENT_KINDS];
	struct link first[EVENT_KINDS]; /* the first link, by path, that shows the kind */
};

static struct text base_name(const struct study *study, uint32_t path)
{
	return text_base_name(study_path_text(study, path));
}

/* By what vanished paths are paired with new ones: all equal blobs before any equal name, names before mere order. */
enum pairing { BY_BLOB, BY_NAME, BY_ORDER, PAIRINGS };

static struct text pairing_key(const struct study *study, const struct holder *holder, enum pairing by)
{
	switch (by) {
	case BY_BLOB:
		return (struct text){ (const char *)&holder->place.blob, sizeof(holder->place.blob) };
	case BY_NAME:
		return base_name(study, holder->place.path);
	default:
		return (struct text){ "", 0 };
	}
}

/* Holders of one side that the other has not at their path. */
struct unpaired {
	const struct holder **items; /* NULL once paired */
	size_t count;
};

/* Each vanished one, in their order, takes the first new one with its key that nobody took. Returns how many did. */
static size_t pair_up(
	const struct study *study, struct unpaired *gone, struct unpaired *fresh, enum pairing by, struct link *links)
{
	uint32_t *first = xcalloc(fresh->count, sizeof(*first)); /* by key: its first, + 1 */
	uint32_t *next = xcalloc(fresh->count, sizeof(*next));
	struct intern keys;
	struct text text;
	size_t i, n = 0;
	uint32_t key;

	intern_init(&keys);
	for (i = fresh->count; i-- > 0;) {
		if (!fresh->items[i])
			continue;
		text = pairing_key(study, fresh->items[i], by);
		key = intern_add(&keys, text.ptr, text.len);
		next[i] = first[key];
		first[key] = (uint32_t)i + 1;
	}
	for (i = 0; i < gone->count && keys.count; i++) {
		if (!gone->items[i])
			continue;
		text = pairing_key(study, gone->items[i], by);
		key = intern_find(&keys, text.ptr, text.len);
		if (key == INTERN_NONE || !first[key])
			continue;
		links[n++] = (struct link){ gone->items[i]->place, fresh->items[first[key] - 1]->place };
		gone->items[i] = fresh->items[first[key] - 1] = NULL;
		first[key] = next[first[key] - 1];
	}
	intern_release(&keys);
	free(first);
	free(next);
	return n;
}

/* Pairs by path first, then vanished with new paths. Returns how many links there are; the moved ones are last. */
static size_t link_holders(const struct study *study, const struct holder *old, size_t old_count,
	const struct holder *now, size_t now_count, struct link *links, size_t *moved_at)
{
	struct unpaired gone = { .items = xcalloc(old_count, sizeof(*gone.items)) };
	struct unpaired fresh = { .items = xcalloc(now_count, sizeof(*fresh.items)) };
	size_t i = 0, k = 0, n = 0;
	enum pairing by;

	while (i < old_count || k < now_count) { /* both are sorted by path */
		int order = i == old_count   ? 1
			    : k == now_count ? -1
					     : study_compare_paths(study, old[i].place.path, now[k].place.path);

		if (order == 0)
			links[n++] = (struct link){ old[i].place, now[k].place };
		if (order < 0)
			gone.items[gone.count++] = &old[i];
		if (order > 0)
			fresh.items[fresh.count++] = &now[k];
		i += order <= 0;
		k += order >= 0;
	}
	*moved_at = n;
	for (by = BY_BLOB; by < PAIRINGS && gone.count && fresh.count; by++)
		n += pair_up(study, &gone, &fresh, by, links + n);
	free(gone.items);
	free(fresh.items);
	return n;
}

/* Is every value of one in the other? Bindings hold no repeats, so equal counts make it a comparison of sets. */
static bool same_set(const struct binding *a, const struct binding *b)
{
	size_t i, k;

	if (a->kind != b->kind)
		return false;
	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		for (k = 0; k < b->count && !text_equal(a->values[i], b->values[k]); k++)
			;
		if (k == b->count)
			return false;
	}
	return true;
}

static void show(struct comparison *c, enum event_kind kind, const struct link *link, const struct study *study)
{
	if (c->is[kind] && study_compare_paths(study, link->before.path, c->first[kind].before.path) >= 0)
		return;
	c->is[kind] = true;
	c->first[kind] = *link;
}

static int compare_link(struct view *view, const struct link *link, bool is_moved, struct comparison *out)
{
	const struct migration *before = view->study->blobs[link->before.blob].migration;
	const struct migration *after = view->study->blobs[link->after.blob].migration;
	bool reparented = !same_set(&before->down_revision, &after->down_revision);
	bool replaced = false;

	if (is_moved)
		show(out, EVENT_MOVED, link, view->study);
	if (link->before.blob == link->after.blob)
		return 0;
	if (study_other_content(view->study, link->before.blob, link->after.blob, &replaced, view->err) < 0)
		return -1;
	if (reparented)
		show(out, EVENT_REPARENTED, link, view->study);
	if (replaced)
		show(out, EVENT_REPLACED, link, view->study);
	if (!is_moved && !reparented) /* or replaced, as seen from this parent; that takes its place */
		show(out, EVENT_EDITED, link, view->study);
	return 0;
}

static int compare_side(struct view *view, const struct holders *holders, uint32_t side, struct comparison *out)
{
	size_t i, links = 1, moved_at = 1, now_count, old_count;
	struct link only, *all = &only;
	const struct holder *now = holders_on(holders, 0, &now_count);
	const struct holder *old = holders_on(holders, side, &old_count);
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (!old_count)
		return 0;
	out->has_parent_holder = true;
	if (old_count == 1 && now_count == 1 && old->place.path == now->place.path) { /* nearly always */
		only = (struct link){ old->place, now->place };
	} else {
		all = xcalloc(old_count, sizeof(*all));
		links = link_holders(view->study, old, old_count, now, now_count, all, &moved_at);
	}
	out->equal = now_count == old_count && links == old_count && moved_at == links;
	for (i = 0; i < links; i++) {
		out->equal = out->equal && all[i].before.blob == all[i].after.blob;
		if (compare_link(view, &all[i], i >= moved_at, out) < 0)
			goto done;
	}
	rc = 0;
done:
	if (all != &only)
		free(all);
	return rc;
}

static int emit_kind(struct view *view, const struct holders *holders, enum event_kind kind, uint32_t side,
	const struct link *link, emit_fn *emit, void *data)
{
	struct change change = { .kind = kind,
		.commit = view->lineage->nodes[view->node].commit,
		.parent = view_parent_commit(view, side),
		.lineage = holders->lineage,
		.revision = holders->revision,
		.before = link->before,
		.after = link->after,
		.similarity = SIMILARITY_NULL,
		.continues_as = PLACE_NONE,
		.continues_similarity = SIMILARITY_NULL };

	change.content_changed = kind == EVENT_MOVED && link->before.blob != link->after.blob;
	if (link->before.path != INTERN_NONE &&
		study_similarity(view->study, link->before.blob, link->after.blob, &change.similarity, view->err) < 0)
		return -1;
	if (kind == EVENT_REPLACED && find_continuation(view, holders, link->before, &change) < 0)
		return -1;
	emit(data, &change);
	return 0;
}

/* The first of the commit's holders whose path no parent has for the revision; the very first where all have one. */
static struct place first_new_place(const struct holders *holders, const struct holder *now, size_t count)
{
	struct place found = now[0].place;
	struct intern paths;
	size_t i;

	intern_init(&paths);
	for (i = 0; i < holders->count; i++)
		if (holders->items[i].side > 0)
			intern_add(&paths, &holders->items[i].place.path, sizeof(uint32_t));
	for (i = 0; i < count; i++) {
		if (intern_find(&paths, &now[i].place.path, sizeof(uint32_t)) == INTERN_NONE) {
			found = now[i].place;
			break;
		}
	}
	intern_release(&paths);
	return found;
}

int count_holders(struct view *view, const struct holders *holders, emit_fn *emit, void *data)
{
	size_t now_count, old_count, most = 0;
	const struct holder *now = holders_on(holders, 0, &now_count);
	uint32_t side, from = first_side_with(holders);
	const struct holder *old;
	struct link link;

	for (side = 1; side <= view->parent_count; side++) {
		holders_on(holders, side, &old_count);
		if (old_count > most)
			most = old_count;
	}
	if (now_count < 2 || now_count <= most)
		return 0;
	old = holders_on(holders, from, &old_count);
	if (from == 0)
		old_count = 0;
	link.before = old_count ? old[0].place : PLACE_NONE;
	link.after = first_new_place(holders, now, now_count);
	return emit_kind(view, holders, EVENT_DUPLICATED, from ? from : 1, &link, emit, data);
}

/* A kind counts if it holds against every parent that has the revision. */
static int emit_common_kinds(
	struct view *view, const struct holders *holders, const struct comparison *all, emit_fn *emit, void *data)
{
	static const enum event_kind kinds[] = { EVENT_MOVED, EVENT_REPARENTED, EVENT_REPLACED, EVENT_EDITED };
	bool is_replaced = false;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t side, first = 0;
		bool holds = true;

		for (side = 1; side <= view->parent_count; side++) {
			if (!all[side].has_parent_holder)
				continue;
			if (!first)
				first = side;
			holds = holds && all[side].is[kinds[i]];
		}
		if (kinds[i] == EVENT_REPLACED)
			is_replaced = holds;
		if (holds && first && !(kinds[i] == EVENT_EDITED && is_replaced) &&
			emit_kind(view, holders, kinds[i], first, &all[first].first[kinds[i]], emit, data) < 0)
			return -1;
	}
	return 0;
}

int compare_holders(struct view *view, const struct holders *holders, emit_fn *emit, void *data)
{
	struct comparison *all = xcalloc(view->parent_count + 1, sizeof(*all));
	uint32_t side;
	int rc = -1;

	for (side = 1; side <= view->parent_count; side++) {
		if (compare_side(view, holders, side, &all[side]) < 0)
			goto done;
		if (all[side].equal) { /* the commit has it as this parent has it: nothing was done here */
			rc = 0;
			goto done;
		}
	}
	if (first_side_with(holders) && emit_common_kinds(view, holders, all, emit, data) < 0)
		goto done;
	rc = 0;
done:
	free(all);
	return rc;
}
