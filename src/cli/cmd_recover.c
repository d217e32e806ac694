#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/cli/cmd.h"
#include "revident/answers/recover.h"
#include "revident/answers/repair.h"
#include "revident/git/worktree_edit.h"
#include "revident/report/recover.h"

/* One run of the command. */
struct work {
	struct cmd_ctx *ctx;
	struct repo *repo;
	struct policy policy;
	struct recover_options options;
	struct recover plan;
	bool is_done; /* the work tree holds the repair already */
};

/* --from: a comma list of places. */
static int parse_places(const char *list, unsigned *places, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	enum salvage_place place;

	*places = list ? 0 : SALVAGE_EVERYWHERE;
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (!salvage_place_parse(list, len, &place)) {
			strbuf_add_printable(&shown, list, len);
			err_set(err, ERR_USAGE,
				"--from knows no place \"%s\"; there are history, refs, stash, reflog, index and "
				"unreachable",
				shown.buf);
			strbuf_release(&shown);
			return -1;
		}
		*places |= 1u << place;
		list += len + (list[len] == ',');
	}
	if (!*places)
		return err_set(err, ERR_USAGE, "--from needs a place, or several with commas between");
	return 0;
}

static int parse_options(struct work *w, struct err *err)
{
	const struct options *given = w->ctx->options;
	const char *blob = opt_value(given, "blob"), *stub = opt_value(given, "stub");

	w->options = (struct recover_options){ .revisions = w->ctx->operands,
		.revision_count = w->ctx->operand_count,
		.envs = w->ctx->envs,
		.env_count = w->ctx->env_count,
		.versions_dirs = w->ctx->versions_dirs,
		.versions_dir_count = w->ctx->versions_dir_count,
		.notes = opt_is_given(given, "no-cache") ? NOTES_IGNORED : NOTES_KEPT,
		.relink = opt_is_given(given, "relink"),
		.stub_parent = opt_value(given, "down-revision"),
		.policy = &w->policy,
		.progress = &w->ctx->progress };
	if (stub)
		w->options.stub = strcmp(stub, "pass") == 0 ? STUB_PASS : STUB_RAISE;
	if (opt_is_given(given, "apply") + opt_is_given(given, "patch") + opt_is_given(given, "o") > 1)
		return err_set(
			err, ERR_USAGE, "--apply, --patch and -o are three ways to use one plan: give one of them");
	if (opt_is_given(given, "patch") && opt_is_given(given, "format"))
		return err_set(err, ERR_USAGE, "--patch is a format of its own: give it without --format");
	if ((opt_is_given(given, "stage") || opt_is_given(given, "force")) && !opt_is_given(given, "apply"))
		return err_set(err, ERR_USAGE, "--stage and --force go with --apply");
	if (w->options.stub_parent && !stub)
		return err_set(err, ERR_USAGE, "--down-revision goes with --stub: it is the stand-in's parent");
	if (blob && !oid_parse(&w->options.blob, blob, strlen(blob)))
		return err_set(err, ERR_USAGE, "--blob takes a whole object id, %d hexadecimal digits", OID_HEX);
	w->options.has_blob = blob != NULL;
	return parse_places(opt_value(given, "from"), &w->options.places, err);
}

/* What an interrupted run left is ended before anything is planned. */
static int resume(struct work *w, struct err *err)
{
	enum resumed what;

	if (worktree_resume(w->repo, &what, err) < 0)
		return -1;
	if (what == RESUMED_COMPLETED)
		ctx_note(w->ctx, "an earlier repair was interrupted; it is complete now");
	else if (what == RESUMED_UNDONE)
		ctx_note(w->ctx, "an earlier repair was interrupted before it changed anything; what it left is gone");
	return 0;
}

static bool can_be_used(const struct work *w)
{
	return w->plan.step_count && !w->plan.refusal.ptr && w->plan.unrecoverable_count == 0;
}

/* Is a version put back that a later one, which cannot be read, may have followed? */
static bool may_be_outdated(const struct recover *plan)
{
	size_t i;

	for (i = 0; i < plan->source_count; i++)
		if (plan->sources[i].has_newer)
			return true;
	return false;
}

/*
 * 2 where a choice is asked for, 3 where something cannot be found or must not be done, may not be the last version, or
 * is there and only Alembic does not read it.
 */
