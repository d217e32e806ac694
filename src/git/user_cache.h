/*
 * user_cache: what was found out about files, kept for the user's next run. Private to src/git.
 *
 * One file for each subject in the user's own cache ("revident" below $XDG_CACHE_HOME or ~/.cache, as the XDG Base
 * Directory Specification has it), never in the repository: looking at one changes nothing in it, and nobody else can
 * put anything there. What is kept goes by stamps: files as they lie on the disk, down to the inode and the time of its
 * last change, which no call sets. One that was written to or replaced since has another stamp; what a disk loses by
 * itself changes none.
 *
 * The directory, and the one that it is made in, must belong to the user who runs this. It is kept below 256 MiB; what
 * was not used for a month goes, and other files there are left alone. It may be deleted at any time. Where nothing can
 * be kept, nothing is: that is no error.
 */
#ifndef REVIDENT_SRC_GIT_USER_CACHE_H
#define REVIDENT_SRC_GIT_USER_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"

/* Appends what tells a file from whatever may be in its place later. */
void user_cache_add_stamp(struct strbuf *out, const struct stat *st);

/* Is it so long since the file changed that its times would tell a further change? */
bool user_cache_is_settled(const struct stat *st);

/*
 * Reads what was kept about a subject: `body`, within `file`. `writer` says who keeps such things and by which rules:
 * what another one kept does not count. False if there is nothing.
 */
bool user_cache_read(
	const struct repo *repo, const char *subject, const char *writer, struct strbuf *file, struct text *body);

/* Keeps the bytes about a subject, and drops what is too old or too much. */
void user_cache_write(const struct repo *repo, const char *subject, const char *writer, const void *bytes, size_t len);

#endif
