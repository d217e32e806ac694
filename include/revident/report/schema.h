/*
 * schema: the JSON Schemas of the documents, as they stand in schemas/. Layer report; static data.
 *
 * The Makefile turns each schemas/<format>.json into a row (tools/embed.sh).
 */
#ifndef REVIDENT_REPORT_SCHEMA_H
#define REVIDENT_REPORT_SCHEMA_H

#include <stddef.h>

struct schema {
	const char *format; /* "revident.scan.v1" */
	const char *bytes;  /* the file, ASCII */
	size_t len;
};

/* All of them, by name. */
extern const struct schema schemas[];
extern const size_t schema_count;

/* The schema of that format, "revident.scan.v1" or just "scan"; or NULL. */
const struct schema *schema_find(const char *format);

#endif
