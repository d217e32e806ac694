/*
 * table_sink: where the readers of Python and of SQL put what they find of tables. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_TABLE_SINK_H
#define REVIDENT_SRC_ALEMBIC_TABLE_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/intern.h"
#include "revident/base/text.h"
#include "revident/model/table.h"

/* Stands in a text for what is no literal: an operand, or a field of an f-string (FIELD_MARK of canon.h). */
enum { UNKNOWN_MARK = 1 };

/* More names than this in one file are dropped, and the file counts as one that cannot be told. */
enum { TABLE_USES_MAX = 100000 };

struct table_sink {
	struct arena *arena;
	struct intern seen;
	struct table_use *items;
	size_t count, cap;
	const char *opaque;
	unsigned opaque_line;
};

void table_sink_init(struct table_sink *sink, struct arena *arena);

/* Leaves what was found in `out`, in the arena, and releases the rest. */
void table_sink_finish(struct table_sink *sink, struct table_uses *out);

/* Copies the names. What belongs to the database or to Alembic itself is left out. */
void table_sink_add(
	struct table_sink *sink, enum table_use_kind kind, struct text schema, struct text name, unsigned line);

/* The first reason stays. `why` lives as long as the program. */
void table_sink_opaque(struct table_sink *sink, const char *why, unsigned line);

#endif
