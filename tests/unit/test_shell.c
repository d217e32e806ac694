#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/shell.h"

static void assert_word(struct text word, const char *expected)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_add_shell_word(&sb, word);
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
}

static void strbuf_add_shell_word__plain__stays(void **state)
{
	(void)state;
	assert_word(TEXT_LITERAL("a/b_c-d.py"), "a/b_c-d.py");
	assert_word(TEXT_LITERAL("HEAD:x@y"), "HEAD:x@y");
	assert_word(TEXT_LITERAL("-x"), "-x");
}

static void strbuf_add_shell_word__what_a_shell_reads__is_quoted(void **state)
{
	(void)state;
	assert_word(TEXT_LITERAL(""), "''");
	assert_word(TEXT_LITERAL("a b"), "'a b'");
	assert_word(TEXT_LITERAL("it's"), "'it'\\''s'");
	assert_word(TEXT_LITERAL("$(rm -rf ~);`x`|&<>*?[]{}!#\\\""), "'$(rm -rf ~);`x`|&<>*?[]{}!#\\\"'");
	assert_word(TEXT_LITERAL("=x"), "'=x'");
	assert_word(TEXT_LITERAL("Zo\xc3\xab.py"), "'Zo\xc3\xab.py'");
}

static void strbuf_add_shell_word__what_a_terminal_obeys__is_octal(void **state)
{
	(void)state;
	assert_word(TEXT_LITERAL("a\nb"), "$'a\\012b'");
	assert_word(TEXT_LITERAL("\x1b[31m'\\\xff"), "$'\\033[31m\\'\\\\\\377'");
	assert_word(TEXT_LITERAL("\xe2\x80\xae"
				 "1"),
		"$'\\342\\200\\2561'");
	assert_word((struct text){ "a\0b", 3 }, "$'a\\000b'");
}

static void strbuf_add_shell_operand__like_an_option__stands_behind_two_dashes(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_addstr(&sb, "show");
	strbuf_add_shell_operand(&sb, TEXT_LITERAL("a1b2"));
	assert_string_equal(sb.buf, "show a1b2");
	strbuf_setlen(&sb, 4);
	strbuf_add_shell_operand(&sb, TEXT_LITERAL("-rf x"));
	assert_string_equal(sb.buf, "show -- '-rf x'");
	strbuf_release(&sb);
}

static void strbuf_add_shell_pathspec__what_git_reads__is_literal(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
		{ "a/b:c.py", "a/b:c.py" },
		{ "-x", "-x" },
		{ "a b", "'a b'" },
		{ ":db/x.py", "':(literal):db/x.py'" },
		{ "a/[b].py", "':(literal)a/[b].py'" },
		{ "a*?\\\n", "$':(literal)a*?\\\\\\012'" },
	};
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strbuf_setlen(&sb, 0);
		strbuf_add_shell_pathspec(&sb, text_of(rows[i].path));
		assert_string_equal(sb.buf, rows[i].expected);
	}
	strbuf_release(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf_add_shell_word__plain__stays),
		cmocka_unit_test(strbuf_add_shell_word__what_a_shell_reads__is_quoted),
		cmocka_unit_test(strbuf_add_shell_word__what_a_terminal_obeys__is_octal),
		cmocka_unit_test(strbuf_add_shell_pathspec__what_git_reads__is_literal),
		cmocka_unit_test(strbuf_add_shell_operand__like_an_option__stands_behind_two_dashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
