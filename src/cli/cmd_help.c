#include "revident/cli/cmd.h"

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	const struct cmd *cmd;
	int rc = -1;

	if (ctx->operand_count == 0) {
		help_render(&text);
	} else {
		cmd = command_find(ctx->operands[0]);
		if (!cmd) {
			command_unknown(ctx->operands[0], err);
			goto done;
		}
		help_render_command(&text, ctx->arena, cmd);
	}
	if (ctx_write(ctx, &text, err) < 0)
		goto done;
	rc = EXIT_CLEAN;
done:
	strbuf_release(&text);
	return rc;
}

const struct cmd cmd_help = {
	.name = "help",
	.summary = "the commands, or one command's options",
	.operands = "[<command>]",
	.operands_max = 1,
	.common = COMMON_OUTPUT,
	.run = run,
};
