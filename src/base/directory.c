#include "revident/base/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "revident/base/xalloc.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Returns 0, or errno. */
static int add_names(struct directory *out, DIR *stream)
{
	for (;;) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(stream);
		if (!entry)
			return errno;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		VEC_GROW(out->names, out->count, out->cap);
		out->names[out->count++] = xstrdup(entry->d_name);
	}
}

int directory_read_at(struct directory *out, int parent, const char *name, const char *shown, struct err *err)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (parent == AT_FDCWD ? 0 : O_NOFOLLOW));
	DIR *stream;
	int failure;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_cannot("list", shown, errno, err);
	stream = fdopendir(fd);
	if (!stream) {
		failure = errno;
		close(fd);
		return err_cannot("list", shown, failure, err);
	}
	failure = add_names(out, stream);
	closedir(stream);
	if (failure)
		return err_cannot("list", shown, failure, err);
	if (out->count)
		qsort(out->names, out->count, sizeof(*out->names), compare_names);
	return 1;
}

int directory_read(struct directory *out, const char *path, struct err *err)
{
	return directory_read_at(out, AT_FDCWD, path, path, err);
}

void directory_release(struct directory *directory)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		free(directory->names[i]);
	free(directory->names);
	memset(directory, 0, sizeof(*directory));
}
