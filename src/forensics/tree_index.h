/*
 * tree_index: the names of large trees, for those who ask one tree for many names. Private to src/forensics.
 *
 * A tree of a hundred thousand directories has megabytes: to inflate and read it once for each of them takes minutes.
 * So it does for trees of a thousand directories in each of a thousand commits. The last few trees that are large, or
 * that are asked again and again, stay in memory with a table of their names; they belong to the study.
 */
#ifndef REVIDENT_SRC_FORENSICS_TREE_INDEX_H
#define REVIDENT_SRC_FORENSICS_TREE_INDEX_H

#include <stdbool.h>

#include "revident/base/text.h"
#include "revident/git/object.h"
#include "revident/model/oid.h"

enum {
	TREES_INDEXED = 4, /* a large directory in a large directory, and that again */
};

struct tree_index;
struct tree_indexes;

struct tree_indexes *tree_indexes_new(void);
void tree_indexes_free(struct tree_indexes *indexes); /* takes NULL */

/* The tree's names if it is kept, else NULL; good until tree_indexes_take(). */
const struct tree_index *tree_indexes_find(const struct tree_indexes *indexes, const struct oid *id);

/* A tree of so many bytes is asked, and not kept: is it worth keeping? The first few times only large ones are. */
bool tree_indexes_want(struct tree_indexes *indexes, const struct oid *id, size_t len);

/* Keeps the tree, in the place of the one that was kept longest. Takes `tree` over. */
const struct tree_index *tree_indexes_take(struct tree_indexes *indexes, const struct oid *id, struct object *tree);

/* The first entry of that name. 1; 0; -1: none of the entries before the place where the tree is damaged. */
int tree_index_lookup(const struct tree_index *index, struct text name, struct tree_entry *out);

#endif
