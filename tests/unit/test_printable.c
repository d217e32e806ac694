#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/printable.h"
#include "revident/base/utf8.h"

static void assert_shown(const char *bytes, size_t len, const char *expected)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_add_printable(&sb, bytes, len);
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
}

static void strbuf_add_printable__ordinary_text__stays(void **state)
{
	static const char text[] = "Zo\xc3\xab \xe2\x80\x94 \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x90\x8d \\x \"quoted\" ~";

	(void)state;
	assert_shown(text, strlen(text), text);
	assert_shown("", 0, "");
}

static void strbuf_add_printable__what_misleads__is_made_visible(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *expected;
	} rows[] = {
		{ "\x1b[2J", 4, "\\x1b[2J" },
		{ "a\nb\r\tc", 6, "a\\x0ab\\x0d\\x09c" },
		{ "a\0b", 3, "a\\x00b" },
		{ "\x7f", 1, "\\x7f" },
		{ "\xff\xfe", 2, "\\xff\\xfe" },
		{ "\xe2\x82", 2, "\\xe2\\x82" },
		{ "\xc2\x9b"
		  "31m",
			5, "\\u{9b}31m" },
		{ "a\xe2\x80\xae"
		  "b",
			5, "a\\u{202e}b" },
		{ "\xe2\x81\xa6", 3, "\\u{2066}" },
		{ "\xe2\x80\x8b", 3, "\\u{200b}" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", 6, "\\u{2028}\\u{2029}" },
		{ "\xef\xbb\xbf", 3, "\\u{feff}" },
		{ "\xc2\xad", 2, "\\u{ad}" },
		{ "\xf3\xa0\x81\x81", 4, "\\u{e0041}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_shown(rows[i].bytes, rows[i].len, rows[i].expected);
}

static void strbuf_add_printable__all_pairs_of_bytes__are_one_printable_line(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	unsigned a, b;
	size_t i;

	(void)state;
	for (a = 0; a < 256; a++)
		for (b = 0; b < 256; b++) {
			unsigned char bytes[2] = { (unsigned char)a, (unsigned char)b };

			strbuf_add_printable(&sb, bytes, sizeof(bytes));
		}
	assert_true(utf8_is_valid(sb.buf, sb.len));
	for (i = 0; i < sb.len; i++)
		assert_true((unsigned char)sb.buf[i] >= 0x20 && sb.buf[i] != 0x7f);
	strbuf_release(&sb);
}

static void strbuf_add_printable_text__none__adds_nothing(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_add_printable_text(&sb, TEXT_NONE);
	strbuf_add_printable_text(&sb, TEXT_LITERAL("a\a"));
	assert_string_equal(sb.buf, "a\\x07");
	strbuf_release(&sb);
}

static void arena_printable__what_misleads_and_none__are_copied(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(arena_printable(&arena, TEXT_LITERAL("a\0b\x1b")), "a\\x00b\\x1b");
	assert_string_equal(arena_printable(&arena, TEXT_NONE), "");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf_add_printable__ordinary_text__stays),
		cmocka_unit_test(strbuf_add_printable__what_misleads__is_made_visible),
		cmocka_unit_test(strbuf_add_printable__all_pairs_of_bytes__are_one_printable_line),
		cmocka_unit_test(strbuf_add_printable_text__none__adds_nothing),
		cmocka_unit_test(arena_printable__what_misleads_and_none__are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
