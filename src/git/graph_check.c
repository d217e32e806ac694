/*
 * What a commit-graph says of a commit, held against the commit's own object. Its checksum keeps damage out, not what
 * was forged; too many are read from it to ask for all, so those are that an answer stands on.
 */
#include "commit_parse.h"
#include "internal.h"
#include "walk.h"

/* What was read of a commit from the graph: its tree, and where to find its parents. */
struct claim {
	const struct oid *id, *tree;
	const struct oid *ids;
	const uint32_t *parents; /* indexes in `ids`, WALK_LAST taken off */
	size_t parent_count;
};

static bool has_parents(const struct claim *claim, const struct commit_header *header)
{
	struct oid id;
	size_t i;

	if (header->parent_count != claim->parent_count)
		return false;
	for (i = 0; i < claim->parent_count; i++) {
		commit_parent_id(header, i, &id);
		if (!oid_equal(&id, &claim->ids[claim->parents[i] & ~WALK_LAST]))
			return false;
	}
	return true;
}

/* An object that is not there, or damaged, contradicts nothing. */
static bool holds(struct repo *repo, const struct claim *claim)
{
	struct err ignored = { .kind = ERR_NONE };
	struct commit_header header;
	struct object object;
	bool same = true;

	if (object_read(repo, claim->id, OBJECT_META_MAX, &object, &ignored) < 1)
		return true;
	if (object.type == OBJECT_COMMIT && commit_parse(object.bytes, object.len, &header))
		same = oid_equal(&header.tree, claim->tree) && has_parents(claim, &header);
	object_release(&object);
	return same;
}

bool walk_agrees(const struct walk *walk, uint32_t commit)
{
	uint32_t at = walk->first_parent[commit];
	struct claim claim = { .id = &walk->ids[commit], .tree = &walk->trees[commit], .ids = walk->ids };

	if (!walk->graph || walk->graph_at[commit] == GRAPH_NONE)
		return true;
	if (at != WALK_NONE) {
		claim.parents = &walk->parents[at];
		for (claim.parent_count = 1; !(walk->parents[at] & WALK_LAST); at++)
			claim.parent_count++;
	}
	return holds(walk->repo, &claim);
}

bool commits_agree(struct repo *repo, const struct commits *commits, uint32_t number)
{
	struct claim claim = { .id = &commits->ids[number],
		.tree = &commits->trees[number],
		.ids = commits->ids,
		.parents = commit_parents(commits, number),
		.parent_count = commit_parent_count(commits, number) };

	return !commits->graph_at || commits->graph_at[number] == GRAPH_NONE || commits->flags[number] & COMMIT_CUT ||
	       holds(repo, &claim);
}
