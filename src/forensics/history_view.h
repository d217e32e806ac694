/*
 * history_view: one node and its parents, side by side. Private to src/forensics.
 */
#ifndef REVIDENT_SRC_FORENSICS_HISTORY_VIEW_H
#define REVIDENT_SRC_FORENSICS_HISTORY_VIEW_H

#include "revident/forensics/history.h"

/* A revision's holder on one side: 0 is the commit itself, 1 … n its parents. */
struct holder {
	uint32_t revision, lineage, side;
	struct place place;
};

struct view {
	struct study *study;
	struct lineage *lineage;
	const struct commits *commits;
	uint32_t node;
	uint32_t parent_count;
	const struct snapshot *here;
	const struct snapshot *const *parents;
	const uint32_t *parent_nodes;
	struct err *err;

	/* The paths whose content may be another revision's, going on: filled at first use. */
	struct candidate *candidates;
	size_t candidate_count;
	bool has_candidates;
};

/* A path of the commit that no parent has with this revision. */
struct candidate {
	uint32_t revision, lineage;
	struct place place;
};

/* The holders of one (revision, lineage), by side. */
struct holders {
	uint32_t revision, lineage;
	const struct holder *items; /* sorted by side, then path */
	size_t count;
};

/* The holders on one side, as a run of items. */
const struct holder *holders_on(const struct holders *holders, uint32_t side, size_t *count);

/* The number of the commit that stands for a parent node as seen from this commit. */
uint32_t view_parent_commit(const struct view *view, uint32_t side);

/* The first parent's side that has the revision; 0 if none. */
uint32_t first_side_with(const struct holders *holders);

/* Says how the revision was lost, all parents having it. 0 or -1. */
int classify_loss(struct view *view, const struct holders *holders, struct change *change);

/* Fills what a loss in a merge has in before, after and similarity. 0 or -1. */
int describe_merge_loss(struct view *view, const struct holders *holders, struct change *change);

/* Where the content of `place` goes on under another id, if anywhere: the best candidate. 0 or -1. */
int find_continuation(struct view *view, const struct holders *holders, struct place place, struct change *change);
void view_release_candidates(struct view *view);

typedef void emit_fn(void *data, const struct change *change);

/* The changes of a revision that the commit and at least one parent have. 0 or -1. */
int compare_holders(struct view *view, const struct holders *holders, emit_fn *emit, void *data);

/* Is the revision held by more paths than in any parent? 0 or -1. */
int count_holders(struct view *view, const struct holders *holders, emit_fn *emit, void *data);

#endif
