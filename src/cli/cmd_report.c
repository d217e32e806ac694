#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "revident/base/outfile.h"
#include "revident/cli/cmd.h"
#include "revident/answers/casefile.h"
#include "revident/git/hooks_path.h"
#include "revident/git/object.h"
#include "revident/hook/install.h"
#include "revident/report/casefile.h"

enum { EVIDENCE_MAX = 64 * 1024 * 1024 };

/* One run of the command. */
struct work {
	struct cmd_ctx *ctx;
	struct repo *repo;
	struct policy policy;
	struct investigation inv;
	struct casefile file;
	const struct case_hook *hooks;
	size_t hook_count;
};

static const char *state_of(const struct hook_state *hook)
{
	if (!hook->exists)
		return "is not installed";
	if (hook->owner == HOOK_FOREIGN || hook->owner == HOOK_EDITED)
		return "is another's";
	if (hook->owner == HOOK_OURS || hook->owner == HOOK_OLDER || hook->owner == HOOK_NEWER)
		return hook->is_executable ? "is installed" : "is installed, and not executable";
	return "is a framework's";
}

/* The hooks of this clone; where they cannot be found the report has none, and says so. */
static void look_at_hooks(struct work *w)
{
	static const char *const names[] = { "pre-commit", "pre-merge-commit", "pre-push" };
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	struct case_hook *hooks = arena_calloc(w->ctx->arena, NAMES, sizeof(*hooks));
	struct strbuf directory = STRBUF_INIT;
	struct err why = { 0 };
	struct hook_state state;
	size_t i;

	if (repo_is_bare(w->repo))
		goto done;
	if (hooks_path_find(w->repo, HOOKS_OF_WORK_TREE, &directory, &why) < 0) {
		repo_add_limit(w->repo, "the hooks of this clone: %s", why.msg);
		goto done;
	}
	for (i = 0; i < NAMES; i++) {
		const struct hook_script *script = hook_script_find(names[i]);

		assert(script);
		if (hook_look(directory.buf, script, &state, &why) < 0)
			repo_add_limit(w->repo, "the hooks of this clone: %s", why.msg);
		else
			hooks[w->hook_count++] = (struct case_hook){ names[i], state_of(&state) };
	}
	w->hooks = hooks;
done:
	strbuf_release(&directory);
}

/* --- the evidence ------------------------------------------------------------------------------------------------ */

/* Marks what a redacted report must not give away: whatever was not read and found free of it. */
static void withhold(struct work *w)
{
	struct exhibit *exhibits = arena_calloc(w->ctx->arena, w->file.exhibit_count + 1, sizeof(*exhibits));
	struct err ignored = { 0 };
	struct object object;
	size_t i;

	for (i = 0; i < w->file.exhibit_count; i++) {
		exhibits[i] = w->file.exhibits[i];
		exhibits[i].is_withheld = exhibits[i].has_content;
		if (!exhibits[i].has_content ||
			object_read(w->repo, &exhibits[i].id, EVIDENCE_MAX, &object, &ignored) != 1)
			continue;
		exhibits[i].is_withheld =
			casefile_gives_away(&w->file, (struct text){ (const char *)object.bytes, object.len });
		object_release(&object);
	}
	w->file.exhibits = exhibits;
}

static int write_exhibit(struct work *w, const char *dir, const struct exhibit *exhibit, struct err *err)
{
	char name[EXHIBIT_NAME_MAX];
	const char *path = arena_printf(w->ctx->arena, "%s/%s", dir, exhibit_file_name(exhibit, name));
	struct object object;
	int rc;

	rc = object_read(w->repo, &exhibit->id, EVIDENCE_MAX, &object, err);
	if (rc < 1)
		return rc < 0 ? -1 : err_set(err, ERR_UNDECIDED, "blob \"%s\" is missing", name);
	rc = outfile_write(path, object.bytes, object.len, err);
	object_release(&object);
	return rc;
}

