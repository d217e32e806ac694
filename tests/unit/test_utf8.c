#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/utf8.h"

/* Expected texts are what Python's bytes.decode("utf-8", "replace") gives; `?` stands for U+FFFD in them. */
static const struct {
	const char *bytes, *expected;
} samples[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "\xe2\x82\xac", "\xe2\x82\xac" },
	{ "\xf0\x9f\x90\x8d!", "\xf0\x9f\x90\x8d!" },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	{ "\x80", "?" },
	{ "caf\xe9 noir", "caf? noir" },
	{ "\xc0\xaf", "??" },      /* overlong */
	{ "\xe0\x80\xaf", "???" }, /* overlong */
	{ "\xe2\x82", "?" },       /* cut short: one run */
	{ "\xe2\x82z", "?z" },
	{ "\xed\xa0\x80", "???" },      /* a surrogate */
	{ "\xf4\x90\x80\x80", "????" }, /* beyond U+10FFFF */
	{ "\xf0\x9f\x90", "?" },        /* cut short */
	{ "\xf0\x9f\xc3\xa9", "?\xc3\xa9" },
	{ "\xff\xfe", "??" },
};

static void strbuf_add_utf8__samples__replaces_each_maximal_run(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct strbuf got = STRBUF_INIT, expected = STRBUF_INIT;
		const char *c;

		strbuf_add_utf8(&got, samples[i].bytes, strlen(samples[i].bytes));
		for (c = samples[i].expected; *c; c++)
			strbuf_add(&expected, *c == '?' ? "\xef\xbf\xbd" : c, *c == '?' ? 3 : 1);
		assert_string_equal(got.buf, expected.buf);
		assert_int_equal(
			utf8_is_valid(samples[i].bytes, strlen(samples[i].bytes)), !strchr(samples[i].expected, '?'));
		strbuf_release(&got);
		strbuf_release(&expected);
	}
}

static void utf8_next__every_character__decodes_to_itself(void **state)
{
	uint32_t code;

	(void)state;
	for (code = 0; code <= 0x10ffff; code++) {
		unsigned char bytes[4];
		struct utf8_char c;
		unsigned len;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		if (code < 0x80) {
			bytes[0] = (unsigned char)code;
			len = 1;
		} else if (code < 0x800) {
			bytes[0] = (unsigned char)(0xc0 | code >> 6);
			len = 2;
		} else if (code < 0x10000) {
			bytes[0] = (unsigned char)(0xe0 | code >> 12);
			bytes[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
			len = 3;
		} else {
			bytes[0] = (unsigned char)(0xf0 | code >> 18);
			bytes[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
			bytes[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
			len = 4;
		}
		if (len > 1)
			bytes[len - 1] = (unsigned char)(0x80 | (code & 0x3f));
		c = utf8_next(bytes, len);
		if (!c.valid || c.code != code || c.len != len)
			fail_msg("U+%04X decodes to U+%04X, %u bytes", (unsigned)code, (unsigned)c.code, c.len);
	}
}

static void utf8_width__narrow_wide_and_combining__counts_cells(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "\xc3\xa9", 1 },
		{ "e\xcc\x81", 1 },
		{ "\xe6\xbc\xa2\xe5\xad\x97", 4 },
		{ "\xea\xb0\x80", 2 },
		{ "\xf0\x9f\x90\x8d", 2 },
		{ "\xff", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(utf8_width(rows[i].text, strlen(rows[i].text)), rows[i].width);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf_add_utf8__samples__replaces_each_maximal_run),
		cmocka_unit_test(utf8_next__every_character__decodes_to_itself),
		cmocka_unit_test(utf8_width__narrow_wide_and_combining__counts_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
