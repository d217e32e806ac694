#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/base/printable.h"

enum {
	CONFIG_MAX = 64 * 1024 * 1024,
	INCLUDE_DEPTH_MAX = 10, /* git's own limit */
	INCLUDES_MAX = 1000,    /* ten levels that include ten files each take git hours */
};

/* Looks for named pipes among what a configuration includes. */
struct include_walk {
	const char *home; /* what "~/" stands for, or NULL */
	unsigned left;    /* files that may still be opened */
};

/* The first directory that libgit2 looks for files of that level in, with a slash; NULL: none. Freed by the caller. */
static char *level_directory(git_config_level_t level)
{
	struct strbuf out = STRBUF_INIT;
	git_buf found = { 0 };
	size_t len = 0;

	if (git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, level, &found) == 0 && found.ptr)
		len = strcspn(found.ptr, ":");
	if (len) {
		strbuf_add(&out, found.ptr, len);
		strbuf_addch(&out, '/');
	}
	git_buf_dispose(&found);
	return len ? strbuf_detach(&out, NULL) : NULL;
}

/* Does reading it never end? A named pipe waits, and of the devices git reads only /dev/null to its end. */
static bool is_endless(const struct stat *st)
{
	struct stat null;

	if (S_ISCHR(st->st_mode))
		return stat("/dev/null", &null) < 0 || st->st_rdev != null.st_rdev;
	return S_ISFIFO(st->st_mode);
}

/* The value of a line "path = VALUE", without quotes, in `out`. False for any other line. */
static bool take_path(const char *line, size_t len, struct strbuf *out)
{
	static const char key[] = "path";
	const size_t skip = sizeof(key) - 1;
	size_t i;

	strbuf_clear(out);
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (len <= skip || strncasecmp(line, key, skip) != 0)
		return false;
	for (i = skip; i < len && (line[i] == ' ' || line[i] == '\t'); i++)
		;
	if (i == len || line[i] != '=')
		return false;
	for (i++; i < len; i++)
		if (line[i] != '"' && (out->len || (line[i] != ' ' && line[i] != '\t')))
			strbuf_addch(out, line[i]);
	while (out->len && strchr(" \t\r", out->buf[out->len - 1]))
		strbuf_setlen(out, out->len - 1);
	return out->len > 0;
}

static int check_included(const char *path, unsigned depth, struct include_walk *walk, struct err *err);

/*
 * A named pipe that a line includes, or what the line includes does. `dir` is that of the file with the line. 0 or -1.
 */
static int check_line(
	const char *dir, const char *line, size_t len, unsigned depth, struct include_walk *walk, struct err *err)
{
	struct strbuf name = STRBUF_INIT;
	struct stat st;
	char *path;
	int rc = 0;

	if (take_path(line, len, &name)) {
		if (walk->home && strncmp(name.buf, "~/", 2) == 0)
			path = path_join(walk->home, name.buf + 2);
		else
			path = path_join(dir, name.buf);
		if (stat(path, &st) < 0)
			rc = 0; /* git passes it by, too */
		else if (is_endless(&st))
			rc = preflight_complain(path, preflight_kind(st.st_mode), err);
		else if (S_ISREG(st.st_mode))
			rc = check_included(path, depth + 1, walk, err);
		free(path);
	}
	strbuf_release(&name);
	return rc;
}

/*
 * Looks for named pipes among what the [include] and [includeIf] of a configuration at `path` name. This spares the
 * time after which git is given up; what is written in other ways than git's own is left to that.
 */
static int check_lines(
	const char *path, const struct strbuf *bytes, unsigned depth, struct include_walk *walk, struct err *err)
{
	const char *slash = strrchr(path, '/'), *at, *end, *close;
	struct strbuf dir = STRBUF_INIT;
	bool is_include = false;
	int rc = 0;

	strbuf_add(&dir, path, slash ? (size_t)(slash - path) + 1 : 0);
	for (at = bytes->buf; rc == 0 && *at; at = *end ? end + 1 : end) {
		end = at + strcspn(at, "\n");
		at += strspn(at, " \t");
		close = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
		if (close) {
			is_include = strncasecmp(at + 1, "include", 7) == 0;
			at = close + 1;
		}
		if (is_include && at < end)
			rc = check_line(dir.buf, at, (size_t)(end - at), depth, walk, err);
	}
	strbuf_release(&dir);
	return rc;
}

