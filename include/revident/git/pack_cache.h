/*
 * pack_cache: what was found out about objects of a repository's packs, kept for the user's next run. Layer git.
 *
 * It is kept in the user's own cache, never in the repository (src/git/user_cache.h has the rules), and holds while all
 * of the packs that it was found in are there as they were: where one was written to, replaced or taken away, nothing
 * is known, so that whatever is damaged or missing now is met. Packs that came since change nothing. Where nothing can
 * be kept, nothing is: that is no error.
 */
#ifndef REVIDENT_GIT_PACK_CACHE_H
#define REVIDENT_GIT_PACK_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* Has the repository packs, and was it opened with a place to keep something (repo_env.cache_dir)? */
bool pack_cache_is_used(const struct repo *repo);

/*
 * Reads what was kept: `body`, within `file`. `writer` says who keeps such things and by which rules: what another one
 * kept does not count. False if there is nothing, or a pack is no more what it was.
 */
bool pack_cache_read(const struct repo *repo, const char *writer, struct strbuf *file, struct text *body);

/*
 * Keeps the bytes, all of which must follow from objects that were read from packs. Nothing is kept where a pack was
 * written to just before it was opened: its times would not tell a further change.
 */
void pack_cache_write(const struct repo *repo, const char *writer, const void *bytes, size_t len);

#endif
