/*
 * tree_layout: what stands where in a tree, so that the next version of it need not be taken apart. Private to src/git.
 *
 * From commit to commit a tree keeps its names and modes, and some of its ids change. Where that is so, every byte of
 * both is equal but for some in the places of the ids: comparing them costs a fraction of looking for each name's end.
 */
#ifndef REVIDENT_SRC_GIT_TREE_LAYOUT_H
#define REVIDENT_SRC_GIT_TREE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/git/object.h"

/* Zeroed before use. */
struct tree_layout {
	struct object tree; /* the last one; bytes NULL: none */
	uint32_t *ids;      /* where the id of each of its entries begins */
	size_t count, cap;
};

/* Does the tree have the names and modes of the last one, each in its place? False without one. */
bool tree_layout_fits(const struct tree_layout *layout, const struct object *tree);

/*
 * Makes `tree` the last one and takes it over, with the places of its ids unless it `fits`. One that is large, or whose
 * entries cannot all be told apart, is released, and there is no last one then.
 */
void tree_layout_take(struct tree_layout *layout, struct object *tree, bool fits);
void tree_layout_release(struct tree_layout *layout);

#endif
