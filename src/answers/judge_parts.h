/*
 * judge_parts: what the parts of a judgement share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_JUDGE_PARTS_H
#define REVIDENT_SRC_ANSWERS_JUDGE_PARTS_H

#include "revident/answers/audit.h"
#include "revident/forensics/history.h"
#include "revident/answers/judge.h"
#include "revident/forensics/tree_envs.h"
#include "revident/forensics/touched.h"

struct judge {
	struct study *study;
	struct discovery *discovery;
	struct published *published;
	struct judge_options options;
	struct finding *violations;
	size_t violation_count, violation_cap;
	struct waived *waived;
	size_t waived_count, waived_cap;
	struct intern limits, notes; /* sentences, each once */
	struct past *past;           /* what was last looked up of history; NULL: nothing yet */
};

/* One side of the change, with its environments. */
struct side_view {
	struct oid tree;
	struct source *source;
	struct env_defs defs;
	struct tree_envs envs;
};

/* The change as a history of its own: ancestors, bases, and the target on top of them. */
struct small_history {
	struct commits commits;
	struct watch *watch;
	struct snapshots *snapshots;
	struct lineage lineage;
	struct history history;
	uint32_t first_base, target; /* commit numbers */
};

/* One change while it is judged. */
struct judging {
	struct judge *judge;
	struct study *study;
	const struct judge_case *judged;
	struct side_view *sides; /* the bases, then the target */
	size_t side_count;
	struct env_defs defs;    /* of all sides, and those given */
	struct env_defs watched; /* of these, those whose directories differ */
	struct touched touched;
	struct small_history small;
	struct {
		struct commits commits; /* of the first base's history, once asked for */
		bool is_loaded;
		unsigned asked;
	} since;
	struct err *err;
};

static inline struct side_view *judging_target(const struct judging *j)
{
	return &j->sides[j->side_count - 1];
}

/* judge_small.c: builds the history of the change over the watched definitions. 0 or -1. */
int small_history_build(struct judging *j);
void small_history_release(struct small_history *small);

/* judge_small.c: does the snapshot of a commit lack something that could not be read? Then limits say so. 0 or -1. */
int small_history_check(struct judging *j);

/* A violation before its level is known. */
struct charge {
	enum rule_id rule;
	uint32_t revision;
	struct text environment;
	struct place before, after; /* files of a base and of the target; either may be none */
	struct place continues_as;
	uint32_t pinned;   /* the blob that a waiver names; BLOB_NONE: none */
	enum level most;   /* no more than this, whatever is protected */
	const char *since; /* a clause, for a reused id: who had it; NULL otherwise */
	bool is_protected_for_sure;
};

/* judge_small.c: the limit for a file whose blob is absent. */
void judge_say_absent(struct judging *j, uint32_t path, uint32_t blob);

/*
 * judge_mends.c: the gravest level that a charge can have where the change mends a chain that was broken in every base.
 * Alembic loads no chain with a hole, so no database came to what is given up: a note where content gets back the id
 * that is missing; a warning where a child that named a missing parent names one that is there (databases stamped with
 * the missing one stay where they are). `recover` plans the former, and with --relink the latter.
 */
enum level judge_at_most(const struct judging *j, const struct charge *charge);

/* judge_charge.c: finds level, message and hint, asks the policy, and keeps it. 0 or -1. */
int judge_bring(struct judging *j, const struct charge *charge);

/* judge_charge.c: keeps a finding, `blob` being its file's or NULL. False where a waiver lets it pass. */
bool judge_keep(struct judging *j, struct finding finding, const struct oid *blob);

/* judge_words.c: what happened, what it means, and what to type. */
struct verdict_words {
	struct text message, hint;
};
void judge_describe(struct judging *j, const struct charge *charge, const struct holding *holding, bool by_base,
	enum level level, struct verdict_words *out);

/* judge_since.c: "it is there since commit …", or NULL where nobody can say. */
const char *judge_since(struct judging *j, const struct charge *charge, enum level level);
void judge_since_release(struct judging *j);

/* judge_words.c: the waiver to paste, behind a hint. */
struct text judge_add_waiver(
	struct judging *j, struct text hint, const struct finding *finding, const struct oid *blob);

/* judge_tree.c: findings about one tree that the change brings. 0 or -1. */
int judge_new_findings(struct judging *j);

/* judge_left.c: migrations whose directory the configuration names no more. 0 or -1. */
int judge_left_directories(struct judging *j);

/* judge_reused.c: new ids that named something else before. 0 or -1. */
int judge_reused_ids(struct judging *j);
void judge_past_free(struct past *past); /* takes NULL */

/* judge.c: whatever of the repository could not be read so far keeps the change from being judged. */
void judge_add_repo_limits(struct judge *judge);

/* judge.c: the environment that a file belongs to, as output shows it. */
struct text judge_environment_of(const struct judging *j, uint32_t path);

/* judge.c: is the environment, which the change concerns, left out by an option or the policy? The latter is noted. */
bool judge_leaves_out(const struct judging *j, struct text environment);

#endif
