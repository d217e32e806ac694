#include "revident/git/hooks_path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"

enum { ANSWER_MAX = 64 * 1024 };

/* Resolves links in the part of `path` (absolute) that exists, and puts the rest behind it. */
static void resolve(const char *path, struct strbuf *out)
{
	char *head = xstrdup(path), *real = NULL;
	size_t len = strlen(head);

	while (len > 1 && !(real = realpath(head, NULL))) {
		while (len > 1 && head[len - 1] != '/')
			len--;
		while (len > 1 && head[len - 1] == '/')
			len--;
		head[len] = '\0';
	}
	strbuf_addstr(out, real && strcmp(real, "/") != 0 ? real : "");
	strbuf_addstr(out, path + (len > 1 ? len : 0));
	while (out->len > 1 && strbuf_ends_with(out, "/"))
		strbuf_setlen(out, out->len - 1);
	free(head);
	free(real);
}

/* What git answers, without the line's end, made absolute. */
static void take_answer(const char *base, struct strbuf *answer, struct strbuf *out)
{
	char *absolute;

	if (strbuf_ends_with(answer, "\n"))
		strbuf_setlen(answer, answer->len - 1);
	absolute = path_join(base, answer->buf);
	resolve(absolute, out);
	free(absolute);
}

int hooks_path_find(struct repo *repo, enum hooks_side side, struct strbuf *out, struct err *err)
{
	static const char *const argv[] = { "git", "rev-parse", "--git-path", "hooks", NULL };
	const char *tree = side == HOOKS_OF_WORK_TREE ? repo->work_tree : NULL;
	const struct child_variable variables[] = {
		{ "GIT_DIR", repo->git_dir },
		{ "GIT_WORK_TREE", tree },
		{ "GIT_PREFIX", NULL },
		{ "LC_ALL", "C" },
	};
	const struct child child = {
		.argv = argv,
		.directory = tree ? tree : repo->git_dir,
		.variables = variables,
		.variable_count = sizeof(variables) / sizeof(*variables),
		.max = ANSWER_MAX,
	};
	struct strbuf answer = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1;

	strbuf_clear(out);
	if (child_run(&child, &answer, &said, &status, err) < 0)
		goto done;
	if (status != 0 || answer.len < 2) {
		if (ref_check_head(repo, err) == 0)
			child_complain(&said, err, "git does not say where hooks are");
		goto done;
	}
	take_answer(child.directory, &answer, out);
	rc = 0;
done:
	strbuf_release(&answer);
	strbuf_release(&said);
	return rc;
}

/* Is `path` the directory (with a trailing slash; NULL: none), or below it? */
static bool is_below(const char *path, const char *directory)
{
	size_t len = directory ? strlen(directory) : 0;

	return len > 0 && (strncmp(path, directory, len) == 0 ||
				  (strlen(path) == len - 1 && strncmp(path, directory, len - 1) == 0));
}

/* The main work tree of which this one is linked, where it is known by its name; freed by the caller; NULL: unknown. */
static char *main_work_tree(const struct repo *repo)
{
	static const char name[] = "/.git/";
	size_t len = strlen(repo->common_dir), tail = sizeof(name) - 1;

	if (len <= tail || strcmp(repo->common_dir + len - tail, name) != 0)
		return NULL;
	return xmemdup(repo->common_dir, len - tail + 1);
}

bool hooks_path_is_in_work_tree(const struct repo *repo, const char *directory)
{
	char *main_tree;
	bool inside;

	if (is_below(directory, repo->git_dir) || is_below(directory, repo->common_dir))
		return false;
	main_tree = main_work_tree(repo);
	inside = is_below(directory, repo->work_tree) || is_below(directory, main_tree);
	free(main_tree);
	return inside;
}

bool hooks_path_is_inside(const struct repo *repo, const char *directory)
{
	return is_below(directory, repo->git_dir) || is_below(directory, repo->common_dir) ||
	       hooks_path_is_in_work_tree(repo, directory);
}
