/* Our writer of JSON against Jansson, which reads it back, and lays plain text out the same way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/json.h"

static char *written(json_t *value)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = { 0 };

	assert_int_equal(json_document_of(&out, value, &err), 0);
	return strbuf_detach(&out, NULL);
}

/* ["x" and the character], by Jansson's own reading of escapes. */
static json_t *text_of_character(int32_t c)
{
	char escaped[32];

	if (c < 0x10000)
		snprintf(escaped, sizeof(escaped), "[\"x\\u%04x\"]", (unsigned)c);
	else
		snprintf(escaped, sizeof(escaped), "[\"x\\u%04x\\u%04x\"]", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
			(unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
	return json_loads(escaped, 0, NULL);
}

static void json_document_of__every_character__is_read_back_by_jansson(void **state)
{
	static const int32_t ranges[][2] = { { 1, 0x3ff }, { 0x590, 0x6ff }, { 0x2000, 0x20ff }, { 0xd7f0, 0xd7ff },
		{ 0xe000, 0xe010 }, { 0xfe00, 0xffff }, { 0x1f600, 0x1f610 }, { 0xe0000, 0xe0080 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		int32_t c;

		for (c = ranges[i][0]; c <= ranges[i][1]; c++) {
			json_t *value = text_of_character(c), *back;
			char *text;

			assert_non_null(value);
			text = written(json_incref(value));
			back = json_loads(text, 0, NULL);
			assert_true(json_equal(back, value));
			json_decref(back);
			json_decref(value);
			free(text);
		}
	}
}

static void json_document_of__plain_text__is_laid_out_as_jansson_does(void **state)
{
	json_t *value = json_pack("{s:[], s:{}, s:n, s:b, s:b, s:i, s:f, s:[s, {s:[i, [s]]}], s:s}", "list", "object",
		"null", "yes", 1, "no", 0, "count", -42, "similarity", 0.058, "deep", "a", "b", 1, "c", "last",
		"d \"e\"\n\\");
	char *ours, *theirs;

	(void)state;
	assert_non_null(value);
	theirs = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(3));
	ours = written(value);
	assert_int_equal(ours[strlen(ours) - 1], '\n');
	ours[strlen(ours) - 1] = '\0';
	assert_string_equal(ours, theirs);
	free(ours);
	free(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_document_of__every_character__is_read_back_by_jansson),
		cmocka_unit_test(json_document_of__plain_text__is_laid_out_as_jansson_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
