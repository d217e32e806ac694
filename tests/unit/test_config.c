#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/config.h"
#include "revident/base/strbuf.h"

struct fixture {
	struct arena arena;
	struct config_file file;
};

static void parse(struct fixture *f, enum config_format format, const char *source)
{
	arena_init(&f->arena);
	config_parse(source, strlen(source), format, &f->arena, &f->file);
}

/* One line: the kind of the location, then its value. */
static void show_location(struct strbuf *out, const struct location *location)
{
	static const char *const kinds[] = { "none", "relative", "here", "resource", "absolute", "unknown" };

	strbuf_addf(out, "%s %s|", kinds[location->kind],
		location->kind == LOCATION_UNKNOWN ? location->reason.ptr
		: location->value.ptr              ? location->value.ptr
						   : "-");
}

static void assert_versions(const struct config_section *section, const char *expected)
{
	struct strbuf shown = STRBUF_INIT;

	for (size_t i = 0; i < section->version_location_count; i++)
		show_location(&shown, &section->version_locations[i]);
	assert_string_equal(shown.buf, expected);
	strbuf_release(&shown);
}

static void config_file_name__names__give_the_format(void **state)
{
	static const struct {
		const char *name;
		bool is_config;
		enum config_format format;
	} rows[] = {
		{ "alembic.ini", true, CONFIG_INI },
		{ "setup.cfg", true, CONFIG_INI },
		{ "pyproject.toml", true, CONFIG_TOML },
		{ ".ini", false, CONFIG_INI },
		{ "alembic.ini~", false, CONFIG_INI },
		{ "other.toml", false, CONFIG_INI },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum config_format format;

		assert_int_equal(config_file_name(rows[i].name, strlen(rows[i].name), &format), rows[i].is_config);
		if (rows[i].is_config)
			assert_int_equal(format, rows[i].format);
	}
}

