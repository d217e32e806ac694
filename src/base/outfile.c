#include "revident/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/strbuf.h"

/* How many names are tried for the temporary file before giving up. */
enum { TEMPORARY_TRIES = 100 };

ssize_t fd_read(int fd, void *bytes, size_t len)
{
	ssize_t n;

	do {
		n = read(fd, bytes, len);
	} while (n < 0 && errno == EINTR);
	return n;
}

int fd_write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_to_device(const char *path, const void *bytes, size_t len, struct err *err)
{
	int rc = -1, fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return err_cannot("open", path, errno, err);
	if (fd_write_all(fd, bytes, len) < 0) {
		err_cannot("write to", path, errno, err);
		goto done;
	}
	rc = 0;
done:
	if (close(fd) < 0 && rc == 0)
		rc = err_cannot("write to", path, errno, err);
	return rc;
}

/* The directory part of `path` with its slash; "" if there is none. */
static void add_directory(struct strbuf *sb, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		strbuf_add(sb, path, (size_t)(slash - path) + 1);
}

/* Creates a file with a name of its own beside `path`; returns its descriptor or -1 with errno set. */
static int open_temporary(struct strbuf *name, const char *path)
{
	unsigned i;
	int fd = -1;

	for (i = 0; i < TEMPORARY_TRIES && fd < 0; i++) {
		strbuf_clear(name);
		add_directory(name, path);
		strbuf_addf(name, ".revident-%ld-%u.tmp", (long)getpid(), i);
		fd = open(name->buf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

/* A rename is on the disk once its directory is; where a file system cannot sync directories, that is all it offers. */
static void sync_directory(const char *path)
{
	struct strbuf directory = STRBUF_INIT;
	int fd;

	add_directory(&directory, path);
	fd = open(directory.len ? directory.buf : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	strbuf_release(&directory);
}

static int replace(const char *path, const mode_t *mode, const void *bytes, size_t len, struct err *err)
{
	struct strbuf temporary = STRBUF_INIT;
	int rc = -1, fd = open_temporary(&temporary, path);

	if (fd < 0) {
		err_cannot("create a file beside", path, errno, err);
		goto done;
	}
	if (fd_write_all(fd, bytes, len) < 0 || (mode && fchmod(fd, *mode) < 0) || fsync(fd) < 0) {
		err_cannot("write", path, errno, err);
		goto done;
	}
	if (close(fd) < 0) {
		fd = -1;
		err_cannot("write", path, errno, err);
		unlink(temporary.buf);
		goto done;
	}
	fd = -1;
	if (rename(temporary.buf, path) < 0) {
		err_cannot("replace", path, errno, err);
		unlink(temporary.buf);
		goto done;
	}
	sync_directory(path);
	rc = 0;
done:
	if (fd >= 0) {
		close(fd);
		unlink(temporary.buf);
	}
	strbuf_release(&temporary);
	return rc;
}

static int replace_undisturbed(const char *path, const mode_t *mode, const void *bytes, size_t len, struct err *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	rc = replace(path, mode, bytes, len, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int outfile_write(const char *path, const void *bytes, size_t len, struct err *err)
{
	struct stat st;
	char *target = NULL;
	mode_t mode;
	int rc = -1;

	if (!*path)
		return err_set(err, ERR_USAGE, "the name of the output file is empty; name a file");
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			return err_cannot("write", path, errno, err);
		return replace_undisturbed(path, NULL, bytes, len, err);
	}
	if (stat(path, &st) < 0)
		return err_cannot("follow the symbolic link", path, errno, err);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		err_cannot("write", path, errno, err);
		err->kind = ERR_USAGE;
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		return write_to_device(path, bytes, len, err);
	target = realpath(path, NULL);
	if (!target) {
		err_cannot("follow", path, errno, err);
		goto done;
	}
	mode = st.st_mode & 07777;
	if (replace_undisturbed(target, &mode, bytes, len, err) < 0)
		goto done;
	rc = 0;
done:
	free(target);
	return rc;
}
