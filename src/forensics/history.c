#include "revident/forensics/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "history_build.h"
#include "revident/base/xalloc.h"

static uint32_t held_key(struct builder *b, uint32_t lineage, uint32_t revision)
{
	uint32_t key[2] = { lineage, revision };

	return intern_add(&b->history->held, key, sizeof(key));
}

static void touch(struct builder *b, uint32_t node, uint32_t revision)
{
	if (revision != INTERN_NONE)
		b->stamps[revision] = node + 1;
}

/* Marks every revision of a file that is not the same on both sides. */
static void touch_differences(
	struct builder *b, uint32_t node, const struct snapshot *here, const struct snapshot *there)
{
	size_t i = 0, k = 0;

	while (i < here->count || k < there->count) {
		const struct snap_file *x = i < here->count ? &here->files[i] : NULL;
		const struct snap_file *y = k < there->count ? &there->files[k] : NULL;

		if (x && y && x->path == y->path) {
			if (x->blob != y->blob) {
				touch(b, node, x->revision);
				touch(b, node, y->revision);
			}
			i++;
			k++;
		} else if (x && (!y || x->path < y->path)) {
			touch(b, node, x->revision);
			i++;
		} else {
			assert(y); /* one of the two is left */
			touch(b, node, y->revision);
			k++;
		}
	}
}

static void gather(struct builder *b, uint32_t node, uint32_t of_node, const struct snapshot *snapshot, uint32_t side)
{
	uint32_t layout = b->lineage->nodes[of_node].layout;
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];
		struct holder *holder;

		if (file->revision == INTERN_NONE || b->stamps[file->revision] != node + 1)
			continue;
		VEC_GROW(b->holders, b->holder_count, b->holder_cap);
		holder = &b->holders[b->holder_count++];
		holder->revision = file->revision;
		holder->lineage = lineage_of_unit(b->lineage, layout, file->unit);
		holder->side = side;
		holder->place = (struct place){ file->path, file->blob };
	}
}

static int compare_holder(const void *a, const void *b, void *data)
{
	const struct holder *x = a, *y = b;
	const struct study *study = data;

	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	if (x->lineage != y->lineage)
		return x->lineage < y->lineage ? -1 : 1;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return study_compare_paths(study, x->place.path, y->place.path);
}

/* Is there a file at the path that could not be read? Then nobody can say what became of its revision. */
static bool is_unknown_at(const struct study *study, const struct snapshot *snapshot, uint32_t path)
{
	const struct snap_file *file = snapshot_find(snapshot, path);

	if (snapshot->incomplete)
		return true;
	return file && study_blob_is_absent(study, file->blob);
}

static bool is_unknown_in_parents(const struct view *view, uint32_t path)
{
	uint32_t p;

	if (view->commits->flags[view->lineage->nodes[view->node].commit] & COMMIT_CUT)
		return true;
	for (p = 0; p < view->parent_count; p++)
		if (is_unknown_at(view->study, view->parents[p], path))
			return true;
	return false;
}

/* All lineages' holders of one revision. */
struct group {
	struct holders *items;
	size_t count;
	const struct holders *left; /* the first lineage that the revision left in this commit; NULL if it left none */
	bool came;                  /* did it come to another? */
};

static void tell_moves(struct group *group)
{
	size_t i, count;

	group->left = NULL;
	group->came = false;
	for (i = 0; i < group->count; i++) {
		const struct holders *holders = &group->items[i];
		bool had = first_side_with(holders) != 0;

		holders_on(holders, 0, &count);
		if (count == 0 && had && !group->left)
			group->left = holders;
		group->came = group->came || (count > 0 && !had);
	}
}

static struct change new_change(const struct view *view, const struct holders *holders, uint32_t side)
{
	return (struct change){ .commit = view->lineage->nodes[view->node].commit,
		.parent = view_parent_commit(view, side),
		.lineage = holders->lineage,
		.revision = holders->revision,
		.before = PLACE_NONE,
		.after = PLACE_NONE,
		.similarity = SIMILARITY_NULL,
		.continues_as = PLACE_NONE,
		.continues_similarity = SIMILARITY_NULL };
}

/* Notes that the revision came to this lineage; an event only where it did not come from another. */
static void arrive(struct builder *b, struct view *view, const struct holders *holders, const struct holders *from)
{
	struct arrival *arrival;
	size_t count;
	const struct holder *first = holders_on(holders, 0, &count);

	VEC_GROW(b->arrivals, b->arrival_count, b->arrival_cap);
	arrival = &b->arrivals[b->arrival_count++];
	arrival->key = held_key(b, holders->lineage, holders->revision);
	arrival->node = view->node;
	arrival->is_event = !from && !is_unknown_in_parents(view, first->place.path);
	arrival->change = new_change(view, holders, 1);
	arrival->change.after = first->place;
}

