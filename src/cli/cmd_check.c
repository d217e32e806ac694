#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "revident/base/xalloc.h"
#include "revident/cli/cmd.h"
#include "revident/answers/check.h"
#include "revident/git/object.h"
#include "revident/hook/protocol.h"
#include "revident/report/check.h"
#include "revident/report/findings.h"

enum { INPUT_MAX = 64 * 1024 * 1024, READ_STEP = 64 * 1024 };

static const char *const mode_names[] = {
	[CHECK_STAGED] = "staged",
	[CHECK_WORKTREE] = "worktree",
	[CHECK_RANGE] = "range",
	[CHECK_PUSH] = "pre-push",
	[CHECK_RECEIVE] = "pre-receive",
};

static int choose_mode(struct cmd_ctx *ctx, struct check_options *options, struct err *err)
{
	int mode, given = 0;

	for (mode = CHECK_STAGED; mode <= CHECK_RECEIVE; mode++) {
		if (!opt_is_given(ctx->options, mode_names[mode]))
			continue;
		options->mode = (enum check_mode)mode;
		given++;
	}
	options->merged_with = opt_value(ctx->options, "merged-with");
	options->range = opt_value(ctx->options, "range");
	options->before = opt_value(ctx->options, "before");
	if (given == 0 && options->merged_with) {
		options->mode = CHECK_RANGE;
		options->range = arena_printf(ctx->arena, "%s...HEAD", options->merged_with);
		given = 1;
	}
	if (given != 1)
		return err_set(err, ERR_USAGE,
			"\"check\" takes one of --staged, --worktree, --range A..B, --pre-push and --pre-receive");
	if (ctx->operand_count && options->mode != CHECK_PUSH)
		return err_set(err, ERR_USAGE, "only --pre-push takes a remote and its URL; a range is --range A..B");
	return 0;
}

static int read_input(struct strbuf *out, struct err *err)
{
	ssize_t n;

	for (;;) {
		strbuf_reserve(out, READ_STEP);
		n = read(STDIN_FILENO, out->buf + out->len, READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_UNDECIDED, errno, "cannot read standard input");
		if (n == 0)
			return 0;
		out->len += (size_t)n;
		out->buf[out->len] = '\0';
		if (out->len > INPUT_MAX)
			return err_set(err, ERR_UNDECIDED, "standard input is longer than %d bytes", INPUT_MAX);
	}
}

static void keep_updates(
	struct cmd_ctx *ctx, struct check_options *options, const struct hook_update *from, size_t count)
{
	struct ref_update *updates = arena_calloc(ctx->arena, count + 1, sizeof(*updates));
	size_t i;

	for (i = 0; i < count; i++)
		updates[i] = (struct ref_update){ from[i].ref, from[i].before, from[i].after };
	options->updates = updates;
	options->update_count = count;
}

static int read_updates(struct cmd_ctx *ctx, struct check_options *options, struct err *err)
{
	struct strbuf input = STRBUF_INIT;
	struct hook_update *updates;
	size_t count = 0;
	int rc = -1;

	if (!isatty(STDIN_FILENO) && read_input(&input, err) < 0)
		goto done;
	if (options->mode == CHECK_PUSH)
		rc = hook_parse_push(ctx->arena, input.buf, input.len, &updates, &count, err);
	else
		rc = hook_parse_receive(ctx->arena, input.buf, input.len, &updates, &count, err);
	if (rc == 0)
		keep_updates(ctx, options, updates, count);
done:
	strbuf_release(&input);
	return rc;
}

/*
 * The pre-commit framework gives its hooks no lines of git's: two variables before a push, or none where all is new.
 * One entry serves all its stages.
 */
static void take_framework(struct cmd_ctx *ctx, struct check_options *options)
{
	const struct process_environment *e = ctx->environment;

	if ((options->mode != CHECK_PUSH && options->mode != CHECK_STAGED) || options->update_count)
		return;
	if (e->from_ref && e->to_ref) {
		options->mode = CHECK_RANGE;
		options->range = arena_printf(ctx->arena, "%s...%s", e->from_ref, e->to_ref);
	} else if (options->mode == CHECK_PUSH && (e->pre_commit || isatty(STDIN_FILENO))) {
		options->push_head = true;
	}
}

static void take_settings(struct cmd_ctx *ctx, struct check_options *options)
{
	const char *protect = opt_value(ctx->options, "protect"), *from = opt_value(ctx->options, "policy-from");
	const char *const *refs;
	size_t count = opt_list(ctx->options, ctx->arena, "protected-ref", &refs), i;
	struct policy_pair *given = arena_calloc(ctx->arena, count + 2, sizeof(*given));

	if (protect)
		given[options->given_count++] = (struct policy_pair){ "revident.protect", protect };
	for (i = 0; i < count; i++)
		given[options->given_count++] = (struct policy_pair){ "revident.protectedref", refs[i] };
	options->given = given;
	options->policy_from_base = from ? !strcmp(from, "base") : options->mode == CHECK_RECEIVE;
	options->envs = ctx->envs;
	options->env_count = ctx->env_count;
	options->versions_dirs = ctx->versions_dirs;
	options->versions_dir_count = ctx->versions_dir_count;
	options->progress = &ctx->progress;
}

