/*
 * former: the revisions that a history ever had. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_FORMER_H
#define REVIDENT_ANSWERS_FORMER_H

#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/policy.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"

/*
 * Every id that a commit in the history of `tip` (an expression; NULL: HEAD) held in some environment, sorted, in
 * `arena`. What cannot be read becomes a limit of `repo`. 0 or -1, as investigation_open().
 */
int former_revisions(struct repo *repo, const char *tip, const struct policy *policy, const struct progress *progress,
	struct arena *arena, const struct text **out, size_t *count, struct err *err);

#endif