static int write_evidence(struct work *w, const char *dir, struct err *err)
{
	struct strbuf manifest = STRBUF_INIT;
	size_t i;
	int rc = -1;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return err_set_errno(err, ERR_UNDECIDED, errno, "cannot make the directory \"%s\"", dir);
	for (i = 0; i < w->file.exhibit_count; i++)
		if (w->file.exhibits[i].has_content && !w->file.exhibits[i].is_withheld &&
			write_exhibit(w, dir, &w->file.exhibits[i], err) < 0)
			goto done;
	casefile_render_manifest(&w->file, &manifest);
	if (outfile_write(arena_printf(w->ctx->arena, "%s/SHA256SUMS", dir), manifest.buf, manifest.len, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&manifest);
	return rc;
}

/* --- the command ------------------------------------------------------------------------------------------------- */

static int investigate(struct work *w, struct err *err)
{
	struct cmd_ctx *ctx = w->ctx;
	const struct investigation_options how = { .all = true,
		.needs_head = true,
		.deep = ctx->deep,
		.versions_dirs = ctx->versions_dirs,
		.versions_dir_count = ctx->versions_dir_count,
		.policy = &w->policy,
		.progress = &ctx->progress };
	const struct casefile_options options = { .revisions = ctx->operands,
		.revision_count = ctx->operand_count,
		.all_losses = opt_is_given(ctx->options, "all-losses"),
		.redact_authors = opt_is_given(ctx->options, "redact-authors"),
		.envs = ctx->envs,
		.env_count = ctx->env_count,
		.versions_dirs = ctx->versions_dirs,
		.versions_dir_count = ctx->versions_dir_count,
		.deep = ctx->deep,
		.policy = &w->policy,
		.progress = &ctx->progress };

	if (ctx_open_history(ctx, &w->repo, &w->policy, err) < 0 ||
		investigation_open(&w->inv, w->repo, ctx->arena, &how, err) < 0)
		return -1;
	ctx_lap(ctx, "reading history");
	look_at_hooks(w);
	if (casefile_build(&w->inv, &options, &w->file, err) < 0)
		return -1;
	w->file.hooks = w->hooks;
	w->file.hook_count = w->hook_count;
	return 0;
}

/* A report on what was found is one; where history is not whole, nothing found is no answer. */
static int exit_of(const struct casefile *file)
{
	size_t i, known = 0;

	for (i = 0; i < file->case_count; i++)
		known += file->cases[i].loss != NULL;
	if (file->repository.limit_count && (known == 0 || known < file->case_count))
		return EXIT_UNDECIDED;
	return EXIT_CLEAN;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct work w = { .ctx = ctx };
	const char *evidence = opt_value(ctx->options, "evidence");
	struct strbuf text = STRBUF_INIT;
	int rc = -1;

	if (investigate(&w, err) < 0)
		goto done;
	if (w.file.secret_count)
		withhold(&w);
	ctx_lap(ctx, "gathering the facts");
	if (evidence && write_evidence(&w, evidence, err) < 0)
		goto done;
	if (casefile_render(casefile_format_find(ctx->format), &w.file, &text, err) < 0 ||
		ctx_write(ctx, &text, err) < 0)
		goto done;
	rc = ctx_leave(ctx, exit_of(&w.file));
done:
	strbuf_release(&text);
	investigation_close(&w.inv);
	ctx_close(ctx, w.repo, rc < 0);
	return rc;
}

static const struct opt_spec opts[] = {
	{ .name = "all-losses", .kind = OPT_FLAG, .help = "also about every loss of every ref, mended ones included" },
	{ .name = "evidence",
		.kind = OPT_VALUE,
		.metavar = "DIR",
		.help = "write the files that the report cites below DIR, with their checksums" },
	{ .name = "redact-authors", .kind = OPT_FLAG, .help = "keep names and e-mail addresses out, throughout" },
	OPT_END,
};

const struct cmd cmd_report = {
	.name = "report",
	.summary = "the forensic report for a postmortem",
	.operands = "[<revision>...]",
	.operands_max = OPERANDS_ANY,
	.common = COMMON_ENVIRONMENTS | COMMON_DEEP | COMMON_OUTPUT | COMMON_HISTORY,
	.formats = casefile_format_names,
	.opts = opts,
	.details = "Writes down what happened, from the history alone: what fails now and with\n"
		   "which words, when it was lost, by which commit, where the lost file is, how the\n"
		   "chain looks and should look, how to repair it, and the commands that show each\n"
		   "piece of evidence. Without a revision: about everything that is missing at HEAD.\n"
		   "What only people know is left as a marked blank.\n",
	.run = run,
};
