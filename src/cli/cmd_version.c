#include "revident/base/version.h"
#include "revident/cli/cmd.h"

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "revident " REVIDENT_VERSION "\n");
	return ctx_print(ctx, &text, err);
}

const struct cmd cmd_version = {
	.name = "version",
	.summary = "the version of this program",
	.operands = "",
	.common = COMMON_OUTPUT,
	.run = run,
};
