#include <string.h>

#include "revident/base/printable.h"
#include "revident/cli/cmd.h"
#include "revident/answers/show.h"
#include "revident/git/object.h"

enum { OTHERS_SHOWN = 10, MATCHES_SHOWN = 20 };

static const struct opt_spec opts[] = {
	{ .name = "at",
		.kind = OPT_VALUE,
		.metavar = "COMMIT",
		.help = "the version that COMMIT has, not the one that is likely wanted" },
	{ .name = "blob-id", .kind = OPT_FLAG, .help = "print the id of the file's object, not the file" },
	OPT_END,
};

static void add_day(struct strbuf *out, const struct commit_info *commit)
{
	char time[SIGNATURE_TIME_MAX];

	signature_time(&commit->author, time);
	if (commit->author.has_time)
		strbuf_addf(out, " of %.*s", (int)strcspn(time, "T"), time);
}

static void note_others(struct cmd_ctx *ctx, const struct shown *shown)
{
	struct strbuf lines = STRBUF_INIT;
	char hex[OID_HEX + 1];
	size_t i;

	if (!shown->other_count)
		return;
	strbuf_addf(&lines, "%zu other version%s; show one with --at COMMIT:", shown->other_count,
		shown->other_count > 1 ? "s" : "");
	for (i = 0; i < shown->other_count && i < OTHERS_SHOWN; i++) {
		const struct version *version = &shown->others[i];

		strbuf_addf(&lines, "\n  commit %s", oid_hex(&version->commit->id, hex));
		add_day(&lines, version->commit);
		strbuf_addf(&lines, ", blob %s", oid_hex(&version->blob, hex));
	}
	if (shown->other_count > OTHERS_SHOWN)
		strbuf_addf(&lines, "\n  and %zu more", shown->other_count - OTHERS_SHOWN);
	ctx_note(ctx, "%s", lines.buf);
	strbuf_release(&lines);
}

static int ambiguous(const struct shown *shown, const char *query, struct err *err)
{
	bool one_id = text_equal(shown->matches[0].revision, shown->matches[shown->match_count - 1].revision);
	struct strbuf list = STRBUF_INIT, name = STRBUF_INIT;
	size_t i;

	for (i = 0; i < shown->match_count && i < MATCHES_SHOWN; i++) {
		const struct match *match = &shown->matches[i];

		strbuf_addstr(&list, i ? ", " : "");
		strbuf_add_printable_text(&list, one_id ? match->environment : match->revision);
	}
	if (shown->match_count > MATCHES_SHOWN)
		strbuf_addf(&list, " and %zu more", shown->match_count - MATCHES_SHOWN);
	strbuf_add_printable(&name, query, strlen(query));
	if (one_id)
		err_set(err, ERR_USAGE,
			"\"%s\" has other content in each of these environments, say which with --env: %s", name.buf,
			list.buf);
	else
		err_set(err, ERR_USAGE, "\"%s\" fits several revisions: %s", name.buf, list.buf);
	strbuf_release(&name);
	strbuf_release(&list);
	return -1;
}

static const char unread[] = "history could not be read whole; \"revident explain\" says what is missing";

static int not_found(struct cmd_ctx *ctx, const struct shown *shown, const char *at)
{
	bool is_undecided = shown->is_in_doubt || (shown->is_cut && shown->never_declared);
	struct strbuf name = STRBUF_INIT, commit = STRBUF_INIT;

	strbuf_add_printable_text(&name, shown->revision);
	if (at)
		strbuf_add_printable(&commit, at, strlen(at));
	if (!shown->never_declared && at)
		ctx_note(ctx, "\"%s\" is not in \"%s\"%s", name.buf, commit.buf,
			is_undecided ? ", as far as that could be read; \"revident explain\" says what is missing"
				     : "");
	else if (!shown->never_declared && is_undecided)
		ctx_note(ctx, "no file that declares \"%s\" can be read; \"revident explain\" says why", name.buf);
	else if (shown->is_in_doubt)
		ctx_note(ctx, "no commit on any ref declares \"%s\", but %s", name.buf, unread);
	else
		ctx_note(ctx, "no commit on any ref declares \"%s\"%s", name.buf,
			is_undecided ? ", but history is cut off: git fetch --unshallow"
				     : "; \"revident explain\" says what was searched");
	strbuf_release(&name);
	strbuf_release(&commit);
	return is_undecided ? EXIT_UNDECIDED : EXIT_FOUND;
}

