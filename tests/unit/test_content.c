#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/reader.h"
#include "revident/base/strbuf.h"

static struct reader *reader;
static struct arena arena;

static int setup(void **state)
{
	struct err err;

	(void)state;
	arena_init(&arena);
	return reader_new(&reader, &err);
}

static int teardown(void **state)
{
	(void)state;
	reader_free(reader);
	arena_release(&arena);
	return 0;
}

static struct content content_of(const char *source)
{
	struct content content;
	struct err err;

	assert_int_equal(reader_content(reader, &arena, source, strlen(source), &content, &err), 0);
	return content;
}

static struct migration migration_of(const char *source)
{
	struct migration migration;
	struct err err;

	assert_int_equal(reader_read(reader, &arena, source, strlen(source), &migration, &err), 0);
	return migration;
}

static double similarity(const char *a, const char *b)
{
	struct content one = content_of(a), other = content_of(b);

	return content_similarity(&one, &other);
}

static void reader_content__each_kind_of_line__counted_or_dropped(void **state)
{
	static const struct {
		const char *source;
		size_t lines;
	} rows[] = {
		{ "x = 1\n", 1 },
		{ "x = 1", 1 },
		{ "x = 1\r\ny = 2\rz = 3\n", 3 },
		{ "\n \n\t\n\f\n", 0 },
		{ "# c\n  # c\n", 0 },
		{ "'''doc\nstring'''\nx = 1\n", 1 },
		{ "# c\n('a'\n 'b'\n)\nx = 1\n", 1 },
		{ "'''a'''; x = 1\ny = 2\n", 1 },
		{ "\xef\xbb\xbfrevision = 'a'\n", 0 },
		{ "revision = 'a'\ndown_revision: Union[str, None] = None\nbranch_labels=()\ndepends_on\t= 1\n", 0 },
		{ " revision = 'a'\nrevision == 'a'\nrevisions = 1\nrevision: str == 'a'\n", 4 },
		{ "revision: str\n", 1 },
		{ "import a\nfrom a import b\n  from .a import b\nfrom . import (\n  a,\n  b)\nx = 1\n", 1 },
		{ "from a import (b,\n  c)\n", 1 },
		{ "importlib.reload(x)\nfrom_x = 1\nfrom a\n", 3 },
		{ "def upgrade():\ndef downgrade() -> None:\ndef upgrade_data():\ndef other():\n", 1 },
		{ "    pass\npassword = 1\n)\n ])},\n),(\n,\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct content content = content_of(rows[i].source);

		if (content.count != rows[i].lines)
			print_error("source:\n%s\n", rows[i].source);
		assert_int_equal(content.count, rows[i].lines);
	}
}

/* In linear time: searching each line's end up to the end of the file would take a quarter of an hour. */
static void reader_content__millions_of_carriage_returns__are_read_at_once(void **state)
{
	size_t size = 4 * 1024 * 1024;
	char *source = malloc(size);
	struct content content;
	struct err err;

	(void)state;
	assert_non_null(source);
	memset(source, '\r', size);
	source[0] = 'x';
	source[size - 1] = 'y';
	assert_int_equal(reader_content(reader, &arena, source, size, &content, &err), 0);
	assert_int_equal(content.count, 2);
	free(source);
}

static void content_similarity__dice_over_multisets(void **state)
{
	(void)state;
	assert_true(similarity("a\nb\n", "a\nb\n") == 1.0);
	assert_true(similarity("a\na\n", "a\nb\n") == 0.5);
	assert_true(similarity("a\na\nb\n", "b\n") == 0.5);
	assert_true(similarity("a\n", "b\n") == 0.0);
	assert_true(similarity("a\n", "# c\n") == 0.0);
	assert_true(similarity("", "# c\n") == -1.0);
}

/* Lines are compared from both ends first, a few each with each, many in order; which of these says the same. */
static void content_similarity__however_many_lines__counts_each_once(void **state)
{
	static const size_t sizes[] = { 3, 10, 40 };
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct content one, other, third;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i];

		strbuf_clear(&a);
		strbuf_clear(&b);
		for (size_t k = 0; k < n; k++) {
			strbuf_addf(&a, "same%zu()\na%zu()\n", k, k);
			strbuf_addf(&b, "b%zu()\nsame%zu()\n", k, n - 1 - k);
		}
		strbuf_addstr(&a, "same0()\nsame0()\n"); /* the other has it once */
		one = content_of(a.buf);
		other = content_of(b.buf);
		third = content_of(a.buf);
		assert_true(content_similarity(&one, &other) == 2.0 * (double)n / (double)(4 * n + 2));
		assert_true(content_similarity(&one, &third) == 1.0); /* sorted by now, and not yet */
		assert_true(content_similarity(&other, &one) == content_similarity(&third, &other));
	}
	strbuf_release(&a);
	strbuf_release(&b);
}

