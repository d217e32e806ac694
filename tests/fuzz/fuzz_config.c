/*
 * Reads bytes as an ini and as a pyproject.toml, asks for every location's candidates and names a migration after every
 * section. What comes out must hold its promises: paths stay inside the repository.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "revident/alembic/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static void require_inside(struct text path)
{
	const char *at = path.ptr, *end = path.ptr + path.len;

	require(path.len <= CONFIG_PATH_MAX && !memchr(path.ptr, '\0', path.len));
	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		struct text part = { at, (size_t)((slash ? slash : end) - at) };

		require(part.len > 0 && !text_equal(part, TEXT_LITERAL(".")) && !text_equal(part, TEXT_LITERAL("..")));
		require(!slash || slash + 1 < end);
		at += part.len + 1;
	}
}

static void try_location(const struct location *location, struct arena *arena)
{
	static const struct text directories[] = { { "", 0 }, { "a/b", 3 } };
	struct location_candidate found[LOCATION_CANDIDATES_MAX];

	for (size_t i = 0; i < 2; i++) {
		size_t count = location_candidates(location, directories[i], arena, found);

		for (size_t j = 0; j < count; j++)
			require_inside(found[j].path);
	}
}

static void try_format(enum config_format format, const char *bytes, size_t size)
{
	const struct create_date date = { 1758089521, 2025, 9, 17, 6, 2, 1 };
	struct config_file file;
	struct arena arena;
	struct text name;
	struct err err;

	arena_init(&arena);
	config_parse(bytes, size, format, &arena, &file);
	for (size_t i = 0; i < file.section_count; i++) {
		const struct config_section *section = &file.sections[i];

		try_location(&section->script_location, &arena);
		for (size_t j = 0; j < section->version_location_count; j++)
			try_location(&section->version_locations[j], &arena);
		if (config_migration_name(
			    section, TEXT_LITERAL("189b1231afd4"), section->name, &date, &arena, &name, &err) >= 0)
			require_inside(name);
	}
	for (size_t i = 0; i < file.problem_count; i++)
		require(strlen(file.problems[i].what.ptr) == file.problems[i].what.len);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_format(CONFIG_INI, (const char *)data, size);
	try_format(CONFIG_TOML, (const char *)data, size);
	return 0;
}
