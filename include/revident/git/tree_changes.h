/*
 * tree_changes: which paths differ between two trees. Layer git.
 *
 * Straight from the stored trees, as `git diff-tree -r --no-renames` compares them. Texts are copied into the arena.
 */
#ifndef REVIDENT_GIT_TREE_CHANGES_H
#define REVIDENT_GIT_TREE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct path_change {
	char status; /* A, D, M (content or mode) or T (a file became something else) */
	struct text path;
	struct oid before, after; /* null where nothing was or is */
};

struct path_changes {
	struct path_change *items; /* sorted by path, as git sorts */
	size_t count;
	size_t more; /* changes beyond the limit, which are only counted */
};

/* Compares; `before` NULL is the empty tree. 0; -1 with `err` where a tree is missing or damaged. */
int tree_changes_read(struct repo *repo, const struct oid *before, const struct oid *after, size_t max,
	struct arena *arena, struct path_changes *out, struct err *err);

#endif
