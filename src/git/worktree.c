#include "revident/git/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum { FILES_MAX = 10 * 1000 * 1000, READ_STEP = 16 * 1024 };

struct file_list {
	struct arena *arena;
	struct text *items;
	size_t count, cap;
};

/* Not there, or a link or a file on the way: nothing that is looked for. */
static bool means_none(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ENAMETOOLONG;
}

/* Opens the directory `path` below `top`, one component after the other, following no link. -1 with errno. */
static int open_directory(const char *top, const char *path, size_t len)
{
	int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC), next, failure;
	size_t at = 0;

	while (fd >= 0 && at < len) {
		const char *slash = memchr(path + at, '/', len - at);
		size_t part = slash ? (size_t)(slash - path) - at : len - at;
		char *name = xmemdup(path + at, part);

		if (strcmp(name, "..") == 0 || part == 0) {
			errno = ENOENT;
			next = -1;
		} else {
			next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		}
		failure = errno;
		free(name);
		close(fd);
		errno = failure;
		fd = next;
		at += part + 1;
	}
	return fd;
}

static bool is_passed_over(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".git") == 0 ||
	       strcmp(name, "__pycache__") == 0;
}

static int list_directory(struct file_list *list, int fd, struct strbuf *path, unsigned depth, struct err *err);

/* A directory below the first: listed if it is no repository of its own. */
static int list_subdirectory(
	struct file_list *list, int parent, const char *name, struct strbuf *path, unsigned depth, struct err *err)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), rc;
	struct stat st;

	if (fd < 0)
		return means_none(errno) ? 0 : err_cannot("list", path->buf, errno, err);
	rc = fstatat(fd, ".git", &st, AT_SYMLINK_NOFOLLOW);
	if (rc < 0 && means_none(errno)) {
		strbuf_addch(path, '/');
		return list_directory(list, fd, path, depth, err);
	}
	if (rc < 0)
		err_cannot("list", path->buf, errno, err);
	close(fd);
	return rc;
}

static int list_entry(
	struct file_list *list, int fd, const char *name, struct strbuf *path, unsigned depth, struct err *err)
{
	struct stat st;

	if (is_passed_over(name))
		return 0;
	strbuf_addstr(path, name);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return means_none(errno) ? 0 : err_cannot("look at", path->buf, errno, err);
	if (S_ISDIR(st.st_mode) && depth > 0)
		return list_subdirectory(list, fd, name, path, depth - 1, err);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (list->count >= FILES_MAX)
		return err_cannot("list", path->buf, EOVERFLOW, err);
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = (struct text){ arena_memdup(list->arena, path->buf, path->len), path->len };
	return 0;
}

/* Takes `fd` over. `path` is the directory's name with a trailing slash, or empty. */
static int list_directory(struct file_list *list, int fd, struct strbuf *path, unsigned depth, struct err *err)
{
	DIR *stream = fdopendir(fd);
	size_t len = path->len;
	struct dirent *entry;
	int rc = 0;

	if (!stream) {
		rc = err_cannot("list", path->buf, errno, err);
		close(fd);
		return rc;
	}
	while (rc == 0) {
		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			if (errno)
				rc = err_cannot("list", path->buf, errno, err);
			break;
		}
		rc = list_entry(list, fd, entry->d_name, path, depth, err);
		strbuf_setlen(path, len);
	}
	closedir(stream);
	return rc;
}

int worktree_files(struct repo *repo, struct arena *arena, const char *dir, unsigned depth, struct text **out,
	size_t *count, struct err *err)
{
	struct file_list list = { .arena = arena };
	struct strbuf path = STRBUF_INIT;
	int fd, rc = -1;

	*out = NULL;
	*count = 0;
	if (!repo->work_tree)
		return 0;
	fd = open_directory(repo->work_tree, dir, strlen(dir));
	if (fd < 0)
		return means_none(errno) ? 0 : err_cannot("list", dir, errno, err);
	strbuf_addstr(&path, dir);
	if (path.len)
		strbuf_addch(&path, '/');
	if (list_directory(&list, fd, &path, depth, err) < 0)
		goto done;
	if (list.count) {
		qsort(list.items, list.count, sizeof(*list.items), text_compare_items);
		*out = arena_copy(arena, list.items, list.count, sizeof(*list.items));
		*count = list.count;
	}
	rc = 0;
done:
	free(list.items);
	strbuf_release(&path);
	return rc;
}

/* Reads to the end. 1; -1 where it fails or is too long. */
static int read_to_end(int fd, const char *path, size_t max, struct strbuf *out, struct err *err)
{
	size_t first = out->len;

	for (;;) {
		ssize_t n;

		strbuf_reserve(out, READ_STEP);
		n = read(fd, out->buf + out->len, READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_cannot("read", path, errno, err);
		if (n == 0)
			return 1;
		out->len += (size_t)n;
		out->buf[out->len] = '\0';
		if (out->len - first > max)
			return err_cannot("read", path, EFBIG, err);
	}
}

/* Opens what stands at the path for reading, following no link. -1 with errno; ENOENT for what names no file. */
static int open_file(const struct repo *repo, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int dir, fd, failure;

	errno = ENOENT;
	if (!repo->work_tree || *name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -1;
	dir = open_directory(repo->work_tree, path, name > path ? (size_t)(name - path) - 1 : 0);
	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	failure = errno;
	close(dir);
	errno = failure;
	return fd;
}

static bool leads_somewhere(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/*
 * What is no file at the path. 0: nothing, a directory, or a link that leads somewhere, which git keeps as they are.
 * -1: something that git keeps none of, so that a file was meant there.
 */
static int judge_other(const struct repo *repo, const char *path, struct err *err)
{
	char *full = repo->work_tree ? path_join(repo->work_tree, path) : NULL;
	struct strbuf shown = STRBUF_INIT;
	struct stat st;
	int rc = 0;

	if (full && lstat(full, &st) == 0 && !S_ISREG(st.st_mode) && !leads_somewhere(full)) {
		strbuf_add_printable(&shown, path, strlen(path));
		rc = err_set(err, ERR_UNDECIDED, "'%s' in the work tree is %s; put the file back", shown.buf,
			S_ISLNK(st.st_mode) ? "a link that leads to no file" : preflight_kind(st.st_mode));
	}
	strbuf_release(&shown);
	free(full);
	return rc;
}

int worktree_read(struct repo *repo, const char *path, size_t max, struct strbuf *out, struct err *err)
{
	int fd = open_file(repo, path), rc;
	struct stat st;

	if (fd < 0)
		return means_none(errno) || errno == ENXIO ? judge_other(repo, path, err)
							   : err_cannot("read", path, errno, err);
	if (fstat(fd, &st) < 0)
		rc = err_cannot("read", path, errno, err);
	else
		rc = S_ISREG(st.st_mode) ? read_to_end(fd, path, max, out, err) : judge_other(repo, path, err);
	close(fd);
	return rc;
}

bool worktree_read_link(struct repo *repo, const char *path, struct strbuf *out)
{
	char *full = repo->work_tree ? path_join(repo->work_tree, path) : NULL, to[PATH_MAX];
	ssize_t len = full ? readlink(full, to, sizeof(to)) : -1;

	free(full);
	if (len > 0)
		strbuf_add(out, to, (size_t)len);
	return len > 0;
}

bool worktree_mtime(struct repo *repo, const char *path, int64_t *out)
{
	int fd = open_file(repo, path);
	struct stat st;
	bool known;

	if (fd < 0)
		return false;
	known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (known)
		*out = st.st_mtime;
	close(fd);
	return known;
}
