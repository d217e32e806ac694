#include <string.h>

#include "revident/cli/cmd.h"
#include "revident/answers/audit.h"
#include "revident/answers/audit_tables.h"
#include "revident/answers/former.h"
#include "revident/forensics/policy_load.h"
#include "revident/answers/provenance.h"
#include "revident/forensics/source_open.h"
#include "revident/report/audit.h"

/* What one audit stands on. */
struct work {
	struct cmd_ctx *ctx;
	struct repo *repo;
	struct study study;
	struct discovery *discovery;
	struct env_defs extra;
	struct source *source;
	struct policy policy;
	struct audit_options options;
	struct audit audit;
};

static int choose_tree(struct work *w, struct err *err)
{
	struct cmd_ctx *ctx = w->ctx;
	bool staged = opt_is_given(ctx->options, "staged"), worktree = opt_is_given(ctx->options, "worktree");

	if (staged + worktree + (ctx->operand_count > 0) > 1)
		return err_set(err, ERR_USAGE, "\"audit\" looks at one tree: a revision, --staged or --worktree");
	w->audit.tree = AUDIT_COMMIT;
	if (ctx->operand_count)
		w->audit.expression = text_of(ctx->operands[0]);
	else if (staged)
		w->audit.tree = AUDIT_INDEX;
	else if (worktree || !repo_is_bare(w->repo))
		w->audit.tree = AUDIT_WORKTREE;
	else
		w->audit.expression = TEXT_LITERAL("HEAD");
	return 0;
}

static int open_source(struct work *w, struct err *err)
{
	struct ref commit;

	switch (w->audit.tree) {
	case AUDIT_INDEX:
		return source_open_index(&w->study, &w->source, err);
	case AUDIT_WORKTREE:
		return source_open_worktree(w->discovery, &w->study, &w->extra, &w->source, err);
	case AUDIT_COMMIT:
		break;
	}
	if (source_open_commit(&w->study, w->audit.expression.ptr, &w->source, &commit, err) < 0) {
		if (w->ctx->operand_count == 0)
			err->kind = ERR_UNDECIDED; /* a HEAD that nobody typed */
		return -1;
	}
	w->audit.commit = commit.commit;
	return 0;
}

static void take_environments(struct work *w)
{
	const struct cmd_ctx *ctx = w->ctx;
	struct text *only = arena_calloc(ctx->arena, ctx->env_count + 1, sizeof(*only));
	size_t i;

	for (i = 0; i < ctx->env_count; i++)
		only[i] = text_of(ctx->envs[i]);
	w->options.only = only;
	w->options.only_count = ctx->env_count;
	for (i = 0; i < ctx->versions_dir_count; i++)
		env_defs_add_versions(&w->study, &w->extra, ctx->versions_dirs[i], "--versions-dir");
}

static enum exit_status verdict(const struct audit *audit)
{
	size_t i, k;

	for (i = 0; i < audit->environment_count; i++)
		for (k = 0; k < audit->environments[i].finding_count; k++)
			if (audit->environments[i].findings[k].level == LEVEL_ERROR)
				return EXIT_FOUND;
	return audit->limit_count ? EXIT_UNDECIDED : EXIT_CLEAN;
}

/* The tree's own policy; a work tree is opened again where it names versions directories, for ignored files in them. */
static int take_policy(struct work *w, struct err *err)
{
	size_t before = w->extra.count;

	if (policy_load_source(w->repo, w->source, &w->study.arena, &w->policy, err) < 0)
		return -1;
	ctx_note_policy(w->ctx, &w->policy);
	w->options.policy = &w->policy;
	policy_add_versions(&w->policy, &w->study, &w->extra);
	return w->audit.tree == AUDIT_WORKTREE && w->extra.count > before ? open_source(w, err) : 0;
}

