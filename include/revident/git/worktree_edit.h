/*
 * worktree_edit: changing files in the work tree, all or nothing. Layer git.
 *
 * New content goes to temporaries beside the files, which are synced before a journal in the git directory says that
 * they are complete; only then are they renamed into place. Whatever interrupts this, the next run finds the journal
 * and either removes the temporaries (the old state) or does the renames that are left (the new one). No link is
 * followed anywhere: every directory on the way is opened from the top of the work tree, one by one.
 */
#ifndef REVIDENT_GIT_WORKTREE_EDIT_H
#define REVIDENT_GIT_WORKTREE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* One file of the work tree, as it is to be. */
struct worktree_edit {
	const char *path; /* from the top */
	bool is_removal;
	struct text bytes;
	bool executable;
};

/*
 * May a file of this path be written? Refused: absolute paths, `..`, anything in `.git`, a directory on the way that is
 * a link or a file, a neighbour whose name differs by case alone. 0, or -1 with ERR_UNDECIDED.
 */
int worktree_check_path(struct repo *repo, const char *path, struct err *err);

/* Why no file of a work tree may have the path: it leads out of it, or into git's own files. NULL if one may. */
const char *worktree_bad_path(struct text path);

/* Is there anything at the path? 1, 0, -1. */
int worktree_exists(struct repo *repo, const char *path, struct err *err);

/* Does the edits, in one go. 0; -1 with ERR_UNDECIDED: then nothing was changed, unless the message says otherwise. */
int worktree_apply(struct repo *repo, const struct worktree_edit *edits, size_t count, struct err *err);

enum resumed { RESUMED_NOTHING, RESUMED_UNDONE, RESUMED_COMPLETED };

/* Undoes or completes what an interrupted run left behind, and says which. 0 or -1. */
int worktree_resume(struct repo *repo, enum resumed *what, struct err *err);

/* One entry for the index. */
struct index_change {
	const char *path;
	bool is_removal;
	struct text bytes; /* written as a blob */
	bool executable;
};

/* Enters the changes into the index, as `git update-index` does, without any filter. 0 or -1. */
int index_stage(struct repo *repo, const struct index_change *changes, size_t count, struct err *err);

#endif
