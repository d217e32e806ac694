/*
 * fuzz_reader: any bytes as a migration. Reads them, takes their content, and holds their first half against the
 * second.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "revident/alembic/reader.h"

static void check_text(struct text text)
{
	assert(text.ptr || !text.len);
	assert(!text.ptr || text.ptr[text.len] == '\0');
}

static void check_binding(const struct binding *binding)
{
	assert(binding->kind == BINDING_LITERAL || !binding->count);
	assert((binding->kind == BINDING_ABSENT) == (binding->line == 0));
	for (size_t i = 0; i < binding->count; i++)
		check_text(binding->values[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct migration migration;
	struct reader *reader;
	struct content content;
	struct arena arena;
	struct err err;
	enum edit edit;

	err_clear(&err);
	if (reader_new(&reader, &err) < 0)
		abort();
	arena_init(&arena);
	if (reader_read(reader, &arena, bytes, size, &migration, &err) < 0 ||
		reader_content(reader, &arena, bytes, size, &content, &err) < 0 ||
		reader_compare(reader, bytes, size, bytes, size, &edit, &err) < 0)
		abort();
	assert(edit == EDIT_COSMETIC);
	if (reader_compare(reader, bytes, size / 2, bytes + size / 2, size - size / 2, &edit, &err) < 0)
		abort();
	check_binding(&migration.revision);
	check_binding(&migration.down_revision);
	check_binding(&migration.branch_labels);
	check_binding(&migration.depends_on);
	check_text(migration.message);
	check_text(migration.create_date);
	arena_release(&arena);
	reader_free(reader);
	return 0;
}
