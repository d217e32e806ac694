#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "revident/cli/cmd.h"
#include "revident/answers/errortext.h"
#include "revident/answers/explain.h"
#include "revident/report/explain.h"

/* Only the last ERROR_TEXT_MAX bytes stay. */
static void keep_end(struct strbuf *text)
{
	memmove(text->buf, text->buf + text->len - ERROR_TEXT_MAX, ERROR_TEXT_MAX);
	strbuf_setlen(text, ERROR_TEXT_MAX);
}

/* Reads standard input to its end, where a log has the error that stopped the program. */
static int read_standard_input(struct cmd_ctx *ctx, struct strbuf *out, struct err *err)
{
	bool is_cut = false;
	char chunk[8192];
	ssize_t got;

	for (;;) {
		got = read(STDIN_FILENO, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, ERR_UNDECIDED, errno, "cannot read standard input");
		if (got == 0)
			break;
		strbuf_add(out, chunk, (size_t)got);
		is_cut = is_cut || out->len > ERROR_TEXT_MAX;
		if (out->len >= 2 * (size_t)ERROR_TEXT_MAX)
			keep_end(out);
	}
	if (out->len > ERROR_TEXT_MAX)
		keep_end(out);
	if (is_cut)
		ctx_note(ctx, "of the text only the last %d bytes were looked at", ERROR_TEXT_MAX);
	return 0;
}

/* The operands with a blank between: a message may be pasted without quotes. */
static int take_query(struct cmd_ctx *ctx, struct strbuf *out, struct err *err)
{
	size_t i;

	if (ctx->operand_count == 1 && !strcmp(ctx->operands[0], "-"))
		return read_standard_input(ctx, out, err);
	for (i = 0; i < ctx->operand_count; i++) {
		if (i)
			strbuf_addch(out, ' ');
		strbuf_addstr(out, ctx->operands[i]);
	}
	return 0;
}

static int exit_of(const struct explanation *e)
{
	bool is_found = true, is_present = true;
	size_t i;

	if (e->is_ambiguous)
		return EXIT_USAGE;
	if (!e->life_count && !e->question.is_about_file)
		return EXIT_USAGE;
	for (i = 0; i < e->life_count; i++) {
		is_present = is_present && e->lives[i].at_head;
		is_found = is_found && !e->lives[i].may_be_unread &&
			   (e->lives[i].state == LIFE_PRESENT || e->lives[i].state == LIFE_LOST);
	}
	is_found = is_found && e->life_count;
	if (!is_found && e->repository.limit_count)
		return EXIT_UNDECIDED;
	return is_found && is_present ? EXIT_CLEAN : EXIT_FOUND;
}

/* `out` and what it points to live in the command's arena. */
static int explain(struct cmd_ctx *ctx, struct text query, struct explanation *out, struct err *err)
{
	struct policy policy;
	const struct explain_options options = {
		.query = query,
		.deep = ctx->deep,
		.envs = ctx->envs,
		.env_count = ctx->env_count,
		.versions_dirs = ctx->versions_dirs,
		.versions_dir_count = ctx->versions_dir_count,
		.policy = &policy,
		.progress = &ctx->progress,
	};
	struct repo *repo;
	int rc = -1;

	if (ctx_open_history(ctx, &repo, &policy, err) == 0)
		rc = explain_run(repo, ctx->arena, &options, out, err);
	ctx_close(ctx, repo, rc < 0);
	return rc;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	const struct render_options options = { .color = ctx->color };
	struct strbuf query = STRBUF_INIT, text = STRBUF_INIT;
	struct explanation found;
	int rc = -1;

	if (take_query(ctx, &query, err) < 0 || explain(ctx, (struct text){ query.buf, query.len }, &found, err) < 0)
		goto done;
	ctx_lap(ctx, "reading history");
	if (explain_format_find(ctx->format)->render(&found, &options, &text, err) < 0 ||
		ctx_write(ctx, &text, err) < 0)
		goto done;
	rc = ctx_leave(ctx, exit_of(&found));
done:
	strbuf_release(&text);
	strbuf_release(&query);
	return rc;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.summary = "one revision's life, from an id, a label or an error",
	.operands = "<revision|label|error text|->",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.common = COMMON_ENVIRONMENTS | COMMON_DEEP | COMMON_ALL | COMMON_OUTPUT | COMMON_HISTORY,
	.formats = explain_format_names,
	.details = "Takes a full or partial id, a branch label, a migration's file, or any text\n"
		   "that holds an error of Alembic's or Flask-Migrate's; with - the text is read\n"
		   "from standard input:\n"
		   "\n"
		   "  alembic upgrade head 2>&1 | revident explain -\n"
		   "\n"
		   "Looks at all refs. Commands in the answer are meant for the top of the work\n"
		   "tree. Leaves with 0 where the revision is present at HEAD, 1 where it is not,\n"
		   "2 where several fit or none is in the text, and 3 where none was found and\n"
		   "history is incomplete.\n",
	.run = run,
};
