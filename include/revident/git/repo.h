/*
 * repo: an open repository and how complete it is. Layer git, which alone includes <git2.h>.
 *
 * Opened without executing or trusting anything from it. A handle lives until repo_close(); everything that other
 * modules of this layer hand out dies before it. Not thread-safe.
 */
#ifndef REVIDENT_GIT_REPO_H
#define REVIDENT_GIT_REPO_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/model/oid.h"

struct repo;

/* What git gives its children in the environment; NULL where unset. The command line reads them, nobody else does. */
struct repo_env {
	const char *dir;              /* -C DIR; NULL is the current directory */
	const char *git_dir;          /* GIT_DIR */
	const char *work_tree;        /* GIT_WORK_TREE */
	const char *common_dir;       /* GIT_COMMON_DIR */
	const char *index_file;       /* GIT_INDEX_FILE */
	const char *object_directory; /* GIT_OBJECT_DIRECTORY */
	const char *alternates;       /* GIT_ALTERNATE_OBJECT_DIRECTORIES */
	const char *ceilings;         /* GIT_CEILING_DIRECTORIES */
	bool no_replace_objects;      /* GIT_NO_REPLACE_OBJECTS: replace refs are none, and bar no commit-graph */
	bool no_commit_graph;         /* --no-commit-graph: read every commit itself */
	const char *cache_dir;        /* where git/pack_cache.h keeps what was read; NULL: nowhere (--no-cache) */
};

/*
 * Opens the repository that `env` names or that holds its directory. 0; -1 with ERR_USAGE (no repository here) or
 * ERR_UNDECIDED (there is one, and it cannot be read: SHA-256, reftable, damaged configuration, a fifo in its place).
 */
int repo_open(struct repo **out, const struct repo_env *env, struct err *err);
void repo_close(struct repo *repo); /* takes NULL */

bool repo_is_bare(const struct repo *repo);
const char *repo_git_dir(const struct repo *repo);    /* absolute, with a trailing slash */
const char *repo_common_dir(const struct repo *repo); /* absolute, with a trailing slash */
const char *repo_work_tree(const struct repo *repo);  /* absolute, with a trailing slash; NULL in a bare repository */

/* Is the history cut at a shallow boundary? */
bool repo_is_shallow(const struct repo *repo);

/* Did a remote promise objects that are not here (a partial clone)? */
bool repo_is_partial(const struct repo *repo);

/* From now on every commit is read itself. What commits_load() gave before must not be used any more. */
void repo_drop_commit_graph(struct repo *repo);

/* Are there replace refs or grafts, which are ignored here? */
bool repo_has_replacements(const struct repo *repo);

/*
 * What could not be read so far, each a sentence with the object's id, without repeats, in the order found. Every
 * function of this layer that goes on past a damaged or missing object adds to it. Paths of the repository that stand
 * in quotes are shown from its top, or from the git directory.
 */
void repo_add_limit(struct repo *repo, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t repo_limits(const struct repo *repo, const char *const **out);

/*
 * Before git is let loose on the repository by itself, as hooks do it: of what git opens and this program does not,
 * nothing is a named pipe, which git would wait for without end. 0; -1 with ERR_UNDECIDED.
 */
int repo_check_for_git(struct repo *repo, struct err *err);

/*
 * The value(s) of a configuration key from git's own files (repository, global, system): calls `fn` for each, in order.
 */
typedef void repo_config_fn(const char *key, const char *value, void *data);
int repo_config_each(struct repo *repo, const char *prefix, repo_config_fn *fn, void *data, struct err *err);

#endif
