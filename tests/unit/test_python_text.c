#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/python_text.h"

static void python_text_read__declared_encodings__in_utf8(void **state)
{
	static const struct {
		const char *bytes, *text;
		unsigned bad_line;
		bool foreign;
	} rows[] = {
		{ "", "", 0, false },
		{ "x\xc3\xa9", "x\xc3\xa9", 0, false },
		{ "\xef\xbb\xbfx", "x", 0, false },
		{ "\n\nx\xe9", "\n\nx\xe9", 3, false },
		{ "\r\n\rx\xe9", "\r\n\rx\xe9", 3, false },
		{ "#coding:latin-1\n\xe9\x80", "#coding:latin-1\n\xc3\xa9\xc2\x80", 0, false },
		{ "#coding=ISO_8859-15\n\xa4\xbd\xe9", "#coding=ISO_8859-15\n\xe2\x82\xac\xc5\x93\xc3\xa9", 0, false },
		{ "#coding: cp1252\n\x80\xff", "#coding: cp1252\n\xe2\x82\xac\xc3\xbf", 0, false },
		{ "#coding: windows-1252\n\x81", "#coding: windows-1252\n\x81", 2, false },
		{ "#coding: ascii\n\n\xe9", "#coding: ascii\n\n\xe9", 3, false },
		{ "#coding: UTF-8\n\xff", "#coding: UTF-8\n\xff", 2, false },
		{ "#coding: koi8-r\n\xc1", "#coding: koi8-r\n\xc1", 0, true },
		{ "#coding: koi8-r\n", "#coding: koi8-r\n", 0, false },
		{ "#coding: no-such-thing\n", "#coding: no-such-thing\n", 1, false },
		{ "#!x\r\n#coding: no-such-thing\n", "#!x\r\n#coding: no-such-thing\n", 2, false },
		{ " \t\n \f# my coding; coding : x, coding:latin-1\n\xe9",
			" \t\n \f# my coding; coding : x, coding:latin-1\n\xc3\xa9", 0, false },
		{ "\n\n#coding: no-such-thing\n", "\n\n#coding: no-such-thing\n", 0, false },
		{ "x #coding: no-such-thing\n", "x #coding: no-such-thing\n", 0, false },
		{ "x\n#coding: no-such-thing\n", "x\n#coding: no-such-thing\n", 0, false },
		{ "\xef\xbb\xbf#coding: latin-1\n", "#coding: latin-1\n", 1, false },
		{ "#coding: a-name-that-is-longer-than-any-encoding-of-pythons-is\n",
			"#coding: a-name-that-is-longer-than-any-encoding-of-pythons-is\n", 1, false },
	};
	struct strbuf scratch = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct python_text text = python_text_read(rows[i].bytes, strlen(rows[i].bytes), &scratch);

		assert_int_equal(text.len, strlen(rows[i].text));
		assert_memory_equal(text.bytes, rows[i].text, text.len);
		assert_int_equal(text.undecodable, rows[i].bad_line != 0);
		assert_int_equal(text.bad_line, rows[i].bad_line);
		assert_int_equal(text.foreign, rows[i].foreign);
	}
	strbuf_release(&scratch);
}

static void line_ends__lf_crlf_and_cr__each_once(void **state)
{
	static const char text[] = "a\nb\r\nc\rd\r\r\n\n";

	(void)state;
	assert_int_equal(line_ends(text, text + sizeof(text) - 1), 6);
	assert_int_equal(line_ends(text, text), 0);
	assert_int_equal(line_ends(text, text + 7), 3); /* a CR at the end is one */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(python_text_read__declared_encodings__in_utf8),
		cmocka_unit_test(line_ends__lf_crlf_and_cr__each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
