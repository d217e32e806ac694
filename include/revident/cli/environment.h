/*
 * environment: the variables that the program looks at, read once. Layer cli; the one module that calls getenv().
 */
#ifndef REVIDENT_CLI_ENVIRONMENT_H
#define REVIDENT_CLI_ENVIRONMENT_H

#include <stdbool.h>

#include "revident/base/arena.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* Values are borrowed from the process; NULL where unset. */
struct process_environment {
	struct repo_env repo; /* `dir` stays NULL */
	const char *no_color, *clicolor_force, *term;
	const char *path;                           /* PATH */
	const char *temporary;                      /* TMPDIR, or /tmp */
	const char *cache_home, *home;              /* XDG_CACHE_HOME, HOME */
	const char *pre_commit, *from_ref, *to_ref; /* PRE_COMMIT, PRE_COMMIT_FROM_REF and _TO_REF */
};

void environment_read(struct process_environment *out);

/*
 * The commits that `git merge` names in GITHEAD_<id> variables, sorted, in the arena; before it commits, nothing else
 * says what it merges.
 */
size_t environment_merge_heads(struct arena *arena, struct oid **out);

/*
 * Colour or not: `when` ("auto", "always", "never", or NULL for auto), then NO_COLOR (set and not empty), then
 * CLICOLOR_FORCE (set, not empty, not "0"), then whether the output is a terminal that is not TERM=dumb.
 */
bool color_wanted(const char *when, const struct process_environment *environment, bool is_terminal);

#endif
