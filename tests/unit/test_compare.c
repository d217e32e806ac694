#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/reader.h"

#define BODY(up, down) "revision = 'a'\ndef upgrade():\n" up "def downgrade():\n" down

struct row {
	const char *before, *after;
	enum edit edit;
};

static void check_rows(const struct row *rows, size_t count)
{
	struct reader *reader = NULL;
	struct err err;
	enum edit edit;

	assert_int_equal(reader_new(&reader, &err), 0);
	for (size_t i = 0; i < count; i++) {
		struct text before = text_of(rows[i].before), after = text_of(rows[i].after);

		assert_int_equal(reader_compare(reader, before, after, &edit, &err), 0);
		if (edit != rows[i].edit)
			print_error("before:\n%s\nafter:\n%s\n", rows[i].before, rows[i].after);
		assert_int_equal(edit, rows[i].edit);
		assert_int_equal(reader_compare(reader, after, before, &edit, &err), 0);
		assert_int_equal(edit, rows[i].edit);
	}
	reader_free(reader);
}

#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void reader_compare__layout__cosmetic(void **state)
{
	static const struct row rows[] = {
		{ "x = 1\n", "# c\nx  =\\\n 1 # d\n\n", EDIT_COSMETIC },
		{ "x = 1; y = 2\n", "x = 1\ny = 2;\r\n", EDIT_COSMETIC },
		{ "if x: y = 1\n", "if x:\n\ty = 1\n", EDIT_COSMETIC },
		{ "'''doc'''\nx = 1\n", "x = 1\n", EDIT_COSMETIC },
		{ "def f():\n  'doc'\n  x\n", "def f(): x\n", EDIT_COSMETIC },
		{ "class C():\n  'doc'\n  x = 1\n", "class C:\n  x = 1\n", EDIT_COSMETIC },
		{ "f(\n  a,\n  b,\n)\n", "f(a, b)\n", EDIT_COSMETIC },
		{ "x = [1, 2,]\n", "x = [1, 2]\n", EDIT_COSMETIC },
		{ "from a import (b, c,)\n", "from a import b, c\n", EDIT_COSMETIC },
		{ "# coding: latin-1\nx = '\xe9'\n", "x = '\xc3\xa9'\n", EDIT_COSMETIC },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void reader_compare__quotes_and_annotations__cosmetic(void **state)
{
	static const struct row rows[] = {
		{ "x = 'a'\n", "x = \"\"\"a\"\"\"\n", EDIT_COSMETIC },
		{ "x = u'a' 'b'\n", "x = r'ab'\n", EDIT_COSMETIC },
		{ "x = 'it\\'s'\n", "x = \"it's\"\n", EDIT_COSMETIC },
		{ "x = f'{a[\"b\"]} c'\n", "x = f\"{a['b']}\" f' c'\n", EDIT_COSMETIC },
		{ "x: str = 'a'\ny: int\n", "x = 'a'\n", EDIT_COSMETIC },
		{ "def f(a: int = 1, *b: str) -> None: pass\n", "def f(a=1, *b): pass\n", EDIT_COSMETIC },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void reader_compare__parentheses__redundant_by_precedence(void **state)
{
	static const struct row rows[] = {
		{ "x = (a + b)\n", "x = a + b\n", EDIT_COSMETIC },
		{ "x = (a * b) + c\n", "x = a * b + c\n", EDIT_COSMETIC },
		{ "x = a * (b + c)\n", "x = a * b + c\n", EDIT_OTHER },
		{ "x = a - (b - c)\n", "x = a - b - c\n", EDIT_OTHER },
		{ "x = not (a == b)\n", "x = not a == b\n", EDIT_COSMETIC },
		{ "x = (a < b) < c\n", "x = a < b < c\n", EDIT_OTHER },
		{ "x = -(a ** b)\n", "x = -a ** b\n", EDIT_COSMETIC },
		{ "x = a ** (b + c)\n", "x = a ** b + c\n", EDIT_OTHER },
		{ "x = a ** (-b)\n", "x = a ** -b\n", EDIT_COSMETIC },
		{ "x = (-a) ** b\n", "x = -a ** b\n", EDIT_OTHER },
		{ "x = ('a',)\n", "x = ('a')\n", EDIT_OTHER },
		{ "x = ('a',)\n", "x = 'a',\n", EDIT_COSMETIC },
		{ "return_ = (a, b)\n", "return_ = a, b\n", EDIT_COSMETIC },
		{ "f((a, b))\n", "f(a, b)\n", EDIT_OTHER },
		{ "f((a for a in b))\n", "f(a for a in b)\n", EDIT_COSMETIC },
		{ "x = [(a for a in b)]\n", "x = [a for a in b]\n", EDIT_OTHER },
		{ "x = a is not (b)\n", "x = a is (not b)\n", EDIT_OTHER },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void reader_compare__bodies__named(void **state)
{
	static const struct row rows[] = {
		{ BODY("  a()\n", "  b()\n"), BODY("  a(1)\n", "  b()\n"), EDIT_UPGRADE },
		{ BODY("  a()\n", "  b()\n"), BODY("  a(1)\n", "  b(1)\n"), EDIT_UPGRADE },
		{ BODY("  a()\n", "  b()\n"), BODY("  a()\n", "  b(1)\n"), EDIT_DOWNGRADE },
		{ BODY("  a()\n", "  b()\n"), "x = 1\n" BODY("  a()\n", "  b()\n"), EDIT_OTHER },
		{ BODY("  a()\n", "  b()\n"), BODY("  a()\n", "  b()\n") "def helper(): pass\n", EDIT_OTHER },
		{ BODY("  if x:\n    a()\n  b()\n", ""), BODY("  if x:\n    a()\n    b()\n", ""), EDIT_UPGRADE },
		{ BODY("  a('x')\n", ""), BODY("  a(x)\n", ""), EDIT_UPGRADE },
		{ BODY("  a('x')\n", ""), BODY("  a(b'x')\n", ""), EDIT_UPGRADE },
		{ BODY("  a('x y')\n", ""), BODY("  a('x  y')\n", ""), EDIT_UPGRADE },
		{ BODY("  a()\n", ""), "revision = 'a'\ndef downgrade():\n", EDIT_UPGRADE },
		{ BODY("  f(\n", ""), BODY("  f(1\n", ""), EDIT_OTHER },
		{ BODY("  f(\n", ""), BODY("  f(\n", ""), EDIT_COSMETIC },
		{ BODY("  f('\n", ""), BODY("  f('\n  # more\n", ""), EDIT_OTHER },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void reader_same_code__formatted_and_linted__is_the_same(void **state)
{
	static const struct {
		const char *before, *after;
		bool same;
	} rows[] = {
		{ "import a\nimport b\n" BODY("  f('x')\n", ""), "import b\nimport a\n" BODY("  f(\"x\",)\n", ""),
			true },
		{ "import a\n\nx = 1\nfrom b import (c,\n  d)\n", "from b import c; x = 1\n", true },
		{ "import a\nx = 1\n", "import a\nx = 2\n", false },
		{ "x = 1\nimport a\n", "x = 1\ny = 1\nimport a\n", false },
		{ "import a\nx = 1\n", "import a\n", false },
		{ "import a\n", "import b\n", true },
		{ BODY("  import a\n", ""), BODY("  import b\n", ""), false },
		{ BODY("  f(\n", ""), BODY("  f(1\n", ""), false },
	};
	struct reader *reader = NULL;
	struct err err;

	(void)state;
	assert_int_equal(reader_new(&reader, &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text before = text_of(rows[i].before), after = text_of(rows[i].after);
		bool same = !rows[i].same;

		assert_int_equal(reader_same_code(reader, before, after, &same, &err), 0);
		if (same != rows[i].same)
			fail_msg("row %zu:\n%s\nand\n%s", i, rows[i].before, rows[i].after);
		assert_int_equal(reader_same_code(reader, after, before, &same, &err), 0);
		assert_int_equal(same, rows[i].same);
	}
	reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_compare__layout__cosmetic),
		cmocka_unit_test(reader_compare__quotes_and_annotations__cosmetic),
		cmocka_unit_test(reader_compare__parentheses__redundant_by_precedence),
		cmocka_unit_test(reader_compare__bodies__named),
		cmocka_unit_test(reader_same_code__formatted_and_linted__is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