/* A move between environments, and what else changed on the way: the old holders beside the new ones, as one. */
static int compare_across(struct builder *b, struct view *view, const struct holders *from, const struct holders *to)
{
	struct holder *items = xcalloc(from->count + to->count, sizeof(*items));
	struct holders both = { .revision = to->revision, .lineage = to->lineage, .items = items };
	size_t i;
	int rc;

	for (i = 0; i < to->count; i++)
		items[both.count++] = to->items[i];
	for (i = 0; i < from->count; i++)
		items[both.count++] = from->items[i];
	rc = compare_holders(view, &both, emit_change, b->history);
	free(items);
	VEC_GROW(b->history->departures, b->history->departure_count, b->history->departure_cap);
	b->history->departures[b->history->departure_count++] =
		(struct departure){ from->lineage, to->lineage, to->revision, view->lineage->nodes[view->node].commit };
	return rc;
}

static int drop_in_merge(struct builder *b, struct view *view, const struct holders *holders)
{
	struct dropped *dropped;
	size_t i;

	VEC_GROW(b->dropped, b->dropped_count, b->dropped_cap);
	dropped = &b->dropped[b->dropped_count];
	dropped->key = held_key(b, holders->lineage, holders->revision);
	dropped->node = view->node;
	dropped->change = new_change(view, holders, first_side_with(holders));
	dropped->having = arena_calloc(&b->arena, holders->count, sizeof(*dropped->having));
	dropped->having_count = 0;
	for (i = 0; i < holders->count; i++) /* none is the commit's own */
		if (i == 0 || holders->items[i - 1].side != holders->items[i].side)
			dropped->having[dropped->having_count++] = view->parent_nodes[holders->items[i].side - 1];
	if (describe_merge_loss(view, holders, &dropped->change) < 0)
		return -1;
	b->dropped_count++;
	return 0;
}

static int leave(struct builder *b, struct view *view, const struct group *group, const struct holders *holders)
{
	struct change change = new_change(view, holders, 1);
	uint32_t side;
	size_t i, count;

	if (group->came)
		return 0;
	for (i = 0; i < holders->count; i++)
		if (is_unknown_at(view->study, view->here, holders->items[i].place.path))
			return 0;
	for (side = 1; side <= view->parent_count; side++) {
		holders_on(holders, side, &count);
		if (count == 0)
			return drop_in_merge(b, view, holders);
	}
	if (classify_loss(view, holders, &change) < 0)
		return -1;
	emit_change(b->history, &change);
	return 0;
}

