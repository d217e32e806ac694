#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks.h"
#include "revident/base/printable.h"
#include "revident/cli/cmd.h"
#include "revident/git/hooks_path.h"
#include "revident/hook/lines.h"
#include "revident/report/hooks.h"

enum { PROGRAM_PATH_MAX = 4096 };

static const struct opt_spec opts[] = {
	{ .name = "server", .kind = OPT_FLAG, .help = "pre-receive, in a repository that others push to" },
	{ .name = "global",
		.kind = OPT_FLAG,
		.help = "in the directory outside the repository that core.hooksPath names, for every repository "
			"that it holds for" },
	{ .name = "print", .kind = OPT_FLAG, .help = "change nothing: print the lines to put into other hooks" },
	{ .name = "force", .kind = OPT_FLAG, .help = "beside a framework's hooks, and over an edited hook of ours" },
	OPT_END,
};

static bool wants(const struct cmd_ctx *ctx, const char *option)
{
	return opt_is_given(ctx->options, option);
}

const char *place_directory(const struct place *place)
{
	const char *const tops[] = { repo_work_tree(place->repo), repo_git_dir(place->repo),
		repo_common_dir(place->repo) };
	const char *path = place->directory.buf;
	size_t i;

	for (i = 0; i < sizeof(tops) / sizeof(*tops); i++)
		if (tops[i] && strncmp(path, tops[i], strlen(tops[i])) == 0) {
			path += strlen(tops[i]);
			break;
		}
	return path;
}

struct hook_line *place_add_line(
	struct cmd_ctx *ctx, const struct place *place, size_t i, const char *state, struct hook_report *report)
{
	struct hook_line *line = &report->lines[report->count++];

	*line = (struct hook_line){ .state = state };
	if (i < place->count) {
		line->hook = place->names[i];
		line->path = text_of(arena_printf(ctx->arena, "%s/%s", place_directory(place), place->names[i]));
	}
	return line;
}

static int find_place(struct cmd_ctx *ctx, struct place *place, struct err *err)
{
	static const char *const of_work_tree[] = { "pre-commit", "pre-merge-commit", "pre-push" };
	static const char *const of_receiver[] = { "pre-receive" };
	bool server = wants(ctx, "server");
	size_t i;

	if (repo_open(&place->repo, &ctx->repo, err) < 0)
		return -1;
	place->names = server ? of_receiver : of_work_tree;
	place->count = server ? 1 : HOOKS_MAX;
	if (hooks_path_find(place->repo, server ? HOOKS_OF_RECEIVER : HOOKS_OF_WORK_TREE, &place->directory, err) < 0)
		return -1;
	place->is_inside = hooks_path_is_inside(place->repo, place->directory.buf);
	for (i = 0; i < place->count; i++) {
		const struct hook_script *script = hook_script_find(place->names[i]);

		assert(script);
		if (hook_look(place->directory.buf, script, &place->states[i], err) < 0)
			return -1;
	}
	/* frameworks know hooks of the work tree alone */
	place->framework =
		server ? HOOK_FOREIGN
		       : hook_framework(place->directory.buf, repo_work_tree(place->repo), place->states, place->count);
	return 0;
}

/* Prints the lines for hooks that are not ours. 0 or -1. */
static int print_lines(struct cmd_ctx *ctx, const struct place *place, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	int rc;

	hook_lines_render(&out, place->framework, place->names, place->count);
	rc = ctx_write(ctx, &out, err);
	strbuf_release(&out);
	return rc;
}

/* Is this where we may write? 0; -1 with ERR_USAGE, the lines that go there instead being printed. */
static int check_place(struct cmd_ctx *ctx, const struct place *place, struct err *err)
{
	struct err written = { .kind = ERR_NONE };
	struct strbuf shown = STRBUF_INIT;
	bool instead = false;
	int rc = -1;

	strbuf_add_printable(&shown, place_directory(place), strlen(place_directory(place)));
	if (wants(ctx, "global") && place->is_inside) {
		err_set(err, ERR_USAGE,
			"core.hooksPath names no directory outside this repository, its hooks are in '%s'; name one "
			"with 'git config --global core.hooksPath DIR', or leave --global away",
			shown.buf);
	} else if (!place->is_inside && !wants(ctx, "global")) {
		err_set(err, ERR_USAGE,
			"git runs this repository's hooks from '%s', which is outside of it and may serve others, "
			"too: add these lines to the hooks there, or let --global install them",
			shown.buf);
		instead = true;
	} else if (place->framework != HOOK_FOREIGN && !wants(ctx, "force")) {
		err_set(err, ERR_USAGE,
			"%s keeps the hooks in '%s' and would write over ours: put these lines into its "
			"configuration; --force installs beside it all the same",
			hook_owner_name(place->framework), shown.buf);
		instead = true;
	} else {
		rc = 0;
	}
	if (instead)
		(void)print_lines(ctx, place, &written); /* what is said already weighs more */
	strbuf_release(&shown);
	return rc;
}

/* Is `path` a program, and the very file that `self` is? */
static bool is_program(const char *path, const struct stat *self)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == self->st_dev && st.st_ino == self->st_ino &&
	       access(path, X_OK) == 0;
}

/* Where PATH finds that file, or NULL. */
static const char *find_in_path(struct cmd_ctx *ctx, const struct stat *self)
{
	const char *at = ctx->environment->path;

	while (at && *at) {
		size_t part = strcspn(at, ":");
		const char *candidate = arena_printf(ctx->arena, "%.*s/revident", (int)part, at);

		if (*candidate == '/' && part && is_program(candidate, self))
			return candidate;
		at += part + (at[part] == ':');
	}
	return NULL;
}

