/*
 * repair: carrying out a plan. Layer answers.
 *
 * The work tree only, the index where it is asked for; never a commit.
 */
#ifndef REVIDENT_ANSWERS_REPAIR_H
#define REVIDENT_ANSWERS_REPAIR_H

#include <stdbool.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/git/repo.h"
#include "revident/model/recover.h"

struct repair_options {
	bool stage; /* enter the result into the index as well */
	bool force; /* what is in the way is kept as a copy beside it, and replaced */
};

/* Does the work tree hold what the plan would make of it already? 1, 0, -1. */
int repair_is_done(struct repo *repo, struct arena *arena, const struct recover *plan, struct err *err);

/*
 * Does it, all or nothing, and compares what was written with the objects. 0; -1 with ERR_USAGE
 * where there is no work tree, ERR_UNDECIDED where a file is dirty, untracked or a link, a path leads outside, a write
 * failed; nothing was changed then unless the message says so.
 */
int repair_apply(struct repo *repo, struct arena *arena, const struct recover *plan,
	const struct repair_options *options, struct err *err);

/* The same as a patch. 0 or -1. */
int repair_patch(
	struct repo *repo, struct arena *arena, const struct recover *plan, struct strbuf *out, struct err *err);

/* One file of the plan with its bytes, for writing it elsewhere. */
struct repair_file {
	struct text path;
	struct text bytes;
	bool executable;
};

/* The recovered files alone: restored, re-linked and stand-ins. 0 or -1. */
int repair_files(struct repo *repo, struct arena *arena, const struct recover *plan, struct repair_file **out,
	size_t *count, struct err *err);

#endif
