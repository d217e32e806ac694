/*
 * hooks_path: where git runs a repository's hooks from. Layer git.
 */
#ifndef REVIDENT_GIT_HOOKS_PATH_H
#define REVIDENT_GIT_HOOKS_PATH_H

#include <stdbool.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/git/repo.h"

/* Whose hooks: git reads a relative core.hooksPath from the directory in which it runs them. */
enum hooks_side {
	HOOKS_OF_WORK_TREE, /* commit and push: the top of the work tree, the git directory where there is none */
	HOOKS_OF_RECEIVER,  /* a push that arrives: always the git directory */
};

/*
 * Asks git itself, which knows core.hooksPath in every file and variable of its configuration. The directory need not
 * exist; its absolute path, links resolved as far as it does, without a slash at the end, is put into `out`. 0 or -1.
 */
int hooks_path_find(struct repo *repo, enum hooks_side side, struct strbuf *out, struct err *err);

/*
 * Does the directory belong to this repository: is it below its work tree, the main one, or its git directories? Else
 * other repositories have their hooks there, too.
 */
bool hooks_path_is_inside(const struct repo *repo, const char *directory);

/* Is it in a work tree and not in a git directory, so that it may be committed? */
bool hooks_path_is_in_work_tree(const struct repo *repo, const char *directory);

#endif
