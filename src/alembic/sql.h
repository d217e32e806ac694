/*
 * sql: the tables that SQL statements create and assume. Private to src/alembic; pure.
 *
 * The dialects that migrations are written in (PostgreSQL, MySQL, SQLite, SQL Server) as far as names of tables go;
 * nothing is checked. Bodies of functions, procedures and triggers do not run when they are defined and are not read;
 * those of PostgreSQL's DO do, and are.
 */
#ifndef REVIDENT_SRC_ALEMBIC_SQL_H
#define REVIDENT_SRC_ALEMBIC_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "table_sink.h"

/* More tokens than this are not read, and the file counts as one that cannot be told. */
enum { SQL_TOKENS_MAX = 1 << 20 };

/*
 * Reads `len` bytes, whose first stands on `line`; UNKNOWN_MARK stands for what is no literal, and what a marker,
 * `{...}` or `%s` is part of is an unknown name. Returns whether any statement was recognised.
 */
bool sql_read(struct table_sink *sink, const char *sql, size_t len, unsigned line);

#endif
