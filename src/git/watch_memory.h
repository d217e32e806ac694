/*
 * watch_memory: what an earlier watch found in trees, so that a later one need not read them. Private to src/git.
 *
 * Of each tree that was scanned, the entries of a node's children: what stands there under a few names. What is kept is
 * sets of such trees, one for each place and set of names that a node had. A node takes its answers from a set of its
 * place that has all its names. In bytes, as the machine has its numbers:
 *
 *	struct kept_head
 *	each distinct entry: struct watch_entry
 *	for each set: struct kept_set_head, its path and its names with a NUL behind each, its trees as struct kept_tree
 *	in the order of their ids, and their rows: how many entries a tree has, and for each the number of its name and
 *	of the entry
 *
 * The bytes are believed in nothing: whatever leads out of them is not known.
 */
#ifndef REVIDENT_SRC_GIT_WATCH_MEMORY_H
#define REVIDENT_SRC_GIT_WATCH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/intern.h"
#include "revident/base/text.h"
#include "revident/git/watch.h"

struct watch_memory;
struct kept_set;

/* One entry of a known tree: the number of its name in the set, and what it is. */
struct kept_entry {
	uint32_t name;
	struct watch_entry entry;
};

/* Borrows the bytes. Never NULL: what makes no sense is no memory of anything. */
struct watch_memory *watch_memory_new(struct text kept);
void watch_memory_free(struct watch_memory *memory); /* takes NULL */

/*
 * Puts into `out`, which has room for FITTING_MAX, the sets of the place that have all the names, the largest first.
 * Returns how many. `memory` may be NULL.
 */
enum { FITTING_MAX = 4 };
size_t watch_memory_fitting(
	const struct watch_memory *memory, struct text path, const struct intern *names, const struct kept_set **out);

/* The names of a set, by number. */
const struct intern *kept_set_names(const struct kept_set *set);

/*
 * How many entries of the names the tree has, and where they stand, for kept_entry_get(); -1 where that is not known.
 */
int kept_set_find(const struct kept_set *set, const struct oid *tree, const char **row);

/* Entry `i` of a row. False for one that makes no sense. */
bool kept_entry_get(const struct kept_set *set, const char *row, int i, struct kept_entry *out);

#endif
