/*
 * worktree: files in the work tree, read without following links. Layer git.
 */
#ifndef REVIDENT_GIT_WORKTREE_H
#define REVIDENT_GIT_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"

/*
 * The regular files below directory `dir` (from the top; "" is the top), subdirectories included to `depth` levels
 * (0: the directory alone); `.git`, `__pycache__` and nested repositories are passed over, symlinks are not followed.
 * Paths from the top, sorted by bytes, in the arena. A missing directory has none. 0 or -1.
 */
int worktree_files(struct repo *repo, struct arena *arena, const char *dir, unsigned depth, struct text **out,
	size_t *count, struct err *err);

/* Files that are longer are not read at all; migrations over MIGRATION_BYTES_MAX are, and are told to be too long. */
enum { WORKTREE_FILE_MAX = 64 * 1024 * 1024 };

/*
 * Reads a regular file of at most `max` bytes. 1; 0 if there is none, a directory or a link; -1 (too long, unreadable,
 * a named pipe and the like, a link to nothing).
 */
int worktree_read(struct repo *repo, const char *path, size_t max, struct strbuf *out, struct err *err);

/* Where the symbolic link at the path leads, as it says itself. False if there is none. */
bool worktree_read_link(struct repo *repo, const char *path, struct strbuf *out);

/* When a regular file was written last, in seconds since 1970. False if there is none. */
bool worktree_mtime(struct repo *repo, const char *path, int64_t *out);

#endif
