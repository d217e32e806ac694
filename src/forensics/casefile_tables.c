#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/alembic/tables.h"
#include "revident/forensics/audit_tables.h"

static int compare_texts(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static struct text full_name(struct arena *arena, const struct table_use *use)
{
	char *name;

	if (!use->schema.ptr)
		return use->name;
	name = arena_alloc(arena, use->schema.len + use->name.len + 2);
	memcpy(name, use->schema.ptr, use->schema.len);
	name[use->schema.len] = '.';
	memcpy(name + use->schema.len + 1, use->name.ptr, use->name.len);
	return (struct text){ name, use->schema.len + use->name.len + 1 };
}

static int list_created(struct clerk *clerk, struct lost_case *c, struct err *err)
{
	struct table_uses uses;
	struct text *names;
	size_t i, n = 0;

	if (!c->lost.is_read || c->lost.bytes.len < c->lost.size)
		return 0;
	if (reader_tables(clerk->inv->study.reader, clerk->arena, c->lost.bytes.ptr, c->lost.bytes.len, &uses, err) < 0)
		return -1;
	names = arena_calloc(clerk->arena, uses.count + 1, sizeof(*names));
	for (i = 0; i < uses.count; i++)
		if (uses.items[i].kind == TABLE_CREATED)
			names[n++] = full_name(clerk->arena, &uses.items[i]);
	if (n)
		qsort(names, n, sizeof(*names), compare_texts);
	c->tables.is_known = true;
	c->tables.opaque = uses.opaque;
	c->tables.created = names;
	c->tables.created_count = n;
	return 0;
}

int casefile_write_tables(struct clerk *clerk, struct lost_case *c, struct err *err)
{
	struct source *source;

	if (list_created(clerk, c, err) < 0)
		return -1;
	if (!c->environment || !clerk->out->head || !c->is_missing)
		return 0;
	source = source_of_tree(&clerk->inv->study, &clerk->out->head->tree);
	return audit_tables_after(&clerk->inv->study, source, c->environment, c->life->revision, &c->tables.assumed,
		&c->tables.assumed_count, err);
}
