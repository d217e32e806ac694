#include "revident/forensics/lineage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lineage_parts.h"
#include "revident/base/xalloc.h"
#include "roots.h"
#include "shares.h"

enum {
	JOINING_MAX = 1 << 30, /* directories of definitions that are looked at, in all layouts */
	MEMBERSHIP_COST = 64,  /* of a membership in a circle, in directories */
};

uint32_t find_label(struct lineage *lineage, uint32_t label)
{
	return root_of(lineage->up, label);
}

/* The older label stays, so that the answer does not depend on the order of unions. */
static void unite(struct lineage *lineage, uint32_t a, uint32_t b)
{
	join_roots(lineage->up, a, b);
}

static uint32_t new_label(struct lineage *lineage)
{
	uint32_t label = (uint32_t)lineage->label_count;

	VEC_GROW(lineage->up, lineage->label_count, lineage->label_cap);
	lineage->up[lineage->label_count++] = label;
	return label;
}

const struct pair *layout_pairs(const struct lineage *lineage, uint32_t layout, size_t *count)
{
	const struct intern_key *key = intern_get(&lineage->layouts, layout);

	*count = key->len / sizeof(struct pair);
	return (const struct pair *)(const void *)key->bytes;
}

const struct pair *find_unit(const struct lineage *lineage, uint32_t layout, uint32_t unit)
{
	const struct pair *pairs;
	size_t count, low = 0;

	pairs = layout_pairs(lineage, layout, &count);
	while (low < count) {
		size_t mid = low + (count - low) / 2;

		if (pairs[mid].unit == unit)
			return &pairs[mid];
		if (pairs[mid].unit < unit)
			low = mid + 1;
		else
			count = mid;
	}
	return NULL;
}

uint32_t lineage_of_unit(struct lineage *lineage, uint32_t layout, uint32_t unit)
{
	const struct pair *pair = find_unit(lineage, layout, unit);

	return pair ? find_label(lineage, pair->label) : INTERN_NONE;
}

static void remember_path(struct lineage *lineage, uint32_t unit, uint32_t label)
{
	VEC_REACH(lineage->label_of_path, unit, lineage->path_cap, 0xff); /* INTERN_NONE */
	lineage->label_of_path[unit] = label;
}

uint32_t lineage_of_path(struct lineage *lineage, uint32_t unit)
{
	if (unit >= lineage->path_cap || lineage->label_of_path[unit] == INTERN_NONE)
		return INTERN_NONE;
	return find_label(lineage, lineage->label_of_path[unit]);
}

/* The node that all parents share, or INTERN_NONE where the commit has none, or several. */
static uint32_t only_parent_node(const struct lineage *lineage, const struct commits *commits, uint32_t commit)
{
	const uint32_t *parents = commit_parents(commits, commit);
	size_t i, count = commit_parent_count(commits, commit);

	for (i = 1; i < count; i++)
		if (lineage->node_of[parents[i]] != lineage->node_of[parents[0]])
			return INTERN_NONE;
	return count ? lineage->node_of[parents[0]] : INTERN_NONE;
}

/* `child_of`: by node, the latest node that has it for a parent, + 1. */
static void add_node(
	struct lineage *lineage, const struct commits *commits, uint32_t commit, uint32_t row, uint32_t *child_of)
{
	const uint32_t *parents = commit_parents(commits, commit);
	size_t i, count = commit_parent_count(commits, commit);
	struct node *node;

	VEC_GROW(lineage->nodes, lineage->node_count, lineage->node_cap);
	node = &lineage->nodes[lineage->node_count];
	node->commit = commit;
	node->row = row;
	node->layout = INTERN_NONE;
	node->parent_at = (uint32_t)lineage->parent_count;
	for (i = 0; i < count; i++) {
		uint32_t parent = lineage->node_of[parents[i]];

		if (child_of[parent] == lineage->node_count + 1)
			continue;
		child_of[parent] = (uint32_t)lineage->node_count + 1;
		VEC_GROW(lineage->parents, lineage->parent_count, lineage->parent_cap);
		lineage->parents[lineage->parent_count++] = parent;
	}
	node->parent_count = (uint32_t)(lineage->parent_count - node->parent_at);
	lineage->node_of[commit] = (uint32_t)lineage->node_count++;
}

static void build_nodes(struct lineage *lineage, const struct commits *commits, const struct watch *watch)
{
	uint32_t commit, *child_of = xcalloc(commits->count, sizeof(*child_of));

	lineage->node_of = xcalloc(commits->count, sizeof(*lineage->node_of));
	for (commit = 0; commit < commits->count; commit++) {
		uint32_t row = watch_row(watch, commit);
		uint32_t parent = only_parent_node(lineage, commits, commit);

		if (parent != INTERN_NONE && lineage->nodes[parent].row == row &&
			!(commits->flags[commit] & COMMIT_CUT))
			lineage->node_of[commit] = parent;
		else
			add_node(lineage, commits, commit, row, child_of);
	}
	free(child_of);
}

