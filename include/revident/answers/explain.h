/*
 * explain: one revision's life, from an id, a label or an error text. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_EXPLAIN_H
#define REVIDENT_ANSWERS_EXPLAIN_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/policy.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"
#include "revident/model/explain.h"

struct explain_options {
	struct text query; /* what was typed or pasted; at most ERROR_TEXT_MAX bytes of it are read */
	bool deep;
	const char *const *envs; /* only these environments, by path; none: all */
	size_t env_count;
	const char *const *versions_dirs;
	size_t versions_dir_count;
	const struct policy *policy; /* never NULL */
	const struct progress *progress;
};

/*
 * Looks through the history of every ref and every worktree's HEAD. Everything in `out` lives in `arena`. 0; -1 with
 * ERR_USAGE (there is no id in the text, an environment that is not there) or ERR_UNDECIDED (nothing to walk from).
 */
int explain_run(struct repo *repo, struct arena *arena, const struct explain_options *options, struct explanation *out,
	struct err *err);

#endif
