/*
 * commit_info: the parts of a commit that people read. Layer git.
 *
 * Read for the few commits that matter, from the stored bytes, leniently: what is malformed is empty, nothing fails for
 * it. Texts are copied into the arena as stored (an `encoding` header other than UTF-8 is converted where libc can).
 */
#ifndef REVIDENT_GIT_COMMIT_INFO_H
#define REVIDENT_GIT_COMMIT_INFO_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/git/repo.h"
#include "revident/model/commit.h"

/* 1 with `out` filled, 0 if the commit is missing, -1. */
int commit_info_read(
	struct repo *repo, struct arena *arena, const struct oid *id, struct commit_info *out, struct err *err);

#endif
