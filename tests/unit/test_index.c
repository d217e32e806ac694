#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/index.h"

/* "mode stage path" lines of what is staged below `paths`. */
static void expect_entries(struct repo *repo, const char *const *paths, size_t count, const char *expected)
{
	struct err err = { .kind = ERR_NONE };
	struct strbuf sb = STRBUF_INIT;
	struct index_list list;
	struct arena arena;
	size_t i;

	arena_init(&arena);
	if (index_read(repo, &arena, paths, count, &list, &err) < 0)
		fail_msg("%s", err.msg);
	for (i = 0; i < list.count; i++)
		strbuf_addf(&sb, "%o %u %s\n", list.items[i].mode, list.items[i].stage, list.items[i].path.ptr);
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
	arena_release(&arena);
}

static void make_repo(struct sandbox *sandbox)
{
	sandbox_run(sandbox,
		"git init -q -b main r; cd r; mkdir -p d/e '*'; echo 1 >d/a; echo 2 >d/e/b; echo 3 >'*/s'; : "
		">empty; ln -s x link; git add .; echo 4 >new; git add -N new; chmod +x d/a; git add d/a");
}

static void index_read__paths__are_literal_and_sorted(void **state)
{
	static const char *const some[] = { "d", "d/e", "*" };
	struct sandbox *sandbox = *state;
	struct repo *repo;

	make_repo(sandbox);
	repo = sandbox_open(sandbox, "r/d/e");
	expect_entries(repo, NULL, 0, "100644 0 */s\n100755 0 d/a\n100644 0 d/e/b\n100644 0 empty\n120000 0 link\n");
	expect_entries(repo, some, 3, "100644 0 */s\n100755 0 d/a\n100644 0 d/e/b\n");
	expect_entries(repo, some + 2, 1, "100644 0 */s\n");
	repo_close(repo);
}

/* The paths beside "d/" sort before and behind it. */
static void index_read__plain_index__needs_no_git(void **state)
{
	static const char *const some[] = { "d", "d/e", "top", "d/nothing", "zz" };
	char *path = strdup(getenv("PATH"));
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q -b main r; cd r; mkdir -p d/e; for f in d-x d/a d/e/b d0 top; do echo $f "
			     ">$f; done; : >d/empty; "
			     "chmod +x d/a; git add .");
	repo = sandbox_open(sandbox, "r/d");
	setenv("PATH", "/nonexistent", 1);
	expect_entries(repo, NULL, 0,
		"100644 0 d-x\n100755 0 d/a\n100644 0 d/e/b\n100644 0 d/empty\n100644 0 d0\n100644 0 top\n");
	expect_entries(repo, some, 5, "100755 0 d/a\n100644 0 d/e/b\n100644 0 d/empty\n100644 0 top\n");
	setenv("PATH", path, 1);
	repo_close(repo);
	free(path);
}

static void index_read__path_to_resolve__is_resolved(void **state)
{
	static const char *const paths[] = { "./d", "d//e", "d/e/../a", "d/" };
	static const char *const expected[] = { "100755 0 d/a\n100644 0 d/e/b\n", "100644 0 d/e/b\n", "100755 0 d/a\n",
		"100755 0 d/a\n100644 0 d/e/b\n" };
	struct sandbox *sandbox = *state;
	struct repo *repo;
	size_t i;

	make_repo(sandbox);
	sandbox_run(sandbox, "cd r; git rm -q --cached new");
	repo = sandbox_open(sandbox, "r");
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		expect_entries(repo, paths + i, 1, expected[i]);
	repo_close(repo);
}

