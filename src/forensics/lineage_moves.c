#include <stdlib.h>
#include <string.h>

#include "lineage_parts.h"
#include "revident/base/xalloc.h"
#include "shares.h"

enum { COMPARED_MAX = 1024 * 1024 }; /* ids that units new on one edge have in common with those that vanished */

/* A new unit that may be a vanished one under another path. */
struct match {
	uint32_t unit, old_unit, old_label;
	size_t shared; /* ids */
};

struct matches {
	struct match *items;
	size_t count, cap;
};

/* An id and a unit that holds it. */
struct held_id {
	uint32_t unit, revision;
};

/* The units that vanished on an edge, by the ids that they held. */
struct vanished {
	struct intern ids; /* struct held_id, each once */
	uint32_t *next;    /* by number in `ids`: the one before it with the same revision, + 1 */
	size_t cap;
	uint32_t *last;      /* by revision: in `ids`, + 1 */
	uint32_t *id_counts; /* by place in the parent's layout */
	uint32_t *shared;    /* the same: ids that the unit at hand has too */
	uint32_t *touched;   /* places whose `shared` is not 0 */
	size_t touched_count;
};

static struct held_id held_at(const struct vanished *v, uint32_t number)
{
	struct held_id id;

	memcpy(&id, intern_get(&v->ids, number)->bytes, sizeof(id));
	return id;
}

static void list_vanished(struct builder *b, const struct snapshot *before, uint32_t layout, struct vanished *v)
{
	const struct pair *old;
	size_t i, count;

	old = layout_pairs(b->lineage, layout, &count);
	intern_init(&v->ids);
	v->last = xcalloc(b->study->revisions.count + 1, sizeof(*v->last));
	v->id_counts = xcalloc(count, sizeof(*v->id_counts));
	v->shared = xcalloc(count, sizeof(*v->shared));
	v->touched = xcalloc(count, sizeof(*v->touched));
	for (i = 0; i < before->count; i++) {
		const struct snap_file *file = &before->files[i];
		struct held_id id = { file->unit, file->revision };
		size_t n = v->ids.count;
		const struct pair *pair;

		if (file->revision == INTERN_NONE || pair_of(b, file->unit))
			continue;
		pair = find_unit(b->lineage, layout, file->unit);
		if (!pair || intern_add(&v->ids, &id, sizeof(id)) < n)
			continue;
		VEC_GROW(v->next, n, v->cap);
		v->next[n] = v->last[id.revision];
		v->last[id.revision] = (uint32_t)n + 1;
		v->id_counts[pair - old]++;
	}
}

static void release_vanished(struct vanished *v)
{
	intern_release(&v->ids);
	free(v->next);
	free(v->last);
	free(v->id_counts);
	free(v->shared);
	free(v->touched);
}

static int compare_held(const void *a, const void *b)
{
	const struct held_id *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return x->revision < y->revision ? -1 : x->revision > y->revision;
}

/* The ids of the units that are new on the edge, each once, unit by unit. Freed by the caller. */
static struct held_id *list_new(struct builder *b, const struct snapshot *snapshot, uint32_t layout, size_t *count)
{
	struct held_id *ids = NULL;
	size_t i, n = 0, kept = 0, cap = 0;

	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->revision == INTERN_NONE || find_unit(b->lineage, layout, file->unit))
			continue;
		VEC_GROW(ids, n, cap);
		ids[n++] = (struct held_id){ file->unit, file->revision };
	}
	if (n)
		qsort(ids, n, sizeof(*ids), compare_held);
	for (i = 0; i < n; i++)
		if (kept == 0 || compare_held(&ids[kept - 1], &ids[i]) != 0)
			ids[kept++] = ids[i];
	*count = kept;
	return ids;
}

/* Counts the ids that one new unit has in common with each vanished one. Returns false where `*budget` is used up. */
static bool count_shared(
	struct builder *b, struct vanished *v, uint32_t layout, const struct held_id *ids, size_t count, size_t *budget)
{
	const struct pair *old;
	size_t i, ignored;
	uint32_t at;