/* A configuration that another one includes. So many files are none. */
static int check_included(const char *path, unsigned depth, struct include_walk *walk, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	int rc = 0;

	if (walk->left == 0)
		return err_set(err, ERR_UNDECIDED,
			"the configuration includes more than %d files; 'git config --list --show-origin' shows which",
			INCLUDES_MAX);
	if (depth > INCLUDE_DEPTH_MAX)
		return 0;
	walk->left--;
	if (preflight_read(path, CONFIG_MAX, &bytes, err) < 0 || check_lines(path, &bytes, depth, walk, err) < 0)
		rc = -1;
	strbuf_release(&bytes);
	return rc;
}

/* Behind a section's header, whose name in double quotes may hold a bracket; `end` if it does not close. */
static const char *skip_header(const char *at, const char *end)
{
	bool quoted = false;

	for (; at < end && (quoted || *at != ']'); at++) {
		if (*at == '\\' && quoted && at + 1 < end)
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return at < end ? at + 1 : end;
}

/* Behind a value, with the lines that a backslash joins to it: where it ends, or NULL if a quote is still open. */
static const char *skip_value(const char *at, const char *end)
{
	bool quoted = false;

	for (; at < end && *at != '\n'; at++) {
		if (!quoted && (*at == '#' || *at == ';'))
			return at;
		if (*at == '\\' && at + 1 < end)
			at += at[1] == '\r' && at + 2 < end ? 2 : 1;
		else if (*at == '"')
			quoted = !quoted;
	}
	return quoted ? NULL : at;
}

/* A value that ends inside its double quotes: git's parse_value() refuses the file, libgit2 takes what there is. */
static bool has_open_quote(const struct strbuf *bytes)
{
	const char *at = bytes->buf, *end = bytes->buf + bytes->len;

	while (at < end) {
		if (*at == '#' || *at == ';')
			at += strcspn(at, "\n");
		else if (*at == '[')
			at = skip_header(at, end);
		else if (*at == '=')
			at = skip_value(at + 1, end);
		else
			at++;
		if (!at)
			return true;
	}
	return false;
}

/*
 * Has the file an [include] or [includeIf]? 1, 0; -1 where one leads to a named pipe, and for what git refuses the file
 * for and libgit2 does not: a zero byte, which it takes for the end, and a value that ends inside its quotes.
 */
static int check_file(const char *path, struct include_walk *walk, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT, shown = STRBUF_INIT;
	int found = preflight_read(path, CONFIG_MAX, &bytes, err);
	const char *fault = NULL;
	size_t i;

	if (found == 1 && memchr(bytes.buf, '\0', bytes.len))
		fault = "holds a zero byte";
	else if (found == 1 && has_open_quote(&bytes))
		fault = "holds a double quote that is not closed on its line";
	if (fault) {
		strbuf_add_printable(&shown, path, strlen(path));
		found = err_set(
			err, ERR_UNDECIDED, "'%s' %s, so git cannot read it; put the file back", shown.buf, fault);
	}
	if (found == 1)
		for (i = 0, found = 0; i + 7 <= bytes.len && !found; i++)
			found = strncasecmp(bytes.buf + i, "include", 7) == 0;
	if (found == 1 && check_lines(path, &bytes, 0, walk, err) < 0)
		found = -1;
	strbuf_release(&bytes);
	strbuf_release(&shown);
	return found;
}

/* The user's own file at one level. One that may not be read is passed by, as git does; libgit2 would refuse it. */
static int check_user_file(git_config_level_t level, const char *name, struct include_walk *walk, struct err *err)
{
	char *dir = level_directory(level), *path = dir ? path_join(dir, name) : NULL;
	struct stat st;
	int failure, rc = 0;

	if (!path)
		goto done;
	failure = stat(path, &st) < 0 || access(path, R_OK) < 0 ? errno : 0;
	if (failure == EACCES) {
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "") < 0)
			rc = err_set_git(err, ERR_UNDECIDED, "libgit2 refuses its options");
	} else if (failure) {
		if (failure != ENOENT && failure != ENOTDIR)
			rc = err_cannot("read", path, failure, err);
	} else if (S_ISREG(st.st_mode)) {
		rc = check_file(path, walk, err) < 0 ? -1 : 0;
	} else if (!S_ISCHR(st.st_mode) || is_endless(&st)) { /* /dev/null is no configuration */
		rc = preflight_complain(path, preflight_kind(st.st_mode), err);
	}
