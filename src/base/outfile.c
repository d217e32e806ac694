#include "revident/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/signals.h"
#include "revident/base/text.h"

enum {
	NAME_TRIES = 100,
	NAME_SHOWN = 200, /* of the name that a draft is about; 255 is what file systems take */
};

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

/*
 * A file on its way to `path`, in the same directory. Where the file system can, it has no name until it is complete,
 * so that nothing is left of it whenever the program ends; a name of its own it then has only between two calls, where
 * `path` is taken. Nothing is allocated meanwhile: that would be one more way to end. Whoever writes a draft holds its
 * lock, from before it has a name where it had none; what nobody holds was left by a program that was killed, and the
 * next one that writes to `path` removes it.
 */
struct draft {
	const char *path;
	char name[PATH_MAX]; /* its own */
	int fd;
};

/* Writes the directory part of `path`, with its slash, and `base`. 0, or -1 with errno. */
static int name_beside(char *out, const char *path, const char *base)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	if (len + strlen(base) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(out, path, len);
	memcpy(out + len, base, strlen(base) + 1);
	return 0;
}

/* The same names for every run that writes to `path`, so that one finds what another left. */
static int set_name(struct draft *draft, unsigned number)
{
	const char *slash = strrchr(draft->path, '/');
	char base[NAME_SHOWN + 40];

	snprintf(base, sizeof(base), ".revident-%.*s-%u.tmp", NAME_SHOWN, slash ? slash + 1 : draft->path, number);
	return name_beside(draft->name, draft->path, base);
}

static bool has_name(int fd, const char *name)
{
	struct stat own, named;

	return fstat(fd, &own) == 0 && lstat(name, &named) == 0 && own.st_dev == named.st_dev &&
	       own.st_ino == named.st_ino;
}

/* Removes the file if nobody writes it any more. */
static bool remove_left_over(const char *name)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	bool removed;

	if (fd < 0)
		return false;
	removed = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
		  flock(fd, LOCK_EX | LOCK_NB) == 0 && has_name(fd, name) && unlink(name) == 0;
	close(fd);
	return removed;
}

static int create(struct draft *draft, mode_t mode)
{
	draft->fd = open(draft->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (draft->fd < 0)
		return -1;
	/* where there are no locks, nobody takes the file for left over either */
	if (flock(draft->fd, LOCK_EX | LOCK_NB) < 0 || has_name(draft->fd, draft->name))
		return 0;
	close(draft->fd);
	draft->fd = -1;
	errno = EEXIST;
	return -1;
}

static int link_to(const struct draft *draft, const char *name)
{
	char self[40];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", draft->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static int claim_name(struct draft *draft, mode_t mode)
{
	return draft->fd < 0 ? create(draft, mode) : link_to(draft, draft->name);
}

/* Gives the draft a name of its own, and makes it where it is not there yet. 0, or -1 with errno. */
static int take_name(struct draft *draft, mode_t mode)
{
	unsigned i;

	for (i = 0; i < NAME_TRIES; i++) {
		if (set_name(draft, i) < 0)
			return -1;
		if (claim_name(draft, mode) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		if (remove_left_over(draft->name) && claim_name(draft, mode) == 0)
			return 0;
	}
	errno = EEXIST;
	return -1;
}

void outfile_clear(const char *path)
{
	struct draft draft = { .path = path, .fd = -1 };
	unsigned i;

	for (i = 0; i < NAME_TRIES && set_name(&draft, i) == 0; i++)
		remove_left_over(draft.name);
}

/* From its own name to the path. 0; -1 with errno, and then it has no name any more. */
static int put_in_place(struct draft *draft)
{
	int failure;

	if (rename(draft->name, draft->path) == 0)
		return 0;
	failure = errno;
	unlink(draft->name);
	errno = failure;
	return -1;
}

static int fill(int fd, const mode_t *mode, const struct text *bytes)
{
	if (fd_write_all(fd, bytes->ptr, bytes->len) < 0 || (mode && fchmod(fd, *mode) < 0))
		return -1;
	return fsync(fd);
}

/* Opens the directory of `path` in the way that `flags` says. -1 with errno. */
static int open_directory(struct draft *draft, int flags, mode_t mode)
{
	return name_beside(draft->name, draft->path, ".") < 0 ? -1 : open(draft->name, flags | O_CLOEXEC, mode);
}

/* Without a name until it is complete. 0; -1 with nothing left, where that cannot be done here. */
static int replace_nameless(struct draft *draft, mode_t create_mode, const mode_t *mode, const struct text *bytes)
{
	int rc = -1;

#ifdef O_TMPFILE
	draft->fd = open_directory(draft, O_TMPFILE | O_WRONLY, create_mode);
#endif
	if (draft->fd < 0)
		return -1;
	if (fill(draft->fd, mode, bytes) < 0)
		goto done;
	if (link_to(draft, draft->path) == 0) {
		rc = 0;
		goto done;
	}
	if (errno != EEXIST || flock(draft->fd, LOCK_EX | LOCK_NB) < 0 || take_name(draft, create_mode) < 0 ||
		put_in_place(draft) < 0)
		goto done;
	rc = 0;
done:
	close(draft->fd); /* all of it is on the disk already */
	draft->fd = -1;
	return rc;
}

/* Under a name of its own from the beginning. 0; -1 with nothing left. */
static int replace_named(
	struct draft *draft, mode_t create_mode, const mode_t *mode, const struct text *bytes, struct err *err)
{
	int rc = -1;

	if (take_name(draft, create_mode) < 0)
		return err_cannot("create a file beside", draft->path, errno, err);
	if (fill(draft->fd, mode, bytes) < 0) {
		err_cannot("write", draft->path, errno, err);
		unlink(draft->name);
		goto done;
	}
	if (put_in_place(draft) < 0) {
		err_cannot("replace", draft->path, errno, err);
		goto done;
	}
	rc = 0;
done:
	close(draft->fd);
	return rc;
}

/* A name is on the disk once its directory is; where a file system cannot sync directories, that is all it offers. */
static void sync_directory(struct draft *draft)
{
	int fd = open_directory(draft, O_RDONLY | O_DIRECTORY, 0);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* Creates the file with `create_mode` less the umask; `mode` is what it has in the end, NULL: the same. */
static int replace(const char *path, mode_t create_mode, const mode_t *mode, const struct text *bytes, struct err *err)
{
	struct draft draft = { .path = path, .fd = -1 };

	if (replace_nameless(&draft, create_mode, mode, bytes) < 0 &&
		replace_named(&draft, create_mode, mode, bytes, err) < 0)
		return -1;
	sync_directory(&draft);
	return 0;
}

static int replace_undisturbed(
	const char *path, mode_t create_mode, const mode_t *mode, struct text bytes, struct err *err)
{
	sigset_t before;
	int rc;

	signals_hold(&before);
	rc = replace(path, create_mode, mode, &bytes, err);
	signals_let_through(&before);
	return rc;
}

int outfile_replace(const char *path, mode_t mode, const void *bytes, size_t len, struct err *err)
{
	return replace_undisturbed(path, mode, NULL, (struct text){ bytes, len }, err);
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
		return replace_undisturbed(path, 0666, NULL, (struct text){ bytes, len }, err);
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
	if (replace_undisturbed(target, 0600, &mode, (struct text){ bytes, len }, err) < 0)
		goto done;
	rc = 0;
done:
	free(target);
	return rc;
}
