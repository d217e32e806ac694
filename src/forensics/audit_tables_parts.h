/*
 * audit_tables_parts: sets of tables, chains of migrations that use them, files of models. Private to src/forensics.
 */
#ifndef REVIDENT_SRC_FORENSICS_AUDIT_TABLES_PARTS_H
#define REVIDENT_SRC_FORENSICS_AUDIT_TABLES_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/alembic/tables.h"
#include "revident/base/intern.h"
#include "revident/forensics/audit_tables.h"

/* A table, and where it is first assumed. */
struct table_place {
	struct text schema, name;
	size_t migration; /* of audit_environment.migrations */
	unsigned line;
	size_t users, last_user; /* migrations that assume it in vain: how many, and the last */
	size_t next;             /* the next of the same bare name, + 1 */
};

/* Tables by name; table_is_same() says which are one. */
struct table_set {
	struct table_place *items;
	size_t count, cap;
	struct intern by_name; /* bare names in lower case */
	size_t *first;         /* by number in by_name: the first item, + 1 */
	size_t first_cap;
};

void table_set_init(struct table_set *set);
void table_set_release(struct table_set *set);

/* The first item of the same bare name, + 1; 0 if there is none. */
size_t table_set_first(const struct table_set *set, struct text name);

/* The same table, or NULL. */
struct table_place *table_set_find(const struct table_set *set, struct text schema, struct text name);

/* One item more, whatever there is. */
struct table_place *table_set_add(struct table_set *set, struct text schema, struct text name);

/* The same table, which takes a schema where it has none, or a new one. */
struct table_place *table_set_merge(struct table_set *set, struct text schema, struct text name);

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