struct pair *pair_of(struct builder *b, uint32_t unit)
{
	uint32_t place = unit < b->place_cap ? b->place_of_unit[unit] : 0;

	return place < b->pair_count && b->pairs[place].unit == unit ? &b->pairs[place] : NULL;
}

static void add_pair(struct builder *b, uint32_t unit)
{
	VEC_REACH(b->place_of_unit, unit, b->place_cap, 0);
	VEC_GROW(b->pairs, b->pair_count, b->pair_cap);
	b->place_of_unit[unit] = (uint32_t)b->pair_count;
	b->pairs[b->pair_count++] = (struct pair){ unit, INTERN_NONE };
}

static void list_units(struct builder *b, const struct snapshot *snapshot)
{
	uint32_t last = INTERN_NONE;
	size_t i;

	b->pair_count = 0;
	for (i = 0; i < snapshot->count; i++) {
		uint32_t unit = snapshot->files[i].unit;

		if (snapshot->files[i].revision == INTERN_NONE || unit == last || pair_of(b, unit))
			continue;
		add_pair(b, unit);
		last = unit;
	}
}

void give_label(struct builder *b, struct pair *pair, uint32_t label)
{
	if (pair->label == INTERN_NONE)
		pair->label = label;
	else
		unite(b->lineage, pair->label, label);
}

/* Units keep the label of their path in any parent. */
static void inherit_by_path(struct builder *b, const struct node *node)
{
	const uint32_t *parents = b->lineage->parents + node->parent_at;
	size_t i, p;

	for (p = 0; p < node->parent_count; p++)
		for (i = 0; i < b->pair_count; i++) {
			const struct pair *same =
				find_unit(b->lineage, b->lineage->nodes[parents[p]].layout, b->pairs[i].unit);

			if (same)
				give_label(b, &b->pairs[i], same->label);
		}
}

static int compare_pairs(const void *a, const void *b)
{
	uint32_t x = ((const struct pair *)a)->unit;
	uint32_t y = ((const struct pair *)b)->unit;

	return x < y ? -1 : x > y;
}

/* Is every unit there in one parent's layout, and nothing else in any? Then that layout serves again. */
static bool same_units(struct builder *b, uint32_t layout)
{
	size_t i, count;

	layout_pairs(b->lineage, layout, &count);
	if (count != b->pair_count)
		return false;
	for (i = 0; i < b->pair_count; i++)
		if (!find_unit(b->lineage, layout, b->pairs[i].unit))
			return false;
	return true;
}

static bool parents_share_layout(const struct lineage *lineage, const struct node *node)
{
	const uint32_t *parents = lineage->parents + node->parent_at;
	size_t p;

	for (p = 1; p < node->parent_count; p++)
		if (lineage->nodes[parents[p]].layout != lineage->nodes[parents[0]].layout)
			return false;
	return node->parent_count > 0;
}

/*
 * Units that are back after they were gone keep their label, unless that one lives elsewhere now; the others are new.
 */
static void label_the_rest(struct builder *b)
{
	struct lineage *lineage = b->lineage;
	struct intern live;
	size_t i;

	intern_init(&live);
	for (i = 0; i < b->pair_count; i++)
		if (b->pairs[i].label != INTERN_NONE) {
			uint32_t label = find_label(lineage, b->pairs[i].label);

			intern_add(&live, &label, sizeof(label));
		}
	for (i = 0; i < b->pair_count; i++) {
		struct pair *pair = &b->pairs[i];
		uint32_t label = pair->label;

		if (label == INTERN_NONE) {
			label = lineage_of_path(lineage, pair->unit);
			if (label == INTERN_NONE || intern_find(&live, &label, sizeof(label)) != INTERN_NONE)
				label = new_label(lineage);
			intern_add(&live, &label, sizeof(label));
			pair->label = label;
		}
		remember_path(lineage, pair->unit, pair->label);
	}
	intern_release(&live);
}

static int lay_out(struct builder *b, struct node *node, const struct snapshot *snapshot)
{
	struct lineage *lineage = b->lineage;
	const uint32_t *parents = lineage->parents + node->parent_at;

	list_units(b, snapshot);
	if (parents_share_layout(lineage, node) && same_units(b, lineage->nodes[parents[0]].layout)) {
		node->layout = lineage->nodes[parents[0]].layout;
		return 0;
	}
	inherit_by_path(b, node);
	if (follow_moves(b, node, snapshot) < 0)
		return -1;
	label_the_rest(b);
	if (b->pair_count)
		qsort(b->pairs, b->pair_count, sizeof(*b->pairs), compare_pairs);
	node->layout = intern_add(&lineage->layouts, b->pairs, b->pair_count * sizeof(*b->pairs));
	return 0;
}

