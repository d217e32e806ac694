#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/git/worktree.h"

static void make_tree(struct sandbox *sandbox)
{
	sandbox_run(sandbox,
		"git init -q r; cd r; mkdir -p a/b/c a/__pycache__ a/nested; echo 1 >a/z; echo 2 >a/b/y; echo 3 "
		">a/b/c/x; echo 4 >a/__pycache__/p; git init -q a/nested; echo 5 >a/nested/n; ln -s b a/link; ln "
		"-s z a/linked; mkfifo a/fifo; ln -s a top; printf 'bytes\\0here' >a/bin; printf x >\"a/$(printf "
		"'\\377')\"");
}

static void expect_files(struct repo *repo, const char *dir, unsigned depth, const char *expected)
{
	struct err err = { .kind = ERR_NONE };
	struct strbuf sb = STRBUF_INIT;
	struct text *files;
	struct arena arena;
	size_t count, i;

	arena_init(&arena);
	if (worktree_files(repo, &arena, dir, depth, &files, &count, &err) < 0)
		fail_msg("%s", err.msg);
	for (i = 0; i < count; i++)
		strbuf_addf(&sb, "%s\n", files[i].ptr);
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
	arena_release(&arena);
}

static void worktree_files__links_pipes_and_nested_repositories__are_passed_over(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	make_tree(sandbox);
	repo = sandbox_open(sandbox, "r");
	expect_files(repo, "a", 0, "a/bin\na/z\na/\xff\n");
	expect_files(repo, "a", 1, "a/b/y\na/bin\na/z\na/\xff\n");
	expect_files(repo, "a", 16, "a/b/c/x\na/b/y\na/bin\na/z\na/\xff\n");
	expect_files(repo, "", 1, "a/bin\na/z\na/\xff\n");
	expect_files(repo, "top", 1, "");
	expect_files(repo, "a/z", 1, "");
	expect_files(repo, "missing/too", 1, "");
	expect_files(repo, "a/../a", 1, "");
	repo_close(repo);
}

static void worktree_read__regular_file__is_read_whole(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct strbuf sb = STRBUF_INIT;
	struct repo *repo;

	make_tree(sandbox);
	repo = sandbox_open(sandbox, "r");
	strbuf_addstr(&sb, "kept ");
	assert_int_equal(worktree_read(repo, "a/bin", 10, &sb, &err), 1);
	assert_int_equal(sb.len, 15);
	assert_memory_equal(sb.buf, "kept bytes\0here", 15);
	assert_int_equal(worktree_read(repo, "a/bin", 9, &sb, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_non_null(strstr(err.msg, "a/bin"));
	strbuf_release(&sb);
	repo_close(repo);
}

static void worktree_read__what_is_no_regular_file__is_none(void **state)
{
	static const char *const paths[] = { "a/missing", "a/linked", "a/link/y", "top/z", "a/b", "a/z/below", "", "..",
		"a/..", "../r/a/z", "a/" };
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct strbuf sb = STRBUF_INIT;
	struct repo *repo;
	size_t i;

	make_tree(sandbox);
	repo = sandbox_open(sandbox, "r");
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (worktree_read(repo, paths[i], 100, &sb, &err) != 0)
			fail_msg("%s: %s", paths[i], err.msg);
	assert_int_equal(worktree_read(repo, "a/fifo", 100, &sb, &err), -1);
	assert_string_equal(err.msg, "'a/fifo' in the work tree is a named pipe; put the file back");
	repo_close(repo);
	sandbox_run(sandbox, "git init -q --bare b.git");
	repo = sandbox_open(sandbox, "b.git");
	assert_int_equal(worktree_read(repo, "HEAD", 100, &sb, &err), 0);
	expect_files(repo, "", 3, "");
	repo_close(repo);
	strbuf_release(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(worktree_files__links_pipes_and_nested_repositories__are_passed_over),
		SANDBOXED(worktree_read__regular_file__is_read_whole),
		SANDBOXED(worktree_read__what_is_no_regular_file__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
