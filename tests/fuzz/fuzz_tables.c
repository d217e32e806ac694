/*
 * fuzz_tables: any bytes as a migration's upgrade() and as a module of models.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "revident/alembic/tables.h"

static void check_uses(const struct table_uses *uses)
{
	for (size_t i = 0; i < uses->count; i++) {
		const struct table_use *use = &uses->items[i];

		assert(use->name.len && use->name.ptr[use->name.len] == '\0');
		assert(!use->schema.ptr || use->schema.ptr[use->schema.len] == '\0');
		assert(!memchr(use->name.ptr, 1, use->name.len));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct table_uses uses;
	struct reader *reader;
	struct arena arena;
	struct err err;

	err_clear(&err);
	if (reader_new(&reader, &err) < 0)
		abort();
	arena_init(&arena);
	if (reader_tables(reader, &arena, bytes, size, &uses, &err) < 0)
		abort();
	check_uses(&uses);
	if (reader_models(reader, &arena, bytes, size, &uses, &err) < 0)
		abort();
	arena_release(&arena);
	reader_free(reader);
	return 0;
}
