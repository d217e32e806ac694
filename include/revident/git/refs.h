/*
 * refs: every ref, worktree HEAD and tip by name. Layer git.
 *
 * Each bad ref (a loop, garbage, naming a missing object) is passed over with a limit, never a stop; a symbolic one
 * that dangles, like origin/HEAD after a branch was renamed, names nothing and is passed over in silence. Packed refs
 * outside refs/tags are taken for commits without a look. refs/replace is left out. Lists are sorted by name; names and
 * ids are copied into the arena.
 */
#ifndef REVIDENT_GIT_REFS_H
#define REVIDENT_GIT_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct ref {
	struct text name;     /* "refs/heads/main"; "HEAD"; "worktrees/x/HEAD" for a linked worktree's */
	struct text symbolic; /* the ref that it leads to, if symbolic; none otherwise */
	struct oid target;    /* the object it names, a tag object for an annotated tag */
	struct oid commit;    /* that object peeled */
};

struct ref_list {
	struct ref *items;
	size_t count;
};

/* Every ref that leads to a commit. 0 or -1. */
int refs_all(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err);

/*
 * Those below refs/heads, refs/remotes and refs/tags: a mirror of a forge has tens of thousands of others, one or two
 * for each pull request.
 */
int refs_usual(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err);

/* HEAD: 1; 0 if unborn (`out->symbolic` names the branch); -1. */
int refs_head(struct repo *repo, struct arena *arena, struct ref *out, struct err *err);

/*
 * The other parents of a merge that is not committed yet: MERGE_HEAD's lines, in the arena; none without one. 0 or -1.
 */
int refs_merge_heads(struct repo *repo, struct arena *arena, struct oid **out, size_t *count, struct err *err);

/* HEAD of every worktree, the one we stand in included as "HEAD" (detached ones hold commits that no ref has). */
int refs_worktree_heads(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err);

/*
 * Resolves what a person typed (`main`, `v1.0~2`, an abbreviated id), as git rev-parse does, to a commit. 1; 0 with
 * `err` saying what was not found; -1. `name` in `out` is the text as typed.
 */
int refs_resolve(struct repo *repo, struct arena *arena, const char *expression, struct ref *out, struct err *err);

#endif
