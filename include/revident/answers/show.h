/*
 * show: which content of a revision a person wants back. Layer answers.
 *
 * The last content before the revision was lost; before its content was replaced, if it still is; at HEAD what stands
 * there; else what the best other ref has. Or what a commit has that was named.
 */
#ifndef REVIDENT_ANSWERS_SHOW_H
#define REVIDENT_ANSWERS_SHOW_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/policy.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"
#include "revident/model/explain.h"

struct show_options {
	struct text query; /* an id, the beginning of one, or a branch label */
	const char *at;    /* the commit whose version is wanted, as git names commits; NULL: the best one */
	bool deep;
	const char *const *envs;
	size_t env_count;
	const char *const *versions_dirs;
	size_t versions_dir_count;
	const struct policy *policy; /* never NULL */
	const struct progress *progress;
};

/* One content that a revision had. */
struct version {
	struct text path; /* where it stood; none unless known */
	struct oid blob;
	const struct commit_info *commit; /* that made it; NULL unless known */
};

enum show_result {
	SHOW_FOUND,
	SHOW_AMBIGUOUS, /* several revisions fit, or several environments have one with other content: see `matches` */
	SHOW_NONE,
};

struct shown {
	enum show_result result;
	struct text revision; /* that was found, else the query */
	struct version version;
	const struct version *others; /* other contents that it had, in walk order */
	size_t other_count;
	const struct match *matches;
	size_t match_count;
	bool never_declared; /* SHOW_NONE: nothing ever had it; otherwise the commit named with `at` lacks it */
	bool is_cut;         /* a shallow boundary was reached: older contents are not known */
	bool is_in_doubt;    /* something else could not be read, and the answer may depend on it */
};

/* Everything in `out` lives in `arena`. 0; -1 with ERR_USAGE (no such commit or environment) or ERR_UNDECIDED. */
int show_run(
	struct repo *repo, struct arena *arena, const struct show_options *options, struct shown *out, struct err *err);

#endif