static void config_parse__script_location__has_its_kind(void **state)
{
	static const struct {
		const char *value, *shown;
	} rows[] = {
		{ "alembic", "relative alembic|" },
		{ "%(here)s/alembic", "here /alembic|" },
		{ "%(here)s", "here |" },
		{ "app.db:migrations", "resource app.db:migrations|" },
		{ "/srv/app/alembic", "absolute /srv/app/alembic|" },
		{ "C:\\app", "absolute C:\\app|" },
		{ "\\\\server\\app", "absolute \\\\server\\app|" },
		{ "", "relative |" },
		{ "x/%(here)s", "unknown %(here)s stands inside it|" },
		{ "%(nope)s/alembic", "unknown there is no key 'nope'|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[200] = "[alembic]\nscript_location = ";
		struct strbuf shown = STRBUF_INIT;
		struct fixture f;

		strcat(source, rows[i].value);
		parse(&f, CONFIG_INI, source);
		assert_int_equal(f.file.section_count, 1);
		assert_true(f.file.sections[0].has_script_location);
		assert_int_equal(f.file.sections[0].script_location.line, 2);
		assert_string_equal(f.file.sections[0].script_location.raw.ptr, rows[i].value);
		show_location(&shown, &f.file.sections[0].script_location);
		assert_string_equal(shown.buf, rows[i].shown);
		strbuf_release(&shown);
		arena_release(&f.arena);
	}
}

static void config_parse__version_locations__are_cut_as_alembic_does(void **state)
{
	static const struct {
		const char *source, *shown;
	} rows[] = {
		{ "version_locations = a b,  c", "relative a|relative b|relative c|" },
		{ "version_locations = a:b c", "resource a:b|relative c|" },
		{ "version_locations = a b\nversion_path_separator = space", "relative a|relative b|" },
		{ "version_locations = a:b c\nversion_path_separator = os", "relative a|relative b c|" },
		{ "version_locations = %(here)s/a;b\npath_separator = os", "here /a|relative b|" },
		{ "version_locations = a;b:c\npath_separator = :", "relative a;b|relative c|" },
		{ "version_locations = a;b:c\npath_separator = ;", "relative a|resource b:c|" },
		{ "version_locations =\n  a b\n  c\npath_separator = newline", "relative a b|relative c|" },
		{ "version_locations = a b\npath_separator = os\nversion_path_separator = space", "relative a b|" },
		{ "version_locations = a:b\nversion_path_separator = os  # Use os.pathsep.", "relative a|relative b|" },
		{ "version_locations = a\npath_separator = comma",
			"unknown its separator is none that Alembic takes|" },
		{ "version_locations = %(nope)s", "unknown there is no key 'nope'|" },
		{ "version_locations =", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[200] = "[alembic]\n";
		struct fixture f;

		strcat(source, rows[i].source);
		parse(&f, CONFIG_INI, source);
		assert_versions(&f.file.sections[0], rows[i].shown);
		arena_release(&f.arena);
	}
}

static void config_parse__other_keys__are_read(void **state)
{
	const struct config_section *section;
	struct fixture f;

	(void)state;
	parse(&f, CONFIG_INI,
		"[alembic]\nrecursive_version_locations = true\nsourceless = True\ntruncate_slug_length = 1_0\n"
		"file_template = %%(rev)s\n");
	section = &f.file.sections[0];
	assert_false(section->has_script_location);
	assert_int_equal(section->script_location.kind, LOCATION_NONE);
	assert_int_equal(section->recursive_version_locations, SWITCH_ON);
	assert_int_equal(section->sourceless, SWITCH_OFF);
	assert_int_equal(section->truncate_slug_length, 10);
	assert_string_equal(section->file_template.ptr, "%(rev)s");
	arena_release(&f.arena);
}

static void config_parse__several_sections__are_environments_of_their_own(void **state)
{
	struct strbuf names = STRBUF_INIT;
	struct fixture f;

	(void)state;
	parse(&f, CONFIG_INI,
		"[DEFAULT]\nscript_location = shared\n[loggers]\nkeys = root\n[billing]\nscript_location = b\n"
		"[users]\nversion_locations = u\n[alembic]\n");
	for (size_t i = 0; i < f.file.section_count; i++)
		strbuf_addf(&names, "%s:%u ", f.file.sections[i].name.ptr, f.file.sections[i].line);
	assert_string_equal(names.buf, "alembic:9 billing:5 users:7 ");
	assert_string_equal(f.file.sections[2].script_location.value.ptr, "shared");
	strbuf_release(&names);
	arena_release(&f.arena);
}

static void config_parse__ini_of_something_else__has_no_environment(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, CONFIG_INI, "[tox]\nenvlist = py3\n[alembic:exclude]\ntables = x\n");
	assert_int_equal(f.file.section_count, 0);
	arena_release(&f.arena);
}

static void config_parse__pyproject__is_read(void **state)
{
	const struct config_section *section;
	struct fixture f;

	(void)state;
	parse(&f, CONFIG_TOML,
		"[project]\nname = 'x'\n[tool.alembic]\nscript_location = '%(here)s/db'\nversion_locations = [\n"
		"  '%(here)s/a', 'b:c', '100%',\n]\nrecursive_version_locations = true\nsourceless = 'true'\n"
		"truncate_slug_length = 12\nfile_template = '%%(rev)s'\n");
	assert_int_equal(f.file.section_count, 1);
	section = &f.file.sections[0];
	assert_string_equal(section->name.ptr, "tool.alembic");
	assert_int_equal(section->line, 3);
	assert_int_equal(section->script_location.kind, LOCATION_HERE);
	assert_string_equal(section->script_location.value.ptr, "/db");
	assert_versions(section, "here /a|resource b:c|unknown a '%' in it is neither '%%' nor '%(key)s'|");
	assert_int_equal(section->recursive_version_locations, SWITCH_ON);
	assert_int_equal(section->sourceless, SWITCH_ON);
	assert_int_equal(section->truncate_slug_length, 12);
	assert_string_equal(section->file_template.ptr, "%(rev)s");
	arena_release(&f.arena);
}

static void config_parse__pyproject_of_wrong_types__is_unknown(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, CONFIG_TOML, "[tool.alembic]\nscript_location = 1\nversion_locations = 'a'\n");
	assert_int_equal(f.file.sections[0].script_location.kind, LOCATION_UNKNOWN);
	assert_versions(&f.file.sections[0], "unknown it is no list of strings|");
	assert_int_equal(f.file.problem_count, 2);
	assert_string_equal(
		f.file.problems[0].what.ptr, "the value of script_location cannot be known: it is no string");
	arena_release(&f.arena);
}

