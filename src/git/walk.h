/*
 * walk: a history while it is read, and its numbering. Private to src/git.
 *
 * During the walk a commit is an index in the order in which it was first named. walk_number() then gives the commits
 * that are there their numbers in the walk order and hands the arrays over.
 */
#ifndef REVIDENT_SRC_GIT_WALK_H
#define REVIDENT_SRC_GIT_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "commit_graph.h"
#include "revident/git/commits.h"

#define WALK_NONE UINT32_MAX
#define WALK_LAST 0x80000000U    /* in `parents`: the commit's last one */
#define WALK_DROPPED 0x7fffffffU /* in `parents`: was no possible parent */

enum { STATE_NEW = 0, STATE_OPEN = 1, STATE_DONE = 2, STATE_GONE = 4 /* missing or damaged */, STATE_CUT = 8 };

struct walk {
	struct repo *repo;
	size_t count, cap;
	struct oid *ids, *trees;
	int64_t *times;
	uint32_t *first_parent; /* a place in `parents`, or WALK_NONE */
	unsigned char *states;
	uint32_t *parents;
	size_t parent_count, parent_cap;
	uint32_t *slots; /* id to index + 1, of the commits outside the graph */
	size_t mask, hashed;
	const struct commit_graph *graph; /* may be NULL; then so are the next two */
	uint32_t *graph_at;               /* by index: the position in it, or GRAPH_NONE */
	uint32_t *index_of;               /* by position: index + 1 */
	bool graph_lies;                  /* it contradicts itself, or a tip's own object */
	uint32_t *order;                  /* the commits that are there, parents first, depth first */
	size_t order_count, order_cap;
	size_t boundary_count; /* shallow commits reached */
	struct oid boundary;   /* the first */
};

/* graph_check.c: does a commit's own object say what the graph does? True also for one that is not from there. */
bool walk_agrees(const struct walk *walk, uint32_t commit);

/* Numbers the commits of a finished walk and moves them to `out`, all but commits_find()'s table. */
void walk_number(struct walk *walk, struct commits *out);

void walk_release(struct walk *walk);

#endif