static int take_options(struct cmd_ctx *ctx, struct check_options *options, struct err *err)
{
	struct oid *heads;

	if (choose_mode(ctx, options, err) < 0)
		return -1;
	if ((options->mode == CHECK_PUSH || options->mode == CHECK_RECEIVE) && read_updates(ctx, options, err) < 0)
		return -1;
	take_framework(ctx, options);
	if (ctx->operand_count)
		options->remote = text_of(ctx->operands[0]);
	options->other_head_count = environment_merge_heads(ctx->arena, &heads);
	options->other_heads = heads;
	take_settings(ctx, options);
	return 0;
}

static int exit_of(enum check_result result)
{
	static const int codes[] = {
		[CHECK_CLEAN] = EXIT_CLEAN,
		[CHECK_WARNED] = EXIT_CLEAN,
		[CHECK_UNDECIDED] = EXIT_UNDECIDED,
		[CHECK_BLOCKED] = EXIT_FOUND,
	};

	return codes[result];
}

static void say_what_was_read(struct cmd_ctx *ctx, const struct repo *repo)
{
	if (ctx->verbose)
		fprintf(stderr, "revident: %zu trees and %zu blobs read\n", object_count_read(repo, OBJECT_TREE),
			object_count_read(repo, OBJECT_BLOB));
}

static int check(struct cmd_ctx *ctx, const struct check_options *options, struct strbuf *text, struct err *err)
{
	const struct check_format *format = check_format_find(ctx->format);
	const struct render_options render = { .color = ctx->color };
	struct discovery *discovery = NULL;
	struct repo *repo = NULL;
	struct study study = { .repo = NULL };
	struct check found;
	size_t i;
	int rc = -1;

	if (repo_open(&repo, &ctx->repo, err) < 0)
		goto done;
	ctx_lap(ctx, "opening the repository");
	if (study_init(&study, repo, err) < 0)
		goto done;
	ctx_lap(ctx, "getting ready");
	discovery = discovery_new(&study);
	if (check_run(&study, discovery, options, &found, err) < 0)
		goto done;
	ctx_lap(ctx, "judging");
	say_what_was_read(ctx, repo);
	if (format->render(&found, &render, text, err) < 0 || ctx_write(ctx, text, err) < 0)
		goto done;
	for (i = 0; format->has_no_room && i < found.limit_count; i++)
		ctx_note(ctx, "cannot be judged: %s", found.limits[i]);
	rc = format->has_no_room ? exit_of(found.result) : ctx_leave(ctx, exit_of(found.result));
done:
	discovery_free(discovery);
	study_release(&study);
	ctx_close(ctx, repo, rc < 0);
	return rc;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct check_options options = { .mode = CHECK_STAGED };
	struct strbuf text = STRBUF_INIT;
	int rc = -1;

	if (opt_is_given(ctx->options, "list-rules")) {
		findings_render_rules(&text);
		rc = ctx_write(ctx, &text, err) < 0 ? -1 : EXIT_CLEAN;
	} else if (take_options(ctx, &options, err) == 0) {
		rc = check(ctx, &options, &text, err);
	}
	strbuf_release(&text);
	return rc;
}

static const char *const policy_choices[] = { "base", "tree", NULL };
static const char *const protect_choices[] = { "published", "all", NULL };

static const struct opt_spec opts[] = {
	{ .name = "staged", .kind = OPT_FLAG, .help = "judge what is staged against HEAD and what is being merged" },
	{ .name = "worktree", .kind = OPT_FLAG, .help = "judge the work tree against HEAD" },
	{ .name = "range",
		.kind = OPT_VALUE,
		.metavar = "RANGE",
		.help = "A..B or A...B: judge B against where it parted from A" },
	{ .name = "pre-push", .kind = OPT_FLAG, .help = "judge the refs that git's pre-push hook reads" },
	{ .name = "pre-receive", .kind = OPT_FLAG, .help = "judge the refs that git's pre-receive hook reads" },
	{ .name = "before",
		.kind = OPT_VALUE,
		.metavar = "REV",
		.help = "what to judge against where A has B already; without it B's first parent" },
	{ .name = "merged-with",
		.kind = OPT_VALUE,
		.metavar = "REF",
		.help = "also judge what merging into REF would give" },
	{ .name = "policy-from",
		.kind = OPT_VALUE,
		.metavar = "TREE",
		.help = "whose .revident holds: the base's (with --pre-receive), or the judged tree's (else)",
		.choices = policy_choices },
	{ .name = "protected-ref",
		.kind = OPT_LIST,
		.metavar = "REF",
		.help = "what REF holds is published; a glob; repeatable" },
	{ .name = "protect",
		.kind = OPT_VALUE,
		.metavar = "WHAT",
		.help = "protect what is published, or all that the base has",
		.choices = protect_choices },
	{ .name = "list-rules", .kind = OPT_FLAG, .help = "print the rules and what they mean, and nothing else" },
	OPT_END,
};

const struct cmd cmd_check = {
	.name = "check",
	.summary = "two trees: does the change alter an existing revision?",
	.operands = "[<remote> [<url>]]",
	.operands_max = 2,
	.common = COMMON_ENVIRONMENTS | COMMON_OUTPUT | COMMON_HISTORY,
	.formats = check_format_names,
	.opts = opts,
	.details = "Judges a change by the revisions in it: one that is published may not be\n"
		   "overwritten, deleted, renumbered, replaced, reused or given another parent.\n"
		   "What nobody has merged yet may be reshaped. Leaves with 1 where something\n"
		   "blocks the change, and with 3 where that could not be decided.\n",
	.run = run,
};