	old = layout_pairs(b->lineage, layout, &ignored);
	for (i = 0; i < count; i++)
		for (at = v->last[ids[i].revision]; at; at = v->next[at - 1]) {
			size_t place = (size_t)(find_unit(b->lineage, layout, held_at(v, at - 1).unit) - old);

			if (*budget == 0)
				return false;
			--*budget;
			if (v->shared[place]++ == 0)
				v->touched[v->touched_count++] = (uint32_t)place;
		}
	return true;
}

/* Adds the vanished units of which one new one has enough. */
static void take_matches(
	struct builder *b, struct vanished *v, uint32_t layout, uint32_t unit, size_t own, struct matches *out)
{
	const struct pair *old;
	size_t ignored;

	old = layout_pairs(b->lineage, layout, &ignored);
	while (v->touched_count) {
		uint32_t place = v->touched[--v->touched_count];
		size_t shared = v->shared[place];
		size_t smaller = own < v->id_counts[place] ? own : v->id_counts[place];

		v->shared[place] = 0;
		if (shared * 2 < smaller)
			continue;
		VEC_GROW(out->items, out->count, out->cap);
		out->items[out->count++] = (struct match){ unit, old[place].unit, old[place].label, shared };
	}
}

static int compare_matches(const void *a, const void *b, void *data)
{
	const struct match *x = a, *y = b;
	const struct study *study = data;
	int order;

	if (x->shared != y->shared)
		return x->shared > y->shared ? -1 : 1;
	order = study_compare_paths(study, x->old_unit, y->old_unit);
	return order ? order : study_compare_paths(study, x->unit, y->unit);
}

/* Pairs of a unit that is new on this edge and one that vanished, which share half of the smaller one's ids. */
static int list_matches(struct builder *b, const struct snapshot *snapshot, uint32_t parent, struct matches *out)
{
	const struct node *node = &b->lineage->nodes[parent];
	const struct snapshot *before;
	struct vanished vanished = { .touched_count = 0 };
	size_t at, end, count, budget = COMPARED_MAX;
	struct held_id *ids = list_new(b, snapshot, node->layout, &count);

	if (count == 0) {
		free(ids);
		return 0;
	}
	before = snapshots_get(b->snapshots, node->row, b->err);
	if (!before) {
		free(ids);
		return -1;
	}
	list_vanished(b, before, node->layout, &vanished);
	for (at = 0; at < count; at = end) {
		for (end = at; end < count && ids[end].unit == ids[at].unit; end++)
			;
		if (!count_shared(b, &vanished, node->layout, ids + at, end - at, &budget)) {
			repo_add_limit(b->study->repo,
				"directories that one commit took away and others that it brought share more than %d "
				"ids: which moved where is left open",
				COMPARED_MAX);
			break;
		}
		take_matches(b, &vanished, node->layout, ids[at].unit, end - at, out);
	}
	free(ids);
	release_vanished(&vanished);
	snapshot_put(b->snapshots, before);
	return 0;
}

/* The units of each label, of one node and its parents. */
struct labelled {
	struct intern labels;
	struct label_list {
		uint32_t first, last; /* in `units`, + 1 */
	} * lists;                    /* by number in `labels` */
	size_t list_cap;
	struct labelled_unit {
		uint32_t unit, next;
	} * units;
	size_t count, cap;
};

static struct label_list *list_of(struct labelled *l, uint32_t label)
{
	size_t before = l->labels.count;
	uint32_t number = intern_add(&l->labels, &label, sizeof(label));

	if (number == before) {
		VEC_GROW(l->lists, before, l->list_cap);
		l->lists[number] = (struct label_list){ 0, 0 };
	}
	return &l->lists[number];
}

static void add_labelled(struct labelled *l, uint32_t label, uint32_t unit)
{
	struct label_list *list = list_of(l, label);

	VEC_GROW(l->units, l->count, l->cap);
	l->units[l->count++] = (struct labelled_unit){ unit, list->first };
	list->first = (uint32_t)l->count;
	if (!list->last)
		list->last = list->first;
}

