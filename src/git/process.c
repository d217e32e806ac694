#include "process.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"

/* Seconds: a disk or a network may be slow, a named pipe that git was led to never ends. */
enum { IDLE_MAX = 10 };

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

int process_git(struct repo *repo, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	const char **argv = argument_list(args, paths, count);
	const struct child_variable variables[] = {
		{ "GIT_DIR", repo->git_dir },
		{ "GIT_WORK_TREE", repo->work_tree },
		{ "GIT_PREFIX", NULL },
		/* the commands say themselves how paths are taken */
		{ "GIT_LITERAL_PATHSPECS", NULL },
		{ "GIT_GLOB_PATHSPECS", NULL },
		{ "GIT_NOGLOB_PATHSPECS", NULL },
		{ "GIT_ICASE_PATHSPECS", NULL },
		{ "GIT_OPTIONAL_LOCKS", "0" },
		{ "GIT_NO_LAZY_FETCH", "1" },
		{ "LC_ALL", "C" },
		{ "GIT_INDEX_FILE", repo->other_index },
	};
	const struct child child = {
		.argv = argv,
		.directory = repo->work_tree ? repo->work_tree : repo->git_dir,
		.variables = variables,
		/* the last one stays what it is where no other index is wanted */
		.variable_count = sizeof(variables) / sizeof(*variables) - (repo->other_index ? 0 : 1),
		.input = input,
		.max = max,
		.idle_max = IDLE_MAX,
	};
	int rc = -1;

	if (!repo->work_tree || preflight_work_tree(repo->work_tree, err) == 0)
		rc = child_run(&child, out, said, status, err);

	free(argv);
	return rc;
}
