/*
 * process: running git. Private to src/git.
 */
#ifndef REVIDENT_SRC_GIT_PROCESS_H
#define REVIDENT_SRC_GIT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/git/repo.h"

/* Arguments for process_git(), which are the caller's; a NULL ends them. */
struct git_arguments {
	const char **items;
	size_t count, cap;
};

void git_arguments_add(struct git_arguments *list, const char *argument);
void git_arguments_release(struct git_arguments *list);

/*
 * Runs git in the repository's work tree (the git directory where there is none) with the environment that we were
 * given, GIT_DIR and GIT_WORK_TREE set to what we found, and nothing from the repository's configuration executed: no
 * fsmonitor, no hooks, no transport; a command that reads files of the work tree needs filters_switch_off(), too.
 * `args` ends with NULL and is followed by `--` and `paths`. `input` is its standard input; standard output goes to
 * `out`, at most `max` bytes. 0 with the exit status in `*status` and what it said on standard error in `said`; -1 if
 * it cannot be run, or died where HEAD is damaged, which it does not say.
 */
int process_git(struct repo *repo, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err);

/*
 * The same for a short command that makes objects, which process_git() keeps git from, or writes the index. No signal
 * ends it, also where one ends us: git 2.39 makes its index.lock just before it notes that it must remove it.
 */
int process_git_writing(struct repo *repo, const char *const *args, const struct strbuf *input, size_t max,
	struct strbuf *out, struct strbuf *said, int *status, struct err *err);

/*
 * Is there an error in what git `said`? Of an entry of the index that it cannot take apart it says so, and leaves with
 * 0. That it cannot write objects is process_git()'s doing, and changes no answer; a file of the work tree that it may
 * not look at is index_worktree.c's to tell.
 */
bool process_said_error(const struct strbuf *said);

/*
 * Adds what keeps git from running the filters that its configuration defines and attributes select: "-c",
 * "filter.NAME.clean=" and so on for each, which belong in front of the command's own name. git itself lists them, for
 * it follows includes that libgit2 does not know. The strings are in `arena`. 0, or -1 where git does not answer or a
 * name cannot be switched off.
 */
int filters_switch_off(struct repo *repo, struct arena *arena, struct git_arguments *out, struct err *err);

#endif
