#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/strbuf.h"

static void strbuf_init__empty__is_a_c_string(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_string_equal(sb.buf, "");
	assert_int_equal(sb.len, 0);
	strbuf_release(&sb);
	strbuf_release(&sb);
	assert_string_equal(sb.buf, "");
}

static void strbuf_add__bytes_with_nul__keeps_them(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_add(&sb, "a\0b", 3);
	strbuf_addch(&sb, 'c');
	assert_int_equal(sb.len, 4);
	assert_memory_equal(sb.buf, "a\0bc", 5);
	strbuf_release(&sb);
}

static void strbuf_addf__longer_than_the_room__grows(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char expected[301];

	(void)state;
	memset(expected, '0', 299);
	memcpy(expected + 299, "7", 2);
	strbuf_addf(&sb, "%0300d", 7);
	assert_string_equal(sb.buf, expected);
	strbuf_addf(&sb, "%s", "!");
	assert_int_equal(sb.len, 301);
	assert_int_equal(sb.buf[300], '!');
	strbuf_release(&sb);
}

static void strbuf_add__many_small_pieces__are_all_there(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		strbuf_addch(&sb, (char)('a' + i % 26));
		assert_int_equal(sb.buf[sb.len], '\0');
	}
	assert_int_equal(sb.len, 10000);
	for (i = 0; i < 10000; i++)
		assert_int_equal(sb.buf[i], 'a' + i % 26);
	strbuf_release(&sb);
}

static void strbuf_clear__used__keeps_the_memory(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *before;

	(void)state;
	strbuf_addchn(&sb, 'x', 100);
	before = sb.buf;
	strbuf_clear(&sb);
	assert_string_equal(sb.buf, "");
	strbuf_addstr(&sb, "y");
	assert_ptr_equal(sb.buf, before);
	assert_string_equal(sb.buf, "y");
	strbuf_release(&sb);
}

static void strbuf_setlen__shorter__cuts(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_setlen(&sb, 0);
	strbuf_addstr(&sb, "revision");
	strbuf_setlen(&sb, 3);
	assert_string_equal(sb.buf, "rev");
	assert_int_equal(sb.len, 3);
	strbuf_release(&sb);
}

static void strbuf_detach__used_and_empty__gives_a_string_of_its_own(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	size_t len = 9;
	char *text;

	(void)state;
	text = strbuf_detach(&sb, &len);
	assert_string_equal(text, "");
	assert_int_equal(len, 0);
	free(text);
	strbuf_addstr(&sb, "mine");
	text = strbuf_detach(&sb, NULL);
	assert_string_equal(text, "mine");
	assert_string_equal(sb.buf, "");
	strbuf_release(&sb);
	free(text);
}

static void strbuf_ends_with__suffixes__tells(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_true(strbuf_ends_with(&sb, ""));
	assert_false(strbuf_ends_with(&sb, "y"));
	strbuf_addstr(&sb, "env.py");
	assert_true(strbuf_ends_with(&sb, ".py"));
	assert_true(strbuf_ends_with(&sb, "env.py"));
	assert_false(strbuf_ends_with(&sb, "my_env.py"));
	strbuf_release(&sb);
}

static void strbuf_add_component__a_path__has_slashes_between_names(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_add_component(&sb, "a", 1);
	assert_string_equal(sb.buf, "a");
	strbuf_add_component(&sb, "bcd", 2);
	assert_string_equal(sb.buf, "a/bc");
	strbuf_release(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf_init__empty__is_a_c_string),
		cmocka_unit_test(strbuf_add__bytes_with_nul__keeps_them),
		cmocka_unit_test(strbuf_addf__longer_than_the_room__grows),
		cmocka_unit_test(strbuf_add__many_small_pieces__are_all_there),
		cmocka_unit_test(strbuf_clear__used__keeps_the_memory),
		cmocka_unit_test(strbuf_setlen__shorter__cuts),
		cmocka_unit_test(strbuf_detach__used_and_empty__gives_a_string_of_its_own),
		cmocka_unit_test(strbuf_ends_with__suffixes__tells),
		cmocka_unit_test(strbuf_add_component__a_path__has_slashes_between_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
