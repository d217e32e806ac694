/*
 * watch: what stands at a few paths in the root tree of every commit. Layer git.
 *
 * Root trees and the trees on the way are each read once for the paths that are there, a directory is compared by its
 * id. A watched path's entry is a small number: WATCH_ABSENT, or one for each distinct (kind, object id). A commit's
 * row of entries is interned, too, so that two commits with the same row number have the same things at all watched
 * paths.
 */
#ifndef REVIDENT_GIT_WATCH_H
#define REVIDENT_GIT_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"

enum { WATCH_ABSENT = 0 };

enum watch_kind { WATCH_TREE, WATCH_FILE, WATCH_OTHER /* a symlink, a submodule */ };

struct watch_entry {
	enum watch_kind kind;
	struct oid id;
};

struct watch;

void watch_init(struct watch **out, struct repo *repo);
void watch_free(struct watch *watch); /* takes NULL */

/*
 * What a watch found in the trees that it read can be told as bytes, and given to a new watch of the same repository,
 * before any path is added, which then does not read those trees. It borrows the bytes; it believes that they are true,
 * not that they make sense. watch_tell() adds to `out` what was known before and what is known now. watch_trees() says
 * of how many trees something was known before, and how many others are known now; none, where all of them would be
 * more than a later run would gladly take in.
 */
void watch_remember(struct watch *watch, struct text kept);
size_t watch_trees(const struct watch *watch, size_t *fresh);
void watch_tell(const struct watch *watch, struct strbuf *out);

/*
 * Adds a path ("" is the root tree itself; else components joined by '/', no leading or trailing slash). Returns its
 * index; the same path gives the same index. Rows resolved before do not cover it until watch_resolve() runs again.
 */
size_t watch_add(struct watch *watch, const char *path, size_t len);
size_t watch_count(const struct watch *watch);
const char *watch_path(const struct watch *watch, size_t index);

/*
 * Resolves every watched path in every commit. Root trees that are missing or damaged become limits of the repository
 * and get the row WATCH_UNKNOWN. May be called again after watch_add(): only the new paths are looked up. 0 or -1.
 */
#define WATCH_UNKNOWN UINT32_MAX
int watch_resolve(struct watch *watch, const struct commits *commits, const struct progress *progress, struct err *err);

/* The row of one root tree that need not belong to a walked commit (a tag's, the index's). 0 or -1. */
int watch_resolve_tree(struct watch *watch, const struct oid *root, uint32_t *row, struct err *err);

/* The row number of a commit, after watch_resolve(). */
uint32_t watch_row(const struct watch *watch, uint32_t commit);
size_t watch_row_count(const struct watch *watch);

/* The entries of a row, watch_count() of them as of the last watch_resolve(). */
const uint32_t *watch_entries(const struct watch *watch, uint32_t row);
const struct watch_entry *watch_entry(const struct watch *watch, uint32_t entry);

#endif
