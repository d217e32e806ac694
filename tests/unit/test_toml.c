#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/toml.h"

struct fixture {
	struct arena arena;
	struct toml_table table;
};

static void read_source(struct fixture *f, const char *source)
{
	arena_init(&f->arena);
	toml_read_alembic(source, strlen(source), &f->arena, &f->table);
}

static void assert_string(const struct fixture *f, const char *key, const char *expected)
{
	const struct toml_value *value = toml_find(&f->table, text_of(key));

	assert_non_null(value);
	assert_int_equal(value->kind, TOML_STRING);
	assert_string_equal(value->string.ptr, expected);
	assert_int_equal(value->string.len, strlen(expected));
}

static void toml_read_alembic__every_way_to_write_the_table__is_found(void **state)
{
	static const char *const sources[] = {
		"[tool.alembic]\nk = \"v\"\n",
		"[ tool . 'alembic' ] # comment\nk = 'v'\n",
		"[\"t\\u006fol\".alembic]\r\nk = 'v'\r\n",
		"[tool]\nalembic.k = 'v'\n",
		"[tool]\nalembic = { x = 1, k = 'v' }\n",
		"tool.alembic.k = 'v'",
		"tool = { alembic = { k = 'v' } }",
		"tool = { alembic.k = 'v', other = [ { alembic = { k = 'x' } } ] }",
		"[project]\nk = 'x'\n[[project.authors]]\nk = 'x'\n[tool.alembic]\nk = 'v'\n[tool.alembic.a]\nk = 'x'",
		"text = \"\"\"\n[tool.alembic]\nk = 'x'\n\"\"\"\n[tool.alembic]\nk = 'v'",
		"list = [\n'[tool.alembic]', # ]\n[1, 2],\n]\n[tool.alembic]\nk = 'v'",
		"\xef\xbb\xbf[tool.alembic]\nk = 'v'",
		"[tool.alembic]\nk = 'v'\n[other.tool.alembic]\nk = 'x'\n[alembic]\nk = 'x'\n",
		"when = 1979-05-27 07:32:00\n[tool.alembic]\nk = 'v'\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		struct fixture f;

		read_source(&f, sources[i]);
		if (f.table.problem_count)
			fail_msg("%s: %s", sources[i], f.table.problems[0].what.ptr);
		assert_true(f.table.present);
		assert_string(&f, "k", "v");
		arena_release(&f.arena);
	}
}

static void toml_read_alembic__no_such_table__is_absent(void **state)
{
	static const char *const sources[] = {
		"",
		"[tool.black]\nalembic = 1\n",
		"[tool.alembic-utils]\nk = 'v'\n",
		"# [tool.alembic]\n",
		"x = '''\n[tool.alembic]\n'''\n",
		"[[tool.alembic]]\nk = 'v'\n",
		"tool = 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		struct fixture f;

		read_source(&f, sources[i]);
		assert_int_equal(f.table.count, 0);
		arena_release(&f.arena);
	}
}

