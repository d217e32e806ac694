#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"

/* Seconds: a disk or a network may be slow, a named pipe that git was led to never ends. */
enum { IDLE_MAX = 10, VARIABLES_MAX = 16, GIT_DIED = 128 /* the exit status */ };

/* Nothing from the repository's configuration is executed. */
static const char *const safely[] = { "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c",
	"protocol.allow=never", NULL };

void git_arguments_add(struct git_arguments *list, const char *argument)
{
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = argument;
}

void git_arguments_release(struct git_arguments *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static void add_all(struct git_arguments *list, const char *const *args)
{
	for (; *args; args++)
		git_arguments_add(list, *args);
}

static const char **argument_list(const char *const *args, const char *const *paths, size_t count)
{
	struct git_arguments list = { .items = NULL };
	size_t i;

	add_all(&list, safely);
	add_all(&list, args);
	if (count)
		git_arguments_add(&list, "--");
	for (i = 0; i < count; i++)
		git_arguments_add(&list, paths[i]);
	git_arguments_add(&list, NULL);
	return list.items;
}

/* The repository's object directories as GIT_ALTERNATE_OBJECT_DIRECTORIES wants them, each C-quoted. */
static void list_object_directories(struct strbuf *out, const struct repo *repo)
{
	const char *at;
	size_t i;

	for (i = 0; i < repo->dirs.count; i++) {
		strbuf_addstr(out, i ? ":\"" : "\"");
		for (at = repo->dirs.items[i].path; *at; at++) {
			if (*at == '"' || *at == '\\')
				strbuf_addch(out, '\\');
			strbuf_addch(out, *at);
		}
		strbuf_addch(out, '"');
	}
}

/*
 * git writes the trees of a sparse index that it takes apart, and takes any index with an entry of a directory for one.
 * Here its own object directory is one in which nobody can make a file, and all that are there it only reads.
 */
static const char unwritable[] = "/dev/fd";

/* As git shows it in what it says. */
static const char *without_slash(const char *directory, struct strbuf *out)
{
	size_t len = strlen(directory);

	strbuf_add(out, directory, len > 1 ? len - 1 : len);
	return out->buf;
}

static int run(struct repo *repo, bool may_write, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	const char **argv = argument_list(args, paths, count);
	struct strbuf objects = STRBUF_INIT, git_dir = STRBUF_INIT;
	struct child_variable variables[VARIABLES_MAX] = {
		{ "GIT_DIR", without_slash(repo->git_dir, &git_dir) },
		{ "GIT_WORK_TREE", repo->work_tree },
		{ "GIT_PREFIX", NULL },
		/* the commands say themselves how paths are taken */
		{ "GIT_LITERAL_PATHSPECS", NULL },
		{ "GIT_GLOB_PATHSPECS", NULL },
		{ "GIT_NOGLOB_PATHSPECS", NULL },
		{ "GIT_ICASE_PATHSPECS", NULL },
		/* history is read as it is stored, and a pipe would be waited for */
		{ "GIT_GRAFT_FILE", NULL },
		{ "GIT_OPTIONAL_LOCKS", "0" },
		{ "GIT_NO_LAZY_FETCH", "1" },
		{ "LC_ALL", "C" },
	};
	struct child child = {
		.argv = argv,
		.directory = repo->work_tree ? repo->work_tree : repo->git_dir,
		.variables = variables,
		.input = input,
		.max = max,
		.idle_max = IDLE_MAX,
		.undisturbed = may_write,
	};
	size_t n = 0;
	int rc = -1;

	while (variables[n].name)
		n++;
	if (repo->other_index)
		variables[n++] = (struct child_variable){ "GIT_INDEX_FILE", repo->other_index };
	if (!may_write && repo->dirs.count && access(unwritable, X_OK) == 0) {
		list_object_directories(&objects, repo);
		variables[n++] = (struct child_variable){ "GIT_OBJECT_DIRECTORY", unwritable };
		variables[n++] = (struct child_variable){ "GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.buf };
	}
	child.variable_count = n;
	if (!repo->work_tree || preflight_work_tree(repo, err) == 0)
		rc = child_run(&child, out, said, status, err);
	if (rc == 0 && *status == GIT_DIED)
		rc = ref_check_head(repo, err);
	free(argv);
	strbuf_release(&objects);
	strbuf_release(&git_dir);
	return rc;
}

int process_git(struct repo *repo, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	return run(repo, false, args, paths, count, input, max, out, said, status, err);
}

int process_git_writing(struct repo *repo, const char *const *args, const struct strbuf *input, size_t max,
	struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	return run(repo, true, args, NULL, 0, input, max, out, said, status, err);
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

bool process_said_error(const struct strbuf *said)
{
	const char *line, *end;

	for (line = said->buf; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (begins(line, "error: ") && !begins(line, "error: unable to create temporary file") &&
			!begins(line, "error: insufficient permission for adding an object") &&
			!begins(line, "error: cannot lstat "))
			return true;
	}
	return false;
}
