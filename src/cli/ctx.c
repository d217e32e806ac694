#include "revident/cli/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "revident/alembic/config.h"
#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/cli/meter.h"
#include "revident/forensics/policy_load.h"
#include "revident/git/refs.h"

enum { LIMITS_SHOWN = 20 };

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int count_operands(const struct cmd_ctx *ctx, struct err *err)
{
	const struct cmd *cmd = ctx->cmd;
	struct strbuf shown = STRBUF_INIT;

	if (ctx->operand_count < cmd->operands_min)
		return err_set(
			err, ERR_USAGE, "\"%s\" needs more: revident %s %s", cmd->name, cmd->name, cmd->operands);
	if (ctx->operand_count > cmd->operands_max) {
		const char *extra = ctx->operands[cmd->operands_max];

		strbuf_add_printable(&shown, extra, strlen(extra));
		err_set(err, ERR_USAGE, "\"%s\" is too much; the usage is: revident %s%s%s", shown.buf, cmd->name,
			*cmd->operands ? " " : "", cmd->operands);
		strbuf_release(&shown);
		return -1;
	}
	return 0;
}

/* Paths of options, from the top of the repository, as output shows them: without ./ and a slash at the end. */
static int normalise_paths(struct cmd_ctx *ctx, const char *option, const char *const **paths, size_t count,
	const char *top, struct err *err)
{
	const char **clean = arena_calloc(ctx->arena, count + 1, sizeof(*clean));
	struct strbuf shown = STRBUF_INIT;
	struct text path;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!config_path_join(TEXT_LITERAL(""), text_of((*paths)[i]), ctx->arena, &path)) {
			strbuf_add_printable(&shown, (*paths)[i], strlen((*paths)[i]));
			err_set(err, ERR_USAGE, "%s takes a path from the top of the repository, not \"%s\"", option,
				shown.buf);
			strbuf_release(&shown);
			return -1;
		}
		clean[i] = path.len ? path.ptr : top;
	}
	*paths = clean;
	return 0;
}

static int take_environments(struct cmd_ctx *ctx, struct err *err)
{
	if (!(ctx->cmd->common & COMMON_ENVIRONMENTS))
		return 0;
	ctx->env_count = opt_list(ctx->options, ctx->arena, "env", &ctx->envs);
	ctx->versions_dir_count = opt_list(ctx->options, ctx->arena, "versions-dir", &ctx->versions_dirs);
	if (normalise_paths(ctx, "--env", &ctx->envs, ctx->env_count, ".", err) < 0)
		return -1;
	return normalise_paths(ctx, "--versions-dir", &ctx->versions_dirs, ctx->versions_dir_count, "", err);
}

const char *ctx_output_path(const struct cmd_ctx *ctx)
{
	const char *path = opt_value(ctx->options, "o"), *dir = ctx->repo.dir;

	return path && *path && *path != '/' && dir ? arena_printf(ctx->arena, "%s/%s", dir, path) : path;
}

/*
 * Where something is kept for the next run: the XDG Base Directory Specification has an empty or relative value stand
 * for none.
 */
static const char *cache_dir(const struct cmd_ctx *ctx)
{
	const char *cache_home = ctx->environment->cache_home, *home = ctx->environment->home;

	if (cache_home && *cache_home == '/')
		return arena_printf(ctx->arena, "%s/revident", cache_home);
	return home && *home == '/' ? arena_printf(ctx->arena, "%s/.cache/revident", home) : NULL;
}

static void take_history(struct cmd_ctx *ctx)
{
	ctx->repo.no_commit_graph = opt_is_given(ctx->options, "no-commit-graph");
	ctx->repo.cache_dir = opt_is_given(ctx->options, "no-cache") ? NULL : cache_dir(ctx);
}

static void take_common(struct cmd_ctx *ctx)
{
	const struct options *options = ctx->options;
	unsigned common = ctx->cmd->common;

	ctx->quiet = opt_is_given(options, "q");
	ctx->verbose = opt_is_given(options, "v");
	ctx->repo.dir = opt_value(options, "C");
	if (common & COMMON_HISTORY)
		take_history(ctx);
	if (common & COMMON_DEEP)
		ctx->deep = opt_is_given(options, "deep");
	if (common & COMMON_ALL)
		ctx->all = opt_is_given(options, "all");
	if (common & COMMON_OUTPUT)
		ctx->output = ctx_output_path(ctx);
	ctx->color = color_wanted(opt_value(options, "color"), ctx->environment, !ctx->output && isatty(STDOUT_FILENO));
	if (ctx->cmd->formats)
		ctx->format = opt_value(options, "format") ? opt_value(options, "format") : ctx->cmd->formats[0];
}

