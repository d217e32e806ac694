/*
 * table_set: tables by name, with what an audit of them notes down of each. Private to src/answers.
 *
 * Names are borrowed. A place that a function returns is good until the next is added.
 */
#ifndef REVIDENT_SRC_ANSWERS_TABLE_SET_H
#define REVIDENT_SRC_ANSWERS_TABLE_SET_H

#include <stddef.h>

#include "revident/base/intern.h"
#include "revident/base/text.h"
#include "revident/model/table.h"

/* A table, and where it is first assumed. */
struct table_place {
	struct text schema, name;
	size_t migration; /* of audit_environment.migrations */
	unsigned line;
	size_t users, last_user; /* migrations that assume it in vain: how many, and the last */
	size_t next;             /* the next of the same bare name, + 1 */
};

/* table_is_same() says which tables are one. */
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

#endif
