/*
 * problems: the list of what is wrong in a configuration file, as it is read. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_PROBLEMS_H
#define REVIDENT_SRC_ALEMBIC_PROBLEMS_H

#include <stddef.h>

#include "revident/alembic/config.h"
#include "revident/base/arena.h"
#include "revident/base/text.h"

struct problems {
	struct arena *arena;
	struct config_problem *items;
	size_t count;
};

/* Room for CONFIG_PROBLEMS_MAX in `arena`. */
void problems_init(struct problems *list, struct arena *arena);

/* Adds one; those beyond CONFIG_PROBLEMS_MAX are dropped. Bytes from the file go through problem_quote(). */
void problems_add(struct problems *list, unsigned line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Bytes of a file in single quotes, printable, cut where they are long; a string in `arena`. */
const char *problem_quote(struct arena *arena, struct text bytes);

#endif
