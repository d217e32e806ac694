#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/printable.h"
#include "sha1.h"

enum { SMALLEST = 12 + OID_BYTES };

char *index_file_path(const struct repo *repo)
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

/* An index file, mapped. */
struct mapped {
	unsigned char *bytes; /* NULL: there is none, or one that is not looked at */
	size_t size;
	struct stat st;
};

/* Maps a file of at most `max` bytes, unless it is the one that was looked at last. 0 or -1. */
static int map_index(const struct repo *repo, const char *path, size_t max, struct mapped *out, struct err *err)
{
	int rc = -1, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *map;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : unreadable(repo, path, errno, err);
	if (fstat(fd, &out->st) < 0) {
		unreadable(repo, path, errno, err);
	} else if (!S_ISREG(out->st.st_mode)) {
		damaged(repo, path, "is no file", err);
	} else if (out->st.st_size < SMALLEST || (uintmax_t)out->st.st_size > max ||
		   stat_is_same(&out->st, &repo->checked_index)) {
		rc = 0;
	} else {
		out->size = (size_t)out->st.st_size;
		map = mmap(NULL, out->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			unreadable(repo, path, errno, err);
		else
			out->bytes = map;
		rc = map == MAP_FAILED ? -1 : 0;
	}
	close(fd);
	return rc;
}

static void unmap_index(struct mapped *mapped)
{
	if (mapped->bytes)
		munmap(mapped->bytes, mapped->size);
}

/* Compares the sum of all but the last bytes with those. */
static int compare_sum(const struct repo *repo, const char *path, const struct mapped *mapped, struct err *err)
{
	static const struct oid none;
	const unsigned char *end;
	struct oid sum;

	if (!mapped->bytes)
		return 0;
	end = mapped->bytes + mapped->size - OID_BYTES;
	if (memcmp(end, none.bytes, OID_BYTES) == 0)
		return 0;
	sha1_of(mapped->bytes, mapped->size - OID_BYTES, &sum);
	if (memcmp(end, sum.bytes, OID_BYTES) == 0)
		return 0;
	return damaged(repo, path, "is damaged, it does not have the checksum that it ends with", err);
}

/* A split index names the file with the rest of it, which is called "sharedindex." and that file's checksum. */
static int check_shared(
	const struct repo *repo, const struct mapped *index, const char *name, size_t max, struct err *err)
{
	static const char prefix[] = "sharedindex.";
	const size_t skip = sizeof(prefix) - 1;
	struct mapped shared;
	struct oid id;
	char *path;
	int rc;

	if (strncmp(name, prefix, skip) != 0 || !oid_parse(&id, name + skip, strlen(name + skip)) ||
		!memmem(index->bytes, index->size, id.bytes, OID_BYTES))
		return 0;
	path = path_join(repo->git_dir, name);
	rc = map_index(repo, path, max, &shared, err);
	if (rc == 0)
		rc = compare_sum(repo, path, &shared, err);
	unmap_index(&shared);
	free(path);
	return rc;
}

static int check_all_shared(const struct repo *repo, const struct mapped *index, size_t max, struct err *err)
{
	struct directory directory;
	size_t i;
	int rc = 0;

	if (!index->bytes)
		return 0;
	if (directory_read(&directory, repo->git_dir, err) < 0)
		rc = -1;
	for (i = 0; rc == 0 && i < directory.count; i++)
		rc = check_shared(repo, index, directory.names[i], max, err);
	directory_release(&directory);
	return rc;
}

int index_check(struct repo *repo, size_t max, struct err *err)
{
	char *path = index_file_path(repo);
	struct mapped index;
	int rc = map_index(repo, path, max, &index, err);

	if (rc == 0)
		rc = compare_sum(repo, path, &index, err);
	if (rc == 0)
		rc = check_all_shared(repo, &index, max, err);
	if (rc == 0 && (uintmax_t)index.st.st_size <= max)
		repo->checked_index = index.st;
	unmap_index(&index);
	free(path);
	return rc;
}
