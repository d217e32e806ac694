#include "process.h"

#include <stdlib.h>

#include "internal.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"

/* Nothing from the repository's configuration is executed. */
static const char *const safely[] = { "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c",
	"protocol.allow=never", NULL };

static size_t add_arguments(const char **argv, size_t n, const char *const *args, size_t max)
{
	size_t i;

	for (i = 0; i < max && args[i]; i++)
		argv[n++] = args[i];
	return n;
}

static const char **argument_list(const char *const *args, const char *const *paths, size_t count)
{
	enum { FRONT = sizeof(safely) / sizeof(*safely) };
	const char **argv = xcalloc(FRONT + PROCESS_ARGS_MAX + count + 2, sizeof(*argv));
	size_t n, i;

	n = add_arguments(argv, 0, safely, FRONT);
	n = add_arguments(argv, n, args, PROCESS_ARGS_MAX);
	if (count)
		argv[n++] = "--";
	for (i = 0; i < count; i++)
		argv[n++] = paths[i];
	return argv;
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
	};
	int rc = child_run(&child, out, said, status, err);

	free(argv);
	return rc;
}
