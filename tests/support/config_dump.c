/*
 * Shows what the readers of configuration find, for comparing them with Python's own. Strings are in hexadecimal, `-`
 * is "none". The directory of the configuration, %(here)s, is a NUL.
 *
 *   config_dump ini|toml|config FILE...
 *   config_dump name FILE        records of five fields, each ended by NUL: template, truncate, revision, message,
 *   epoch
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "revident/alembic/config.h"
#include "revident/alembic/ini.h"
#include "revident/alembic/toml.h"
#include "revident/base/arena.h"
#include "revident/base/strbuf.h"

static void put(struct text text)
{
	putchar(' ');
	dump_hex(text);
}

static void dump_ini_section(const struct ini *ini, const struct ini_section *section, struct arena *arena)
{
	printf("section");
	put(section->name);
	putchar('\n');
	for (size_t i = 0; i < section->count; i++) {
		struct text value = TEXT_NONE, reason;

		if (!ini_interpolate(ini, section, section->values[i].raw, arena, &value, &reason))
			value = TEXT_NONE;
		printf("value");
		put(section->values[i].key);
		put(section->values[i].raw);
		put(value);
		putchar('\n');
	}
}

static void dump_ini(const struct strbuf *bytes, struct arena *arena)
{
	struct ini ini;

	ini_parse(bytes->buf, bytes->len, arena, &ini);
	printf("problems %zu\n", ini.problem_count);
	dump_ini_section(&ini, &ini.defaults, arena);
	for (size_t i = 0; i < ini.count; i++)
		dump_ini_section(&ini, &ini.sections[i], arena);
}

static void dump_toml(const struct strbuf *bytes, struct arena *arena)
{
	static const char *const kinds[] = { "string", "strings", "boolean", "integer", "other" };
	struct toml_table table;

	toml_read_alembic(bytes->buf, bytes->len, arena, &table);
	printf("problems %zu\ntable %d\n", table.problem_count, table.present);
	for (size_t i = 0; i < table.count; i++) {
		const struct toml_value *value = &table.values[i];

		printf("%s", kinds[value->kind]);
		put(value->key);
		if (value->kind == TOML_STRING)
			put(value->string);
		for (size_t j = 0; value->kind == TOML_STRINGS && j < value->count; j++)
			put(value->strings[j]);
		if (value->kind == TOML_BOOLEAN)
			printf(" %d", value->boolean);
		if (value->kind == TOML_INTEGER)
			printf(" %lld", (long long)value->integer);
		putchar('\n');
	}
}

static void dump_location(const char *what, const struct location *location)
{
	static const char *const kinds[] = { "none", "relative", "here", "resource", "absolute", "unknown" };

	printf("%s %s", what, kinds[location->kind]);
	put(location->value);
	putchar('\n');
}

static void dump_config(const struct strbuf *bytes, struct arena *arena)
{
	struct config_file file;

	config_parse(bytes->buf, bytes->len, CONFIG_INI, arena, &file);
	for (size_t i = 0; i < file.section_count; i++) {
		const struct config_section *section = &file.sections[i];

		printf("environment");
		put(section->name);
		printf(" %d %d\n", section->recursive_version_locations == SWITCH_ON, section->sourceless == SWITCH_ON);
		dump_location("script", &section->script_location);
		for (size_t j = 0; j < section->version_location_count; j++)
			dump_location("version", &section->version_locations[j]);
	}
}

static struct text next_field(const char **at)
{
	struct text field = text_of(*at);

	*at += field.len + 1;
	return field;
}

static void dump_names(const struct strbuf *records, struct arena *arena)
{
	const char *at = records->buf, *end = records->buf + records->len;

	while (at < end) {
		struct config_section section = { .file_template = next_field(&at) };
		struct create_date date = { .year = 2025, .month = 9, .day = 17, .hour = 6, .minute = 2, .second = 1 };
		struct text revision, message, name = TEXT_NONE;
		struct err err;
		int rc;

		section.truncate_slug_length = atoi(next_field(&at).ptr);
		revision = next_field(&at);
		message = next_field(&at);
		date.epoch = atoll(next_field(&at).ptr);
		rc = config_migration_name(&section, revision, message, &date, arena, &name, &err);
		printf("%d", rc);
		put(name);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct strbuf bytes = STRBUF_INIT;

	if (argc < 3)
		return 2;
	for (int i = 2; i < argc; i++) {
		struct arena arena;

		arena_init(&arena);
		dump_read(argv[i], &bytes);
		printf("file %s\n", argv[i]);
		if (strcmp(argv[1], "ini") == 0)
			dump_ini(&bytes, &arena);
		else if (strcmp(argv[1], "toml") == 0)
			dump_toml(&bytes, &arena);
		else if (strcmp(argv[1], "config") == 0)
			dump_config(&bytes, &arena);
		else
			dump_names(&bytes, &arena);
		arena_release(&arena);
	}
	strbuf_release(&bytes);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
