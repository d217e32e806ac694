/*
 * chain_parts: what chain_build() is made of. Private to src/forensics; the arrays are in the arena.
 */
#ifndef REVIDENT_SRC_FORENSICS_CHAIN_PARTS_H
#define REVIDENT_SRC_FORENSICS_CHAIN_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/model/chain.h"

/* Numbers of nodes, for qsort(). */
static inline int chain_compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Finds the cycles, sorted by their first node, and marks their nodes. How many. */
size_t chain_find_cycles(struct arena *arena, struct chain_node *nodes, size_t count, struct chain_cycle **out);

/*
 * Puts parents before children and keeps a branch together: depth first, a node as soon as its last parent is there,
 * the smallest revision first, what nobody has before what is missing. `order[i]` is the number of the i-th node.
 */
void chain_sort(struct arena *arena, const struct chain_node *nodes, size_t count, uint32_t *order);

#endif
