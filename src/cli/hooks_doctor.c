#include <string.h>
#include <sys/stat.h>

#include "hooks.h"
#include "revident/answers/audit.h"
#include "revident/forensics/policy.h"
#include "revident/forensics/source_open.h"
#include "revident/git/refs.h"
#include "revident/hook/lines.h"
#include "revident/hook/rehearsal.h"

/* What is to be taken away: every migration that HEAD has. */
struct victims {
	const char **paths;
	size_t count;
};

static void take_paths(struct cmd_ctx *ctx, const struct audit *audit, struct victims *out)
{
	size_t i, k, count = 0;

	for (i = 0; i < audit->environment_count; i++)
		count += audit->environments[i].migration_count;
	out->paths = arena_calloc(ctx->arena, count + 1, sizeof(*out->paths));
	for (i = 0; i < audit->environment_count; i++)
		for (k = 0; k < audit->environments[i].migration_count; k++) {
			struct text path = audit->environments[i].migrations[k].path;

			out->paths[out->count++] = arena_memdup(ctx->arena, path.ptr, path.len);
		}
}

static int find_victims(struct cmd_ctx *ctx, struct repo *repo, struct victims *out, struct err *err)
{
	const struct audit_options options = { .policy = NULL };
	struct env_defs extra = { .count = 0 };
	struct discovery *discovery = NULL;
	struct study study = { .repo = NULL };
	struct source *source;
	struct audit audit = { .tree = AUDIT_COMMIT };
	struct ref commit;
	int rc = -1;

	if (study_init(&study, repo, err) < 0)
		return -1;
	discovery = discovery_new(&study);
	if (source_open_commit(&study, "HEAD", &source, &commit, err) < 0 ||
		audit_source(discovery, &study, source, &extra, &options, &audit, err) < 0)
		goto done;
	take_paths(ctx, &audit, out);
	rc = 0;
done:
	env_defs_release(&extra);
	discovery_free(discovery);
	study_release(&study);
	return rc;
}

/* What mends it. */
static const char *install_line(const struct place *place, size_t i)
{
	return strcmp(place->names[i], "pre-receive") ? "revident hooks install" : "revident hooks install --server";
}

/* One diagnosis being made. */
struct examination {
	struct cmd_ctx *ctx;
	struct place *place;
	struct hook_report *report;
};

static void add_wrong(const struct examination *e, size_t i, const char *message, const char *fix)
{
	struct hook_line *line = place_add_line(e->ctx, e->place, i, "wrong", e->report);

	line->message = text_of(message);
	line->fix = fix ? text_of(fix) : TEXT_NONE;
}

/* What can be seen without running it. Returns whether git would run something there. */
static bool look_at(const struct examination *e, size_t i)
{
	const struct place *place = e->place;
	const struct hook_state *state = &place->states[i];

	if (state->exists && state->is_executable)
		return true;
	if (state->exists)
		add_wrong(e, i, "is no program that git may run", "chmod +x");
	else if (place->framework != HOOK_FOREIGN)
		add_wrong(e, i, "is not there",
			arena_printf(e->ctx->arena, "%s was not told of it, or not installed here",
				hook_owner_name(place->framework)));
	else
		add_wrong(e, i, "is not there", install_line(place, i));
	return false;
}

static void add_passed(const struct examination *e, size_t i)
{
	const char *framework = hook_owner_name(e->place->states[i].owner);

	if (framework)
		add_wrong(e, i,
			arena_printf(e->ctx->arena,
				"lets the change through; %s is not told to run revident, or passes over commits that "
				"only delete files",
				framework),
			"revident hooks install --print");
	else if (e->place->states[i].owner == HOOK_FOREIGN)
		add_wrong(e, i, "lets the change through, it does not run revident", install_line(e->place, i));
	else
		add_wrong(e, i, "lets the change through", NULL);
}

/* Returns whether it blocks, and as it should. */
static bool add_end(const struct examination *e, size_t i, enum rehearsal_end end)
{
	switch (end) {
	case REHEARSAL_BLOCKED:
		place_add_line(e->ctx, e->place, i, "ok", e->report)->message = TEXT_LITERAL("blocks the change");
		return true;
	case REHEARSAL_BLOCKED_BLINDLY:
		add_wrong(e, i, "does not find revident, and blocks whatever touches a migration",
			"put revident into PATH, or revident hooks install");
		return false;
	case REHEARSAL_BLOCKED_BY_OTHERS:
		add_wrong(e, i, "fails before revident judges", "run it by itself and see why");
		return false;
	case REHEARSAL_PASSED:
		break;
	}
	add_passed(e, i);
	return false;
}

