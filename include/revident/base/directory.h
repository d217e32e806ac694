/*
 * directory: the names in a directory, all of them or an error. Layer base.
 *
 * A loop over readdir() takes a directory that cannot be read for an empty one, and one that cannot be read to its end
 * for a shorter one.
 */
#ifndef REVIDENT_BASE_DIRECTORY_H
#define REVIDENT_BASE_DIRECTORY_H

#include <stddef.h>

#include "revident/base/err.h"

struct directory {
	char **names; /* in the order of their bytes, without "." and ".." */
	size_t count, cap;
};

/* 1, or 0 with no names if nothing or no directory is there, or -1. Released by the caller in any case. */
int directory_read(struct directory *out, const char *path, struct err *err);

/* The same for `name` in the directory `parent`, which is no link; `shown` is what messages call it. */
int directory_read_at(struct directory *out, int parent, const char *name, const char *shown, struct err *err);

void directory_release(struct directory *directory);

#endif
