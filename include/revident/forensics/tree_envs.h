/*
 * tree_envs: the environments of one tree, with the files of each. Layer forensics.
 *
 * From the definitions that discover() found in the tree and the files of its versions directories: units that
 * configuration or a down_revision joins are one environment; each file knows whether Alembic would load it. Both the
 * scan (what is missing at a tip) and the audit stand on this.
 */
#ifndef REVIDENT_FORENSICS_TREE_ENVS_H
#define REVIDENT_FORENSICS_TREE_ENVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/joins.h"
#include "revident/forensics/snapshot.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"

struct tree_file {
	uint32_t path, blob; /* blob BLOB_NONE: no regular file */
	uint32_t revision;   /* the id it counts with; INTERN_NONE if none, or if it cannot be known */
	bool is_loaded;      /* would Alembic load it? Not from a subdirectory that it does not enter */
	bool named_by_file;  /* it binds no `revision`: the id is from its name, as Alembic takes it */
};

struct tree_env {
	struct text path; /* as output shows it: "." at the top */
	struct text found_by;
	const struct env_def *def; /* NULL where nothing but its directory speaks for it */
	const uint32_t *versions;  /* path numbers */
	size_t version_count;
	uint32_t unit;                 /* one of its units, INTERN_NONE if it has no migrations */
	const struct tree_file *files; /* sorted by path */
	size_t file_count;
	bool is_incomplete; /* a configuration that could not be read may add directories to it */
};

struct tree_envs {
	struct tree_env *items; /* sorted by path */
	size_t count;
};

/*
 * `files` are all files below the versions directories of `defs`, with their units (snapshot_assign_units()); `joins`
 * has looked at them. The result lives in the study's arena.
 */
void tree_envs_build(struct study *study, const struct env_defs *defs, const struct joins *joins,
	const struct snap_file *files, size_t count, struct tree_envs *out);

/*
 * The same for any source, from finding the environments on: what audit and check call. `extra` are definitions that
 * options or the policy add (may be NULL). The definitions found are left in `defs` (env_defs_release()). 0 or -1.
 */
int tree_envs_of_source(struct discovery *discovery, struct study *study, struct source *source,
	const struct env_defs *extra, struct env_defs *defs, struct tree_envs *out, struct err *err);

/* A name in `down_revision` or `depends_on` that nothing in the environment answers to. */
struct missing_name {
	struct text name;
	const struct tree_file *file; /* the first file, by path, that names it */
	unsigned line;
	bool in_depends_on;           /* only there: Alembic then prints the KeyError alone */
	const struct tree_file **all; /* every file that names it, by path */
	size_t count;
};

/*
 * The names that are missing, sorted. down_revision resolves by id, depends_on by id or branch label (alembic/script/
 * revision.py). `external` ids, which another package provides, are never missing. Lives in the study's arena.
 */
size_t tree_env_missing(struct study *study, const struct tree_env *env, const struct text *external,
	size_t external_count, struct missing_name **out);

/* Its files that are too long to be read become limits of the repository: what is not there may be in one of them. */
void tree_env_say_too_large(struct study *study, const struct tree_env *env);

#endif
