/*
 * tables: what a migration's upgrade() does to tables, and what models declare, read without executing. Layer alembic.
 *
 * Followed from upgrade(): the calls of Alembic's `op` under any name that an import gives it (and of a batch), SQL in
 * the arguments of execute(), functions of the same file, names of the file that are bound to string literals, and
 * loops over literal lists of them. Conditions are not evaluated: every branch counts. A name that is an f-string's
 * field, an argument, or otherwise computed is unknown and left out. Where that leaves open whether a table is created
 * (SQL that is not a literal, create_all(), `op` passed to a function of another file), the result says so instead.
 */
#ifndef REVIDENT_ALEMBIC_TABLES_H
#define REVIDENT_ALEMBIC_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/alembic/reader.h"
#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/model/table.h"

/*
 * TABLE_CREATED, TABLE_PROVIDED and TABLE_ASSUMED of one migration. A file that cannot be read, or is larger than
 * MIGRATION_BYTES_MAX, is opaque and no error. Everything is in `arena`. 0, or -1 with `err` set.
 */
int reader_tables(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct table_uses *out,
	struct err *err);

/*
 * TABLE_MODEL of one module: classes that bind `__tablename__` to a string (with the schema of `__table_args__`, none
 * where `__abstract__` is true), and `Table("x", metadata, ...)` at module level or as `__table__`. A file that cannot
 * be read has none. 0, or -1 with `err` set.
 */
int reader_models(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct table_uses *out,
	struct err *err);

/* Could the file hold a model? A look at its bytes that costs little. */
bool tables_may_have_models(const char *bytes, size_t len);

#endif
