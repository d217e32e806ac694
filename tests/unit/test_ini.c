#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/ini.h"

struct fixture {
	struct arena arena;
	struct ini ini;
};

static void parse(struct fixture *f, const char *source)
{
	arena_init(&f->arena);
	ini_parse(source, strlen(source), &f->arena, &f->ini);
}

static const struct ini_section *section_named(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->ini.count; i++)
		if (text_equal(f->ini.sections[i].name, text_of(name)))
			return &f->ini.sections[i];
	fail_msg("no section %s", name);
	return NULL;
}

static void assert_raw(const struct fixture *f, const char *section, const char *key, const char *expected)
{
	const struct ini_value *value = ini_find(&f->ini, section_named(f, section), text_of(key));

	assert_non_null(value);
	assert_string_equal(value->raw.ptr, expected);
	assert_int_equal(value->raw.len, strlen(expected));
}

static void assert_interpolated(struct fixture *f, const char *key, const char *expected, size_t len)
{
	const struct ini_section *section = section_named(f, "alembic");
	const struct ini_value *value = ini_find(&f->ini, section, text_of(key));
	struct text out, reason = TEXT_LITERAL("");

	assert_non_null(value);
	if (!ini_interpolate(&f->ini, section, value->raw, &f->arena, &out, &reason))
		fail_msg("%s", reason.ptr);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, expected, len);
}

static void assert_not_interpolated(struct fixture *f, const char *key, const char *expected)
{
	const struct ini_section *section = section_named(f, "alembic");
	const struct ini_value *value = ini_find(&f->ini, section, text_of(key));
	struct text out, reason = TEXT_LITERAL("");

	assert_non_null(value);
	assert_int_equal(ini_interpolate(&f->ini, section, value->raw, &f->arena, &out, &reason), 0);
	assert_string_equal(reason.ptr, expected);
}

static void ini_parse__continuation_lines__joined_by_line_feeds(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[alembic]\nversion_locations = a\n  b\n\n# comment\n\tc\n\nnext: d\n");
	assert_raw(&f, "alembic", "version_locations", "a\nb\n\nc");
	assert_raw(&f, "alembic", "next", "d");
	assert_int_equal(f.ini.problem_count, 0);
	arena_release(&f.arena);
}

static void ini_parse__semicolon_in_value__is_kept(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[alembic]\npath_separator = ;\nx = a ; b # c\n; all of it\n");
	assert_raw(&f, "alembic", "path_separator", ";");
	assert_raw(&f, "alembic", "x", "a ; b # c");
	arena_release(&f.arena);
}

static void ini_parse__key_in_capitals__is_lower_case(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[alembic]\nScript_Location : x\n");
	assert_raw(&f, "alembic", "script_location", "x");
	arena_release(&f.arena);
}

static void ini_parse__mark_and_crlf__are_no_content(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "\xef\xbb\xbf[alembic]\r\na = 1\r\n  2\rb = 3");
	assert_raw(&f, "alembic", "a", "1\n2");
	assert_raw(&f, "alembic", "b", "3");
	assert_int_equal(ini_find(&f.ini, section_named(&f, "alembic"), TEXT_LITERAL("b"))->line, 4);
	arena_release(&f.arena);
}

static void ini_parse__long_value__has_no_limit(void **state)
{
	static char source[300000];
	struct fixture f;

	(void)state;
	memset(source, 'x', sizeof(source) - 1);
	memcpy(source, "[alembic]\na = ", 14);
	parse(&f, source);
	assert_int_equal(
		ini_find(&f.ini, section_named(&f, "alembic"), TEXT_LITERAL("a"))->raw.len, sizeof(source) - 15);
	arena_release(&f.arena);
}

static void ini_find__key_of_default__is_inherited(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[alembic]\nb = own\n[DEFAULT]\na = 1\nb = 2\n");
	assert_raw(&f, "alembic", "a", "1");
	assert_raw(&f, "alembic", "b", "own");
	assert_int_equal(f.ini.count, 1);
	arena_release(&f.arena);
}

