/*
 * recover_parts: what the planning files share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_RECOVER_PARTS_H
#define REVIDENT_SRC_ANSWERS_RECOVER_PARTS_H

#include "revident/alembic/config.h"
#include "revident/answers/audit.h"
#include "revident/forensics/investigation.h"
#include "revident/answers/recover.h"
#include "revident/forensics/source.h"
#include "verdict.h"
#include "revident/git/object.h"

/* A file that may declare an id, or name it; what it holds now tells. */
struct plan_hint {
	uint32_t path; /* number among the plan's paths */
	uint32_t next; /* of the same id: its place + 1 */
};

/* HEAD's tree as a list that steps change. */
struct plan_tree {
	struct source_file *files; /* sorted by path while nothing was added */
	size_t count, cap;
	struct intern paths; /* every path that had a file */
	uint32_t *places;    /* by number in `paths`: place in `files` + 1; 0 if nothing stands there now */
	size_t place_cap;
	struct intern dirs; /* versions directories of HEAD's environments; as `ids` */
	struct intern ids;  /* that migrations declare or name; empty until somebody asks */
	uint32_t *first;    /* by number in `ids`: a place in `hints` + 1 */
	size_t first_cap;
	struct plan_hint *hints;
	size_t hint_count, hint_cap;
	bool has_ids;
};

/* A revision to be put back. */
struct wanted {
	struct text revision;
	struct text environment; /* none: not known */
	bool is_typed; /* by a person, and HEAD's history does not know it: it may be the beginning of an id */
	const struct missing_key
		*missing; /* NULL if nothing names it at HEAD, or it is an ancestor of one that is wanted */
};

struct planner {
	struct repo *repo;
	struct arena *arena;
	const struct recover_options *options;
	struct investigation inv;
	struct verdict verdict;
	struct salvager *salvager;
	const struct tip_view *view; /* HEAD's */
	struct plan_tree before, after;

	struct wanted *queue;
	size_t queue_count, queue_cap;
	struct intern queued; /* keys of the queue */
	struct recover_step *steps;
	size_t step_count, step_cap;
	struct salvage_source *sources;
	size_t source_count, source_cap;
	struct unrecoverable *lost;
	size_t lost_count, lost_cap;
	struct text *notes;
	size_t note_count, note_cap;
	struct text *touched; /* paths of environments that the plan changes */
	size_t touched_count, touched_cap;
	struct recover *out;
	struct err *err;
};

/* All files of a commit's tree. 0 or -1; plan_tree_release() either way. */
int plan_tree_read(struct planner *p, const struct oid *root, struct plan_tree *out);
void plan_tree_release(struct plan_tree *tree);

/* The planned tree: what stands at a path, NULL if nothing; takes it away; puts a file there. */
struct source_file *plan_tree_find(struct planner *p, struct text path);
void plan_tree_remove(struct planner *p, struct text path);
void plan_tree_put(struct planner *p, const struct source_file *file);

/* A file of the planned tree holds something else now. */
void plan_tree_note(struct planner *p, const struct source_file *file);

/* Queues what the options name, else all that is missing. 0 or -1. */
int plan_choose_targets(struct planner *p);

/*
 * Queues a revision of an environment; of none where it is not known, and then any that has the id will do. `missing`
 * may be NULL. False where it is queued already.
 */
bool plan_enqueue(struct planner *p, struct text revision, struct text environment, const struct missing_key *missing);

/* What was typed may be the beginning of an id that some place declares. 1 if that is queued now, 0, -1. */
int plan_complete(struct planner *p, const struct wanted *wanted);

/* The environment of HEAD that a wanted revision belongs to. 1; 0 where it must be named (err says so); -1. */
int choose_environment(struct planner *p, const struct wanted *wanted, const struct salvage_source *source,
	const struct tree_env **out);

/* Plans the steps that put a found file back. 0 or -1. */
int plan_restore(struct planner *p, const struct wanted *wanted, const struct salvage_source *source);

/* Plans a stand-in for what was not found. 0 or -1. */
int plan_stub(struct planner *p, const struct wanted *wanted);

/*
 * Plans to point the children of a lost revision to the id under which its content goes on. 1, also where it has no
 * children; 0 if it goes on under none; -1.
 */
int plan_relink(struct planner *p, const struct wanted *wanted);

/* The file that declares the revision in the environment of the planned tree; NULL if none does. */
struct source_file *plan_holder(struct planner *p, const struct tree_env *env, struct text revision);

/* Does the planned tree hold the revision in the environment? Names also: who names it there. */
bool plan_holds(struct planner *p, const struct tree_env *env, struct text revision);
bool plan_names(struct planner *p, const struct tree_env *env, struct text revision, struct text except_path);

/* Is the path below one of the environment's versions directories? */
bool env_covers_path(const struct planner *p, const struct tree_env *env, struct text path);

/* A free path for a file of this name in the environment's first versions directory. */
struct text plan_path_in(struct planner *p, const struct tree_env *env, struct text name);

struct recover_step *add_step(struct planner *p, enum step_kind kind);
void add_note(struct planner *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void touch_environment(struct planner *p, struct text path);
struct text plan_text(struct planner *p, struct text text);

/* The blob number of a file of the plan, parsed; INTERN_NONE with p->err where that failed. */
uint32_t plan_blob(struct planner *p, const struct source_file *file);

/* Judges both trees and fills before, after, environments and refusal. 0 or -1. */
int plan_prove(struct planner *p);

/*
 * Where nothing is to be done at HEAD: notes what the index or the work tree takes away, since whoever
 * asks for a repair runs an Alembic that reads the work tree. 0 or -1.
 */
int plan_note_uncommitted(struct planner *p);

#endif
