#include "note_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "revident/base/digest.h"
#include "revident/base/outfile.h"
#include "revident/base/signals.h"

enum { TEMPORARY_AGE = 60 * 60 /* seconds: whoever wrote it is gone */ };

int note_dir_open(int dir, const char *name, mode_t mode, bool make)
{
	if (make && mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* All of a regular file that is not too long. */
static bool read_whole(int dir, const char *name, struct strbuf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	size_t size = 0;
	ssize_t got = 0;
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= NOTE_FILE_MAX)
		size = (size_t)st.st_size;
	strbuf_clear(out);
	strbuf_addchn(out, '\0', size);
	for (size_t len = 0; len < size; len += (size_t)got)
		if ((got = read(fd, out->buf + len, size - len)) <= 0)
			break;
	close(fd);
	return size && got > 0;
}

bool note_file_read(int dir, const char *name, const struct strbuf *head, struct strbuf *file, struct text *body)
{
	unsigned char digest[SHA256_BYTES];
	size_t len;

	*body = TEXT_NONE;
	if (!read_whole(dir, name, file) || file->len < head->len + SHA256_BYTES ||
		memcmp(file->buf, head->buf, head->len) != 0)
		return false;
	len = file->len - SHA256_BYTES;
	sha256(file->buf, len, digest);
	if (memcmp(digest, file->buf + len, SHA256_BYTES) != 0)
		return false;
	*body = (struct text){ file->buf + head->len, len - head->len };
	return true;
}

bool note_file_is_left_over(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	return len > 4 && strncmp(name, ".note-", 6) == 0 && strcmp(name + len - 4, ".tmp") == 0 &&
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < time(NULL) - TEMPORARY_AGE;
}

static void write_file(int dir, const char *name, mode_t mode, const struct strbuf *file)
{
	char temporary[64];
	int fd;

	snprintf(temporary, sizeof(temporary), ".note-%ld.tmp", (long)getpid());
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return;
	if (fd_write_all(fd, file->buf, file->len) < 0) {
		close(fd);
		unlinkat(dir, temporary, 0);
	} else if (close(fd) < 0 || renameat(dir, temporary, dir, name) < 0) {
		unlinkat(dir, temporary, 0);
	}
}

void note_file_write(int dir, const char *name, mode_t mode, const struct strbuf *head, const void *bytes, size_t len)
{
	struct strbuf file = STRBUF_INIT;
	unsigned char digest[SHA256_BYTES];
	sigset_t before;

	if (len > NOTE_FILE_MAX / 2)
		return;
	strbuf_add(&file, head->buf, head->len);
	strbuf_add(&file, bytes, len);
	sha256(file.buf, file.len, digest);
	strbuf_add(&file, digest, sizeof(digest));
	signals_hold(&before);
	write_file(dir, name, mode, &file);
	signals_let_through(&before);
	strbuf_release(&file);
}