static void ini_parse__mistakes__are_problems_and_reading_goes_on(void **state)
{
	static const struct {
		const char *source, *problem;
		unsigned line;
	} rows[] = {
		{ "a = 1\n[alembic]\nk = v\n", "no section header before 'a = 1'", 1 },
		{ "[alembic]\nk = u\nk = v\n", "the key 'k' is there twice in its section; the last one is taken", 3 },
		{ "[alembic]\nk = u\n[alembic]\nk = v\n", "the section 'alembic' is there twice", 3 },
		{ "[alembic]\nrubbish\nk = v\n", "neither a section nor a key with a value: 'rubbish'", 2 },
		{ "[alembic]\n= 1\nk = v\n", "a value without a key: '= 1'", 2 },
		{ "[alembic]\n\x1b[31m\nk = v\n", "neither a section nor a key with a value: '\\x1b[31m'", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fixture f;

		parse(&f, rows[i].source);
		assert_true(f.ini.problem_count >= 1);
		assert_string_equal(f.ini.problems[0].what.ptr, rows[i].problem);
		assert_int_equal(f.ini.problems[0].line, rows[i].line);
		assert_raw(&f, "alembic", "k", "v");
		arena_release(&f.arena);
	}
}

static void ini_parse__many_problems__keeps_the_first(void **state)
{
	char source[1000] = "[alembic]\n";
	struct fixture f;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(source, "rubbish\n");
	parse(&f, source);
	assert_int_equal(f.ini.problem_count, CONFIG_PROBLEMS_MAX);
	arena_release(&f.arena);
}

static void ini_interpolate__references__are_replaced(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[DEFAULT]\nroot = top\n[alembic]\na = %(here)s/x\nb = %(C)s-%(root)s\nc = 50%%\nd = plain\n");
	assert_interpolated(&f, "a", "\0/x", 3);
	assert_interpolated(&f, "b", "50%-top", 7);
	assert_interpolated(&f, "d", "plain", 5);
	arena_release(&f.arena);
}

static void ini_interpolate__file_has_here__file_wins(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[DEFAULT]\nhere = mine\n[alembic]\na = %(here)s/x\n");
	assert_interpolated(&f, "a", "mine/x", 6);
	arena_release(&f.arena);
}

static void ini_interpolate__mistakes__say_why(void **state)
{
	static const struct {
		const char *value, *reason;
	} rows[] = {
		{ "%(nope)s", "there is no key 'nope'" },
		{ "50%", "a '%' in it is neither '%%' nor '%(key)s'" },
		{ "%(a", "a '%' in it is neither '%%' nor '%(key)s'" },
		{ "%()s", "a '%' in it is neither '%%' nor '%(key)s'" },
		{ "%(k)s", "%(...)s leads too deep" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char source[100] = "[alembic]\nk = ";
		struct fixture f;

		strcat(source, rows[i].value);
		parse(&f, source);
		assert_not_interpolated(&f, "k", rows[i].reason);
		arena_release(&f.arena);
	}
}

static void ini_interpolate__nul_in_value__is_unknown(void **state)
{
	static const char source[] = "[alembic]\nk = a\0b\n";
	struct fixture f;

	(void)state;
	arena_init(&f.arena);
	ini_parse(source, sizeof(source) - 1, &f.arena, &f.ini);
	assert_not_interpolated(&f, "k", "it holds a NUL");
	arena_release(&f.arena);
}

static void ini_interpolate__ten_levels__is_the_limit(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "[alembic]\na = %(b)s\nb = %(c)s\nc = %(d)s\nd = %(e)s\ne = %(f)s\nf = %(g)s\ng = %(h)s\nh = %(i)s\n"
		  "i = %(j)s\nj = %(k)s\nk = end\nz = %(a)s\n");
	assert_interpolated(&f, "a", "end", 3);
	assert_not_interpolated(&f, "z", "%(...)s leads too deep");
	arena_release(&f.arena);
}

static void ini_interpolate__exponential_value__ends_soon(void **state)
{
	char source[8000] = "[alembic]\n", line[700], refs[601] = "";
	struct fixture f;

	(void)state;
	for (char key = 'a'; key < 'j'; key++) {
		refs[0] = '\0';
		for (int i = 0; i < 100; i++)
			snprintf(refs + strlen(refs), sizeof(refs) - strlen(refs), "%%(%c)s", key + 1);
		snprintf(line, sizeof(line), "%c = %s\n", key, refs);
		strcat(source, line);
	}
	strcat(source, "j =\n");
	parse(&f, source);
	assert_not_interpolated(&f, "a", "%(...)s makes it too long");
	arena_release(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ini_parse__continuation_lines__joined_by_line_feeds),
		cmocka_unit_test(ini_parse__semicolon_in_value__is_kept),
		cmocka_unit_test(ini_parse__key_in_capitals__is_lower_case),
		cmocka_unit_test(ini_parse__mark_and_crlf__are_no_content),
		cmocka_unit_test(ini_parse__long_value__has_no_limit),
		cmocka_unit_test(ini_find__key_of_default__is_inherited),
		cmocka_unit_test(ini_parse__mistakes__are_problems_and_reading_goes_on),
		cmocka_unit_test(ini_parse__many_problems__keeps_the_first),
		cmocka_unit_test(ini_interpolate__references__are_replaced),
		cmocka_unit_test(ini_interpolate__file_has_here__file_wins),
		cmocka_unit_test(ini_interpolate__mistakes__say_why),
		cmocka_unit_test(ini_interpolate__nul_in_value__is_unknown),
		cmocka_unit_test(ini_interpolate__ten_levels__is_the_limit),
		cmocka_unit_test(ini_interpolate__exponential_value__ends_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
