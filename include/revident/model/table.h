/*
 * table: what a migration does to tables, and what models declare. Layer model; plain data, texts borrowed from an
 * arena. alembic/tables.h reads it from one file, forensics/audit_tables.h puts it together for an environment.
 */
#ifndef REVIDENT_MODEL_TABLE_H
#define REVIDENT_MODEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"

enum table_use_kind {
	TABLE_CREATED,
	TABLE_PROVIDED, /* a view, a sequence, a temporary table: there to be used, and no table that stays */
	TABLE_ASSUMED,  /* altered, referred to, written to: it has to be there */
	TABLE_MODEL,    /* declared by a model */
};

struct table_use {
	enum table_use_kind kind;
	struct text schema; /* none where none is given, or it is no literal */
	struct text name;
	unsigned line; /* from 1 */
};

/* What one file says, in the order of the source; each kind and name once, where it comes first. */
struct table_uses {
	const struct table_use *items;
	size_t count;
	const char *opaque; /* how it may create tables that cannot be told, half a sentence; NULL if it does not */
	unsigned opaque_line;
};

/* Names are one table where they differ in the case of ASCII letters, or where only one side has a schema. */
bool table_is_same(struct text schema_a, struct text name_a, struct text schema_b, struct text name_b);

#endif