static void toml_read_alembic__strings__are_unescaped(void **state)
{
	static const struct {
		const char *source, *value;
	} rows[] = {
		{ "\"a\\tb\\n\\\"\\\\\\u00e9\\U0001F389\"", "a\tb\n\"\\\xc3\xa9\xf0\x9f\x8e\x89" },
		{ "'a\\tb'", "a\\tb" },
		{ "\"\"\"\na\nb\"\"\"", "a\nb" },
		{ "\"\"\"a\\\n   \n\t b\"\"\"", "ab" },
		{ "\"\"\"a\"\" \"\"\"\"\"", "a\"\" \"\"" },
		{ "'''\r\na\r\n'b'''", "a\n'b" },
		{ "''''a''''", "'a'" },
		{ "\"# no comment\" # a comment", "# no comment" },
		{ "\"\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[200] = "[tool.alembic]\nk = ";
		struct fixture f;

		strcat(source, rows[i].source);
		read_source(&f, source);
		assert_int_equal(f.table.problem_count, 0);
		assert_string(&f, "k", rows[i].value);
		arena_release(&f.arena);
	}
}

static void toml_read_alembic__other_values__keep_their_kind(void **state)
{
	static const struct {
		const char *source;
		enum toml_kind kind;
	} rows[] = {
		{ "true", TOML_BOOLEAN },
		{ "false # x", TOML_BOOLEAN },
		{ "-4_0", TOML_INTEGER },
		{ "0x1f", TOML_OTHER },
		{ "1.5", TOML_OTHER },
		{ "1979-05-27", TOML_OTHER },
		{ "[]", TOML_STRINGS },
		{ "['a', 1]", TOML_OTHER },
		{ "[['a']]", TOML_OTHER },
		{ "{ a = 'b' }", TOML_OTHER },
		{ "[{ a = 'b' }]", TOML_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[200] = "[tool.alembic]\nk = ";
		struct fixture f;

		strcat(source, rows[i].source);
		read_source(&f, source);
		assert_int_equal(f.table.problem_count, 0);
		assert_int_equal(f.table.count, 1);
		assert_int_equal(f.table.values[0].kind, rows[i].kind);
		arena_release(&f.arena);
	}
}

static void toml_read_alembic__array_over_lines__holds_its_strings(void **state)
{
	const struct toml_value *value;
	struct fixture f;

	(void)state;
	read_source(&f, "[tool.alembic]\n\nk = [ # one\n  'a',\n\n  \"b]\", # ]\n]\nn = -12\n");
	value = toml_find(&f.table, TEXT_LITERAL("k"));
	assert_non_null(value);
	assert_int_equal(value->kind, TOML_STRINGS);
	assert_int_equal(value->count, 2);
	assert_string_equal(value->strings[0].ptr, "a");
	assert_string_equal(value->strings[1].ptr, "b]");
	assert_int_equal(value->line, 3);
	assert_int_equal(toml_find(&f.table, TEXT_LITERAL("n"))->integer, -12);
	arena_release(&f.arena);
}

static void toml_read_alembic__mistakes__are_problems_and_reading_goes_on(void **state)
{
	static const struct {
		const char *source, *problem;
		unsigned line;
	} rows[] = {
		{ "<<<<<<< HEAD\n", "no key where one should stand", 1 },
		{ "a = \"x\n", "a string is not closed", 1 },
		{ "\na = [1, 2\n", "an array is not closed", 3 },
		{ "a = \"\\q\"\n", "a '\\' that escapes nothing", 1 },
		{ "a = \"\\ud800\"\n", "a '\\u' that is no character", 1 },
		{ "a = 1 2\n", "something stands behind a value", 1 },
		{ "a\n", "no '=' behind a key", 1 },
		{ "a =\n", "no value behind a key", 1 },
		{ "[a\n", "a table header is not closed", 1 },
		{ "tool.alembic.k = 'v'\n", "the key 'k' is there twice; the last one is taken", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[200];
		struct fixture f;

		strcpy(source, rows[i].source);
		strcat(source, "[tool.alembic]\nk = 'v'\n");
		read_source(&f, source);
		assert_int_equal(f.table.problem_count, 1);
		assert_string_equal(f.table.problems[0].what.ptr, rows[i].problem);
		assert_int_equal(f.table.problems[0].line, rows[i].line);
		assert_string(&f, "k", "v");
		arena_release(&f.arena);
	}
}

static void toml_read_alembic__nested_too_deep__is_a_problem(void **state)
{
	static char source[100000] = "a = ";
	struct fixture f;

	(void)state;
	memset(source + 4, '[', sizeof(source) - 5);
	read_source(&f, source);
	assert_int_equal(f.table.problem_count, 1);
	assert_string_equal(f.table.problems[0].what.ptr, "arrays or inline tables too deep in each other");
	arena_release(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(toml_read_alembic__every_way_to_write_the_table__is_found),
		cmocka_unit_test(toml_read_alembic__no_such_table__is_absent),
		cmocka_unit_test(toml_read_alembic__strings__are_unescaped),
		cmocka_unit_test(toml_read_alembic__other_values__keep_their_kind),
		cmocka_unit_test(toml_read_alembic__array_over_lines__holds_its_strings),
		cmocka_unit_test(toml_read_alembic__mistakes__are_problems_and_reading_goes_on),
		cmocka_unit_test(toml_read_alembic__nested_too_deep__is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
