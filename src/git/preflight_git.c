#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/directory.h"

static bool has_ends(const char *name, const char *begin, const char *end)
{
	size_t len = strlen(name), head = strlen(begin), tail = strlen(end);

	return *name != '.' && len >= head + tail && strncmp(name, begin, head) == 0 &&
	       strcmp(name + len - tail, end) == 0;
}

/*
 * What is called `begin`...`end` in the directory (with a slash at the end), which need not be there, is a file. 0; -1
 * with ERR_UNDECIDED.
 */
static int check_entries(const char *dir, const char *begin, const char *end, struct err *err)
{
	struct directory listed;
	int rc = directory_read(&listed, dir, err) < 0 ? -1 : 0;
	size_t i;

	for (i = 0; i < listed.count && rc == 0; i++) {
		char *path;

		if (!has_ends(listed.names[i], begin, end))
			continue;
		path = path_join(dir, listed.names[i]);
		rc = preflight_regular(path, err) < 0 ? -1 : 0;
		free(path);
	}
	directory_release(&listed);
	return rc;
}

static int check_below(const char *top, const char *name, const char *begin, const char *end, struct err *err)
{
	char *dir = path_join(top, name);
	int rc = check_entries(dir, begin, end, err);

	free(dir);
	return rc;
}

int repo_check_for_git(struct repo *repo, struct err *err)
{
	size_t i;

	if (repo->work_tree && preflight_work_tree(repo, err) < 0)
		return -1;
	for (i = 0; i < repo->dirs.count; i++)
		if (check_below(repo->dirs.items[i].path, "info/commit-graphs/", "", ".graph", err) < 0)
			return -1;
	if (check_entries(repo->git_dir, "sharedindex.", "", err) < 0)
		return -1;
	return check_below(repo->common_dir, "refs/replace/", "", "", err);
}
