#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/git/patch.h"

/* A file of migrations with one line in the middle that is `line`, and `end` behind it all. */
static char *lines(const char *line, const char *end)
{
	struct strbuf out = STRBUF_INIT;
	int i;

	for (i = 0; i < 20; i++)
		strbuf_addf(&out, "def step_%d():\n    pass\n\n", i);
	strbuf_addf(&out, "%s\n", line);
	for (i = 0; i < 20; i++)
		strbuf_addf(&out, "    again = %d\n", i);
	strbuf_addstr(&out, end);
	return strbuf_detach(&out, NULL);
}

static struct text bytes_of(const char *text)
{
	return text_of(text ? text : "");
}

/* Our patch, and the one that git writes about files with these bytes in a repository, which has to be the same. */
static void expect_patch_of_git(
	struct sandbox *sandbox, const char *path, struct text before, bool is_new, struct text after, bool executable)
{
	struct patch_change change = {
		.path = text_of(path), .has_before = !is_new, .before = before, .after = after, .executable = executable
	};
	struct strbuf script = STRBUF_INIT, out = STRBUF_INIT;
	struct err err = { 0 };
	char *expected;

	sandbox_run(sandbox, "rm -rf r && git init -q r && git -C r commit -q --allow-empty -m none");
	sandbox_write(sandbox, "before", before.ptr, before.len);
	sandbox_write(sandbox, "after", after.ptr, after.len);
	strbuf_addf(&script,
		"cd r; put() { mkdir -p \"$(dirname \"$1\")\" && cp \"$2\" \"$1\" && chmod %s \"$1\" && git add -A; }; "
		"if %s; then put '%s' ../before; git commit -qm one; fi; put '%s' ../after; "
		"git -c core.compression=6 diff --cached --binary --full-index HEAD; echo .",
		executable ? "755" : "644", is_new ? "false" : "true", path, path);
	expected = sandbox_output(sandbox, script.buf);
	assert_int_equal(patch_write(&change, 1, &out, &err), 0);
	strbuf_addch(&out, '.');
	assert_string_equal(out.buf, expected);
	free(expected);
	strbuf_release(&script);
	strbuf_release(&out);
}

static void patch_write__any_content__is_what_git_writes(void **state)
{
	char *one = lines("    a = 1", "end"), *two = lines("    a = 2", "end\n"), *three = lines("\r", "");
	static const char binary[] = "a\0b\n", other[] = "\0\0\0\377\n";
	struct repo *repo;

	sandbox_run(*state, "git init -q open");
	repo = sandbox_open(*state, "open");
	expect_patch_of_git(*state, "v/a.py", bytes_of(one), false, bytes_of(two), false);
	expect_patch_of_git(*state, "v/a.py", bytes_of(two), false, bytes_of(three), true);
	expect_patch_of_git(*state, "v/a.py", bytes_of(""), false, bytes_of("a\n"), false);
	expect_patch_of_git(*state, "v/a.py", bytes_of("a\n"), false, bytes_of(""), false);
	expect_patch_of_git(*state, "v/a.py", TEXT_NONE, true, bytes_of(one), false);
	expect_patch_of_git(*state, "v/a.py", TEXT_NONE, true, bytes_of("\r\n\xef\xbb\xbf\n"), true);
	expect_patch_of_git(*state, "v/a.py", TEXT_NONE, true, TEXT_NONE, false);
	expect_patch_of_git(*state, "v/a.py", (struct text){ binary, 4 }, false, (struct text){ other, 5 }, false);
	expect_patch_of_git(*state, "v/a.py", TEXT_NONE, true, (struct text){ other, 5 }, true);
	expect_patch_of_git(*state, "v/with space.py", bytes_of("a\n"), false, bytes_of("b\n"), false);
	expect_patch_of_git(*state, "v/\xc3\xa4\"\\ .py", TEXT_NONE, true, bytes_of("b\n"), false);
	repo_close(repo);
	free(one);
	free(two);
	free(three);
}

static void patch_write__as_it_was__is_left_out(void **state)
{
	struct patch_change change = {
		.path = text_of("v/a.py"), .has_before = true, .before = text_of("a\n"), .after = text_of("a\n")
	};
	struct strbuf out = STRBUF_INIT;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(patch_write(&change, 1, &out, &err), 0);
	assert_int_equal(out.len, 0);
	strbuf_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SANDBOXED(patch_write__any_content__is_what_git_writes),
		cmocka_unit_test(patch_write__as_it_was__is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
