/*
 * note_file: bytes that are kept for the next run, in a file that appears whole or not at all. Private to src/git.
 *
 * A file has a head, which says who wrote it by which rules about what, the bytes, and a SHA-256 of both. One that is
 * cut short, changed, or has any other head counts as none. Several processes may write at once, and anybody may delete
 * any of it; links are not followed. Where nothing can be written, nothing is kept: that is no error.
 */
#ifndef REVIDENT_SRC_GIT_NOTE_FILE_H
#define REVIDENT_SRC_GIT_NOTE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/* Longer files are not read, and half as long ones not written. */
enum { NOTE_FILE_MAX = 256 * 1024 * 1024 };

/* Opens a directory below another without following a link, making it where `make`. -1 where that cannot be. */
int note_dir_open(int dir, const char *name, mode_t mode, bool make);

/* Reads the whole file into `file`; `body` is what stands behind this head in it. False where there is no such file. */
bool note_file_read(int dir, const char *name, const struct strbuf *head, struct strbuf *file, struct text *body);

/* Writes a temporary of this mode and renames it over the name. A file that a crash cuts short is found out by its digest. */
void note_file_write(int dir, const char *name, mode_t mode, const struct strbuf *head, const void *bytes, size_t len);

/* Is that a temporary whose writer must be gone? */
bool note_file_is_left_over(int dir, const char *name);

#endif