/* What a sparse checkout leaves out counts as there where its file is. */
static void index_read__skip_worktree__is_told(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct index_list list;
	struct arena arena;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q -b main r; cd r; echo 1 >a; echo 2 >b; echo 3 >c; git add .; git config "
			     "core.sparseCheckout true; "
			     "git update-index --skip-worktree a b; rm a");
	repo = sandbox_open(sandbox, "r");
	arena_init(&arena);
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), 0);
	assert_int_equal(list.count, 3);
	assert_true(list.items[0].is_skip_worktree);
	assert_false(list.items[1].is_skip_worktree);
	assert_false(list.items[2].is_skip_worktree);
	arena_release(&arena);
	repo_close(repo);
}

static void index_read__no_index__is_empty(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q r; git init -q --bare b.git");
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, NULL, 0, "");
	repo_close(repo);
	repo = sandbox_open(sandbox, "b.git");
	expect_entries(repo, NULL, 0, "");
	repo_close(repo);
}

static void index_read__conflict__has_its_stages(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_run(sandbox,
		"git init -q -b main r; cd r; id=$(echo x | git hash-object -w --stdin); printf '100644 %s "
		"1\tf\n100644 %s 2\tf\n100644 %s 3\tf\n' $id $id $id | git update-index --index-info");
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, NULL, 0, "100644 1 f\n100644 2 f\n100644 3 f\n");
	repo_close(repo);
}

static void index_read__index_of_the_environment__is_read(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	make_repo(sandbox);
	sandbox_run(sandbox, "cd r; echo 5 >only; GIT_INDEX_FILE=.git/next git add only");
	setenv("GIT_INDEX_FILE", ".git/next", 1);
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, NULL, 0, "100644 0 only\n");
	repo_close(repo);
	unsetenv("GIT_INDEX_FILE");
}

static void index_read__split_and_sparse__are_read(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	make_repo(sandbox);
	sandbox_run(sandbox, "cd r; git update-index --split-index");
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, (const char *const[]){ "d" }, 1, "100755 0 d/a\n100644 0 d/e/b\n");
	repo_close(repo);
}

static void index_read__fsmonitor_and_hooks__are_not_run(void **state)
{
	struct sandbox *sandbox = *state;
	char path[128];
	struct repo *repo;

	make_repo(sandbox);
	sandbox_run(sandbox,
		"printf '#!/bin/sh\\ntouch '$PWD'/ran\\n' >evil; chmod +x evil; cd r; git config core.fsmonitor "
		"$PWD/../evil; git update-index --fsmonitor 2>/dev/null || :; rm -f ../ran");
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, (const char *const[]){ "d" }, 1, "100755 0 d/a\n100644 0 d/e/b\n");
	snprintf(path, sizeof(path), "%s/ran", sandbox->dir);
	assert_int_equal(access(path, F_OK), -1);
	repo_close(repo);
}

static void index_read__damaged_index__is_what_git_says(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct index_list list;
	struct arena arena;
	struct repo *repo;

	make_repo(sandbox);
	sandbox_run(sandbox, "echo junk that is no index at all >r/.git/index");
	repo = sandbox_open(sandbox, "r");
	arena_init(&arena);
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_non_null(strstr(err.msg, "git cannot read the index: "));
	arena_release(&arena);
	repo_close(repo);
}

/* git reads such an index as if nothing were wrong; without a checksum there is nothing to hold it against. */
static void index_read__wrong_checksum__is_an_error(void **state)
{
	struct sandbox *sandbox = *state;
	struct index_list list;
	struct arena arena;
	struct repo *repo;
	struct err err;

	make_repo(sandbox);
	sandbox_run(
		sandbox, "cd r; printf / | dd of=.git/index bs=1 seek=40 conv=notrunc status=none; git ls-files >o");
	repo = sandbox_open(sandbox, "r");
	arena_init(&arena);
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), -1);
	assert_string_equal(err.msg, "the index 'index' is damaged, it does not have the checksum that it ends with; "
				     "move it away, and 'git reset' makes a new one from HEAD");
	sandbox_run(sandbox, "cd r; truncate -s -20 .git/index; head -c 20 /dev/zero >>.git/index");
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), 0);
	arena_release(&arena);
	repo_close(repo);
}

