/*
 * pack_cache: what was found out about the objects of a pack, kept for the user's next run. Layer git.
 *
 * It is kept in the user's own cache, never in the repository (src/git/user_cache.h has the rules), and holds for the
 * pack's files as they lie on the disk: of a copy that was damaged or replaced since nothing is known, so that it is read
 * anew and its damage told. Where nothing can be kept, nothing is: that is no error.
 */
#ifndef REVIDENT_GIT_PACK_CACHE_H
#define REVIDENT_GIT_PACK_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* A pack's files as they lay on the disk when the stamp was taken. */
struct pack_stamp {
	struct strbuf text;
};

/*
 * How many packs the repository has that something may be kept of; they are numbered from 0. None where it was opened
 * without a place to keep it (repo_env.cache_dir).
 */
size_t pack_cache_packs(const struct repo *repo);
size_t pack_cache_objects(const struct repo *repo, size_t pack);

/* Does that pack have the object? */
bool pack_cache_has(const struct repo *repo, size_t pack, const struct oid *id);

/*
 * Takes the stamp of a pack, before anything is read of it; the caller releases `text`. False, with an empty text, where
 * the files changed so lately that their times would not tell a further change.
 */
bool pack_stamp_take(const struct repo *repo, size_t pack, struct pack_stamp *out);

/*
 * Reads what was kept for these files: `body`, within `file`. `writer` says who keeps such things and by which rules:
 * what another one kept does not count. False if there is nothing.
 */
bool pack_cache_read(const struct repo *repo, const struct pack_stamp *stamp, const char *writer, struct strbuf *file,
	struct text *body);

/* Keeps the bytes for these files. */
void pack_cache_write(
	const struct repo *repo, const struct pack_stamp *stamp, const char *writer, const void *bytes, size_t len);

#endif
