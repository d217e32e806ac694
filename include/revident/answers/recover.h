/*
 * recover: the plan that puts lost revisions back. Layer answers.
 *
 * Reads and plans only; repair.h carries a plan out. The plan is applied to HEAD's tree in memory and judged there
 * before anybody sees it: what is missing, duplicate or cyclic after it is in the answer, and a plan that makes nothing
 * better says so.
 */
#ifndef REVIDENT_ANSWERS_RECOVER_H
#define REVIDENT_ANSWERS_RECOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/forensics/policy.h"
#include "revident/answers/salvage.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"
#include "revident/model/recover.h"

enum stub_mode {
	STUB_NONE,
	STUB_RAISE, /* upgrade() refuses to run: nobody mistakes it for the real thing */
	STUB_PASS,  /* upgrade() does nothing */
};

struct recover_options {
	const char *const *revisions; /* none: everything missing at HEAD */
	size_t revision_count;
	const char *const *envs; /* only these environments, by path; none: all */
	size_t env_count;
	const char *const *versions_dirs;
	size_t versions_dir_count;
	unsigned places; /* SALVAGE_EVERYWHERE, or what --from says */
	bool has_blob;
	struct oid blob;
	enum salvage_notes notes;
	bool relink;
	enum stub_mode stub;
	const char *stub_parent;     /* --down-revision; NULL: deduced */
	const struct policy *policy; /* never NULL */
	const struct progress *progress;
};

/*
 * Fills `out` from `arena`. 0; -1 with ERR_USAGE (an environment is to be named) or ERR_UNDECIDED. What cannot be found
 * is in out->unrecoverable, a plan that must not be applied has out->refusal.
 */
int recover_plan(struct repo *repo, struct arena *arena, const struct recover_options *options, struct recover *out,
	struct err *err);

#endif