/* Where a parent is not known, a revision that comes is noted, and nothing is said of what went or changed. */
static int judge(struct builder *b, struct view *view, const struct group *group)
{
	bool is_cut = b->commits->flags[b->lineage->nodes[view->node].commit] & COMMIT_CUT;
	size_t i, count;

	for (i = 0; i < group->count; i++) {
		const struct holders *holders = &group->items[i], *from;
		int rc;

		holders_on(holders, 0, &count);
		from = NULL;
		if (count > 0 && !first_side_with(holders)) {
			from = group->left;
			arrive(b, view, holders, from);
		}
		if (is_cut)
			continue;
		if (count == 0)
			rc = leave(b, view, group, holders);
		else if (from)
			rc = compare_across(b, view, from, holders);
		else
			rc = compare_holders(view, holders, emit_change, b->history);
		if (rc == 0 && count > 0)
			rc = count_holders(view, holders, emit_change, b->history);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* Cuts the sorted holders into revisions and lineages, and judges each revision. */
static int judge_touched(struct builder *b, struct view *view)
{
	struct holders *runs = xcalloc(b->holder_count, sizeof(*runs));
	struct group group = { .items = runs };
	size_t i = 0;
	int rc = 0;

	while (i < b->holder_count && rc == 0) {
		uint32_t revision = b->holders[i].revision;

		group.count = 0;
		while (i < b->holder_count && b->holders[i].revision == revision) {
			struct holders *run = &runs[group.count++];

			run->revision = revision;
			run->lineage = b->holders[i].lineage;
			run->items = &b->holders[i];
			for (run->count = 0; i < b->holder_count && b->holders[i].revision == revision &&
					     b->holders[i].lineage == run->lineage;
				i++)
				run->count++;
		}
		tell_moves(&group);
		rc = judge(b, view, &group);
	}
	free(runs);
	return rc;
}

/* Is there anything to see: does the node's row differ from some parent's, or has it none? */
static bool changes_anything(const struct lineage *lineage, uint32_t node)
{
	const struct node *n = &lineage->nodes[node];
	const uint32_t *parents = node_parents(lineage, node);
	uint32_t p;

	for (p = 0; p < n->parent_count; p++)
		if (lineage->nodes[parents[p]].row != n->row)
			return true;
	return n->parent_count == 0;
}

static int look_at(struct builder *b, struct view *view, const struct snapshot **sides)
{
	uint32_t p;

	VEC_REACH(b->stamps, b->study->revisions.count, b->stamp_cap, 0);
	b->holder_count = 0;
	if (view->parent_count == 0) {
		static const struct snapshot nothing;

		touch_differences(b, view->node, view->here, &nothing);
	}
	for (p = 0; p < view->parent_count; p++)
		if (sides[p] != view->here)
			touch_differences(b, view->node, view->here, sides[p]);
	gather(b, view->node, view->node, view->here, 0);
	for (p = 0; p < view->parent_count; p++)
		gather(b, view->node, view->parent_nodes[p], sides[p], p + 1);
	if (b->holder_count)
		qsort_r(b->holders, b->holder_count, sizeof(*b->holders), compare_holder, b->study);
	return judge_touched(b, view);
}

static int visit(struct builder *b, uint32_t node)
{
	const struct node *n = &b->lineage->nodes[node];
	const struct snapshot **sides = xcalloc(n->parent_count, sizeof(*sides));
	struct view view = { .study = b->study,
		.lineage = b->lineage,
		.commits = b->commits,
		.node = node,
		.parent_count = n->parent_count,
		.parents = sides,
		.parent_nodes = node_parents(b->lineage, node),
		.err = b->err };
	uint32_t p, got = 0;
	int rc = -1;

	view.here = snapshots_get(b->snapshots, n->row, b->err);
	if (!view.here)
		goto done;
	for (p = 0; p < n->parent_count; p++, got++) {
		sides[p] = snapshots_get(b->snapshots, b->lineage->nodes[view.parent_nodes[p]].row, b->err);
		if (!sides[p])
			goto done;
	}
	rc = look_at(b, &view, sides);
done:
	view_release_candidates(&view);
	while (got > 0)
		snapshot_put(b->snapshots, sides[--got]);
	snapshot_put(b->snapshots, view.here);
	free(sides);
	return rc;
}

static int compare_changes(const void *a, const void *b, void *data)
{
	const struct change *x = a, *y = b;
	const struct study *study = data;
	int order;

	if (x->commit != y->commit)
		return x->commit < y->commit ? -1 : 1;
	order = text_compare(study_revision_text(study, x->revision), study_revision_text(study, y->revision));
	if (order == 0)
		order = (int)x->kind - (int)y->kind;
	if (order == 0)
		order = (x->lineage > y->lineage) - (x->lineage < y->lineage);
	return order;
}

/* Those of one revision, of which there may be as many as revisions are asked for. */
static void link_changes(struct history *history, size_t revisions)
{
	size_t i;

	history->first = xcalloc(revisions, sizeof(*history->first));
	history->first_count = revisions;
	for (i = history->count; i-- > 0;) {
		uint32_t *first = &history->first[history->changes[i].revision];

		history->changes[i].next = *first;
		*first = (uint32_t)i + 1;
	}
}

int history_build(struct history *history, struct study *study, struct snapshots *snapshots, struct lineage *lineage,
	const struct commits *commits, const struct progress *progress, struct err *err)
{
	struct builder b = { .history = history,
		.study = study,
		.snapshots = snapshots,
		.lineage = lineage,
		.commits = commits,
		.err = err };
	uint32_t node;
	size_t i;
	int rc = -1;

	memset(history, 0, sizeof(*history));
	intern_init(&history->held);
	arena_init(&b.arena);
	study_rank_paths(study); /* the lineages listed all files of all rows */
	for (node = 0; node < lineage->node_count; node++) {
		if (progress->fn && node % 64 == 0 &&
			progress->fn(progress->data, "comparing", node, lineage->node_count)) {
			err_set(err, ERR_UNDECIDED, "interrupted");
			goto done;
		}
		if (changes_anything(lineage, node) && visit(&b, node) < 0)
			goto done;
	}
	settle_arrivals(&b);
	if (settle_restored(&b) < 0)
		goto done;
	for (i = 0; i < b.arrival_count; i++) {
		VEC_GROW(history->arrivals, history->arrival_count, history->arrival_cap);
		history->arrivals[history->arrival_count++] = (struct arrived){ b.arrivals[i].key, b.arrivals[i].node };
		if (b.arrivals[i].is_event)
			emit_change(history, &b.arrivals[i].change);
	}
	if (history->is_cut)
		repo_add_limit(study->repo, "more than %d changes: the rest is left out", CHANGES_MAX);
	if (history->count)
		qsort_r(history->changes, history->count, sizeof(*history->changes), compare_changes, study);
	link_changes(history, study->revisions.count);
	rc = 0;
done:
	free(b.arrivals);
	free(b.dropped);
	free(b.stamps);
	free(b.holders);
	arena_release(&b.arena);
	return rc;
}

uint32_t history_first(const struct history *history, uint32_t revision)
{
	return revision < history->first_count ? history->first[revision] : 0;
}

void history_release(struct history *history)
{
	free(history->changes);
	free(history->first);
	free(history->arrivals);
	free(history->departures);
	intern_release(&history->held);
	memset(history, 0, sizeof(*history));
}
