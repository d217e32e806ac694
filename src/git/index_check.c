#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "sha1.h"

enum { SMALLEST = 12 + OID_BYTES };

/* What git makes of GIT_INDEX_FILE, which it reads from where process_git() starts it. Freed by the caller. */
static char *index_path(const struct repo *repo)
{
	const char *named = repo->other_index ? repo->other_index : repo->index_file;

	if (!named)
		return path_join(repo->git_dir, "index");
	return path_join(repo->work_tree ? repo->work_tree : repo->git_dir, named);
}

/* The same words wherever the repository is: below its git directory without that. */
static void add_shown(struct strbuf *out, const struct repo *repo, const char *path)
{
	size_t above = strlen(repo->common_dir);

	path += strncmp(path, repo->common_dir, above) == 0 ? above : 0;
	strbuf_add_printable(out, path, strlen(path));
}

static int damaged(const struct repo *repo, const char *path, const char *why, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	add_shown(&shown, repo, path);
	err_set(err, ERR_UNDECIDED, "the index '%s' %s; move it away, and 'git reset' makes a new one from HEAD",
		shown.buf, why);
	strbuf_release(&shown);
	return -1;
}

/* What keeps it from being read says nothing about what it holds, which may be all that was staged. */
static int unreadable(const struct repo *repo, const char *path, int errnum, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	add_shown(&shown, repo, path);
	err_set_errno(err, ERR_UNDECIDED, errnum, "cannot read the index '%s'", shown.buf);
	strbuf_release(&shown);
	return -1;
}

/* Compares the sum of all but the last bytes with those. */
static int compare_sum(const struct repo *repo, const char *path, int fd, size_t size, struct err *err)
{
	static const struct oid none;
	const unsigned char *end;
	struct oid sum;
	void *map;
	int rc = 0;

	map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return unreadable(repo, path, errno, err);
	end = (const unsigned char *)map + size - OID_BYTES;
	if (memcmp(end, none.bytes, OID_BYTES) != 0) {
		sha1_of(map, size - OID_BYTES, &sum);
		if (memcmp(end, sum.bytes, OID_BYTES) != 0)
			rc = damaged(repo, path, "is damaged, it does not have the checksum that it ends with", err);
	}
	munmap(map, size);
	return rc;
}

int index_check(struct repo *repo, size_t max, struct err *err)
{
	char *path = index_path(repo);
	struct stat st;
	int rc = -1, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		rc = errno == ENOENT || errno == ENOTDIR ? 0 : unreadable(repo, path, errno, err);
		goto done;
	}
	if (fstat(fd, &st) < 0)
		unreadable(repo, path, errno, err);
	else if (!S_ISREG(st.st_mode))
		damaged(repo, path, "is no file", err);
	else if (st.st_size < SMALLEST || (uintmax_t)st.st_size > max || stat_is_same(&st, &repo->checked_index))
		rc = 0;
	else
		rc = compare_sum(repo, path, fd, (size_t)st.st_size, err);
	if (rc == 0 && (uintmax_t)st.st_size <= max)
		repo->checked_index = st;
done:
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}
