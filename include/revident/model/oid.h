/*
 * oid: the name of a git object. Layer model. A value; SHA-1 only (libgit2 1.5 reads no SHA-256 repositories).
 */
#ifndef REVIDENT_MODEL_OID_H
#define REVIDENT_MODEL_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { OID_BYTES = 20, OID_HEX = 40 };

struct oid {
	unsigned char bytes[OID_BYTES];
};

/* Lower-case hexadecimal with a NUL into `out` (OID_HEX + 1 bytes); returns `out`. */
char *oid_hex(const struct oid *id, char *out);

/* Reads exactly OID_HEX hexadecimal digits, either case. Returns whether they were. */
bool oid_parse(struct oid *id, const char *hex, size_t len);

static inline int oid_compare(const struct oid *a, const struct oid *b)
{
	return memcmp(a->bytes, b->bytes, OID_BYTES);
}

/* The same for qsort() and bsearch(). */
int oid_compare_items(const void *a, const void *b);

static inline bool oid_equal(const struct oid *a, const struct oid *b)
{
	return oid_compare(a, b) == 0;
}

/* The null id: no object has it. */
bool oid_is_null(const struct oid *id);

#endif
