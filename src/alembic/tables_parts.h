/*
 * tables_parts: one reading of what a migration does to tables, as its two parts share it. Private to src/alembic.
 *
 * tables.c follows upgrade() through the calls of the file; tables_operations.c says what the operations of Alembic
 * mean for tables, and which table an expression names.
 */
#ifndef REVIDENT_SRC_ALEMBIC_TABLES_PARTS_H
#define REVIDENT_SRC_ALEMBIC_TABLES_PARTS_H

#include "module.h"
#include "table_sink.h"

struct table_walk {
	struct module m;
	struct table_sink sink;
	struct intern ops, batches; /* names of `op`, and of what `with op.batch_alter_table(...)` binds */
	struct intern bare;         /* names that `from alembic.op import` binds */
	struct intern writing;      /* names of SQLAlchemy's insert(), update() and delete() */
	unsigned depth;             /* of calls of functions in functions */
};

static inline unsigned table_walk_line(const struct table_walk *w, size_t i)
{
	return w->m.b.tokens[i].line;
}

/*
 * The table that an argument names is used: a literal, or each that a name may stand for. What is created under a name
 * that is not known makes the file opaque. `position`, `keyword`: see module_argument().
 */
void table_walk_use(struct table_walk *w, enum table_use_kind kind, struct span arguments, size_t position,
	const char *keyword, const char *schema_keyword);

/* A call `op.NAME(...)`, whatever NAME is; the token `name` is that. */
void table_walk_operation(struct table_walk *w, size_t name, struct span arguments);

/* The same of a batch, which has its table: only what it refers to is new. */
void table_walk_batch_operation(struct table_walk *w, size_t name, struct span arguments);

#endif