/* Are our hooks in the git directory's own place, while core.hooksPath sends git elsewhere? */
static void look_for_shadow(const struct examination *e)
{
	const struct place *place = e->place;
	struct err ignored = { .kind = ERR_NONE };
	struct strbuf own = STRBUF_INIT;
	struct hook_state state;
	size_t i;

	strbuf_addf(&own, "%shooks", repo_common_dir(place->repo));
	for (i = 0; i < place->count && strcmp(own.buf, place->directory.buf) != 0; i++) {
		if (hook_look(own.buf, place->states[i].script, &state, &ignored) < 0 || !state.exists ||
			state.owner != HOOK_OURS)
			continue;
		add_wrong(e, place->count,
			arena_printf(e->ctx->arena,
				"core.hooksPath sends git to '%s', past the hooks of revident in its own directory",
				place_directory(place)),
			NULL);
		break;
	}
	strbuf_release(&own);
}

static int rehearse(const struct examination *e, const struct rehearsal_plan *plan, struct err *err)
{
	const char *program;
	const struct place *place = e->place;
	struct rehearsal *rehearsal = NULL;
	struct strbuf path = STRBUF_INIT;
	enum rehearsal_end end;
	int rc = -1, status = 0, wrong = 0;
	size_t i;

	if (own_path(e->ctx, &program, err) < 0 || rehearsal_new(&rehearsal, place->repo, plan, err) < 0 ||
		rehearsal_check(rehearsal, program ? program : "revident", &status, err) < 0)
		goto done;
	if (status == EXIT_UNDECIDED) {
		err_set(err, ERR_UNDECIDED,
			"the hooks cannot be tried: taking the migrations of HEAD away cannot be judged; 'revident "
			"check --worktree' tells why");
		goto done;
	}
	if (status != EXIT_FOUND) {
		err_set(err, ERR_UNDECIDED,
			"no migration of HEAD is published, or waivers let all of them go: there is no forbidden "
			"change to try the hooks with");
		goto done;
	}
	for (i = 0; i < place->count; i++) {
		if (!look_at(e, i)) {
			wrong++;
			continue;
		}
		strbuf_clear(&path);
		strbuf_addf(&path, "%s/%s", place->directory.buf, place->names[i]);
		if (rehearsal_run(rehearsal, place->names[i], path.buf, &end, err) < 0)
			goto done;
		wrong += !add_end(e, i, end);
	}
	if (wrong)
		look_for_shadow(e);
	rc = wrong ? EXIT_FOUND : EXIT_CLEAN;
done:
	rehearsal_free(rehearsal);
	strbuf_release(&path);
	return rc;
}

/* 0 where nothing was unreadable beyond the first `before` limits; else -1 with what it was. */
static int all_was_read(const struct repo *repo, size_t before, struct err *err)
{
	const char *const *limits;

	if (repo_limits(repo, &limits) == before)
		return 0;
	return err_set(err, ERR_UNDECIDED, "the hooks cannot be tried: %s", limits[before]);
}

/* git, which the trial runs, reads a device in a ref's place without end. 0 or -1. */
static int check_refs(const struct cmd_ctx *ctx, struct repo *repo, struct err *err)
{
	const char *const *limits;
	const size_t before = repo_limits(repo, &limits);
	struct ref_list refs;

	return refs_all(repo, ctx->arena, &refs, err) < 0 ? -1 : all_was_read(repo, before, err);
}

int hooks_doctor(struct cmd_ctx *ctx, struct place *place, struct hook_report *report, struct err *err)
{
	const struct examination e = { ctx, place, report };
	struct rehearsal_plan plan = {
		.temporary = ctx->environment->temporary,
		.git_dir_was_given = ctx->environment->repo.git_dir != NULL,
	};
	struct victims victims = { .paths = NULL };
	struct policy policy; /* a mistake in it is no fault of the hooks */
	struct ref head;
	char hex[OID_HEX + 1];
	int found;

	if (repo_check_for_git(place->repo, err) < 0 || ctx_load_policy(ctx, place->repo, &policy, err) < 0)
		return -1;
	found = refs_head(place->repo, ctx->arena, &head, err);
	if (found < 0 || (found > 0 && find_victims(ctx, place->repo, &victims, err) < 0))
		return -1;
	if (!victims.count && all_was_read(place->repo, 0, err) < 0)
		return -1;
	if (!victims.count)
		return err_set(err, ERR_UNDECIDED,
			"HEAD has no migration: there is no forbidden change to try the hooks with");
	if (check_refs(ctx, place->repo, err) < 0)
		return -1;
	plan.head = oid_hex(&head.commit, hex);
	plan.branch = head.symbolic.ptr;
	plan.paths = victims.paths;
	plan.count = victims.count;
	return rehearse(&e, &plan, err);
}
