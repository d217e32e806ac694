/*
 * place: an empty bare repository in memory-backed storage where there is one, for the harnesses that read whole files.
 * Made at the first use and removed when the program ends. Every failure aborts.
 */
#ifndef REVIDENT_TESTS_FUZZ_PLACE_H
#define REVIDENT_TESTS_FUZZ_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

static inline void require(bool held)
{
	if (!held)
		__builtin_trap();
}

/* Writes a file below the git directory; its directories are made. */
void place_write(const char *name, const void *bytes, size_t len);
void place_remove(const char *name);

/* Writes a sound loose object ("blob", "tree", "commit" or "tag"), or one of any inflated bytes, header included. */
void place_object(const char *type, const void *bytes, size_t len, struct oid *out);
void place_loose(const void *bytes, size_t len, struct oid *out);

/* Runs a shell script in it, where git finds it and no one's configuration; what it writes stays. */
void place_run(const char *script);

/* Appends what is in a file. */
void place_read(const char *name, struct strbuf *out);

/* Removes what was written since the last time; what is kept stays until the program ends. */
void place_clear(void);
void place_keep(void);

/* Opens it; NULL where it is refused. */
struct repo *place_open(void);

#endif
