/*
 * judge: what a change does to revisions that are there already. Layer answers.
 *
 * Two trees, or several bases and one target, as if the target were a commit on top of the bases: the rules of history
 * (model/event.h) say what happened to each revision, the policy and what is published say how bad that is, and
 * the audit of both sides says which findings about one tree are new. Identity is judged by revision, never by path.
 */
#ifndef REVIDENT_ANSWERS_JUDGE_H
#define REVIDENT_ANSWERS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/policy.h"
#include "revident/answers/published.h"
#include "revident/forensics/study.h"
#include "revident/git/commits.h"
#include "revident/model/check.h"

struct judge_options {
	const struct policy *policy;  /* never NULL */
	bool policy_is_of_base;       /* what the change itself says does not count */
	const struct env_defs *extra; /* environments that options or the policy name */
	const struct text *only;      /* paths of the only environments to look at; none: all */
	size_t only_count;
	const struct progress *progress; /* never NULL; its fn may be */
};

/* A tree, and the commit that it is of; the null id where it is of none. */
struct judge_side {
	struct oid tree, commit;
};

struct judge_case {
	const struct judge_side *bases; /* none: everything in the target is new */
	size_t base_count;
	const struct oid *ancestors; /* trees of the bases' common ancestors, where the bases are a merge's parents */
	size_t ancestor_count;
	struct judge_side target;
	struct text restore_from; /* what `git checkout` takes the first base's files from; none: the base's id */
	bool is_merge;            /* the bases are the parents of a merge, not several merge bases */
	bool bases_are_protected; /* whatever refs hold them */
	bool forbids_heads;       /* a new head is an error: the change lands on a protected ref */
	bool only_findings; /* about one tree: what is merged into, and what was judged for itself, are the bases */
	bool with_history;  /* may history be searched for what a new id named before? */
};

struct judge;

/* Borrows everything. judge_free() takes NULL; findings live in the study's arena. */
struct judge *judge_new(struct study *study, struct discovery *discovery);
void judge_free(struct judge *judge);

/* What holds for the changes from here on; what it points to must live as long as the judge. */
void judge_use(struct judge *judge, const struct judge_options *options);

/*
 * May the change concern an environment at all? Told by names, trees and configurations; no other blob is read. 1, 0,
 * -1.
 */
int judge_is_concerned(struct judge *judge, const struct judge_case *judged, struct err *err);

/* Judges one change; may be called for several. `published` must live as long as the judge. 0 or -1. */
int judge_change(struct judge *judge, const struct judge_case *judged, struct published *published, struct err *err);

/* Something keeps a part of the change from being judged: a sentence. */
void judge_add_limit(struct judge *judge, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Something that a reader should know and nothing blocks on: a sentence. */
void judge_add_note(struct judge *judge, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Fills violations, waived, limits, notes and the result of `out`, and leaves the rest alone. */
void judge_finish(struct judge *judge, struct check *out);

#endif