static void start_meter(struct cmd_ctx *ctx)
{
	bool wanted = !opt_is_given(ctx->options, "no-progress") && !ctx->quiet && isatty(STDERR_FILENO);

	meter_init(ctx->meter, wanted ? STDERR_FILENO : -1);
	ctx->progress = (struct progress){ wanted ? meter_update : NULL, ctx->meter };
}

int ctx_init(struct cmd_ctx *ctx, const char *const *args, size_t count, struct err *err)
{
	struct opt_set set = command_options(ctx->cmd, ctx->arena);
	struct options *options = arena_alloc(ctx->arena, sizeof(*options));

	ctx->repo = ctx->environment->repo;
	if (options_parse(options, ctx->arena, &set, args, count, err) < 0)
		return -1;
	ctx->options = options;
	ctx->operands = options->operands;
	ctx->operand_count = options->operand_count;
	take_common(ctx);
	if (take_environments(ctx, err) < 0)
		return -1;
	start_meter(ctx);
	ctx->lap = now_us();
	if (opt_is_given(options, "help") || opt_is_given(options, "version"))
		return 0;
	return count_operands(ctx, err);
}

int ctx_write(struct cmd_ctx *ctx, const struct strbuf *result, struct err *err)
{
	meter_clear(ctx->meter);
	if (ctx->output)
		return outfile_write(ctx->output, result->buf, result->len, err);
	if (fd_write_all(STDOUT_FILENO, result->buf, result->len) == 0)
		return 0;
	if (errno == EPIPE) {
		err_clear(err);
		err->kind = ERR_UNDECIDED;
		return -1;
	}
	return err_set_errno(err, ERR_UNDECIDED, errno, "cannot write the result to standard output");
}

int ctx_print(struct cmd_ctx *ctx, struct strbuf *text, struct err *err)
{
	int rc = ctx_write(ctx, text, err) < 0 ? -1 : EXIT_CLEAN;

	strbuf_release(text);
	return rc;
}

int ctx_load_policy(struct cmd_ctx *ctx, struct repo *repo, struct policy *out, struct err *err)
{
	struct ref head;
	int found = refs_head(repo, ctx->arena, &head, err);

	if (found < 0)
		return -1;
	if (policy_load_commit(repo, found ? &head.commit : NULL, ctx->arena, out, err) < 0)
		return -1;
	ctx_note_policy(ctx, out);
	return 0;
}

int ctx_open_history(struct cmd_ctx *ctx, struct repo **repo, struct policy *policy, struct err *err)
{
	*repo = NULL;
	if (repo_open(repo, &ctx->repo, err) < 0)
		return -1;
	if (repo_has_replacements(*repo))
		ctx_note(ctx, "replace refs and grafts are ignored: history is read as it is stored");
	return ctx_load_policy(ctx, *repo, policy, err);
}

void ctx_note_policy(struct cmd_ctx *ctx, const struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->ignored_count; i++)
		ctx_note(ctx, "%s", policy->ignored[i]);
}

void ctx_note(struct cmd_ctx *ctx, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	const char *line, *end;
	va_list ap;

	if (ctx->quiet)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	meter_clear(ctx->meter);
	for (line = text.buf; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		fprintf(stderr, "revident: %.*s\n", (int)(end - line), line);
	}
	strbuf_release(&text);
}

int ctx_leave(struct cmd_ctx *ctx, int status)
{
	struct strbuf shown = STRBUF_INIT;

	if (status == EXIT_UNDECIDED && ctx->output) {
		strbuf_add_printable(&shown, ctx->output, strlen(ctx->output));
		ctx_note(
			ctx, "not everything could be read, which leaves the answer open: \"%s\" says what", shown.buf);
	}
	strbuf_release(&shown);
	return status;
}

void ctx_lap(struct cmd_ctx *ctx, const char *what)
{
	int64_t now = now_us();

	if (ctx->verbose) {
		meter_clear(ctx->meter);
		fprintf(stderr, "revident: %.1f ms %s\n", (double)(now - ctx->lap) / 1000.0, what);
	}
	ctx->lap = now;
}

void ctx_close(struct cmd_ctx *ctx, struct repo *repo, bool failed)
{
	const char *const *limits;
	size_t count = repo && failed ? repo_limits(repo, &limits) : 0, i;

	for (i = 0; i < count && i < LIMITS_SHOWN; i++)
		ctx_note(ctx, "%s", limits[i]);
	if (count > LIMITS_SHOWN)
		ctx_note(ctx, "%zu more could not be read", count - LIMITS_SHOWN);
	repo_close(repo);
}
