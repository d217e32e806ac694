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
#include "revident/model/hooks.h"

enum { HOOKS_MAX = 3, HOOK_LINES_MAX = HOOKS_MAX + 1 };

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

/* The directory as people know it: from the top of the work tree, or from the git directory; bytes as they are. */
const char *place_directory(const struct place *place);

/* The next line of a report, about hook `i` of the place (place->count: about all of them). */
struct hook_line *place_add_line(
	struct cmd_ctx *ctx, const struct place *place, size_t i, const char *state, struct hook_report *report);

/*
 * The path of this program: where PATH finds it, which an upgrade is likely to keep, else where the system says that
 * the running file is. NULL on systems that do not say. 0 or -1.
 */
int own_path(struct cmd_ctx *ctx, const char **out, struct err *err);

/* `revident hooks doctor`: fills the report. An exit status, or -1. */
int hooks_doctor(struct cmd_ctx *ctx, struct place *place, struct hook_report *report, struct err *err);

#endif