static void content_similarity__layout_and_quotes__set_aside(void **state)
{
	(void)state;
	assert_true(similarity("  f(\"a\",  'b')\t\r\n", "f('a', \"b\")\n") == 1.0);
	assert_true(similarity("f(a,b)\n", "f(a, b)\n") == 0.0);
}

#define DATED "'''m\nCreate Date: 2015-06-12 14:23\n'''\n"
#define UNTIMED "'''m\nCreate Date: 2015-06-12\n'''\n"

static void content_judgements__follow_similarity_date_and_message(void **state)
{
	static const struct {
		const char *a, *b;
		bool same, other;
	} rows[] = {
		{ "a\nb\nc\n", "a\nb\nd\n", true, false },                         /* 0.67 */
		{ "a\nb\nc\nd\ne\n", "a\nb\nc\nx\ny\n", true, false },             /* 0.6 */
		{ DATED "a\nb\nc\nd\ne\n", DATED "a\nv\nx\ny\nz\n", true, false }, /* 0.2 with the same date */
		{ "a\nb\nc\nd\ne\n", "a\nv\nx\ny\nz\n", false, false },            /* 0.2 */
		{ "a\nb\nc\n", "a\nx\ny\n", false, false },                        /* 0.33 */
		{ DATED "a\nb\nc\n", DATED "a\nx\ny\n", true, false },             /* 0.33 with the same date */
		{ UNTIMED "a\nb\nc\n", UNTIMED "a\nx\ny\n", false, false },        /* that has no time of day */
		{ "a\n", "b\n", false, true },                                     /* 0 */
		{ DATED "a\n", DATED "b\n", false, false },                        /* 0, few lines, the same date */
		{ DATED "a\nb\nc\nd\ne\n", DATED "v\nw\nx\ny\nz\n", false, true },
		{ DATED "a\nb\nc\nd\ne\n", DATED "v\nw\nx\ny\n", false, false }, { DATED "a\n", "b\n", false, true },
		{ "'''m'''\n", "'''m'''\n", true, false },                                /* null, the same message */
		{ "'''m'''\n", "'''n'''\n", false, false }, { "#\n", "\n", true, false }, /* null, neither has one */
		{ "'''m'''\n", "\n", false, false },
		{ DATED, "'''n\nCreate Date: 2015-06-12 14:23\n'''\n", true, false },
		{ "a\n", "\n", false, true }, /* only one side has lines: 0 */
	};
	char one[256], another[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct content ca = content_of(rows[i].a), cb = content_of(rows[i].b);
		struct migration a, b;

		assert_true(strlen(rows[i].a) < 200 && strlen(rows[i].b) < 200);
		a = migration_of(strcat(strcpy(one, rows[i].a), "revision='a'\n"));
		b = migration_of(strcat(strcpy(another, rows[i].b), "revision='b'\n"));
		assert_int_equal(content_is_much_the_same(&a, &ca, &b, &cb), rows[i].same);
		assert_int_equal(content_is_other(&a, &ca, &b, &cb), rows[i].other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_content__each_kind_of_line__counted_or_dropped),
		cmocka_unit_test(reader_content__millions_of_carriage_returns__are_read_at_once),
		cmocka_unit_test(content_similarity__dice_over_multisets),
		cmocka_unit_test(content_similarity__however_many_lines__counts_each_once),
		cmocka_unit_test(content_similarity__layout_and_quotes__set_aside),
		cmocka_unit_test(content_judgements__follow_similarity_date_and_message),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
