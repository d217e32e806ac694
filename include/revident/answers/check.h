/*
 * check: which trees a command or a hook wants judged, and the judgement. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_CHECK_H
#define REVIDENT_ANSWERS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/policy.h"
#include "revident/forensics/study.h"
#include "revident/git/commits.h"
#include "revident/model/check.h"

enum check_mode {
	CHECK_STAGED,   /* the index against HEAD and, in a merge, the other parents */
	CHECK_WORKTREE, /* the work tree against HEAD */
	CHECK_RANGE,    /* a commit against where it parted from another */
	CHECK_PUSH,     /* refs that are about to be pushed */
	CHECK_RECEIVE,  /* refs that are about to be changed in this repository */
};

/* A ref that is pushed or received; null ids as git has them: a new ref has no `before`, a deleted one no `after`. */
struct ref_update {
	struct text ref; /* its name where it is to be changed */
	struct oid before, after;
};

struct check_options {
	enum check_mode mode;
	const char *range;       /* "A..B" or "A...B" for CHECK_RANGE */
	const char *before;      /* what to judge against where B is its own merge base; NULL: its first parent */
	const char *merged_with; /* also judge the merge of the tip into this; NULL: no */
	const struct ref_update *updates;
	size_t update_count;
	bool push_head;                /* CHECK_PUSH without lines: HEAD is what would be pushed */
	struct text remote;            /* where it is pushed to: its name, or a URL; none if not known */
	const struct oid *other_heads; /* of a merge before MERGE_HEAD is written (GITHEAD_<id>) */
	size_t other_head_count;
	bool policy_from_base;           /* else from the tree under judgement */
	const struct policy_pair *given; /* settings of the command line */
	size_t given_count;
	const char *const *envs, *const *versions_dirs;
	size_t env_count, versions_dir_count;
	const struct progress *progress; /* never NULL; its fn may be */
};

/*
 * Everything in `out` lives in the study's arena. 0; -1 with ERR_USAGE (a name that is not there, a mistake in
 * .revident) or ERR_UNDECIDED.
 */
int check_run(struct study *study, struct discovery *discovery, const struct check_options *options, struct check *out,
	struct err *err);

#endif