static int exit_of(const struct work *w, bool used)
{
	size_t i;

	for (i = 0; i < w->plan.unrecoverable_count; i++)
		if (w->plan.unrecoverable[i].choice_count)
			return EXIT_USAGE;
	if (w->plan.unrecoverable_count || w->plan.refusal.ptr)
		return EXIT_UNDECIDED;
	if (w->plan.step_count == 0)
		return w->plan.limit_count || w->plan.is_left ? EXIT_UNDECIDED : EXIT_CLEAN;
	if (!used && !w->is_done)
		return EXIT_FOUND;
	return may_be_outdated(&w->plan) || w->plan.is_left ? EXIT_UNDECIDED : EXIT_CLEAN;
}

/*
 * Makes the directories on the way; what the path has behind its first `own` bytes is the repository's, and follows no
 * link.
 */
static int make_dirs(const char *path, size_t own, struct err *err)
{
	char *copy = xstrdup(path), *slash;
	struct stat st;
	int rc = 0;

	for (slash = strchr(copy, '/'); slash && rc == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (*copy && mkdir(copy, 0777) < 0 && errno != EEXIST)
			rc = err_cannot("make the directory", copy, errno, err);
		else if (*copy && (slash - copy) > (ptrdiff_t)own && lstat(copy, &st) == 0 && !S_ISDIR(st.st_mode))
			rc = err_cannot("write below", copy, ENOTDIR, err);
		*slash = '/';
	}
	free(copy);
	return rc;
}

