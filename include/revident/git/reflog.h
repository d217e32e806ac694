/*
 * reflog: what refs pointed to before. Layer git.
 *
 * Read from the files themselves: libgit2 knows neither the logs of linked worktrees nor those of deleted refs. With
 * them go the commits that git notes when it does something dangerous (ORIG_HEAD, FETCH_HEAD, MERGE_HEAD and so on) and
 * what an unfinished rebase started from.
 */
#ifndef REVIDENT_GIT_REFLOG_H
#define REVIDENT_GIT_REFLOG_H

#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct reflog_entry {
	struct text name; /* "refs/heads/main", "HEAD", "worktrees/x/HEAD", "ORIG_HEAD" … */
	struct oid id;    /* that it pointed to once; not the null id, and not looked up yet */
};

struct reflog_list {
	struct reflog_entry *items; /* sorted by name, then id, each pair once */
	size_t count;
	size_t entries; /* lines that were read */
};

/* Every entry of every log. Lines that are none are passed over; a log that cannot be read is a limit. */
void reflogs_read(struct repo *repo, struct arena *arena, struct reflog_list *out);

#endif
