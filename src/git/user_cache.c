#include "user_cache.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "note_file.h"
#include "revident/base/digest.h"
#include "revident/base/directory.h"
#include "revident/base/xalloc.h"

enum {
	SETTLED_NS = 100 * 1000 * 1000, /* ten ticks of the slowest clock that a kernel stamps files by */
	SETTLED_COARSE =
		2, /* seconds: where a file system keeps whole ones, some keep every other (git's racy index) */
	USED_NOTED = 24 * 60 * 60, /* seconds: how exactly it is known when something was last used */
	KEPT_FOR = 30 * USED_NOTED,
};

static const off_t kept_bytes_max = NOTE_FILE_MAX;

static bool is_long_past(const struct timespec *then)
{
	struct timespec now;
	int64_t past;

	clock_gettime(CLOCK_REALTIME, &now);
	past = (int64_t)now.tv_sec - then->tv_sec;
	if (past > SETTLED_COARSE || past < 0 || !then->tv_nsec)
		return past > SETTLED_COARSE;
	return past * 1000000000 + now.tv_nsec - then->tv_nsec > SETTLED_NS;
}

bool user_cache_is_settled(const struct stat *st)
{
	return is_long_past(&st->st_ctim) && is_long_past(&st->st_mtim);
}

void user_cache_add_stamp(struct strbuf *out, const struct stat *st)
{
	strbuf_addf(out, " %ju:%ju:%jd:%jd.%09ld:%jd.%09ld", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino,
		(intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec,
		st->st_ctim.tv_nsec);
}

/* Opens a directory that is the user's own, so that nothing of it is another's; making it where `make`. */
static int open_own(int parent, const char *name, bool make)
{
	struct stat st;
	int dir = note_dir_open(parent, name, 0700, make); /* the specification's mode */

	if (dir >= 0 && (fstat(dir, &st) < 0 || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))) {
		close(dir);
		return -1;
	}
	return dir;
}

/* Does the directory at `path` belong to the user? With another's HOME, as `sudo` may leave it, nothing is made there. */
static bool is_own(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Makes the directory that `above` names, if the one around it is the user's own. */
static void make_above(const char *above)
{
	const char *slash = strrchr(above, '/');
	char *around = slash && slash != above ? xmemdup(above, (size_t)(slash - above)) : NULL;

	if (around && is_own(around))
		mkdir(above, 0700); /* it is there, or the next step fails */
	free(around);
}

static int open_cache(const struct repo *repo, bool make)
{
	const char *path = repo->cache_dir, *slash = strrchr(path, '/');
	char *above = xmemdup(path, (size_t)(slash - path));
	int fd, dir = -1;

	if (make)
		make_above(above);
	fd = is_own(above) ? open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(above);
	if (fd >= 0) {
		dir = open_own(fd, slash + 1, make);
		close(fd);
	}
	return dir;
}

/* What stands before the bytes, and the file's name, which goes by it. */
static void add_head(struct strbuf *out, const char *subject, const char *writer, char name[SHA256_HEX + 1])
{
	unsigned char digest[SHA256_BYTES];

	strbuf_addf(out, "revident cache 1\n%s\n%s\n", subject, writer);
	sha256(out->buf, out->len, digest);
	sha256_hex(digest, name);
}

/* Notes that it was used, once a day. */
static void mark_used(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < time(NULL) - USED_NOTED)
		utimensat(dir, name, NULL, AT_SYMLINK_NOFOLLOW);
}

bool user_cache_read(
	const struct repo *repo, const char *subject, const char *writer, struct strbuf *file, struct text *body)
{
	struct strbuf head = STRBUF_INIT;
	char name[SHA256_HEX + 1];
	int dir = repo->cache_dir ? open_cache(repo, false) : -1;
	bool found;

	*body = TEXT_NONE;
	if (dir < 0)
		return false;
	add_head(&head, subject, writer, name);
	found = note_file_read(dir, name, &head, file, body);
	if (found)
		mark_used(dir, name);
	close(dir);
	strbuf_release(&head);
	return found;
}

struct kept_file {
	const char *name;
	off_t size;
	time_t used;
};

static int compare_use(const void *a, const void *b)
{
	const struct kept_file *x = a, *y = b;

	return x->used < y->used ? 1 : x->used > y->used ? -1 : strcmp(x->name, y->name);
}

/* Is that the name of one of these files? */
static bool is_ours(const char *name)
{
	return strlen(name) == SHA256_HEX && strspn(name, "0123456789abcdef") == SHA256_HEX;
}

/* Drops what was not used for long, and what is too much: last used first. */
static void trim(int dir)
{
	struct directory names = { 0 };
	struct err ignored = { 0 };
	struct kept_file *files;
	time_t now = time(NULL);
	off_t total = 0;
	size_t i, count = 0;
	struct stat st;

	if (directory_read_at(&names, dir, ".", "", &ignored) < 1) {
		directory_release(&names);
		return;
	}
	files = xcalloc(names.count + 1, sizeof(*files));
	for (i = 0; i < names.count; i++)
		if (note_file_is_left_over(dir, names.names[i]))
			unlinkat(dir, names.names[i], 0);
		else if (is_ours(names.names[i]) && fstatat(dir, names.names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			 S_ISREG(st.st_mode))
			files[count++] = (struct kept_file){ names.names[i], st.st_size, st.st_mtime };
	qsort(files, count, sizeof(*files), compare_use);
	for (i = 0; i < count; i++) {
		total += files[i].size;
		if (total > kept_bytes_max || files[i].used < now - KEPT_FOR)
			unlinkat(dir, files[i].name, 0);
	}
	free(files);
	directory_release(&names);
}

void user_cache_write(const struct repo *repo, const char *subject, const char *writer, const void *bytes, size_t len)
{
	struct strbuf head = STRBUF_INIT;
	char name[SHA256_HEX + 1];
	int dir = repo->cache_dir ? open_cache(repo, true) : -1;

	if (dir < 0)
		return;
	add_head(&head, subject, writer, name);
	note_file_write(dir, name, 0600, &head, bytes, len);
	strbuf_release(&head);
	trim(dir);
	close(dir);
}
