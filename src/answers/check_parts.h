/*
 * check_parts: what the modes of a check share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_CHECK_PARTS_H
#define REVIDENT_SRC_ANSWERS_CHECK_PARTS_H

#include "revident/base/intern.h"
#include "revident/answers/check.h"
#include "revident/answers/judge.h"
#include "revident/answers/published.h"
#include "revident/git/merge_base.h"
#include "revident/git/refs.h"

/* What follows from one policy. */
struct policy_use {
	struct policy *policy;
	bool has_file;
	struct env_defs *extra;
	struct published *published; /* NULL until it is asked for */
	struct text *protected_refs; /* their names, then */
};

struct checking {
	struct study *study;
	struct discovery *discovery;
	const struct check_options *options;
	struct judge *judge;
	struct check *out;
	struct comparison *comparisons;
	size_t comparison_count, comparison_cap;

	/* A push may have thousands of lines, most of which have something in common. */
	struct policy_use *uses; /* one for each policy that was read, by number in `policies` */
	size_t use_cap;
	uint32_t use; /* the one that holds */
	struct intern policies;
	struct intern commits; /* ids of commits that are a side */
	struct judge_side *sides;
	size_t side_cap;
	struct intern judged; /* changes, as note_judged() sees them */
	struct merge_finder *finder;

	struct policy *policy; /* of `use` */
	bool has_lost_refs;    /* some could not be read: what is published, and where a branch began, nobody knows */
	struct err *err;
};

/* check.c: reads the policy that holds for a change and makes the judge use it. 0 or -1. */
int check_use_policy(struct checking *c, const struct judge_case *judged, struct text target_name);

/*
 * check.c: a ref that cannot be read may be a protected one, and then nobody knows what is published. check_limits()
 * before refs are read, check_take_limits() behind it: what was found out between makes the check undecided.
 */
size_t check_limits(const struct checking *c);
void check_take_limits(struct checking *c, size_t from);

/* check.c: the published of the policy in use, once check_protection() was asked. */
struct published *check_published(const struct checking *c);

/* check.c: what is protected by the policy in use; refs are read at the first call. NULL on failure. */
const struct protection *check_protection(struct checking *c);

/* check.c: judges one change, policy and all. `name` is what output calls the target. 0 or -1. */
int check_case(struct checking *c, struct judge_case *judged, struct text name);

/* check.c: a commit with its tree. 0; -1 where it cannot be read. */
int check_side(struct checking *c, const struct oid *commit, struct judge_side *out);

/* check.c: sides of several commits, in the arena. 0 or -1. */
int check_sides(struct checking *c, const struct oid *commits, size_t count, struct judge_side **out);

/* check.c: resolves what was typed. 0; -1: ERR_USAGE, or ERR_UNDECIDED where a shallow clone may be why. */
int check_resolve(struct checking *c, const char *expression, struct oid *out);

/* check_trees.c: what is staged, what lies in the work tree. 0 or -1. */
int check_staged(struct checking *c);
int check_worktree(struct checking *c);

/* check_range.c: 0 or -1. */
int check_range(struct checking *c);

/*
 * check_range.c: a commit against where it parted from `others`, which have to be there; a range never against itself.
 * 1; 0 where they have no history in common, and no base was found; -1.
 */
int check_parted(
	struct checking *c, const struct oid *tip, const struct oid *others, size_t count, struct judge_case *judged);

/* check_push.c: 0 or -1. */
int check_push(struct checking *c);
int check_receive(struct checking *c);

/*
 * check_merged.c: paths in a conflict below a versions directory, and .revident, cannot be judged: a limit.
 * `tree` says where these directories are. 0 or -1.
 */
int check_conflicts(
	struct checking *c, const struct text *paths, size_t count, const struct oid *tree, const char *what_to_do);

/* check_merged.c: the merge of the target into what --merged-with names. 0 or -1. */
int check_merged(struct checking *c, const struct judge_case *judged);

#endif
