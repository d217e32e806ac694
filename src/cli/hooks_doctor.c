#include <string.h>
#include <sys/stat.h>

#include "hooks.h"
#include "revident/base/printable.h"
#include "revident/forensics/audit.h"
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

static void add_hook(struct strbuf *out, const char *mark, const struct place *place, size_t i)
{
	strbuf_addf(out, "%s: ", mark);
	place_add_directory(out, place);
	strbuf_addf(out, "/%s ", place->names[i]);
}

/* What mends it. */
static const char *install_line(const struct place *place, size_t i)
{
	return strcmp(place->names[i], "pre-receive") ? "revident hooks install" : "revident hooks install --server";
}

/* What can be seen without running it. Returns whether git would run something there. */
static bool look_at(const struct place *place, size_t i, struct strbuf *out)
{
	const struct hook_state *state = &place->states[i];

	if (state->exists && state->is_executable)
		return true;
	add_hook(out, "wrong", place, i);
	if (state->exists)
		strbuf_addstr(out, "is no program that git may run: chmod +x\n");
	else if (place->framework != HOOK_FOREIGN)
		strbuf_addf(out, "is not there: %s was not told of it, or not installed here\n",
			hook_owner_name(place->framework));
	else
		strbuf_addf(out, "is not there: %s\n", install_line(place, i));
	return false;
}

static void add_passed(const struct place *place, size_t i, struct strbuf *out)
{
	const char *framework = hook_owner_name(place->states[i].owner);

	add_hook(out, "wrong", place, i);
	strbuf_addstr(out, "lets the change through");
	if (framework)
		strbuf_addf(out,
			": %s is not told to run revident, or passes over commits that only delete files; revident "
			"hooks install --print prints the lines",
			framework);
	else if (place->states[i].owner == HOOK_FOREIGN)
		strbuf_addf(out, ", it does not run revident: %s", install_line(place, i));
	strbuf_addch(out, '\n');
}

/* Returns whether it blocks, and as it should. */
static bool add_end(const struct place *place, size_t i, enum rehearsal_end end, struct strbuf *out)
{
	switch (end) {
	case REHEARSAL_BLOCKED:
		add_hook(out, "ok", place, i);
		strbuf_addstr(out, "blocks the change\n");
		return true;
	case REHEARSAL_BLOCKED_BLINDLY:
		add_hook(out, "wrong", place, i);
		strbuf_addstr(out, "does not find revident, and blocks whatever touches a migration: put revident "
				   "into PATH, or revident hooks install\n");
		return false;
	case REHEARSAL_BLOCKED_BY_OTHERS:
		add_hook(out, "wrong", place, i);
		strbuf_addstr(out, "fails before revident judges: run it by itself and see why\n");
		return false;
	case REHEARSAL_PASSED:
		break;
	}
	add_passed(place, i, out);
	return false;
}

/* Are our hooks in the git directory's own place, while core.hooksPath sends git elsewhere? */
static void look_for_shadow(const struct place *place, struct strbuf *out)
{
	struct err ignored = { .kind = ERR_NONE };
	struct strbuf own = STRBUF_INIT;
	struct hook_state state;
	size_t i;

	strbuf_addf(&own, "%shooks", repo_common_dir(place->repo));
	for (i = 0; i < place->count && strcmp(own.buf, place->directory.buf) != 0; i++) {
		if (hook_look(own.buf, place->states[i].script, &state, &ignored) < 0 || !state.exists ||
			state.owner != HOOK_OURS)
			continue;
		strbuf_addstr(out, "wrong: core.hooksPath sends git to '");
		place_add_directory(out, place);
		strbuf_addstr(out, "', past the hooks of revident in its own directory\n");
		break;
	}
	strbuf_release(&own);
}

static int rehearse(struct cmd_ctx *ctx, struct place *place, const struct rehearsal_plan *plan, struct strbuf *out,
	struct err *err)
{
	const char *program = own_path(ctx);
	struct rehearsal *rehearsal = NULL;
	struct strbuf path = STRBUF_INIT;
	enum rehearsal_end end;
	int rc = -1, status = 0, wrong = 0;
	size_t i;

	if (rehearsal_new(&rehearsal, place->repo, plan, err) < 0 ||
		rehearsal_check(rehearsal, program ? program : "revident", &status, err) < 0)
		goto done;
	if (status != EXIT_FOUND) {
		err_set(err, ERR_UNDECIDED,
			"no migration of HEAD is published, or waivers let all of them go: there is no forbidden "
			"change to try the hooks with");
		goto done;
	}
	for (i = 0; i < place->count; i++) {
		if (!look_at(place, i, out)) {
			wrong++;
			continue;
		}
		strbuf_clear(&path);
		strbuf_addf(&path, "%s/%s", place->directory.buf, place->names[i]);
		if (rehearsal_run(rehearsal, place->names[i], path.buf, &end, err) < 0)
			goto done;
		wrong += !add_end(place, i, end, out);
	}
	if (wrong)
		look_for_shadow(place, out);
	rc = wrong ? EXIT_FOUND : EXIT_CLEAN;
done:
	rehearsal_free(rehearsal);
	strbuf_release(&path);
	return rc;
}

int hooks_doctor(struct cmd_ctx *ctx, struct place *place, struct strbuf *out, struct err *err)
{
	struct rehearsal_plan plan = {
		.temporary = ctx->environment->temporary,
		.git_dir_was_given = ctx->environment->repo.git_dir != NULL,
	};
	struct victims victims = { .paths = NULL };
	struct ref head;
	char hex[OID_HEX + 1];
	int found = refs_head(place->repo, ctx->arena, &head, err);

	if (found < 0 || (found > 0 && find_victims(ctx, place->repo, &victims, err) < 0))
		return -1;
	if (!victims.count)
		return err_set(err, ERR_UNDECIDED,
			"HEAD has no migration: there is no forbidden change to try the hooks with");
	plan.head = oid_hex(&head.commit, hex);
	plan.branch = head.symbolic.ptr;
	plan.paths = victims.paths;
	plan.count = victims.count;
	return rehearse(ctx, place, &plan, out, err);
}
