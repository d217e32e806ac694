#include "revident/cli/cmd.h"

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	const struct cmd *cmd = ctx->operand_count ? command_find(ctx->operands[0]) : NULL;

	if (ctx->operand_count && !cmd) {
		command_unknown(ctx->operands[0], err);
		return -1;
	}
	if (cmd)
		help_render_command(&text, ctx->arena, cmd);
	else
		help_render(&text);
	return ctx_print(ctx, &text, err);
}

const struct cmd cmd_help = {
	.name = "help",
	.summary = "the commands, or one command's options",
	.operands = "[<command>]",
	.operands_max = 1,
	.common = COMMON_OUTPUT,
	.run = run,
};