done:
	free(dir);
	free(path);
	return rc;
}

int preflight_user_config(struct err *err)
{
	char *home = level_directory(GIT_CONFIG_LEVEL_GLOBAL);
	struct include_walk walk = { .home = home, .left = INCLUDES_MAX };
	int rc = -1;

	if (check_user_file(GIT_CONFIG_LEVEL_XDG, "config", &walk, err) == 0 &&
		check_user_file(GIT_CONFIG_LEVEL_GLOBAL, ".gitconfig", &walk, err) == 0)
		rc = 0;
	free(home);
	return rc;
}

static int check_own_file(const char *dir, const char *name, struct include_walk *walk, struct err *err)
{
	char *path = path_join(dir, name);
	int found = check_file(path, walk, err);

	free(path);
	return found;
}

int preflight_config(struct repo *repo, struct err *err)
{
	static const char *const args[] = { "config", "--list", NULL };
	char *home = level_directory(GIT_CONFIG_LEVEL_GLOBAL);
	struct include_walk walk = { .home = home, .left = INCLUDES_MAX };
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1, shared, own;

	shared = check_own_file(repo->common_dir, "config", &walk, err);
	own = shared < 0 ? -1 : check_own_file(repo->git_dir, "config.worktree", &walk, err);
	if (own < 0)
		goto done;
	if ((shared || own) && process_git(repo, args, NULL, 0, NULL, CONFIG_MAX, &out, &said, &status, err) < 0)
		goto done;
	if (status != 0) {
		child_complain(&said, err, "git cannot read its configuration");
		goto done;
	}
	rc = 0;
done:
	free(home);
	strbuf_release(&out);
	strbuf_release(&said);
	return rc;
}

/* A file that git reads for what is at the top of its work tree. It takes what is no file for an empty one. */
static int check_ends(const char *path, bool follows_links, struct err *err)
{
	struct stat st;

	if ((follows_links ? stat(path, &st) : lstat(path, &st)) == 0 && is_endless(&st))
		return preflight_complain(path, preflight_kind(st.st_mode), err);
	return 0;
}

/* The file that the key names, else the one of that name beside the user's configuration. */
static int check_named(struct repo *repo, const char *key, const char *name, struct err *err)
{
	char *dir = level_directory(GIT_CONFIG_LEVEL_XDG), *path = NULL;
	git_buf value = { 0 };
	int rc = 0;

	if (git_config_get_path(&value, repo->config, key) == 0)
		path = path_join(repo->work_tree, value.ptr);
	else if (dir)
		path = path_join(dir, name);
	if (path)
		rc = check_ends(path, true, err);
	git_buf_dispose(&value);
	free(dir);
	free(path);
	return rc;
}

int preflight_work_tree(struct repo *repo, struct err *err)
{
	static const char *const names[] = { ".gitignore", ".gitattributes" }; /* git does not follow links here */
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(names) / sizeof(*names) && rc == 0; i++) {
		char *path = path_join(repo->work_tree, names[i]);

		rc = check_ends(path, false, err);
		free(path);
	}
	if (rc == 0)
		rc = check_named(repo, "core.excludesfile", "ignore", err);
	if (rc == 0)
		rc = check_named(repo, "core.attributesfile", "attributes", err);
	return rc;
}
