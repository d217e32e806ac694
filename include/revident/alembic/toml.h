/*
 * toml: the table [tool.alembic] of a pyproject.toml. Layer alembic.
 *
 * Pure: bytes in, plain data in the caller's arena out. Reads all of TOML 1.0 well enough to know what belongs to that
 * table in any valid file, however it is written (headers, dotted keys, inline tables), and keeps only its own keys;
 * sub-tables are left out. Dates and numbers elsewhere are skipped, not checked. At a mistake a problem is noted and
 * reading goes on with the next line.
 */
#ifndef REVIDENT_ALEMBIC_TOML_H
#define REVIDENT_ALEMBIC_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/alembic/config.h"
#include "revident/base/arena.h"
#include "revident/base/text.h"

enum toml_kind {
	TOML_STRING,
	TOML_STRINGS, /* an array that holds only strings, perhaps none */
	TOML_BOOLEAN,
	TOML_INTEGER,
	TOML_OTHER, /* a number, a date, another array, a table */
};

struct toml_value {
	struct text key;
	enum toml_kind kind;
	struct text string;         /* TOML_STRING: unescaped */
	const struct text *strings; /* TOML_STRINGS */
	size_t count;
	bool boolean;
	int64_t integer; /* clamped to the type */
	unsigned line;   /* of the key, from 1 */
};

struct toml_table {
	bool present;                    /* the table is there, even if empty */
	unsigned line;                   /* where it is first opened or written to; 0 if absent */
	const struct toml_value *values; /* in the order of the file, each key once (the last) */
	size_t count;
	const struct config_problem *problems;
	size_t problem_count; /* at most CONFIG_PROBLEMS_MAX */
};

enum {
	TOML_DEPTH_MAX = 64,    /* arrays and inline tables in each other; deeper ones are a problem */
	TOML_VALUES_MAX = 1000, /* keys of the table that are kept */
};

/* Reads `len` bytes (at most CONFIG_BYTES_MAX are looked at). Nothing in `out` is borrowed from `bytes`. */
void toml_read_alembic(const char *bytes, size_t len, struct arena *arena, struct toml_table *out);

/* The value of `key`, or NULL. */
const struct toml_value *toml_find(const struct toml_table *table, struct text key);

#endif