/* What was printed may not be what is wanted: why. */
static void note_doubt(struct cmd_ctx *ctx, const struct shown *shown)
{
	if (shown->is_in_doubt)
		ctx_note(ctx, "another version, or another environment's, may be what is wanted: %s", unread);
	else if (shown->is_cut && !opt_is_given(ctx->options, "at"))
		ctx_note(ctx, "history is cut off: if this content replaced another before that, git fetch --unshallow "
			      "tells");
}

static void say_absent(const struct repo *repo, const char *blob, struct err *err)
{
	if (repo_is_partial(repo))
		err_set(err, ERR_UNDECIDED,
			"blob %s is not in this clone: 'git cat-file -t %s' fetches it, then try again", blob, blob);
	else
		err_set(err, ERR_UNDECIDED, "blob %s is not in this clone: 'git fsck' tells more", blob);
}

static int write_version(struct cmd_ctx *ctx, struct repo *repo, const struct shown *shown, struct err *err)
{
	struct strbuf result = STRBUF_INIT;
	struct object object;
	char hex[OID_HEX + 1];
	int rc = -1;

	oid_hex(&shown->version.blob, hex);
	if (opt_is_given(ctx->options, "blob-id")) {
		strbuf_addf(&result, "%s\n", hex);
	} else {
		int found = object_read(repo, &shown->version.blob, MIGRATION_BYTES_MAX, &object, err);

		if (found == 0)
			say_absent(repo, hex, err);
		if (found < 1)
			goto done;
		strbuf_add(&result, object.bytes, object.len);
		object_release(&object);
	}
	note_others(ctx, shown);
	note_doubt(ctx, shown);
	if (ctx_write(ctx, &result, err) < 0)
		goto done;
	rc = shown->is_in_doubt ? EXIT_UNDECIDED : EXIT_CLEAN;
done:
	strbuf_release(&result);
	return rc;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct policy policy;
	const struct show_options options = {
		.query = text_of(ctx->operands[0]),
		.at = opt_value(ctx->options, "at"),
		.deep = ctx->deep,
		.envs = ctx->envs,
		.env_count = ctx->env_count,
		.versions_dirs = ctx->versions_dirs,
		.versions_dir_count = ctx->versions_dir_count,
		.policy = &policy,
		.progress = &ctx->progress,
	};
	struct shown shown;
	struct repo *repo;
	int rc = -1;

	if (ctx_open_history(ctx, &repo, &policy, err) < 0 || show_run(repo, ctx->arena, &options, &shown, err) < 0)
		goto done;
	ctx_lap(ctx, "reading history");
	if (shown.result == SHOW_AMBIGUOUS)
		rc = ambiguous(&shown, ctx->operands[0], err);
	else if (shown.result == SHOW_NONE)
		rc = not_found(ctx, &shown, options.at);
	else
		rc = write_version(ctx, repo, &shown, err);
done:
	ctx_close(ctx, repo, rc < 0);
	return rc;
}

const struct cmd cmd_show = {
	.name = "show",
	.summary = "a revision's file, byte for byte, present or lost",
	.operands = "<revision>",
	.operands_min = 1,
	.operands_max = 1,
	.common = COMMON_ENVIRONMENTS | COMMON_DEEP | COMMON_ALL | COMMON_OUTPUT | COMMON_HISTORY,
	.opts = opts,
	.details = "The revision is an id, the beginning of one, or a branch label, on any ref.\n"
		   "Prints the last version before the revision was lost, or before its content\n"
		   "was replaced; at HEAD what stands there. A note on standard error names other\n"
		   "versions. Leaves with 1 where there is no such revision, 2 where several fit,\n"
		   "and 3 where history could not be read whole and the answer may depend on it:\n"
		   "what was found is printed even then, with a note.\n",
	.run = run,
};
