#include <stdlib.h>
#include <string.h>

#include "casefile_parts.h"
#include "revident/alembic/tables.h"
#include "revident/answers/audit_tables.h"
#include "revident/git/object.h"

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
	struct err ignored = { 0 };
	struct table_uses uses;
	struct object object;
	struct text *names;
	size_t i, n = 0;
	int rc;

	if (!c->lost.is_read ||
		object_read(clerk->inv->repo, &c->lost.blob, MIGRATION_BYTES_MAX, &object, &ignored) != 1)
		return 0;
	rc = reader_tables(clerk->inv->study.reader, clerk->arena, (const char *)object.bytes, object.len, &uses, err);
	object_release(&object);
	if (rc < 0)
		return -1;
	names = arena_calloc(clerk->arena, uses.count + 1, sizeof(*names));
	for (i = 0; i < uses.count; i++)
		if (uses.items[i].kind == TABLE_CREATED)
			names[n++] = full_name(clerk->arena, &uses.items[i]);
	if (n)
		qsort(names, n, sizeof(*names), text_compare_items);
	c->tables.is_known = true;
	c->tables.opaque = uses.opaque;
	c->tables.created = names;
	c->tables.created_count = n;
	return 0;
}

/* "table" of "schema.table" */
static struct text bare(struct text name)
{
	const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;

	return dot ? (struct text){ dot + 1, name.len - (size_t)(dot + 1 - name.ptr) } : name;
}

static struct text schema(struct text name)
{
	const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;

	return dot ? (struct text){ name.ptr, (size_t)(dot - name.ptr) } : TEXT_NONE;
}

static void list_left(struct clerk *clerk, struct lost_case *c)
{
	const struct audit_tables *head = &c->environment->tables;
	struct text *names = arena_calloc(clerk->arena, head->uncreated_count + 1, sizeof(*names));
	size_t i, k;

	for (i = 0; i < head->uncreated_count; i++) {
		for (k = 0; k < c->tables.created_count; k++)
			if (table_is_same(schema(head->uncreated[i]), bare(head->uncreated[i]),
				    schema(c->tables.created[k]), bare(c->tables.created[k])))
				break;
		if (k == c->tables.created_count)
			names[c->tables.left_count++] = head->uncreated[i];
	}
	c->tables.left = names;
}

int casefile_write_tables(struct clerk *clerk, struct lost_case *c, struct err *err)
{
	struct source *source;

	if (list_created(clerk, c, err) < 0)
		return -1;
	if (!c->environment || !clerk->out->head || !c->is_missing)
		return 0;
	list_left(clerk, c);
	source = source_of_tree(&clerk->inv->study, &clerk->out->head->tree);
	return audit_tables_after(&clerk->inv->study, source, c->environment, c->life->revision, &c->tables.assumed,
		&c->tables.assumed_count, err);
}
