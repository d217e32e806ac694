/*
 * tree_diff: the files in which two trees differ. Layer git.
 */
#ifndef REVIDENT_GIT_TREE_DIFF_H
#define REVIDENT_GIT_TREE_DIFF_H

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* One path, on both sides; a mode of 0 is nothing. Borrowed for the time of the call. */
struct tree_difference {
	struct text path;
	unsigned modes[2];
	struct oid ids[2];
};

/* Answers 0 to go on; anything else ends the walk. */
typedef int tree_diff_fn(void *data, const struct tree_difference *difference);

/*
 * Calls `fn` for each path that is no tree and differs, in the order of paths as git sorts them; equal subtrees are not
 * read. Either tree may be NULL: empty.
 * 0 at the end, 1 where `fn` ended it; -1 where a tree cannot be read.
 */
int tree_diff(struct repo *repo, const struct oid *before, const struct oid *after, tree_diff_fn *fn, void *data,
	struct err *err);

#endif
