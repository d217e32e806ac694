/*
 * outfile: a file that is written whole or not at all. Layer base.
 */
#ifndef REVIDENT_BASE_OUTFILE_H
#define REVIDENT_BASE_OUTFILE_H

#include <stddef.h>
#include <sys/types.h>

#include "revident/base/err.h"

/*
 * Writes `len` bytes to `path`. A regular file, or a new one, is written beside it and synced before it takes the name;
 * it keeps the mode of the file it replaces, and a symbolic link goes on pointing to it. Signals are held back
 * meanwhile. A device, a pipe or a socket is written to directly. 0; -1 with ERR_USAGE where `path` is a directory or
 * "", else ERR_UNDECIDED; nothing is left behind then. A program that is killed leaves at most
 * `.revident-<name>-<n>.tmp` (where the file system has no O_TMPFILE, or, already complete, between link() and
 * rename()), which the next one that writes to `path` removes.
 */
int outfile_write(const char *path, const void *bytes, size_t len, struct err *err);

/* The same, whatever stands at `path`: a link is replaced itself. `mode` as open(2) takes it. Allocates nothing. */
int outfile_replace(const char *path, mode_t mode, const void *bytes, size_t len, struct err *err);

/* Removes what a program that was killed while it wrote to `path` left beside it, for whoever writes nothing there. */
void outfile_clear(const char *path);

/* read(2), again where a signal came between. */
ssize_t fd_read(int fd, void *bytes, size_t len);

/* write(2) until all is written. 0, or -1 with errno set. */
int fd_write_all(int fd, const void *bytes, size_t len);

#endif
