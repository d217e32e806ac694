#include "table_sink.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

void table_sink_init(struct table_sink *sink, struct arena *arena)
{
	memset(sink, 0, sizeof(*sink));
	sink->arena = arena;
	intern_init(&sink->seen);
}

void table_sink_finish(struct table_sink *sink, struct table_uses *out)
{
	*out = (struct table_uses){ .items = arena_copy(sink->arena, sink->items, sink->count, sizeof(*sink->items)),
		.count = sink->count,
		.opaque = sink->opaque,
		.opaque_line = sink->opaque_line };
	free(sink->items);
	intern_release(&sink->seen);
}

static bool begins_with(struct text text, const char *start)
{
	size_t len = strlen(start);

	return text.len >= len && strncasecmp(text.ptr, start, len) == 0;
}

/* Catalogues, SQLite's own tables, the one that Alembic keeps and those that its batch mode makes. */
static bool is_builtin(struct text schema, struct text name)
{
	if (schema.ptr && (begins_with(schema, "pg_catalog") || begins_with(schema, "information_schema")))
		return true;
	return begins_with(name, "sqlite_") || begins_with(name, "_alembic_tmp_") ||
	       begins_with(name, "alembic_version") || (!schema.ptr && begins_with(name, "pg_"));
}

void table_sink_add(
	struct table_sink *sink, enum table_use_kind kind, struct text schema, struct text name, unsigned line)
{
	struct strbuf key = STRBUF_INIT;
	size_t before = sink->seen.count;

	if (!name.len || is_builtin(schema, name))
		return;
	if (sink->count == TABLE_USES_MAX) {
		table_sink_opaque(sink, "it names too many tables", line);
		return;
	}
	strbuf_addf(&key, "%d:%zu:", (int)kind, schema.ptr ? schema.len + 1 : 0);
	if (schema.ptr)
		strbuf_add(&key, schema.ptr, schema.len);
	strbuf_add(&key, name.ptr, name.len);
	intern_add(&sink->seen, key.buf, key.len);
	strbuf_release(&key);
	if (sink->seen.count == before)
		return;
	VEC_GROW(sink->items, sink->count, sink->cap);
	sink->items[sink->count++] = (struct table_use){ .kind = kind,
		.schema = schema.ptr ? (struct text){ arena_memdup(sink->arena, schema.ptr, schema.len), schema.len }
				     : TEXT_NONE,
		.name = { arena_memdup(sink->arena, name.ptr, name.len), name.len },
		.line = line };
}

void table_sink_opaque(struct table_sink *sink, const char *why, unsigned line)
{
	if (sink->opaque)
		return;
	sink->opaque = why;
	sink->opaque_line = line;
}