static void config_parse__file_too_large__is_a_problem(void **state)
{
	static const char source[] = "[alembic]\n";
	struct config_file file;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	config_parse(source, (size_t)CONFIG_BYTES_MAX + 1, CONFIG_INI, &arena, &file);
	assert_int_equal(file.section_count, 0);
	assert_string_equal(file.problems[0].what.ptr, "the file is larger than 4194304 bytes and was not read");
	arena_release(&arena);
}

static void config_section_join__key_by_key__ini_wins(void **state)
{
	struct fixture ini, toml;
	struct config_section joined;

	(void)state;
	parse(&ini, CONFIG_INI, "[alembic]\nsourceless = false\nversion_locations = a\n");
	parse(&toml, CONFIG_TOML,
		"[tool.alembic]\nscript_location = 's'\nsourceless = true\nversion_locations = ['b']\n"
		"recursive_version_locations = true\n");
	joined = config_section_join(&ini.file.sections[0], &toml.file.sections[0]);
	assert_string_equal(joined.name.ptr, "alembic");
	assert_true(joined.has_script_location);
	assert_string_equal(joined.script_location.value.ptr, "s");
	assert_int_equal(joined.sourceless, SWITCH_OFF);
	assert_int_equal(joined.recursive_version_locations, SWITCH_ON);
	assert_versions(&joined, "relative a|");
	joined = config_section_join(NULL, &toml.file.sections[0]);
	assert_versions(&joined, "relative b|");
	arena_release(&ini.arena);
	arena_release(&toml.arena);
}

