#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "process.h"
#include "revident/base/printable.h"

enum {
	READ_STEP = 16 * 1024,
	CONFIG_MAX = 64 * 1024 * 1024,
	INCLUDE_DEPTH_MAX = 10, /* git's own limit */
	INCLUDES_MAX = 1000,    /* ten levels that include ten files each take git hours */
};

const char *preflight_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a named pipe";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device";
	default:
		return "something odd";
	}
}

static int complain(const char *path, const char *what, int errnum, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
	if (errnum)
		err_set_errno(err, ERR_UNDECIDED, errnum, "cannot read '%s'", shown.buf);
	else
		err_set(err, ERR_UNDECIDED, "'%s' is %s where git keeps a file; put the file back", shown.buf, what);
	strbuf_release(&shown);
	return -1;
}

/*
 * A link to a file is in order. One that leads nowhere counts as absent for HEAD alone, which git once made a link to a
 * branch that might not be born yet.
 */
int preflight_regular(const char *path, struct err *err)
{
	const char *name = strrchr(path, '/');
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return complain(path, NULL, errno, err);
		if (lstat(path, &st) == 0 && (!name || strcmp(name, "/HEAD") != 0))
			return complain(path, "a link that leads nowhere", 0, err);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return complain(path, preflight_kind(st.st_mode), 0, err);
	return 1;
}

static int read_all(int fd, size_t max, struct strbuf *out, const char *path, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	int rc = -1;

	for (;;) {
		ssize_t n;

		if (out->cap - out->len < 2)
			strbuf_reserve(out, READ_STEP);
		n = read(fd, out->buf + out->len, out->cap - out->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			complain(path, NULL, errno, err);
			goto done;
		}
		out->len += (size_t)n;
		out->buf[out->len] = '\0';
		if (n == 0)
			break;
		if (out->len > max) {
			strbuf_add_printable(&shown, path, strlen(path));
			err_set(err, ERR_UNDECIDED, "'%s' is longer than %zu bytes, which is too long for it",
				shown.buf, max);
			goto done;
		}
	}
	rc = 1;
done:
	strbuf_release(&shown);
	return rc;
}

int preflight_read(const char *path, size_t max, struct strbuf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int rc = -1;

	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return complain(path, NULL, errno, err);
	}
	if (fstat(fd, &st) < 0)
		complain(path, NULL, errno, err);
	else if (!S_ISREG(st.st_mode))
		complain(path, preflight_kind(st.st_mode), 0, err);
	else {
		strbuf_reserve(
			out, st.st_size < READ_STEP ? (size_t)st.st_size + 2 : READ_STEP); /* loose refs are many */
		rc = read_all(fd, max, out, path, err);
	}
	close(fd);
	return rc;
}

static int check_below(const char *dir, const char *const *names, size_t count, struct err *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		char *path = path_join(dir, names[i]);
		int found = preflight_regular(path, err);

		free(path);
		if (found < 0)
			return -1;
	}
	return 0;
}

int preflight_check(const struct location *loc, struct err *err)
{
	static const char *const own[] = { "HEAD", "index", "config.worktree", "commondir", "gitdir" };
	static const char *const shared[] = { "HEAD", "config", "packed-refs", "shallow", "info/grafts", "info/exclude",
		"info/attributes", "objects/info/alternates", "objects/info/commit-graph",
		"objects/info/commit-graphs/commit-graph-chain", "objects/pack/multi-pack-index" };

	if (check_below(loc->git_dir, own, sizeof(own) / sizeof(*own), err) < 0)
		return -1;
	return check_below(loc->common_dir, shared, sizeof(shared) / sizeof(*shared), err);
}

/* git does not follow links here, and takes what is no file for an empty one, but waits for a named pipe's other end. */
int preflight_work_tree(const char *work_tree, struct err *err)
{
	static const char *const names[] = { ".gitignore", ".gitattributes" };
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(names) / sizeof(*names) && rc == 0; i++) {
		char *path = path_join(work_tree, names[i]);
		struct stat st;

		if (lstat(path, &st) == 0 && S_ISFIFO(st.st_mode))
			rc = complain(path, preflight_kind(st.st_mode), 0, err);
		free(path);
	}
	return rc;
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

static int check_included(const char *path, unsigned depth, unsigned *left, struct err *err);

/* A named pipe that a line includes, or what the line includes does. `dir` is that of the file with the line. 0 or -1. */
static int check_line(const char *dir, const char *line, size_t len, unsigned depth, unsigned *left, struct err *err)
{
	struct strbuf name = STRBUF_INIT;
	struct stat st;
	char *path;
	int rc = 0;

	if (take_path(line, len, &name)) {
		path = path_join(dir, name.buf);
		if (stat(path, &st) < 0)
			rc = 0; /* git passes it by, too */
		else if (S_ISFIFO(st.st_mode))
			rc = complain(path, preflight_kind(st.st_mode), 0, err);
		else if (S_ISREG(st.st_mode))
			rc = check_included(path, depth + 1, left, err);
		free(path);
	}
	strbuf_release(&name);
	return rc;
}

/*
 * Looks for named pipes among what the [include] and [includeIf] of a configuration at `path` name. This spares the time
 * after which git is given up; what is written in other ways than git's own is left to that.
 */
static int check_lines(const char *path, const struct strbuf *bytes, unsigned depth, unsigned *left, struct err *err)
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
			rc = check_line(dir.buf, at, (size_t)(end - at), depth, left, err);
	}
	strbuf_release(&dir);
	return rc;
}

/* A configuration that another one includes. So many files are none. */
static int check_included(const char *path, unsigned depth, unsigned *left, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	int rc = 0;

	if (*left == 0)
		return err_set(err, ERR_UNDECIDED,
			"the configuration includes more than %d files; 'git config --list --show-origin' shows which",
			INCLUDES_MAX);
	if (depth > INCLUDE_DEPTH_MAX)
		return 0;
	--*left;
	if (preflight_read(path, CONFIG_MAX, &bytes, err) < 0 || check_lines(path, &bytes, depth, left, err) < 0)
		rc = -1;
	strbuf_release(&bytes);
	return rc;
}

/* Does the file have an [include] or [includeIf]? 1, 0, -1. */
static int mentions_include(const char *dir, const char *name, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	char *path = path_join(dir, name);
	int found = preflight_read(path, CONFIG_MAX, &bytes, err);
	unsigned left = INCLUDES_MAX - 1; /* the file itself is one */
	size_t i;

	if (found == 1)
		for (i = 0, found = 0; i + 7 <= bytes.len && !found; i++)
			found = strncasecmp(bytes.buf + i, "include", 7) == 0;
	if (found == 1 && check_lines(path, &bytes, 0, &left, err) < 0)
		found = -1;
	free(path);
	strbuf_release(&bytes);
	return found;
}

int preflight_includes(struct repo *repo, struct err *err)
{
	static const char *const args[] = { "config", "--list", NULL };
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	int status, found = mentions_include(repo->common_dir, "config", err), rc;

	if (found == 0)
		found = mentions_include(repo->git_dir, "config.worktree", err);
	if (found < 1)
		return found;
	rc = process_git(repo, args, NULL, 0, NULL, CONFIG_MAX, &out, &said, &status, err);
	strbuf_release(&out);
	strbuf_release(&said);
	return rc;
}
