/*
 * source_open: the trees that a person can name, as sources. Layer forensics.
 *
 * A commit's tree, what is staged, or what lies in the work tree. The sources live in the study's arena. Files that
 * could not be read are limits of the repository.
 */
#ifndef REVIDENT_FORENSICS_SOURCE_OPEN_H
#define REVIDENT_FORENSICS_SOURCE_OPEN_H

#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"
#include "revident/git/refs.h"

/*
 * The tree of what `expression` names (refs_resolve()); *commit is where it leads to. 0; -1 with ERR_USAGE where
 * nothing has that name, ERR_UNDECIDED where the commit cannot be read.
 */
int source_open_commit(
	struct study *study, const char *expression, struct source **out, struct ref *commit, struct err *err);

/*
 * The index, as git would commit it. A file in a conflict that might matter (a migration by its name, a configuration)
 * is left out, and a limit. 0; -1 with ERR_USAGE in a bare repository.
 */
int source_open_index(struct study *study, struct source **out, struct err *err);

/*
 * The files of the work tree: those that git tracks or would track, and in versions directories ignored ones as well,
 * since Alembic loads them. Symlinks are no regular files. Content is that on disk, but for files which git knows to be
 * unchanged; only files of names that matter here have content. `extra` as in tree_envs_of_source().
 * 0; -1 with ERR_USAGE in a bare repository.
 */
int source_open_worktree(struct discovery *discovery, struct study *study, const struct env_defs *extra,
	struct source **out, struct err *err);

#endif
