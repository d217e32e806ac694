/*
 * What holds of every page of text: its width, its colours, and bytes that are not to reach a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/arena_fixture.h"
#include "../support/scan_model.h"
#include "revident/base/utf8.h"
#include "revident/report/scan.h"

#define HEX_11 "1111111111111111111111111111111111111111"
#define HEX_5F "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
#define HEX_60 "6060606060606060606060606060606060606060"

static void render(const struct scan *scan, bool color, struct strbuf *out)
{
	struct render_options options = { .color = color, .can_recover = true };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(scan_format_find("text")->render(scan, &options, out, &err), 0);
}

/* Lines over 80 columns only where one token is that long. */
static void assert_fits(const char *text)
{
	const char *line, *end;

	for (line = text; *line; line = end + 1) {
		const char *start = line + strspn(line, " ");

		end = strchr(line, '\n');
		assert_non_null(end);
		if (utf8_width(line, (size_t)(end - line)) > 80 && memchr(start, ' ', (size_t)(end - start)) &&
			!strstr(start, "git show"))
			fail_msg("too long: %.*s", (int)(end - line), line);
		assert_true(end == line || end[-1] != ' ');
	}
}

static void scan_text__hostile_bytes__are_made_visible(void **state)
{
	struct model_accident *a = model_accident(*state, "\x1b[2Jall is well\nrevident: clean \xe2\x80\xae"
							  "dlrow \xff\xfe");
	struct strbuf out = STRBUF_INIT;

	a->lost.path = a->missing.referencing_path = TEXT_LITERAL("v/a\nb \x1b[31m\xff.py");
	a->lost.revision = a->missing.revision = TEXT_LITERAL("-x\x07");
	a->event->after.migration = NULL;
	render(&a->scan, false, &out);
	assert_string_equal(out.buf,
		"-x\\x07 is missing: 2a3f4c9d1cde names it as its parent\n"
		"(v/a\\x0ab \\x1b[31m\\xff.py:12), and no file declares it.\n"
		"  what       overwritten by 2a3f4c9d1cde, which took its file\n"
		"  commit     " HEX_60 "\n"
		"             \"\\x1b[2Jall is well\\x0arevident: clean \\u{202e}dlrow \\xff\\xfe\"\n"
		"  authored   2025-09-17T16:42:11+02:00 by Maja Lindqvist <maja@habits.example>\n"
		"  published  in v1.3: databases may have run it\n"
		"  file       v/a\\x0ab \\x1b[31m\\xff.py\n"
		"  original   blob " HEX_11 "\n"
		"             git show $'" HEX_5F ":v/a\\012b \\033[31m\\377.py'\n"
		"  next       revident recover -- $'-x\\007'\n"
		"             revident show -- $'-x\\007'\n"
		"             revident explain -- $'-x\\007'\n"
		"\n"
		"7 commits and 5 files read in 1 environment: 1 missing, 1 lost.\n");
	strbuf_release(&out);
}

static void scan_text__long_prose__wraps_at_80_columns(void **state)
{
	char summary[2000];
	struct model_accident *a;
	struct strbuf out = STRBUF_INIT;

	memset(summary, 'x', sizeof(summary) - 1);
	summary[sizeof(summary) - 1] = '\0';
	a = model_accident(*state, summary);
	render(&a->scan, false, &out);
	assert_fits(out.buf);
	strbuf_clear(&out);
	memset(summary, '\xe6', 3);
	memcpy(summary, "\xe6\xbc\xa2", 3);
	summary[400] = ' ';
	summary[50] = ' ';
	render(&a->scan, false, &out);
	assert_fits(out.buf);
	strbuf_release(&out);
}

static void scan_text__color__off_leaves_no_escape_and_on_changes_nothing_else(void **state)
{
	struct model_accident *a = model_accident(*state, "x");
	struct strbuf plain = STRBUF_INIT, colored = STRBUF_INIT, stripped = STRBUF_INIT;
	size_t i;

	render(&a->scan, false, &plain);
	assert_null(strchr(plain.buf, '\x1b'));
	render(&a->scan, true, &colored);
	assert_non_null(strstr(colored.buf, "\x1b[1;31mmissing\x1b[0m"));
	for (i = 0; i < colored.len; i++) {
		if (colored.buf[i] == '\x1b')
			i += strcspn(colored.buf + i, "m");
		else
			strbuf_addch(&stripped, colored.buf[i]);
	}
	assert_string_equal(stripped.buf, plain.buf);
	strbuf_release(&stripped);
	strbuf_release(&colored);
	strbuf_release(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(scan_text__hostile_bytes__are_made_visible, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_text__long_prose__wraps_at_80_columns, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_text__color__off_leaves_no_escape_and_on_changes_nothing_else, new_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
