/*
 * merge_base: where histories parted. Layer git.
 */
#ifndef REVIDENT_GIT_MERGE_BASE_H
#define REVIDENT_GIT_MERGE_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct merge_bases {
	struct oid *items; /* sorted by id, in the arena; several where histories cross */
	size_t count;
	bool is_cut; /* a history ends at a shallow boundary or a missing commit: there may be others, or better ones */
	bool is_doubtful; /* the tip's own history ends so, before it meets the others' */
};

/*
 * The best common ancestors of `tip` and of any of `others`: those that are ancestors of no other one. A commit counts
 * as its own ancestor. Walks all of both histories. 0; -1 where one of the commits cannot be read.
 */
int merge_bases_find(struct repo *repo, struct arena *arena, const struct oid *tip, const struct oid *others,
	size_t count, const struct progress *progress, struct merge_bases *out, struct err *err);

/*
 * For many tips, one after the other: the history is read once, that of the `expected` commits with it, and what the
 * others have is found out once as long as they stay the same. Borrows `repo`, copies `expected`. Nothing is read
 * before the first question. merge_finder_free() takes NULL.
 */
struct merge_finder;
struct merge_finder *merge_finder_new(struct repo *repo, const struct oid *expected, size_t count);
void merge_finder_free(struct merge_finder *finder);

/* As merge_bases_find(). */
int merge_finder_find(struct merge_finder *finder, struct arena *arena, const struct oid *tip, const struct oid *others,
	size_t count, const struct progress *progress, struct merge_bases *out, struct err *err);

#endif