int own_path(struct cmd_ctx *ctx, const char **out, struct err *err)
{
	static const char link[] = "/proc/self/exe";
	char real[PROGRAM_PATH_MAX];
	ssize_t len = readlink(link, real, sizeof(real) - 1);
	struct stat self;

	*out = NULL;
	if (len < 0)
		return errno == ENOENT ? 0 : err_cannot("read", link, errno, err);
	real[len] = '\0';
	if (stat(real, &self) < 0)
		return err_cannot("look at this program's own file", real, errno, err);
	*out = find_in_path(ctx, &self);
	if (!*out)
		*out = arena_strdup(ctx->arena, real);
	return 0;
}

static void add_changes(
	struct cmd_ctx *ctx, const struct place *place, const enum hook_change *changes, struct hook_report *report)
{
	static const char *const words[] = {
		[HOOK_UNCHANGED] = "unchanged",
		[HOOK_INSTALLED] = "installed",
		[HOOK_KEEPING] = "installed",
		[HOOK_UPDATED] = "updated",
		[HOOK_REMOVED] = "removed",
		[HOOK_RESTORED] = "restored",
		[HOOK_ABSENT] = "not installed",
	};
	size_t i;

	for (i = 0; i < place->count; i++) {
		struct hook_line *line = place_add_line(ctx, place, i, words[changes[i]], report);

		if (changes[i] == HOOK_KEEPING)
			line->message = text_of(arena_printf(ctx->arena,
				place->states[i].is_executable
					? "(runs the hook that was there first, kept as %s" HOOK_SAVED_SUFFIX ")"
					: "(keeps what was there, which git does not run, as %s" HOOK_SAVED_SUFFIX ")",
				place->names[i]));
	}
}

static int install(struct cmd_ctx *ctx, struct place *place, struct hook_report *report, struct err *err)
{
	bool is_shared = hooks_path_is_in_work_tree(place->repo, place->directory.buf);
	enum hook_change changes[HOOKS_MAX];
	const char *program = NULL; /* what is committed runs on other machines, too */

	if (check_place(ctx, place, err) < 0 || (!is_shared && own_path(ctx, &program, err) < 0))
		return -1;
	if (hook_install(
		    place->directory.buf, place->states, place->count, program, wants(ctx, "force"), changes, err) < 0)
		return -1;
	add_changes(ctx, place, changes, report);
	return EXIT_CLEAN;
}

static int uninstall(struct cmd_ctx *ctx, struct place *place, struct hook_report *report, struct err *err)
{
	enum hook_change changes[HOOKS_MAX];

	if (!place->is_inside && !wants(ctx, "global"))
		return err_set(err, ERR_USAGE,
			"git runs this repository's hooks from a directory outside of it; --global takes ours out of "
			"there");
	if (hook_uninstall(place->directory.buf, place->states, place->count, wants(ctx, "force"), changes, err) < 0)
		return -1;
	add_changes(ctx, place, changes, report);
	return EXIT_CLEAN;
}

typedef int action_fn(struct cmd_ctx *ctx, struct place *place, struct hook_report *report, struct err *err);

static const struct action {
	const char *name;
	action_fn *run;
} actions[] = { { "install", install }, { "uninstall", uninstall }, { "doctor", hooks_doctor } };

static const struct action *find_action(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static int unknown_action(const char *name, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name, strlen(name));
	err_set(err, ERR_USAGE, "hooks can be told to install, uninstall or doctor, not \"%s\"", shown.buf);
	strbuf_release(&shown);
	return -1;
}

/* Acts, and shows what came of it. An exit status, or -1. */
static int act(struct cmd_ctx *ctx, const struct action *action, struct place *place, struct err *err)
{
	const struct render_options render = { .color = ctx->color };
	struct hook_line lines[HOOK_LINES_MAX];
	struct hook_report report = { action->name, text_of(place_directory(place)), lines, 0 };
	struct err unwritten = { .kind = ERR_NONE };
	struct strbuf out = STRBUF_INIT;
	int rc = action->run(ctx, place, &report, err);

	if (rc < 0)
		err = &unwritten; /* what failed first is said; what was found until then is shown */
	if ((rc >= 0 || report.count) && (hooks_format_find(ctx->format)->render(&report, &render, &out, err) < 0 ||
						 ctx_write(ctx, &out, err) < 0))
		rc = -1;
	strbuf_release(&out);
	return rc;
}

static int run(struct cmd_ctx *ctx, struct err *err)
{
	const struct action *action = find_action(ctx->operands[0]);
	struct place place = { .directory = STRBUF_INIT };
	int rc = -1;

	if (!action)
		return unknown_action(ctx->operands[0], err);
	if (wants(ctx, "print") && strcmp(ctx->format, "text") != 0)
		return err_set(err, ERR_USAGE, "--print prints lines for other hooks, which have no other format");
	if (find_place(ctx, &place, err) < 0)
		goto done;
	if (wants(ctx, "print"))
		rc = print_lines(ctx, &place, err) < 0 ? -1 : EXIT_CLEAN;
	else
		rc = act(ctx, action, &place, err);
done:
	repo_close(place.repo);
	strbuf_release(&place.directory);
	return rc;
}

const struct cmd cmd_hooks = {
	.name = "hooks",
	.summary = "install the hooks that run check, or prove that they work",
	.operands = "install|uninstall|doctor",
	.operands_min = 1,
	.operands_max = 1,
	.formats = hooks_format_names,
	.opts = opts,
	.details = "install puts pre-commit, pre-merge-commit and pre-push into the directory that\n"
		   "git runs them from, or pre-receive with --server. A hook that is there is kept\n"
		   "and run first; uninstall puts it back as it was. Where husky, lefthook or the\n"
		   "pre-commit framework keep the hooks, nothing is changed: the lines for their\n"
		   "configuration are printed.\n",
	.run = run,
};
