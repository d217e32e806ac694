/*
 * process: running git. Private to src/git.
 */
#ifndef REVIDENT_SRC_GIT_PROCESS_H
#define REVIDENT_SRC_GIT_PROCESS_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/git/repo.h"

enum { PROCESS_ARGS_MAX = 64 }; /* beside the paths */

/*
 * Runs git in the repository's work tree (the git directory where there is none) with the environment that we were given,
 * GIT_DIR and GIT_WORK_TREE set to what we found, and nothing from the repository's
 * configuration executed: no fsmonitor, no hooks, no transport. `args` ends with NULL and is followed by `--` and
 * `paths`. `input` is its standard input; standard output goes to `out`, at most `max` bytes.
 * 0 with the exit status in `*status` and what it said on standard error in `said`; -1 if it cannot be run.
 */
int process_git(struct repo *repo, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err);

#endif
