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
	struct text all = { bytes, size }, first = { bytes, size / 2 }, second = { bytes + size / 2, size - size / 2 };
	struct migration migration;
	struct reader *reader;
	struct content content;
	struct arena arena;
	struct err err;
	enum edit edit;
	bool same;

	err_clear(&err);
	if (reader_new(&reader, &err) < 0)
		abort();
	arena_init(&arena);
	if (reader_read(reader, &arena, bytes, size, &migration, &err) < 0 ||
		reader_content(reader, &arena, bytes, size, &content, &err) < 0 ||
		reader_compare(reader, all, all, &edit, &err) < 0 ||
		reader_same_code(reader, all, all, &same, &err) < 0)
		abort();
	assert(edit == EDIT_COSMETIC && same);
	if (reader_compare(reader, first, second, &edit, &err) < 0 ||
		reader_same_code(reader, first, second, &same, &err) < 0)
		abort();
	assert(same || edit != EDIT_COSMETIC);
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