/* The advice for a damaged one would lose what is staged. */
static void index_read__cannot_be_opened__is_an_error_without_advice(void **state)
{
	struct index_list list;
	struct arena arena;
	struct repo *repo;
	struct err err;

	make_repo(*state);
	repo = sandbox_open(*state, "r");
	sandbox_run(*state, "cd r/.git && mv index kept && ln -s index index");
	arena_init(&arena);
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), -1);
	assert_string_equal(err.msg, "cannot read the index 'index': Too many levels of symbolic links");
	arena_release(&arena);
	repo_close(repo);
}

static void index_read__many_paths__are_asked_in_portions(void **state)
{
	enum { PATHS = 6000 };
	struct sandbox *sandbox = *state;
	char(*names)[48] = calloc(PATHS, sizeof(*names));
	const char **paths = calloc(PATHS, sizeof(*paths));
	struct repo *repo;
	size_t i;

	make_repo(sandbox);
	for (i = 0; i < PATHS; i++) {
		snprintf(names[i], sizeof(names[i]), "some/long/directory/name/that/is/not/%zu", i);
		paths[i] = i % 3000 == 1500 ? "d" : names[i];
	}
	repo = sandbox_open(sandbox, "r");
	expect_entries(repo, paths, PATHS, "100755 0 d/a\n100644 0 d/e/b\n");
	repo_close(repo);
	free(names);
	free(paths);
}

static void index_check_ignored__patterns__are_git_s_own(void **state)
{
	static const char *const paths[] = { "new.pyc", "d/a", "out/x", "keep.pyc", "d/\xff\n.pyc", ":!x.pyc" };
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	bool ignored[6];
	struct repo *repo;

	make_repo(sandbox);
	sandbox_run(sandbox, "printf '*.pyc\\nout/\\n!keep.pyc\\nd/a\\n' >r/.gitignore; mkdir r/out");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(index_check_ignored(repo, paths, 6, ignored, &err), 0);
	assert_true(ignored[0]);
	assert_false(ignored[1]); /* it is tracked */
	assert_true(ignored[2]);
	assert_false(ignored[3]);
	assert_true(ignored[4]);
	assert_true(ignored[5]);
	assert_int_equal(index_check_ignored(repo, paths + 3, 1, ignored, &err), 0);
	assert_false(ignored[0]);
	assert_int_equal(index_check_ignored(repo, NULL, 0, ignored, &err), 0);
	repo_close(repo);
}

static void index_read__no_git__says_so(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	char *path = strdup(getenv("PATH"));
	struct index_list list;
	struct arena arena;
	struct repo *repo;

	make_repo(sandbox);
	repo = sandbox_open(sandbox, "r");
	arena_init(&arena);
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(index_read(repo, &arena, NULL, 0, &list, &err), -1);
	setenv("PATH", path, 1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_non_null(strstr(err.msg, "cannot run git"));
	arena_release(&arena);
	repo_close(repo);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(index_read__paths__are_literal_and_sorted),
		SANDBOXED(index_read__plain_index__needs_no_git),
		SANDBOXED(index_read__path_to_resolve__is_resolved),
		SANDBOXED(index_read__skip_worktree__is_told),
		SANDBOXED(index_read__no_index__is_empty),
		SANDBOXED(index_read__conflict__has_its_stages),
		SANDBOXED(index_read__index_of_the_environment__is_read),
		SANDBOXED(index_read__split_and_sparse__are_read),
		SANDBOXED(index_read__fsmonitor_and_hooks__are_not_run),
		SANDBOXED(index_read__damaged_index__is_what_git_says),
		SANDBOXED(index_read__wrong_checksum__is_an_error),
		SANDBOXED(index_read__cannot_be_opened__is_an_error_without_advice),
		SANDBOXED(index_read__many_paths__are_asked_in_portions),
		SANDBOXED(index_check_ignored__patterns__are_git_s_own),
		SANDBOXED(index_read__no_git__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