/* What was labelled `from` is labelled `to` now. */
static void relabel(struct labelled *l, uint32_t from, uint32_t to)
{
	struct label_list moved = *list_of(l, from), *list;

	*list_of(l, from) = (struct label_list){ 0, 0 };
	list = list_of(l, to);
	if (!moved.first)
		return;
	l->units[moved.last - 1].next = list->first;
	list->first = moved.first;
	if (!list->last)
		list->last = moved.last;
}

static void list_labelled(struct builder *b, const struct node *node, struct labelled *out)
{
	struct lineage *lineage = b->lineage;
	const uint32_t *parents = lineage->parents + node->parent_at;
	size_t i, p, count;

	memset(out, 0, sizeof(*out));
	intern_init(&out->labels);
	for (i = 0; i < b->pair_count; i++)
		if (b->pairs[i].label != INTERN_NONE)
			add_labelled(out, find_label(lineage, b->pairs[i].label), b->pairs[i].unit);
	for (p = 0; p < node->parent_count; p++) {
		const struct pair *old = layout_pairs(lineage, lineage->nodes[parents[p]].layout, &count);

		for (i = 0; i < count; i++)
			add_labelled(out, find_label(lineage, old[i].label), old[i].unit);
	}
}

static void release_labelled(struct labelled *l)
{
	intern_release(&l->labels);
	free(l->lists);
	free(l->units);
}

/* Takes so many steps of what is left; false where there are none. */
static bool take_steps(struct builder *b, size_t steps)
{
	b->lineage->is_bounded = b->lineage->is_bounded || steps > b->apart_left;
	b->apart_left -= steps < b->apart_left ? steps : b->apart_left;
	return b->apart_left > 0;
}

/* Two directories of one script directory that ever held one id at the same time are two environments, moved or not. */
static bool must_stay_apart(struct builder *b, uint32_t a, uint32_t c)
{
	const struct shares *shares = b->lineage->joins.shares;

	if (a == c)
		return false;
	if (!take_steps(b, 1 + (shares_of(shares, c) ? shares->units[c].count : 0)))
		return true;
	return shares_have(shares, a, c) && (!take_steps(b, APART_DEFS) || def_index_share(&b->defs, a, c));
}

/* Does any unit labelled `label`, of this node or its parents, have to stay apart from `unit`? */
static bool label_excludes(struct builder *b, struct labelled *labelled, uint32_t label, uint32_t unit)
{
	uint32_t at;

	if (!shares_of(b->lineage->joins.shares, unit))
		return false;
	for (at = list_of(labelled, label)->first; at; at = labelled->units[at - 1].next)
		if (must_stay_apart(b, labelled->units[at - 1].unit, unit))
			return true;
	return false;
}

/* Makes the new unit the vanished one's successor, where nothing keeps them apart. */
static void follow(struct builder *b, struct labelled *labelled, const struct match *match)
{
	struct pair *pair = pair_of(b, match->unit);
	uint32_t old = find_label(b->lineage, match->old_label);
	uint32_t own = pair->label == INTERN_NONE ? INTERN_NONE : find_label(b->lineage, pair->label);

	if (own == old || label_excludes(b, labelled, old, match->unit) ||
		(own != INTERN_NONE && label_excludes(b, labelled, own, match->old_unit)))
		return;
	give_label(b, pair, match->old_label);
	if (own == INTERN_NONE)
		add_labelled(labelled, old, match->unit);
	else
		relabel(labelled, own < old ? old : own, own < old ? own : old);
}

int follow_moves(struct builder *b, const struct node *node, const struct snapshot *snapshot)
{
	const uint32_t *parents = b->lineage->parents + node->parent_at;
	struct matches matches = { 0 };
	struct labelled labelled;
	size_t i;
	uint32_t p;
	int rc = -1;

	for (p = 0; p < node->parent_count; p++)
		if (list_matches(b, snapshot, parents[p], &matches) < 0)
			goto done;
	if (matches.count) {
		qsort_r(matches.items, matches.count, sizeof(*matches.items), compare_matches, b->study);
		list_labelled(b, node, &labelled);
		for (i = 0; i < matches.count; i++) /* the most shared ids first */
			follow(b, &labelled, &matches.items[i]);
		release_labelled(&labelled);
	}
	rc = 0;
done:
	free(matches.items);
	return rc;
}
