/*
 * merge: what a merge would give, in memory. Layer git.
 */
#ifndef REVIDENT_GIT_MERGE_H
#define REVIDENT_GIT_MERGE_H

#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct merged_tree {
	struct oid tree;        /* at a path in a conflict it holds what `ours` has, else what `theirs` has */
	struct text *conflicts; /* paths, sorted, in the arena */
	size_t conflict_count;
};

/*
 * Merges two trees that parted at `ancestor` (NULL: they have nothing in common), following renames as git does. The
 * result is an object in memory (memory.h). 0; -1 where an object that it needs cannot be read.
 */
int merge_trees(struct repo *repo, struct arena *arena, const struct oid *ancestor, const struct oid *ours,
	const struct oid *theirs, struct merged_tree *out, struct err *err);

#endif
