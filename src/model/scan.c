#include "revident/model/scan.h"

#include <assert.h>

const char *worktree_kind_name(enum worktree_kind kind)
{
	static const char *const names[WORKTREE_KINDS] = {
		[WORKTREE_ADDED] = "added",
		[WORKTREE_DELETED] = "deleted",
		[WORKTREE_IGNORED] = "ignored",
		[WORKTREE_OVERWRITTEN] = "overwritten",
		[WORKTREE_REIDENTIFIED] = "reidentified",
		[WORKTREE_STRIPPED] = "stripped",
		[WORKTREE_UNTRACKED] = "untracked",
	};

	assert(kind < WORKTREE_KINDS);
	return names[kind];
}
