#include "revident/base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/directory.h"
#include "revident/base/signals.h"
#include "revident/base/strbuf.h"

enum { OPEN_DIRECTORIES_MAX = 16 };

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	(void)remove(path);
	return 0;
}

static void remove_below(const char *path)
{
	(void)nftw(path, remove_one, OPEN_DIRECTORIES_MAX, FTW_DEPTH | FTW_PHYS);
}

/* Locks a directory of ours. Its descriptor; -1 where it is another's, somebody holds it, or there are no locks. */
static int lock_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void remove_left_over(const char *below, const char *prefix)
{
	struct err ignored = { .kind = ERR_NONE };
	struct strbuf path = STRBUF_INIT;
	struct directory directory;
	size_t i;

	(void)directory_read(&directory, below, &ignored);
	for (i = 0; i < directory.count; i++) {
		int lock;

		if (strncmp(directory.names[i], prefix, strlen(prefix)) != 0)
			continue;
		strbuf_clear(&path);
		strbuf_addf(&path, "%s/%s", below, directory.names[i]);
		lock = lock_directory(path.buf);
		if (lock < 0)
			continue;
		remove_below(path.buf);
		close(lock);
	}
	directory_release(&directory);
	strbuf_release(&path);
}

int scratch_make(struct scratch *scratch, const char *below, const char *prefix, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	int failure;

	remove_left_over(below, prefix);
	strbuf_addf(&path, "%s/%sXXXXXX", below, prefix);
	signals_hold(&scratch->before);
	if (!mkdtemp(path.buf)) {
		failure = errno;
		signals_let_through(&scratch->before);
		strbuf_release(&path);
		return err_cannot("make a directory in", below, failure, err);
	}
	scratch->lock = lock_directory(path.buf);
	scratch->path = strbuf_detach(&path, NULL);
	return 0;
}

void scratch_remove(struct scratch *scratch)
{
	if (!scratch->path)
		return;
	remove_below(scratch->path);
	if (scratch->lock >= 0)
		close(scratch->lock);
	free(scratch->path);
	scratch->path = NULL;
	signals_let_through(&scratch->before);
}
