/*
 * worktree_edit_parts: what doing edits and ending interrupted ones share. Private to src/git.
 */
#ifndef REVIDENT_SRC_GIT_WORKTREE_EDIT_PARTS_H
#define REVIDENT_SRC_GIT_WORKTREE_EDIT_PARTS_H

#include "revident/git/worktree_edit.h"

/* The journal's word for a path where no regular file stands. */
#define JOURNAL_NOTHING "-"

/* What stands at the path, as the journal says it: a blob id in hexadecimal, or JOURNAL_NOTHING. 0 or -1. */
int edit_state_of(struct repo *repo, const char *path, char state[OID_HEX + 1], struct err *err);

/* Renames a complete temporary into its place; removes a file, or finds it gone. 0 or -1. */
int edit_place(const struct repo *repo, const char *temporary, const char *path, struct err *err);
int edit_take_away(const struct repo *repo, const char *path, struct err *err);

/* The journal's path, to be freed. edit_remove_journal() also takes away what interrupted runs left beside it. */
char *edit_journal_path(const struct repo *repo);
void edit_remove_journal(const struct repo *repo);

/* One run at a time changes the work tree; the lock goes with the descriptor. -1 where another has it. */
int edit_lock(const struct repo *repo, struct err *err);

#endif
