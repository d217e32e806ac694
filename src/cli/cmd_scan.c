#include <string.h>

#include "revident/base/heap.h"
#include "revident/base/printable.h"
#include "revident/cli/cmd.h"
#include "revident/answers/provenance.h"
#include "revident/answers/scan.h"
#include "revident/report/scan.h"

static const struct opt_spec opts[] = {
	{ .name = "events",
		.kind = OPT_VALUE,
		.metavar = "KINDS",
		.help = "which kinds of event the result holds: all, or a list joined by commas; without it the "
			"losses, "
			"replaced, restored and duplicated" },
	{ .name = "strict",
		.kind = OPT_FLAG,
		.help = "exit with 1 also where a published revision is lost and no waiver or prune covers it" },
	OPT_END,
};

static int unknown_kind(const char *name, size_t len, struct err *err)
{
	struct strbuf shown = STRBUF_INIT, kinds = STRBUF_INIT;
	int kind;

	strbuf_add_printable(&shown, name, len);
	for (kind = 0; kind < EVENT_KINDS; kind++)
		strbuf_addf(&kinds, "%s%s", kind ? ", " : "", event_kind_name((enum event_kind)kind));
	err_set(err, ERR_USAGE, "\"%s\" is no kind of event; --events takes all, or a list of: %s", shown.buf,
		kinds.buf);
	strbuf_release(&kinds);
	strbuf_release(&shown);
	return -1;
}

static int parse_events(const char *list, unsigned *out, struct err *err)
{
	enum event_kind kind;
	unsigned events = 0;

	if (!list) {
		*out = EVENTS_DEFAULT;
		return 0;
	}
	if (!strcmp(list, "all")) {
		*out = EVENTS_ALL;
		return 0;
	}
	for (;; list++) {
		size_t len = strcspn(list, ",");

		if (!event_kind_parse(list, len, &kind))
			return unknown_kind(list, len, err);
		events |= 1u << kind;
		list += len;
		if (!*list)
			break;
	}
	*out = events;
	return 0;
}

static int exit_of(const struct scan *scan, bool strict)
{
	size_t i;

	for (i = 0; i < scan->missing_count; i++)
		if (scan->missing[i].decides)
			return EXIT_FOUND;
	for (i = 0; strict && i < scan->lost_count; i++)
		if (scan->lost[i].published && !scan->lost[i].waived)
			return EXIT_FOUND;
	return scan->repository.limit_count ? EXIT_UNDECIDED : EXIT_CLEAN;
}

/* `out` and what it points to live in the command's arena. */
static int scan(struct cmd_ctx *ctx, unsigned events, struct scan *out, struct err *err)
{
	struct scan_options options = {
		.tips = ctx->operands,
		.tip_count = ctx->operand_count,
		.all = ctx->all,
		.deep = ctx->deep,
		.envs = ctx->envs,
		.env_count = ctx->env_count,
		.versions_dirs = ctx->versions_dirs,
		.versions_dir_count = ctx->versions_dir_count,
		.events = events,
		.progress = &ctx->progress,
	};
	struct policy policy;
	struct repo *repo;
	int rc = -1;

	heap_expect_much(); /* packed-refs alone may have megabytes */
	if (ctx_open_history(ctx, &repo, &policy, err) < 0)
		goto done;
	options.policy = &policy;
	options.with_worktree = !repo_is_bare(repo);
	if (scan_run(repo, ctx->arena, &options, out, err) < 0 ||
		provenance_read(repo, ctx->arena, NULL, &out->provenance, err) < 0)
		goto done;
	rc = 0;
done:
	ctx_close(ctx, repo, rc < 0);
	return rc;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	const struct render_options options = {
		.color = ctx->color,
		.can_recover = command_find("recover"),
		.list_events = opt_is_given(ctx->options, "events"),
	};
	struct strbuf text = STRBUF_INIT;
	struct scan found;
	unsigned events = 0;
	int rc = -1;

	if (parse_events(opt_value(ctx->options, "events"), &events, err) < 0 || scan(ctx, events, &found, err) < 0)
		goto done;
	ctx_lap(ctx, "reading history");
	if (scan_format_find(ctx->format)->render(&found, &options, &text, err) < 0 || ctx_write(ctx, &text, err) < 0)
		goto done;
	ctx_lap(ctx, "writing");
	rc = ctx_leave(ctx, exit_of(&found, opt_is_given(ctx->options, "strict")));
done:
	strbuf_release(&text);
	return rc;
}

const struct cmd cmd_scan = {
	.name = "scan",
	.summary = "every change of a revision's identity, and what is lost now",
	.operands = "[<tip>...]",
	.operands_max = OPERANDS_ANY,
	.common = COMMON_ENVIRONMENTS | COMMON_DEEP | COMMON_ALL | COMMON_OUTPUT | COMMON_HISTORY,
	.formats = scan_format_names,
	.opts = opts,
	.details = "Reads the history of the tips (without any: of HEAD) and says which commit\n"
		   "overwrote, deleted or renumbered which revision or lost it in a merge, what is\n"
		   "lost now, and what of that the chain still names. Commands in the answer are\n"
		   "meant for the top of the work tree.\n",
	.run = run,
};
