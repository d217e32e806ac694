#include "revident/git/pack_notes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/outfile.h"
#include "revident/base/digest.h"
#include "revident/base/signals.h"
#include "revident/base/xalloc.h"

enum { TEMPORARY_AGE = 60 * 60 /* seconds: whoever wrote it is gone */ };

static const char first_line[] = "revident pack note 1\n";

/* Opens a directory below another without following a link, making it where `make`. -1 where that cannot be. */
static int open_below(int dir, const char *name, bool make)
{
	if (make && mkdirat(dir, name, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static int open_notes(const struct repo *repo, bool make)
{
	int common = open(repo->common_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), own = -1, dir = -1;

	if (common >= 0) {
		own = open_below(common, "revident", make);
		close(common);
	}
	if (own >= 0) {
		dir = open_below(own, "sweep", make);
		close(own);
	}
	return dir;
}

/* All of a regular file that is not too long, to be freed; NULL. */
static char *read_whole(int dir, const char *name, size_t *len)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	char *bytes = NULL;
	size_t size = 0;
	ssize_t got;
	struct stat st;

	*len = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= PACK_NOTE_MAX) {
		size = (size_t)st.st_size;
		bytes = xmalloc(size);
	}
	while (*len < size && (got = read(fd, bytes + *len, size - *len)) > 0)
		*len += (size_t)got;
	close(fd);
	if (*len == size)
		return bytes;
	free(bytes);
	return NULL;
}

/* What stands before a note's own bytes. */
static void add_head(struct strbuf *out, const struct oid *checksum, const char *writer)
{
	char hex[OID_HEX + 1];

	strbuf_addf(out, "%s%s\n%s\n", first_line, oid_hex(checksum, hex), writer);
}

bool pack_note_read(const struct repo *repo, const struct oid *checksum, const char *writer, struct strbuf *out)
{
	struct strbuf head = STRBUF_INIT;
	unsigned char digest[SHA256_BYTES];
	char name[OID_HEX + 1], *file;
	size_t len;
	bool found = false;
	int dir = open_notes(repo, false);

	if (dir < 0)
		return false;
	file = read_whole(dir, oid_hex(checksum, name), &len);
	close(dir);
	add_head(&head, checksum, writer);
	if (file && len >= head.len + SHA256_BYTES && memcmp(file, head.buf, head.len) == 0) {
		len -= SHA256_BYTES;
		sha256(file, len, digest);
		found = memcmp(digest, file + len, SHA256_BYTES) == 0;
		if (found)
			strbuf_add(out, file + head.len, len - head.len);
	}
	strbuf_release(&head);
	free(file);
	return found;
}

static bool is_pack_of(const struct repo *repo, const char *name)
{
	struct oid checksum, own;
	size_t i;

	if (!oid_parse(&checksum, name, strlen(name)))
		return true; /* none of ours: not to be touched */
	for (i = 0; i < repo->packs.count; i++) {
		pack_checksum(&repo->packs.items[i], &own);
		if (oid_equal(&own, &checksum))
			return true;
	}
	return false;
}

static bool is_left_over(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	return len > 4 && strncmp(name, ".note-", 6) == 0 && strcmp(name + len - 4, ".tmp") == 0 &&
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < time(NULL) - TEMPORARY_AGE;
}

/* Takes `dir` over. */
static void drop_stale(const struct repo *repo, int dir)
{
	DIR *stream = fdopendir(dir);
	struct dirent *entry;

	if (!stream) {
		close(dir);
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		if (!is_pack_of(repo, entry->d_name) || is_left_over(dir, entry->d_name))
			unlinkat(dir, entry->d_name, 0);
	closedir(stream);
}

/* Writes a temporary and renames it over the name. A note that a crash cuts short is found out by its digest. */
static void write_note(int dir, const char *name, const struct strbuf *file)
{
	char temporary[64];
	int fd;

	snprintf(temporary, sizeof(temporary), ".note-%ld.tmp", (long)getpid());
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return;
	if (fd_write_all(fd, file->buf, file->len) < 0) {
		close(fd);
		unlinkat(dir, temporary, 0);
	} else if (close(fd) < 0 || renameat(dir, temporary, dir, name) < 0) {
		unlinkat(dir, temporary, 0);
	}
}

void pack_note_write(
	const struct repo *repo, const struct oid *checksum, const char *writer, const void *bytes, size_t len)
{
	struct strbuf file = STRBUF_INIT;
	unsigned char digest[SHA256_BYTES];
	char name[OID_HEX + 1];
	sigset_t before;
	int dir = len > PACK_NOTE_MAX / 2 ? -1 : open_notes(repo, true);

	if (dir < 0)
		return;
	add_head(&file, checksum, writer);
	strbuf_add(&file, bytes, len);
	sha256(file.buf, file.len, digest);
	strbuf_add(&file, digest, sizeof(digest));
	signals_hold(&before);
	write_note(dir, oid_hex(checksum, name), &file);
	signals_let_through(&before);
	strbuf_release(&file);
	drop_stale(repo, dir);
}
