/*
 * commits: every commit reachable from some tips, parents before children. Layer git.
 *
 * A commit is a number: its place in the walk order (of the commits whose parents are all listed, next the smallest by
 * committer time, then id), so a parent's number is always the smaller one. About 50 bytes a commit. Parsed from the
 * stored bytes: malformed signatures stop nothing. Replace refs and grafts are not followed; commits at a shallow
 * boundary have no parents. Missing and damaged commits become limits of the repository and are left out; a commit one
 * of whose parents is left out is `cut`.
 */
#ifndef REVIDENT_GIT_COMMITS_H
#define REVIDENT_GIT_COMMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/base/intern.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

#define COMMIT_NONE UINT32_MAX

struct commits {
	size_t count;
	struct oid *ids;      /* by number */
	struct oid *trees;    /* root trees, by number */
	int64_t *times;       /* committer time, seconds since 1970, 0 where unreadable */
	uint32_t *parent_at;  /* where its parents begin in `parents`; count + 1 entries */
	uint32_t *parents;    /* numbers, in the commit's own order */
	unsigned char *flags; /* COMMIT_CUT: a parent that it names was left out (shallow, missing) */
	uint32_t *read_order; /* the numbers in the order that packs are read fastest: parents first, depth first */
	uint32_t *graph_at;   /* this layer's own: positions in the commit-graph; NULL without one */
	uint32_t *slots;      /* commits_find()'s table: number + 1, 0 is free */
	size_t slot_mask;
	bool is_shallow; /* a shallow boundary was reached: one of the repository's limits says so */
};

enum { COMMIT_CUT = 1 };

/* Called from time to time with how many commits were read; a nonzero answer stops the walk (ERR_UNDECIDED). */
typedef int progress_fn(void *data, const char *what, size_t done, size_t total);

struct progress {
	progress_fn *fn; /* may be NULL */
	void *data;
};

/*
 * Reads the history of `tips` (repeats are fine; those that are no commits are passed over). A shallow boundary that is
 * reached becomes a limit. 0, or -1. commits_release() frees it, also after a failure.
 */
int commits_load(struct commits *out, struct repo *repo, const struct oid *tips, size_t count,
	const struct progress *progress, struct err *err);
void commits_release(struct commits *commits);

/* Does the commit's object agree with what a commit-graph said of its tree and parents? True if none was asked. */
bool commits_agree(struct repo *repo, const struct commits *commits, uint32_t number);

/* The number of a commit, or COMMIT_NONE. */
uint32_t commits_find(const struct commits *commits, const struct oid *id);

static inline size_t commit_parent_count(const struct commits *c, uint32_t number)
{
	return c->parent_at[number + 1] - c->parent_at[number];
}

static inline const uint32_t *commit_parents(const struct commits *c, uint32_t number)
{
	return c->parents + c->parent_at[number];
}

#endif
