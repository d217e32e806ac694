#include <stdlib.h>
#include <string.h>

#include "lineage_parts.h"
#include "revident/base/xalloc.h"

/* A new unit that may be a vanished one under another path. */
struct match {
	uint32_t unit, old_unit, old_label;
	size_t shared; /* ids */
};

struct matches {
	struct match *items;
	size_t count, cap;
};

/* The distinct ids of one unit, marked in `seen` with `mark`; returns how many. */
static size_t mark_ids(const struct snapshot *snapshot, uint32_t unit, uint32_t *seen, uint32_t mark)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->unit != unit || file->revision == INTERN_NONE || seen[file->revision] == mark)
			continue;
		seen[file->revision] = mark;
		n++;
	}
	return n;
}

/* How many of the ids marked 1 the unit has too; its own distinct ids in *own. */
static size_t shared_ids(const struct snapshot *snapshot, uint32_t unit, uint32_t *seen, size_t *own)
{
	size_t i, shared = 0, n = 0;

	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->unit != unit || file->revision == INTERN_NONE || seen[file->revision] >= 2)
			continue;
		shared += seen[file->revision] == 1;
		seen[file->revision] += 2; /* counted: 2 is its own alone, 3 is shared */
		n++;
	}
	for (i = 0; i < snapshot->count; i++)
		if (snapshot->files[i].revision != INTERN_NONE && seen[snapshot->files[i].revision] >= 2)
			seen[snapshot->files[i].revision] -= 2;
	*own = n;
	return shared;
}

static int compare_matches(const void *a, const void *b, void *data)
{
	const struct match *x = a, *y = b;
	const struct study *study = data;
	int order;

	if (x->shared != y->shared)
		return x->shared > y->shared ? -1 : 1;
	order = text_compare(study_path_text(study, x->old_unit), study_path_text(study, y->old_unit));
	return order ? order : text_compare(study_path_text(study, x->unit), study_path_text(study, y->unit));
}

/* Pairs of a unit that is new on this edge and one that vanished, which share half of the smaller one's ids. */
static int list_matches(struct builder *b, const struct snapshot *snapshot, uint32_t parent, struct matches *out)
{
	struct lineage *lineage = b->lineage;
	const struct snapshot *before = snapshots_get(b->snapshots, lineage->nodes[parent].row, b->err);
	uint32_t *seen;
	size_t i, k, count, own, theirs;

	if (!before)
		return -1;
	seen = xcalloc(b->study->revisions.count + 1, sizeof(*seen));
	for (i = 0; i < b->pair_count; i++) {
		const struct pair *old = layout_pairs(lineage, lineage->nodes[parent].layout, &count);

		if (find_unit(lineage, lineage->nodes[parent].layout, b->pairs[i].unit))
			continue;
		own = mark_ids(snapshot, b->pairs[i].unit, seen, 1);
		for (k = 0; k < count; k++) {
			size_t shared, smaller;

			if (pair_of(b, old[k].unit))
				continue;
			shared = shared_ids(before, old[k].unit, seen, &theirs);
			smaller = own < theirs ? own : theirs;
			if (shared == 0 || shared * 2 < smaller)
				continue;
			VEC_GROW(out->items, out->count, out->cap);
			out->items[out->count++] =
				(struct match){ b->pairs[i].unit, old[k].unit, old[k].label, shared };
		}
		memset(seen, 0, (b->study->revisions.count + 1) * sizeof(*seen));
	}
	free(seen);
	snapshot_put(b->snapshots, before);
	return 0;
}

/* Two directories of one script directory that ever held one id at the same time are two environments, moved or not. */
static bool must_stay_apart(const struct builder *b, uint32_t a, uint32_t c)
{
	return a != c && joins_share(&b->lineage->joins, a, c) &&
	       joins_share_script_dir(&b->lineage->joins, b->defs, a, c);
}

/* Does any unit labelled `label`, of this node or its parents, have to stay apart from `unit`? */
static bool label_excludes(struct builder *b, const struct node *node, uint32_t label, uint32_t unit)
{
	struct lineage *lineage = b->lineage;
	const uint32_t *parents = lineage->parents + node->parent_at;
	size_t i, p, count;

	for (i = 0; i < b->pair_count; i++)
		if (b->pairs[i].label != INTERN_NONE && find_label(lineage, b->pairs[i].label) == label &&
			must_stay_apart(b, b->pairs[i].unit, unit))
			return true;
	for (p = 0; p < node->parent_count; p++) {
		const struct pair *old = layout_pairs(lineage, lineage->nodes[parents[p]].layout, &count);

		for (i = 0; i < count; i++)
			if (find_label(lineage, old[i].label) == label && must_stay_apart(b, old[i].unit, unit))
				return true;
	}
	return false;
}

static bool may_follow(struct builder *b, const struct node *node, const struct match *match)
{
	const struct pair *pair = pair_of(b, match->unit);
	uint32_t label = find_label(b->lineage, match->old_label);

	if (label_excludes(b, node, label, match->unit))
		return false;
	return pair->label == INTERN_NONE ||
	       !label_excludes(b, node, find_label(b->lineage, pair->label), match->old_unit);
}

int follow_moves(struct builder *b, const struct node *node, const struct snapshot *snapshot)
{
	const uint32_t *parents = b->lineage->parents + node->parent_at;
	struct matches matches = { 0 };
	size_t i;
	uint32_t p;
	int rc = -1;

	for (p = 0; p < node->parent_count; p++)
		if (list_matches(b, snapshot, parents[p], &matches) < 0)
			goto done;
	if (matches.count)
		qsort_r(matches.items, matches.count, sizeof(*matches.items), compare_matches, b->study);
	for (i = 0; i < matches.count; i++) /* the most shared ids first */
		if (may_follow(b, node, &matches.items[i]))
			give_label(b, pair_of(b, matches.items[i].unit), matches.items[i].old_label);
	rc = 0;
done:
	free(matches.items);
	return rc;
}
