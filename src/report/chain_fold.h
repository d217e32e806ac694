/*
 * chain_fold: which parts of a chain a picture shows. Private to src/report; pure.
 *
 * Holes, heads, bases, branch points, merges, revisions in a cycle or with a dependency and those that are to be kept
 * always stand for themselves; of the rest straight runs are one item each. Where even that is more than fits, what is
 * nearest to the holes, the kept ones and the heads is shown, and the rest counted.
 */
#ifndef REVIDENT_SRC_REPORT_CHAIN_FOLD_H
#define REVIDENT_SRC_REPORT_CHAIN_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"
#include "revident/model/chain.h"

/* A node, or a run of them from `node` to `last`. */
struct fold_item {
	const struct chain_node *node, *last;
	size_t count; /* 1: the node itself */
	size_t lane;  /* column of the picture, from 0 */
};

/* From parent to child, by item. */
struct fold_edge {
	uint32_t from, to;
	bool by_dependency;
};

struct chain_fold {
	struct fold_item *items; /* parents first */
	size_t count;
	struct fold_edge *edges; /* by child, then in the order in which it names its parents */
	size_t edge_count;
	size_t lanes;
	size_t left_out; /* revisions that are in no item */
};

struct fold_options {
	const struct text *keep; /* revisions that stand for themselves */
	size_t keep_count;
	size_t unfolded_max; /* chains of so many nodes are shown as they are */
	size_t items_max, edges_max;
};

/* Freed by chain_fold_release(). */
void chain_fold_make(const struct chain *chain, const struct fold_options *options, struct chain_fold *out);
void chain_fold_release(struct chain_fold *fold);

#endif