static void location_candidates__kinds__are_tried_in_order(void **state)
{
	static const struct {
		enum location_kind kind;
		const char *value, *dir, *paths;
	} rows[] = {
		{ LOCATION_RELATIVE, "alembic", "svc", "0:svc/alembic 1:alembic " },
		{ LOCATION_RELATIVE, "./alembic/", "", "0:alembic " },
		{ LOCATION_RELATIVE, "svc//alembic", "svc", "0:svc/svc/alembic 1:svc/alembic " },
		{ LOCATION_RELATIVE, "../db", "svc/a", "0:svc/db " },
		{ LOCATION_RELATIVE, "../../db", "svc", "" },
		{ LOCATION_RELATIVE, ".", "svc", "0:svc 1: " },
		{ LOCATION_RELATIVE, "db\\alembic", "", "0:db\\alembic 0:db/alembic " },
		{ LOCATION_HERE, "/alembic", "svc", "0:svc/alembic " },
		{ LOCATION_HERE, "", "svc", "0:svc " },
		{ LOCATION_HERE, "/../db", "svc", "0:db " },
		{ LOCATION_HERE, "_db", "svc", "0:svc_db " },
		{ LOCATION_HERE, "_db", "", "" },
		{ LOCATION_HERE, "\\db", "svc", "0:svc\\db 0:svc/db " },
		{ LOCATION_RESOURCE, "a.b:db:x.y", "svc",
			"0:svc/a/b/db/x.y 1:a/b/db/x.y 2:svc/src/a/b/db/x.y 3:src/a/b/db/x.y " },
		{ LOCATION_RESOURCE, "a:..:..:..", "", "" },
		{ LOCATION_ABSOLUTE, "/db", "svc", "" },
		{ LOCATION_UNKNOWN, NULL, "svc", "" },
		{ LOCATION_NONE, NULL, "svc", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct location location = { .kind = rows[i].kind, .value = text_of(rows[i].value) };
		struct location_candidate found[LOCATION_CANDIDATES_MAX];
		struct strbuf shown = STRBUF_INIT;
		struct arena arena;
		size_t count;

		arena_init(&arena);
		count = location_candidates(&location, text_of(rows[i].dir), &arena, found);
		for (size_t j = 0; j < count; j++)
			strbuf_addf(&shown, "%d:%s ", (int)found[j].base, found[j].path.ptr);
		assert_string_equal(shown.buf, rows[i].paths);
		strbuf_release(&shown);
		arena_release(&arena);
	}
}

static void config_migration_name__templates__as_alembic(void **state)
{
	static const struct {
		const char *template, *revision, *message, *name;
		int truncate, rc;
	} rows[] = {
		{ NULL, "189b1231afd4", "Bootstrap tables!", "189b1231afd4_bootstrap_tables.py", 0, 1 },
		{ NULL, "ab", "", "ab_.py", 0, 1 },
		{ NULL, "ab", "one two three", "ab_one_.py", 5, 1 },
		{ NULL, "ab", "\xc3\x89t\xc3\xa9 \xff caf\xc3\xa9", "ab_\xc3\xa9t\xc3\xa9_caf\xc3\xa9.py", 0, 1 },
		{ "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s", "ab", "x",
			"2025_09_17_0602-ab_x.py", 0, 1 },
		{ "%(year)d/%(rev)s", "ab", "x", "2025/ab.py", 0, 1 },
		{ "%(epoch)s", "ab", "x", "1758089521.py", 0, 1 },
		{ "%(nope)s", "ab", "x", "ab_x.py", 0, 0 },
		{ "../../%(rev)s", "ab", "x", "ab_x.py", 0, 0 },
		{ "/%(rev)s", "ab", "x", "ab_x.py", 0, 0 },
		{ ".git/%(rev)s", "ab", "x", "ab_x.py", 0, 0 },
		{ "%(rev)9999s", "ab", "x", "ab_x.py", 0, 0 },
		{ "__init__%(rev)s", "ab", "x", "ab_x.py", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct create_date date = { 1758089521, 2025, 9, 17, 6, 2, 1 };
		struct config_section section = { .file_template = text_of(rows[i].template),
			.truncate_slug_length = rows[i].truncate };
		struct arena arena;
		struct text name;
		struct err err;

		arena_init(&arena);
		assert_int_equal(config_migration_name(&section, text_of(rows[i].revision), text_of(rows[i].message),
					 &date, &arena, &name, &err),
			rows[i].rc);
		assert_string_equal(name.ptr, rows[i].name);
		arena_release(&arena);
	}
}

static void config_migration_name__id_that_no_file_can_have__fails(void **state)
{
	static const char *const ids[] = { "", "a/b", "../x", ".#x", "a\nb", "__init__" };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		const struct create_date date = { 0 };
		struct arena arena;
		struct text name;
		struct err err;

		arena_init(&arena);
		err_clear(&err);
		assert_int_equal(
			config_migration_name(NULL, text_of(ids[i]), text_of("x"), &date, &arena, &name, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_file_name__names__give_the_format),
		cmocka_unit_test(config_parse__script_location__has_its_kind),
		cmocka_unit_test(config_parse__version_locations__are_cut_as_alembic_does),
		cmocka_unit_test(config_parse__other_keys__are_read),
		cmocka_unit_test(config_parse__several_sections__are_environments_of_their_own),
		cmocka_unit_test(config_parse__ini_of_something_else__has_no_environment),
		cmocka_unit_test(config_parse__pyproject__is_read),
		cmocka_unit_test(config_parse__pyproject_of_wrong_types__is_unknown),
		cmocka_unit_test(config_parse__file_too_large__is_a_problem),
		cmocka_unit_test(config_section_join__key_by_key__ini_wins),
		cmocka_unit_test(location_candidates__kinds__are_tried_in_order),
		cmocka_unit_test(config_migration_name__templates__as_alembic),
		cmocka_unit_test(config_migration_name__id_that_no_file_can_have__fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
