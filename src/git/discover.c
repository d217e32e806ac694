#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

/* A `.git` file, `commondir` and HEAD are one short line each. */
enum { POINTER_FILE_MAX = 64 * 1024 };

char *path_join(const char *base, const char *path)
{
	struct strbuf sb = STRBUF_INIT;

	if (path[0] != '/')
		strbuf_addstr(&sb, base);
	strbuf_addstr(&sb, path);
	return strbuf_detach(&sb, NULL);
}

/* What cannot be looked at is not taken for absent: another repository above it would answer instead. */
static bool is_absent(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

static int stat_or_absent(const char *path, struct stat *st, struct err *err)
{
	if (stat(path, st) == 0)
		return 1;
	return is_absent(errno) ? 0 : err_cannot("look at", path, errno, err);
}

/* The real path of a directory with a trailing slash, or NULL with errno set. */
static char *real_directory(const char *path)
{
	char *real = realpath(path, NULL), *out;
	struct strbuf sb = STRBUF_INIT;
	struct stat st;
	int failure;

	if (!real)
		return NULL;
	failure = stat(real, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	if (failure) {
		free(real);
		errno = failure;
		return NULL;
	}
	strbuf_addstr(&sb, real);
	if (!strbuf_ends_with(&sb, "/"))
		strbuf_addch(&sb, '/');
	free(real);
	out = strbuf_detach(&sb, NULL);
	return out;
}

/* 1, 0 or -1. */
static int has_directory(const char *dir, const char *name, struct err *err)
{
	char *path = path_join(dir, name);
	struct stat st;
	int rc = stat_or_absent(path, &st, err);

	free(path);
	return rc > 0 ? S_ISDIR(st.st_mode) : rc;
}

/* 1, 0 or -1. */
static int has_anything(const char *dir, const char *name, struct err *err)
{
	char *path = path_join(dir, name);
	struct stat st;
	int rc = lstat(path, &st) == 0;

	if (!rc && !is_absent(errno))
		rc = err_cannot("look at", path, errno, err);
	free(path);
	return rc;
}

/* The first line of a pointer file behind `prefix`, as a name relative to `dir`. 1 with *out; 0 if absent; -1. */
static int read_pointer(const char *dir, const char *name, const char *prefix, char **out, struct err *err)
{
	struct strbuf content = STRBUF_INIT, shown = STRBUF_INIT;
	char *path = path_join(dir, name);
	size_t skip = strlen(prefix);
	int rc = preflight_read(path, POINTER_FILE_MAX, &content, err);

	if (rc <= 0)
		goto done;
	while (content.len && (content.buf[content.len - 1] == '\n' || content.buf[content.len - 1] == '\r'))
		strbuf_setlen(&content, content.len - 1);
	if (content.len <= skip || memcmp(content.buf, prefix, skip) != 0 || memchr(content.buf, '\0', content.len)) {
		strbuf_add_printable(&shown, path, strlen(path));
		rc = err_set(err, ERR_UNDECIDED, "'%s' does not name a git directory", shown.buf);
		goto done;
	}
	*out = path_join(dir, content.buf + skip);
done:
	free(path);
	strbuf_release(&content);
	strbuf_release(&shown);
	return rc;
}

/* The common directory of `git_dir`: what its `commondir` names, else itself. Real path; NULL with `err`. */
static char *common_of(const char *git_dir, struct err *err)
{
	char *named = NULL, *real = NULL;
	int found = read_pointer(git_dir, "commondir", "", &named, err);

	if (found < 0)
		return NULL;
	if (found == 0)
		return xstrdup(git_dir);
	assert(named);
	real = real_directory(named);
	if (!real) {
		struct strbuf shown = STRBUF_INIT;

		strbuf_add_printable(&shown, named, strlen(named));
		err_set_errno(err, ERR_UNDECIDED, errno,
			"the repository '%s' that this work tree belongs to is gone; 'git worktree repair' in it mends "
			"that",
			shown.buf);
		strbuf_release(&shown);
	}
	free(named);
	return real;
}

/* Is `dir` a git directory? 1 with `loc` filled, 0, -1. */
static int try_git_dir(struct location *loc, const char *dir, struct err *err)
{
	char *real = real_directory(dir);
	int rc;

	if (!real)
		return is_absent(errno) ? 0 : err_cannot("look at", dir, errno, err);
	rc = has_anything(real, "HEAD", err);
	if (rc <= 0)
		goto done;
	rc = -1;
	loc->common_dir = common_of(real, err);
	if (!loc->common_dir)
		goto done;
	rc = has_directory(loc->common_dir, "objects", err);
	if (rc > 0)
		rc = has_directory(loc->common_dir, "refs", err);
	if (rc > 0) {
		loc->git_dir = real;
		real = NULL;
	}
done:
	if (rc <= 0) {
		free(loc->common_dir);
		loc->common_dir = NULL;
	}
	free(real);
	return rc;
}

/*
 * A directory that is no git directory, and has what one has: the repository above it is not what was meant. 0 or -1.
 */
static int was_git_dir(const char *path, struct err *err)
{
	struct strbuf dir = STRBUF_INIT, shown = STRBUF_INIT;
	int rc;

	strbuf_addf(&dir, "%s/", path);
	rc = has_directory(dir.buf, "objects", err);
	if (rc == 0)
		rc = has_anything(dir.buf, "HEAD", err);
	if (rc > 0) {
		strbuf_add_printable(&shown, path, strlen(path));
		rc = err_set(err, ERR_UNDECIDED,
			"'%s' lacks its HEAD, its refs or its objects, and is no repository for git; 'git init' makes "
			"what is not there",
			shown.buf);
	}
	strbuf_release(&dir);
	strbuf_release(&shown);
	return rc;
}

/* A `.git` at `dir`, a directory or a file that names one. 1 with `loc` filled, 0, -1. */
static int try_dot_git(struct location *loc, const char *dir, struct err *err)
{
	char *path = path_join(dir, ".git"), *target = NULL;
	struct strbuf shown = STRBUF_INIT;
	struct stat st;
	int rc = stat_or_absent(path, &st, err);

	if (rc <= 0)
		goto done;
	if (S_ISDIR(st.st_mode)) {
		rc = try_git_dir(loc, path, err);
		if (rc == 0)
			rc = was_git_dir(path, err);
		goto done;
	}
	rc = read_pointer(dir, ".git", "gitdir: ", &target, err);
	if (rc <= 0)
		goto done;
	rc = try_git_dir(loc, target, err);
	if (rc == 0) {
		strbuf_add_printable(&shown, target, strlen(target));
		rc = err_set(err, ERR_UNDECIDED,
			"the git directory '%s' is gone; 'git worktree repair' in the main work tree mends a moved one",
			shown.buf);
	}
done:
	free(path);
	free(target);
	strbuf_release(&shown);
	return rc;
}

/* Is `dir` (trailing slash) listed in GIT_CEILING_DIRECTORIES? Then the search does not go on above it. */
static bool is_ceiling(const char *dir, const char *ceilings)
{
	const char *at = ceilings;

	while (at && *at) {
		size_t len = strcspn(at, ":");
		size_t bare = len;

		while (bare > 1 && at[bare - 1] == '/')
			bare--;
		if (bare > 0 && strncmp(dir, at, bare) == 0 && (strcmp(dir + bare, "/") == 0 || dir[bare] == '\0'))
			return true;
		at += len;
		at += *at == ':';
	}
	return false;
}

static int search_upward(struct location *loc, const char *ceilings, struct err *err)
{
	char *dir = xstrdup(loc->base);
	size_t len = strlen(dir);
	int rc;

	for (;;) {
		rc = try_dot_git(loc, dir, err);
		if (rc > 0)
			loc->top = xstrdup(dir);
		if (rc == 0)
			rc = try_git_dir(loc, dir, err);
		if (rc != 0 || len <= 1)
			break;
		for (len--; dir[len - 1] != '/'; len--)
			;
		dir[len] = '\0';
		if (is_ceiling(dir, ceilings))
			break;
	}
	free(dir);
	return rc;
}

/* GIT_DIR: a git directory, or a file that names one. */
static int use_git_dir(struct location *loc, const char *git_dir, struct err *err)
{
	char *path = path_join(loc->base, git_dir), *target = NULL, *slash;
	struct stat st;
	int rc = stat_or_absent(path, &st, err);

	if (rc > 0 && !S_ISDIR(st.st_mode)) {
		rc = read_pointer("", path, "gitdir: ", &target, err);
		if (rc > 0 && target[0] != '/') {
			struct strbuf sb = STRBUF_INIT;

			slash = strrchr(path, '/');
			strbuf_add(&sb, path, (size_t)(slash - path) + 1);
			strbuf_addstr(&sb, target);
			free(target);
			target = strbuf_detach(&sb, NULL);
		}
	}
	if (rc >= 0)
		rc = try_git_dir(loc, target ? target : path, err);
	if (rc > 0)
		loc->top = xstrdup(loc->base);
	free(path);
	free(target);
	return rc;
}

/* GIT_COMMON_DIR may repeat what the git directory says; libgit2 can follow no other. */
static int check_common_dir(const struct location *loc, const char *common_dir, struct err *err)
{
	char *path = path_join(loc->base, common_dir), *real = real_directory(path);
	int rc = 0;

	if (!real || strcmp(real, loc->common_dir) != 0)
		rc = err_set(err, ERR_UNDECIDED,
			"GIT_COMMON_DIR is not the common directory of this repository; unset it, or write it into the "
			"git directory's 'commondir' file");
	free(real);
	free(path);
	return rc;
}

int location_find(struct location *out, const struct repo_env *env, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	const char *start = env->dir ? env->dir : ".";
	int rc = -1;

	memset(out, 0, sizeof(*out));
	out->base = real_directory(start);
	strbuf_add_printable(&shown, start, strlen(start));
	if (!out->base) {
		err_set_errno(err, ERR_USAGE, errno, "cannot enter '%s'", shown.buf);
		goto done;
	}
	if (env->git_dir)
		rc = use_git_dir(out, env->git_dir, err);
	else
		rc = search_upward(out, env->ceilings, err);
	if (rc == 0 && env->git_dir)
		rc = err_set(
			err, ERR_USAGE, "GIT_DIR names no git repository; unset it, or give the one that you mean");
	else if (rc == 0)
		rc = err_set(err, ERR_USAGE, "no git repository at '%s' or above it; give one with -C DIR", shown.buf);
	if (rc > 0 && env->common_dir)
		rc = check_common_dir(out, env->common_dir, err);
	if (rc > 0)
		rc = 0;
done:
	if (rc < 0)
		location_release(out);
	strbuf_release(&shown);
	return rc;
}

void location_release(struct location *loc)
{
	free(loc->git_dir);
	free(loc->common_dir);
	free(loc->top);
	free(loc->base);
	memset(loc, 0, sizeof(*loc));
}
