/*
 * hooks: what the parts of `revident hooks` share. Private to src/cli.
 */
#ifndef REVIDENT_SRC_CLI_HOOKS_H
#define REVIDENT_SRC_CLI_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/cli/cmd.h"
#include "revident/hook/install.h"

enum { HOOKS_MAX = 3 };

/* What one run is about. */
struct place {
	struct repo *repo;
	const char *const *names; /* of the hooks */
	size_t count;
	struct strbuf directory; /* that git runs them from */
	bool is_inside;          /* hooks_path_is_inside() */
	struct hook_state states[HOOKS_MAX];
	enum hook_owner framework; /* HOOK_FOREIGN: none */
};

/* The directory as people know it: from the top of the work tree, or from the git directory. */
void place_add_directory(struct strbuf *out, const struct place *place);

/* The lines to put into hooks that are not ours. */
void place_add_lines(const struct place *place, struct strbuf *out);

/*
 * The path of this program: where PATH finds it, which an upgrade is likely to keep, else where the system says that the
 * running file is. NULL where neither is known.
 */
const char *own_path(struct cmd_ctx *ctx);

/* `revident hooks doctor`. An exit status, or -1. */
int hooks_doctor(struct cmd_ctx *ctx, struct place *place, struct strbuf *out, struct err *err);

#endif
