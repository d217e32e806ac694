/*
 * memory: objects that were never written, made in memory. Layer git.
 *
 * What is staged, what lies in the work tree and what a merge would give are trees of the repository for everyone who
 * reads them: object_read() finds what was made here until repo_close(). Nothing reaches the disk.
 */
#ifndef REVIDENT_GIT_MEMORY_H
#define REVIDENT_GIT_MEMORY_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* What stands at a path now. */
struct tree_change {
	struct text path; /* from the top */
	unsigned mode;    /* as in a tree; 0: nothing, what was there is gone */
	struct oid id;
};

/* A blob of these bytes. 0 with *out, or -1. */
int memory_blob(struct repo *repo, const void *bytes, size_t len, struct oid *out, struct err *err);

/*
 * The tree `base` (NULL: the empty one) with the changes made, which are sorted on the way; a path comes once. A file
 * makes room for a directory and the other way round. 0 with *out; -1 where a tree on the way cannot be read.
 */
int memory_tree(struct repo *repo, const struct oid *base, struct tree_change *changes, size_t count, struct oid *out,
	struct err *err);

#endif
