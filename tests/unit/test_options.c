#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/arena_fixture.h"
#include "revident/cli/options.h"

static const char *const formats[] = { "text", "json", NULL };
static const char *const stubs[] = { "pass", NULL };
static const struct opt_spec rows[] = {
	{ .letter = 'C', .kind = OPT_VALUE, .metavar = "DIR" },
	{ .letter = 'o', .kind = OPT_VALUE, .metavar = "FILE" },
	{ .letter = 'q', .kind = OPT_FLAG },
	{ .letter = 'v', .kind = OPT_FLAG },
	{ .name = "help", .letter = 'h', .kind = OPT_FLAG },
	{ .name = "all", .kind = OPT_FLAG },
	{ .name = "env", .kind = OPT_LIST, .metavar = "PATH" },
	{ .name = "events", .kind = OPT_VALUE, .metavar = "KINDS" },
	{ .name = "stub", .kind = OPT_MAYBE, .metavar = "HOW", .choices = stubs },
	{ .name = "format", .kind = OPT_VALUE, .metavar = "FORMAT", .choices = formats },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), ARGS_MAX = 10 };

/* Parses `args` (NULL-ended). */
static int parse(struct options *out, struct arena *arena, const char *const *args, struct err *err)
{
	const struct opt_spec **items = arena_calloc(arena, ROWS, sizeof(*items));
	struct opt_set set = { items, ROWS };
	size_t i, count = 0;

	for (i = 0; i < ROWS; i++)
		items[i] = &rows[i];
	while (args[count])
		count++;
	return options_parse(out, arena, &set, args, count, err);
}

static void options_parse__both_spellings__are_the_same(void **state)
{
	static const char *const spellings[][ARGS_MAX] = {
		{ "--events", "all", "-o", "x", "-q", "-v", NULL },
		{ "--events=all", "-ox", "-qv", NULL },
		{ "-vqox", "--events", "none", "--events=all", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct options options;
		struct err err;

		assert_int_equal(parse(&options, *state, spellings[i], &err), 0);
		assert_string_equal(opt_value(&options, "events"), "all");
		assert_string_equal(opt_value(&options, "o"), "x");
		assert_true(opt_is_given(&options, "q"));
		assert_true(opt_is_given(&options, "v"));
		assert_false(opt_is_given(&options, "all"));
		assert_false(opt_is_given(&options, "help"));
		assert_null(opt_value(&options, "C"));
		assert_int_equal(options.operand_count, 0);
	}
}

static void options_parse__operands__stand_anywhere(void **state)
{
	static const char *const args[] = { "one", "--all", "-", "-C", "dir", "--", "--all", "-x", "--", NULL };
	static const char *const expected[] = { "one", "-", "--all", "-x", "--" };
	struct options options;
	struct err err;
	size_t i;

	assert_int_equal(parse(&options, *state, args, &err), 0);
	assert_int_equal(options.operand_count, 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(options.operands[i], expected[i]);
	assert_string_equal(opt_value(&options, "C"), "dir");
}

static void options_parse__values__may_be_empty_or_look_like_options(void **state)
{
	static const char *const args[] = { "--events=", "--env", "--all", "--env=a=b", "-o", "-", NULL };
	struct options options;
	const char *const *values;
	struct err err;

	assert_int_equal(parse(&options, *state, args, &err), 0);
	assert_string_equal(opt_value(&options, "events"), "");
	assert_false(opt_is_given(&options, "all"));
	assert_int_equal(opt_list(&options, *state, "env", &values), 2);
	assert_string_equal(values[0], "--all");
	assert_string_equal(values[1], "a=b");
	assert_string_equal(opt_value(&options, "o"), "-");
}

static void options_parse__value_that_may_be_left_out__takes_no_argument(void **state)
{
	static const char *const without[] = { "--stub", "pass", NULL };
	static const char *const with[] = { "--stub=pass", NULL };
	struct options options;
	struct err err;

	assert_int_equal(parse(&options, *state, without, &err), 0);
	assert_string_equal(opt_value(&options, "stub"), "");
	assert_int_equal(options.operand_count, 1);
	assert_int_equal(parse(&options, *state, with, &err), 0);
	assert_string_equal(opt_value(&options, "stub"), "pass");
	assert_int_equal(options.operand_count, 0);
}

static void options_parse__mistakes__are_named(void **state)
{
	static const struct {
		const char *args[ARGS_MAX];
		const char *message;
	} mistakes[] = {
		{ { "--fromat", "json" }, "unknown option \"--fromat\"; did you mean \"--format\"?" },
		{ { "--form=json" }, "unknown option \"--form=json\"; did you mean \"--format\"?" },
		{ { "--evn", "x" }, "unknown option \"--evn\"; did you mean \"--env\"?" },
		{ { "--zzzzzz" }, "unknown option \"--zzzzzz\"; --help lists the options" },
		{ { "-x" }, "unknown option \"-x\"; --help lists the options" },
		{ { "-qx" }, "unknown option \"-qx\"; --help lists the options" },
		{ { "-all" }, "unknown option \"-all\"; did you mean \"--all\"?" },
		{ { "-o" }, "-o needs a value: -o FILE" },
		{ { "-q", "--env" }, "--env needs a value: --env PATH" },
		{ { "--all=yes" }, "--all takes no value, but \"yes\" was given; leave it out" },
		{ { "--format", "JSON" }, "--format takes no \"JSON\"; it takes one of: text, json" },
		{ { "--stub=raise" }, "--stub takes no \"raise\"; it takes one of: pass" },
		{ { "--a\x1b[m" }, "unknown option \"--a\\x1b[m\"; --help lists the options" },
	};
	size_t i;

	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct options options;
		struct err err = { .kind = ERR_NONE };

		assert_int_equal(parse(&options, *state, mistakes[i].args, &err), -1);
		assert_string_equal(err.msg, mistakes[i].message);
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

static void suggest__typing_mistakes__finds_the_nearest(void **state)
{
	static const char *const names[] = { "scan", "explain", "show", "recover", "audit", "check" };
	static const struct {
		const char *typed, *expected;
	} rows_typed[] = {
		{ "scna", "scan" },
		{ "shwo", "show" },
		{ "explian", "explain" },
		{ "recovr", "recover" },
		{ "chekc", "check" },
		{ "audits", "audit" },
		{ "restore", NULL },
		{ "x", NULL },
		{ "", NULL },
		{ "a-name-that-is-longer-than-anything-we-have", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows_typed) / sizeof(rows_typed[0]); i++) {
		const char *got = suggest(rows_typed[i].typed, names, sizeof(names) / sizeof(names[0]));

		if (rows_typed[i].expected) {
			assert_non_null(got);
			assert_string_equal(got, rows_typed[i].expected);
		} else {
			assert_null(got);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, new_arena, drop_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_parse__both_spellings__are_the_same),
		TEST(options_parse__operands__stand_anywhere),
		TEST(options_parse__values__may_be_empty_or_look_like_options),
		TEST(options_parse__value_that_may_be_left_out__takes_no_argument),
		TEST(options_parse__mistakes__are_named),
		TEST(suggest__typing_mistakes__finds_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
