/*
 * policy_file: git's configuration syntax, read from bytes. Layer forensics; pure.
 *
 * As `git config -f FILE --list` reads it, but nothing is included, and a NUL is a mistake. Sections and keys come in
 * lower case, subsections as they are; the old form `[a.B]` is the subsection `b`. Source of the rules: git's config.c,
 * git_parse_source() and its callees.
 */
#ifndef REVIDENT_FORENSICS_POLICY_FILE_H
#define REVIDENT_FORENSICS_POLICY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"

enum {
	POLICY_BYTES_MAX = 1024 * 1024, /* larger files are refused */
	POLICY_ENTRIES_MAX = 10000,     /* as are more keys */
};

struct policy_entry {
	struct text section;    /* empty before the first header */
	struct text subsection; /* none without one */
	struct text key;
	struct text value; /* none for a key without `=` */
	unsigned line;     /* of the key, from 1; 0 if it did not come from a file */
};

struct policy_file {
	const struct policy_entry *entries; /* in the order of the file; a NUL stands behind each text */
	size_t count;
};

/*
 * Reads `len` bytes; `name` is what messages call the file. Nothing in `out` is borrowed from `bytes`.
 * 0, or -1 with `err` (ERR_USAGE) naming file and line.
 */
int policy_file_parse(
	const char *bytes, size_t len, const char *name, struct arena *arena, struct policy_file *out, struct err *err);

/*
 * The entry that a pair of git's own configuration stands for: `revident.protect` is protect of [revident],
 * `revident.rule.NAME.level` is level of [rule "NAME"]. `value` NULL: a key without `=`. Everything is copied into
 * `arena`. False for keys that do not begin with `revident.`, or have nothing behind it.
 */
bool policy_pair_read(const char *key, const char *value, struct arena *arena, struct policy_entry *out);

#endif