/* May the file be written: is nothing there, or the same already? */
static int check_free(const char *path, struct text bytes, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	char *there = NULL;
	struct stat st;
	ssize_t len;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		rc = err_cannot("write over", path, errno, err);
	else if (!S_ISREG(st.st_mode))
		rc = err_cannot("write over what is no file", path, EEXIST, err);
	if (rc < 0)
		goto done;
	there = xmalloc(bytes.len + 1);
	len = fd_read(fd, there, bytes.len + 1); /* of a regular file: short only at its end */
	if (len < 0) {
		rc = err_cannot("read", path, errno, err);
	} else if ((size_t)len != bytes.len || (len && memcmp(there, bytes.ptr, bytes.len) != 0)) {
		strbuf_add_printable(&shown, path, strlen(path));
		rc = err_set(err, ERR_UNDECIDED, "\"%s\" is there already, with other content; nothing was written",
			shown.buf);
		strbuf_release(&shown);
	}
done:
	free(there);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int write_file(const char *path, const struct repair_file *file, struct err *err)
{
	if (outfile_write(path, file->bytes.ptr, file->bytes.len, err) < 0)
		return -1;
	return file->executable && chmod(path, 0755) < 0 ? err_cannot("make executable", path, errno, err) : 0;
}

static int write_files(struct work *w, const char *dir, struct err *err)
{
	struct repair_file *files;
	struct text *paths;
	size_t i, count;

	if (repair_files(w->repo, w->ctx->arena, &w->plan, &files, &count, err) < 0)
		return -1;
	paths = arena_calloc(w->ctx->arena, count, sizeof(*paths));
	for (i = 0; i < count; i++) {
		paths[i] =
			text_of(arena_printf(w->ctx->arena, "%s/%.*s", dir, (int)files[i].path.len, files[i].path.ptr));
		if (make_dirs(paths[i].ptr, strlen(dir), err) < 0 || check_free(paths[i].ptr, files[i].bytes, err) < 0)
			return -1;
	}
	for (i = 0; i < count; i++)
		if (write_file(paths[i].ptr, &files[i], err) < 0)
			return -1;
	w->plan.written = paths;
	w->plan.written_count = count;
	return 0;
}

static int write_patch(struct work *w, struct err *err)
{
	struct strbuf patch = STRBUF_INIT;
	int rc = repair_patch(w->repo, w->ctx->arena, &w->plan, &patch, err);

	if (rc == 0)
		rc = ctx_write(w->ctx, &patch, err);
	strbuf_release(&patch);
	return rc;
}

static int show(struct work *w, struct err *err)
{
	struct render_options options = { .color = w->ctx->color };
	struct strbuf text = STRBUF_INIT;
	int rc = -1;

	if (recover_format_find(w->ctx->format)->render(&w->plan, &options, &text, err) == 0)
		rc = ctx_write(w->ctx, &text, err);
	strbuf_release(&text);
	return rc;
}

/* Does with the plan what was asked for. 1 if it was used, 0 if it is only to be shown, -1. */
static int use_plan(struct work *w, struct err *err)
{
	const struct options *given = w->ctx->options;
	const struct repair_options how = { .stage = opt_is_given(given, "stage"),
		.force = opt_is_given(given, "force") };
	const char *dir = ctx_output_path(w->ctx);

	if (!can_be_used(w))
		return 0;
	if (dir)
		return write_files(w, dir, err) < 0 ? -1 : 1;
	if (!opt_is_given(given, "apply"))
		return 0;
	if (!w->is_done && repair_apply(w->repo, w->ctx->arena, &w->plan, &how, err) < 0)
		return -1;
	w->plan.applied = true;
	w->plan.staged = how.stage && !w->is_done;
	return 1;
}

static int plan(struct work *w, struct err *err)
{
	int done;

	if (repo_open(&w->repo, &w->ctx->repo, err) < 0 || ctx_load_policy(w->ctx, w->repo, &w->policy, err) < 0)
		return -1;
	if (resume(w, err) < 0 || recover_plan(w->repo, w->ctx->arena, &w->options, &w->plan, err) < 0)
		return -1;
	ctx_lap(w->ctx, "planning");
	done = repair_is_done(w->repo, w->ctx->arena, &w->plan, err);
	w->is_done = w->plan.in_work_tree = done == 1;
	return done < 0 ? -1 : 0;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct work w = { .ctx = ctx };
	int used, rc = -1;

	if (parse_options(&w, err) < 0 || plan(&w, err) < 0)
		goto done;
	used = use_plan(&w, err);
	if (used < 0)
		goto done;
	if (opt_is_given(ctx->options, "patch") && can_be_used(&w)) {
		used = 1;
		if (write_patch(&w, err) < 0)
			goto done;
		if (may_be_outdated(&w.plan))
			ctx_note(ctx, "a later version could not be read; the plan, without --patch, says which");
	} else if (opt_is_given(ctx->options, "patch") && exit_of(&w, true) == EXIT_CLEAN) {
		ctx_note(ctx, "nothing is to be done: the patch is empty");
	} else if (show(&w, err) < 0) {
		goto done;
	}
	rc = exit_of(&w, used == 1);
done:
	ctx_close(ctx, w.repo, rc < 0);
	return rc;
}

static const char *const stub_choices[] = { "raise", "pass", NULL };

static const struct opt_spec opts[] = {
	{ .name = "apply", .kind = OPT_FLAG, .help = "do it, in the work tree; without this only the plan is shown" },
	{ .name = "stage", .kind = OPT_FLAG, .help = "with --apply: enter the result into the index as well" },
	{ .name = "force",
		.kind = OPT_FLAG,
		.help = "with --apply: replace files with changes of their own, and keep copies beside them" },
	{ .name = "patch", .kind = OPT_FLAG, .help = "print the plan as a patch for \"git apply\"" },
	{ .letter = 'o', .kind = OPT_VALUE, .metavar = "DIR", .help = "write only the recovered files, below DIR" },
	{ .name = "from",
		.kind = OPT_VALUE,
		.metavar = "PLACES",
		.help = "search only there: history, refs, stash, reflog, index, unreachable, with commas between" },
	{ .name = "blob", .kind = OPT_VALUE, .metavar = "OID", .help = "of several versions, take this one" },
	{ .name = "relink",
		.kind = OPT_FLAG,
		.help = "where the content goes on under another id, point the children to that instead" },
	{ .name = "stub",
		.kind = OPT_MAYBE,
		.metavar = "HOW",
		.help = "plan a stand-in for what cannot be found; its upgrade() raises, or with =pass does nothing",
		.choices = stub_choices },
	{ .name = "down-revision", .kind = OPT_VALUE, .metavar = "ID", .help = "with --stub: the stand-in's parent" },
	OPT_END,
};

const struct cmd cmd_recover = {
	.name = "recover",
	.summary = "plan the repair of a broken chain; --apply does it",
	.operands = "[<revision>...]",
	.operands_max = OPERANDS_ANY,
	.common = COMMON_ENVIRONMENTS | COMMON_HISTORY,
	.formats = recover_format_names,
	.opts = opts,
	.details = "Looks for the lost files wherever git still has them: in history, on other refs\n"
		   "and in stashes, in reflogs, in indexes, among objects that nothing leads to.\n"
		   "Without a revision: for everything that is missing at HEAD. The plan is tried\n"
		   "out on HEAD's tree in memory first; nothing is changed without --apply, and\n"
		   "nothing is ever committed.\n",
	.run = run,
};
