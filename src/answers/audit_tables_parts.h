/*
 * audit_tables_parts: chains of migrations that use tables, files of models. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_AUDIT_TABLES_PARTS_H
#define REVIDENT_SRC_ANSWERS_AUDIT_TABLES_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/alembic/tables.h"
#include "revident/answers/audit_tables.h"
#include "table_set.h"

/*
 * Tables that are assumed where nothing before creates them, and nothing that cannot be told stands before. False where
 * the chain is too intricate: then those of its beginning.
 */
bool table_chain_judge(const struct audit_environment *env, const struct table_uses *uses, struct table_set *uncreated);

/* Tables that descendants of `revision` assume and that are not in `created`. */
void table_chain_after(const struct audit_environment *env, const struct table_uses *uses, struct text revision,
	const struct table_set *created, struct table_set *out);

/* A module that declares models. */
struct model_file {
	struct text path;
	struct table_uses uses;
};

struct model_files {
	const struct model_file *items; /* by path */
	size_t count;
	const struct text *roots; /* by environment of the audit: whose models are its own; none: nobody's */
	const struct audit *audit;
};

/* All of a source's, in the study's arena. 0 or -1. */
int model_files_read(struct study *study, struct source *source, const struct audit *audit, struct model_files *out,
	struct err *err);

bool model_file_is_of(
	const struct model_files *files, const struct model_file *file, const struct audit_environment *env);

#endif
