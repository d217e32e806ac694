/*
 * investigation: a repository's history, read and compared. Layer forensics.
 *
 * What scan, explain, show and recover stand on: tips, environments as they were found, every change. Opened once;
 * everything dies with investigation_close(), but what lives in the caller's arena.
 */
#ifndef REVIDENT_FORENSICS_INVESTIGATION_H
#define REVIDENT_FORENSICS_INVESTIGATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/history.h"
#include "revident/forensics/lineage.h"
#include "revident/forensics/policy.h"
#include "revident/forensics/snapshot.h"
#include "revident/forensics/study.h"
#include "revident/forensics/tree_envs.h"
#include "revident/git/commits.h"
#include "revident/git/refs.h"
#include "revident/git/repo.h"
#include "revident/git/watch.h"

struct env_paths;

struct investigation_options {
	const char *const *tips; /* expressions; none: HEAD, or with `all` every ref and worktree HEAD */
	size_t tip_count;
	const struct ref *refs; /* tips that were resolved before; borrowed for the call */
	size_t ref_count;
	bool all, deep;
	bool only_head;  /* nobody can name another tip */
	bool needs_head; /* with tips or `all`, too, a HEAD that cannot be read is an error and not a limit */
	const char *const *versions_dirs; /* from the top of the repository */
	size_t versions_dir_count;
	const struct policy *policy;     /* for the versions directories that it names; NULL: none */
	const struct progress *progress; /* never NULL; its fn may be */
};

/* How the environments of a tip become known. */
enum view_rank {
	VIEW_FOLLOWED, /* a forge's ref: those known from elsewhere that stand there */
	VIEW_NAMED,    /* a name that another tip descends from: its own, at the places that others showed */
	VIEW_SEARCHED, /* its whole tree was searched */
};

/* One row that tips have: all tips with the same row have the same environments. */
struct tip_view {
	uint32_t row;
	uint32_t commit; /* of the first tip of the highest rank that has it */
	enum view_rank rank;
	bool is_incomplete; /* a directory could not be read: files that are not listed may be there */
	struct env_defs defs;
	struct tree_envs envs;
	uint32_t *labels; /* by environment: its lineage; INTERN_NONE without migrations */
	size_t *unread;   /* by environment: files that could not be read then; the work tree may have them */
};

struct investigation {
	struct repo *repo;
	struct arena *arena; /* the caller's */
	struct study study;
	struct discovery *discovery;
	struct env_defs extra;  /* from options */
	struct env_defs defs;   /* everything found anywhere */
	struct intern searched; /* the root trees that were searched whole */

	struct ref head; /* HEAD; symbolic name also where it is unborn */
	bool has_head;
	struct ref_list refs; /* all; see investigation_refs() */
	bool has_refs;
	struct ref *tips; /* sorted by name, without repeats */
	size_t tip_count;
	uint32_t *tip_commits; /* by tip: commit number, COMMIT_NONE where it could not be read */
	uint32_t *tip_views;   /* by tip: index in `views`; INTERN_NONE where it could not be read */
	struct tip_view *views;
	size_t view_count;

	struct commits commits;
	bool is_bounded; /* more versions directories came and went than are followed or told apart */
	struct watch *watch;
	size_t *watched_versions; /* watch indexes of the versions directories */
	size_t watched_count, watched_cap;
	struct snapshots *snapshots;
	struct lineage lineage;
	struct history history;
	bool *is_live;               /* by label: is the lineage at some tip? */
	struct env_paths *env_paths; /* see investigation_env_path(); NULL until it is asked */
};

/*
 * Reads and compares everything. 0; -1 with ERR_USAGE (a tip that is not there) or ERR_UNDECIDED (nothing to walk from,
 * interrupted). investigation_close() may be called on a failed one.
 */
int investigation_open(struct investigation *inv, struct repo *repo, struct arena *arena,
	const struct investigation_options *options, struct err *err);
void investigation_close(struct investigation *inv);

/* Reads all refs into inv->refs, unless they are there already. 0 or -1. */
int investigation_refs(struct investigation *inv, struct err *err);

/* The view of the tip that is HEAD; NULL if HEAD is not among the tips, or its tree cannot be read. */
const struct tip_view *investigation_head_view(const struct investigation *inv);

/*
 * The row of any commit, walked or not (a tag's, another ref's). 1 with *row; 0 if the commit cannot be read, which is
 * then a limit; -1.
 */
int investigation_row(struct investigation *inv, const struct oid *commit, uint32_t *row, struct err *err);

/*
 * How many migrations the environment (NULL: any of the view's) may hold that could not be read; SIZE_MAX where nobody
 * can say.
 */
size_t investigation_unread(const struct tip_view *view, const struct tree_env *env);

/* The lineage of a file in a row that need not be a tip's; INTERN_NONE if it has none. */
uint32_t investigation_lineage(struct investigation *inv, const struct snap_file *file);

/*
 * The environment's path as output shows it, for a lineage; `hint` is a path number of a file in question, or
 * INTERN_NONE.
 */
struct text investigation_env_path(struct investigation *inv, uint32_t lineage, uint32_t hint);

#endif
