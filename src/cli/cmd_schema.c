#include <string.h>

#include "revident/base/printable.h"
#include "revident/cli/cmd.h"
#include "revident/report/schema.h"

static int unknown(const char *format, struct err *err)
{
	struct strbuf shown = STRBUF_INIT, names = STRBUF_INIT;
	size_t i;

	strbuf_add_printable(&shown, format, strlen(format));
	for (i = 0; i < schema_count; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", schemas[i].format);
	err_set(err, ERR_USAGE, "no document has the format \"%s\"; there are: %s", shown.buf, names.buf);
	strbuf_release(&names);
	strbuf_release(&shown);
	return -1;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	const struct schema *schema = schema_find(ctx->operands[0]);
	struct strbuf text = STRBUF_INIT;

	if (!schema)
		return unknown(ctx->operands[0], err);
	strbuf_add(&text, schema->bytes, schema->len);
	return ctx_print(ctx, &text, err);
}

const struct cmd cmd_schema = {
	.name = "schema",
	.summary = "the JSON Schema of a document",
	.operands = "<format>",
	.operands_min = 1,
	.operands_max = 1,
	.common = COMMON_OUTPUT,
	.details = "The format is what the first member of a document says, revident.scan.v1 for\n"
		   "what \"revident scan --format json\" prints; scan alone will do.\n",
	.run = run,
};
