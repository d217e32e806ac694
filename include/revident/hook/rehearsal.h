/*
 * rehearsal: running hooks on a forbidden change that never happens. Layer hook.
 *
 * The change takes migrations away from a copy of the index; what it needs is in a temporary directory, objects
 * included, so that the repository stays as it is as far as its hooks leave it so. Other people's hooks run, too: they
 * do what they do before a commit or a push.
 */
#ifndef REVIDENT_HOOK_REHEARSAL_H
#define REVIDENT_HOOK_REHEARSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/git/repo.h"

struct rehearsal;

/* How the change is made; paths are from the top of the repository. */
struct rehearsal_plan {
	const char *temporary;    /* a directory for temporary files */
	const char *head;         /* HEAD's commit, in full */
	const char *branch;       /* the ref that HEAD names; NULL: none */
	const char *const *paths; /* what is taken away */
	size_t count;
	bool git_dir_was_given; /* the environment had GIT_DIR, so hooks have it, too */
};

/* Makes the change. 0 or -1. `plan` must outlive it. rehearsal_free() takes NULL and leaves nothing behind. */
int rehearsal_new(struct rehearsal **out, struct repo *repo, const struct rehearsal_plan *plan, struct err *err);
void rehearsal_free(struct rehearsal *rehearsal);

/*
 * Runs `program` with the arguments of a check of the index (none of a hook's). 0 with its exit status; -1.
 */
int rehearsal_check(struct rehearsal *rehearsal, const char *program, int *status, struct err *err);

enum rehearsal_end {
	REHEARSAL_BLOCKED,         /* by us: what was said names the rule */
	REHEARSAL_BLOCKED_BLINDLY, /* by a script of ours that does not find the program */
	REHEARSAL_BLOCKED_BY_OTHERS,
	REHEARSAL_PASSED,
};

/*
 * Lets git run the hook of that name, which is the file at `path`: for pre-push by a push that ends before anything is
 * sent. A pre-receive hook is run as git runs it. 0 with how it ended; -1 where it could not be run.
 */
int rehearsal_run(
	struct rehearsal *rehearsal, const char *name, const char *path, enum rehearsal_end *end, struct err *err);

#endif
