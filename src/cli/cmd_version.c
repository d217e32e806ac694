#include "revident/base/version.h"
#include "revident/cli/cmd.h"

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int rc = -1;

	strbuf_addstr(&text, "revident " REVIDENT_VERSION "\n");
	if (ctx_write(ctx, &text, err) < 0)
		goto done;
	rc = EXIT_CLEAN;
done:
	strbuf_release(&text);
	return rc;
}

const struct cmd cmd_version = {
	.name = "version",
	.summary = "the version of this program",
	.operands = "",
	.common = COMMON_OUTPUT,
	.run = run,
};