/* Limits of this history are no limits of the tree: it is read through a handle of its own. */
static int read_former(struct work *w, struct err *err)
{
	const char *tip = w->audit.tree == AUDIT_COMMIT ? w->audit.expression.ptr : NULL;
	struct repo *repo = NULL;
	struct ref head;
	int rc = -1;

	if (!tip && refs_head(w->repo, w->ctx->arena, &head, err) < 1)
		return err->kind == ERR_NONE ? 0 : -1;
	if (repo_open(&repo, &w->ctx->repo, err) < 0)
		return -1;
	rc = former_revisions(repo, tip, &w->policy, &w->ctx->progress, w->ctx->arena, &w->options.former,
		&w->options.former_count, err);
	repo_close(repo);
	ctx_lap(w->ctx, "reading former ids");
	return rc;
}

static bool wants_former(const struct audit *audit)
{
	size_t i;

	for (i = 0; i < audit->environment_count; i++)
		if (audit_wants_former(&audit->environments[i]))
			return true;
	return false;
}

static int look(struct work *w, struct err *err)
{
	if (audit_source(w->discovery, &w->study, w->source, &w->extra, &w->options, &w->audit, err) < 0)
		return -1;
	if (!wants_former(&w->audit))
		return 0;
	if (read_former(w, err) < 0)
		return -1;
	return audit_source(w->discovery, &w->study, w->source, &w->extra, &w->options, &w->audit, err);
}

/* What is found out from here on is none of the tree's, and moves the repository's own list. */
static void take_limits(struct work *w)
{
	const char *const *limits;
	size_t count = repo_limits(w->repo, &limits);

	w->audit.limits = arena_copy(w->ctx->arena, limits, count, sizeof(*limits));
	w->audit.limit_count = count;
}

static int audit(struct work *w, struct err *err)
{
	if (repo_open(&w->repo, &w->ctx->repo, err) < 0 || study_init(&w->study, w->repo, err) < 0)
		return -1;
	w->discovery = discovery_new(&w->study);
	take_environments(w);
	if (choose_tree(w, err) < 0 || open_source(w, err) < 0 || take_policy(w, err) < 0)
		return -1;
	ctx_lap(w->ctx, "opening the tree");
	if (look(w, err) < 0)
		return -1;
	ctx_lap(w->ctx, "auditing");
	if (audit_tables(&w->study, w->source, &w->options, &w->audit, err) < 0)
		return -1;
	ctx_lap(w->ctx, "reading tables and models");
	take_limits(w);
	return provenance_read(w->repo, w->ctx->arena, &w->audit.commit, &w->audit.provenance, err);
}

static int list_rules(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;

	audit_render_rules(&text);
	return ctx_print(ctx, &text, err);
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	struct render_options options = { .color = ctx->color };
	struct work w = { .ctx = ctx };
	struct strbuf text = STRBUF_INIT;
	int rc = -1;

	if (opt_is_given(ctx->options, "list-rules"))
		return list_rules(ctx, err);
	if (audit(&w, err) < 0)
		goto done;
	if (audit_format_find(ctx->format)->render(&w.audit, &options, &text, err) < 0)
		goto done;
	if (ctx_write(ctx, &text, err) < 0)
		goto done;
	rc = ctx_leave(ctx, (int)verdict(&w.audit));
done:
	strbuf_release(&text);
	env_defs_release(&w.extra);
	discovery_free(w.discovery);
	study_release(&w.study);
	ctx_close(ctx, w.repo, rc < 0);
	return rc;
}

static const struct opt_spec opts[] = {
	{ .name = "staged", .kind = OPT_FLAG, .help = "look at what is staged" },
	{ .name = "worktree", .kind = OPT_FLAG, .help = "look at the work tree, ignored migrations included" },
	{ .name = "list-rules", .kind = OPT_FLAG, .help = "print the rules and what they mean, and nothing else" },
	OPT_END,
};

const struct cmd cmd_audit = {
	.name = "audit",
	.summary = "one tree: its chain, its names, its files",
	.operands = "[<tree>]",
	.operands_max = 1,
	.common = COMMON_ENVIRONMENTS | COMMON_OUTPUT,
	.formats = audit_format_names,
	.opts = opts,
	.details = "Shows each environment's chain as it is, from base to head, and everything\n"
		   "that is wrong with it. The tree is that of a revision, what is staged, or the\n"
		   "work tree, which is the default; in a bare repository it is HEAD. Leaves with 1\n"
		   "where there is a finding of level error.\n",
	.run = run,
};
