/*
 * repeats: trees that stand at many paths. Layer git.
 *
 * Ten trees that each name the one before ten times are a few kilobytes in a repository and ten billion paths. A walk
 * that goes by paths asks here before it enters a tree: each tree may be entered once, and again until the repeats add
 * up to a given size. That is far more than real copies need, and it bounds the walk.
 */
#ifndef REVIDENT_GIT_REPEATS_H
#define REVIDENT_GIT_REPEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/intern.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

enum {
	REPEATS_SEARCHED_MAX = 4 * 1024 * 1024, /* bytes of trees that hold something Alembic's */
	REPEATS_LISTED_MAX = 1024 * 1024,       /* of those below one versions directory */
	REPEATS_PLANNED_MAX = 16 * 1024 * 1024, /* of any, in a list that is kept in memory */
	REPEATS_WALKED_MAX = 64 * 1024 * 1024,  /* of any */
};

struct repeats {
	struct intern trees;
	size_t left; /* bytes */
};

void repeats_init(struct repeats *repeats, size_t max);
void repeats_release(struct repeats *repeats);

/* May the walk enter the tree, an object of `len` bytes? */
bool repeats_allow(struct repeats *repeats, const struct oid *tree, size_t len);

/* Adds the limit that says that one was not entered. */
void repeats_say(struct repo *repo);

#endif