static bool has_several_units(const struct snapshot *snapshot)
{
	uint32_t first = INTERN_NONE;
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		uint32_t unit = snapshot->files[i].unit;

		if (unit == INTERN_NONE || unit == first)
			continue;
		if (first != INTERN_NONE)
			return true;
		first = unit;
	}
	return false;
}

/* What ever shared ids, and what a down_revision crosses, must be known of all history before anything is joined. */
static int look_at_rows(struct builder *b)
{
	struct lineage *lineage = b->lineage;
	size_t i;

	for (i = 0; i < lineage->node_count; i++) {
		const struct snapshot *snapshot = snapshots_get(b->snapshots, lineage->nodes[i].row, b->err);

		if (!snapshot)
			return -1;
		if (has_several_units(snapshot))
			joins_look(&lineage->joins, snapshot);
		snapshot_put(b->snapshots, snapshot);
	}
	return 0;
}

static int build_layouts(struct builder *b)
{
	struct lineage *lineage = b->lineage;
	size_t i;

	for (i = 0; i < lineage->node_count; i++) {
		const struct snapshot *snapshot = snapshots_get(b->snapshots, lineage->nodes[i].row, b->err);
		int rc;

		if (!snapshot)
			return -1;
		rc = lay_out(b, &lineage->nodes[i], snapshot);
		snapshot_put(b->snapshots, snapshot);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* What is looked at while the units of a layout are grouped. */
static size_t joining_cost(const struct builder *b, const struct pair *pairs, size_t count)
{
	const struct shares *shares = b->lineage->joins.shares;
	size_t i, cost = count + b->defs.count + b->lineage->joins.crossed.count;

	for (i = 0; i < count; i++)
		if (shares_of(shares, pairs[i].unit))
			cost += (size_t)MEMBERSHIP_COST * shares->units[pairs[i].unit].count;
	return cost;
}

/* Joins the labels of units that belong together in every layout where both are; the latest layouts first. */
static void apply_joins(struct builder *b)
{
	struct lineage *lineage = b->lineage;
	size_t i, k, layout, count, left = JOINING_MAX;

	for (layout = lineage->layouts.count; layout-- > 0;) {
		const struct pair *pairs = layout_pairs(lineage, (uint32_t)layout, &count);
		size_t cost = joining_cost(b, pairs, count);
		uint32_t *units, *group;

		if (cost > left) {
			lineage->is_bounded = true;
			break;
		}
		left -= cost;
		units = xcalloc(count, sizeof(*units));
		group = xcalloc(count, sizeof(*group));
		for (i = 0; i < count; i++)
			units[i] = pairs[i].unit;
		joins_group(&lineage->joins, &b->defs, units, count, group);
		for (i = 0; i < count; i++) {
			k = group[i];
			unite(lineage, pairs[i].label, pairs[k].label);
		}
		free(units);
		free(group);
	}
}

int lineage_build(struct lineage *lineage, struct study *study, struct snapshots *snapshots,
	const struct commits *commits, const struct watch *watch, const struct env_defs *defs, struct err *err)
{
	struct builder b = {
		.lineage = lineage, .study = study, .snapshots = snapshots, .apart_left = APART_MAX, .err = err
	};
	int rc;

	memset(lineage, 0, sizeof(*lineage));
	intern_init(&lineage->layouts);
	joins_init(&lineage->joins, study);
	def_index_init(&b.defs, study, defs);
	build_nodes(lineage, commits, watch);
	rc = look_at_rows(&b) < 0 ? -1 : build_layouts(&b);
	if (rc == 0) {
		spread_shares(lineage);
		apply_joins(&b);
		lineage->is_bounded = lineage->is_bounded || lineage->joins.shares->is_full;
	}
	if (lineage->is_bounded)
		repo_add_limit(study->repo, "versions directories came and went so often that it is not known in all "
					    "commits which of them belong together");
	def_index_release(&b.defs);
	free(b.pairs);
	free(b.place_of_unit);
	return rc;
}

uint32_t lineage_last_commit(struct lineage *lineage, uint32_t label)
{
	size_t i, n = lineage->node_count;

	while (n-- > 0) {
		size_t count;
		const struct pair *pairs = layout_pairs(lineage, lineage->nodes[n].layout, &count);

		for (i = 0; i < count; i++)
			if (find_label(lineage, pairs[i].label) == label)
				return lineage->nodes[n].commit;
	}
	return 0;
}

void lineage_release(struct lineage *lineage)
{
	free(lineage->nodes);
	free(lineage->parents);
	free(lineage->node_of);
	intern_release(&lineage->layouts);
	free(lineage->up);
	free(lineage->label_of_path);
	joins_release(&lineage->joins);
	memset(lineage, 0, sizeof(*lineage));
}
