/*
 * scan: from a repository to what happened in it. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_SCAN_H
#define REVIDENT_ANSWERS_SCAN_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/forensics/investigation.h"
#include "revident/forensics/policy.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"
#include "revident/model/scan.h"

struct scan_options {
	const char *const *tips; /* expressions; none: HEAD, or with `all` every ref and worktree HEAD */
	size_t tip_count;
	bool all, deep;
	const char *const *envs; /* only these environments, by path; none: all */
	size_t env_count;
	const char *const *versions_dirs;
	size_t versions_dir_count;
	unsigned events;                 /* kinds for scan.events: EVENTS_DEFAULT and the like */
	bool with_worktree;              /* compare index and work tree with HEAD */
	const struct policy *policy;     /* never NULL; of no sources: the defaults */
	const struct progress *progress; /* NULL: none */
};

/*
 * Reads the history of the tips and judges it. Everything in `out` lives in `arena`. 0; -1 with ERR_USAGE (a tip or
 * environment that is not there) or ERR_UNDECIDED. Damage that could be read past is in out->repository.limits instead.
 */
int scan_run(
	struct repo *repo, struct arena *arena, const struct scan_options *options, struct scan *out, struct err *err);

#endif
