#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"

enum {
	READ_STEP = 16 * 1024,
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

int preflight_complain(const char *path, const char *what, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
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
			return err_cannot("read", path, errno, err);
		if (lstat(path, &st) == 0 && (!name || strcmp(name, "/HEAD") != 0))
			return preflight_complain(path, "a link that leads nowhere", err);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return preflight_complain(path, preflight_kind(st.st_mode), err);
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
			err_cannot("read", path, errno, err);
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
		return err_cannot("read", path, errno, err);
	}
	if (fstat(fd, &st) < 0)
		err_cannot("read", path, errno, err);
	else if (!S_ISREG(st.st_mode))
		preflight_complain(path, preflight_kind(st.st_mode), err);
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
	static const char *const own[] = { "HEAD", "index", "config.worktree", "commondir", "gitdir",
		"info/sparse-checkout" };
	static const char *const shared[] = { "HEAD", "config", "packed-refs", "shallow", "info/grafts", "info/exclude",
		"info/attributes", "objects/info/alternates", "objects/info/commit-graph",
		"objects/info/commit-graphs/commit-graph-chain", "objects/pack/multi-pack-index" };

	if (check_below(loc->git_dir, own, sizeof(own) / sizeof(*own), err) < 0)
		return -1;
	return check_below(loc->common_dir, shared, sizeof(shared) / sizeof(*shared), err);
}
