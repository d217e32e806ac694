/*
 * index_compare: how an index that we read ourselves differs from a tree. Private to src/git.
 */
#ifndef REVIDENT_SRC_GIT_INDEX_COMPARE_H
#define REVIDENT_SRC_GIT_INDEX_COMPARE_H

#include "index_file.h"
#include "revident/git/index.h"

/*
 * As index_compare_tree(), for this index. False, with `out` as it was, where git has to be asked: a tree that is not
 * there or not in order, a path that no tree can have, cached trees that do not fit.
 */
bool index_file_compare(struct repo *repo, struct arena *arena, const struct index_file *file, const struct oid *tree,
	struct index_changes *out);

#endif
