#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/git/reflog.h"

#define BEGIN "git init -q -b main r && cd r && git commit -q --allow-empty -m 1 && "

enum { ANY_NUMBER = 1000 }; /* of lines: versions of git differ */

/* The names, in order, each once, and the number of lines read. */
static void expect(void **state, const char *script, const char *names, size_t lines)
{
	struct strbuf found = STRBUF_INIT;
	struct arena arena;
	struct reflog_list list;
	struct repo *repo;
	size_t i;

	sandbox_run(*state, script);
	repo = sandbox_open(*state, "r");
	arena_init(&arena);
	reflogs_read(repo, &arena, &list);
	for (i = 0; i < list.count; i++)
		if (i == 0 || !text_equal(list.items[i].name, list.items[i - 1].name))
			strbuf_addf(&found, "%.*s\n", (int)list.items[i].name.len, list.items[i].name.ptr);
	assert_string_equal(found.buf, names);
	assert_true(lines == ANY_NUMBER || list.entries == lines);
	strbuf_release(&found);
	arena_release(&arena);
	repo_close(repo);
}

static void reflogs_read__head_and_branch__gives_both(void **state)
{
	expect(state, BEGIN "git commit -q --allow-empty -m 2", "HEAD\nrefs/heads/main\n", 4);
}

static void reflogs_read__no_logs__is_empty(void **state)
{
	expect(state, BEGIN "rm -r .git/logs", "", 0);
}

static void reflogs_read__files_of_operations__are_read(void **state)
{
	expect(state,
		BEGIN "rm -r .git/logs && c=$(git rev-parse HEAD) && mkdir .git/rebase-merge && echo $c "
		      ">.git/rebase-merge/orig-head && for f in ORIG_HEAD MERGE_HEAD; do echo $c >.git/$f; done && "
		      "printf '%s\\tnot-for-merge\\tbranch x\\n' $c >.git/FETCH_HEAD",
		"FETCH_HEAD\nMERGE_HEAD\nORIG_HEAD\nrebase-merge/orig-head\n", 0);
}

static void reflogs_read__linked_worktree__is_named_by_it(void **state)
{
	expect(state, BEGIN "git worktree add -q -b side ../w && rm -r .git/logs",
		"worktrees/w/HEAD\nworktrees/w/ORIG_HEAD\n", ANY_NUMBER);
}

static void reflogs_read__log_of_a_ref_that_is_gone__is_read(void **state)
{
	expect(state,
		BEGIN
		"mkdir -p .git/logs/refs/heads/a && cp .git/logs/HEAD .git/logs/refs/heads/a/gone && rm .git/logs/HEAD "
		".git/logs/refs/heads/main",
		"refs/heads/a/gone\n", 1);
}

static void reflogs_read__lines_that_are_none__are_passed_over(void **state)
{
	expect(state, BEGIN "rm -r .git/logs && mkdir .git/logs && printf 'junk\\n\\n\\001\\377' >.git/logs/HEAD", "",
		3);
}

static void reflogs_read__null_id__is_no_entry(void **state)
{
	struct arena arena;
	struct reflog_list list;
	struct repo *repo;

	sandbox_run(*state, BEGIN "rm .git/logs/refs/heads/main");
	repo = sandbox_open(*state, "r");
	arena_init(&arena);
	reflogs_read(repo, &arena, &list);
	assert_int_equal(list.count, 1); /* the line's old id is null: the branch was born */
	assert_false(oid_is_null(&list.items[0].id));
	arena_release(&arena);
	repo_close(repo);
}

static void reflogs_read__log_is_a_pipe__is_not_waited_for(void **state)
{
	expect(state, BEGIN "rm -r .git/logs && mkdir .git/logs && mkfifo .git/logs/HEAD", "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(reflogs_read__head_and_branch__gives_both),
		SANDBOXED(reflogs_read__no_logs__is_empty),
		SANDBOXED(reflogs_read__files_of_operations__are_read),
		SANDBOXED(reflogs_read__linked_worktree__is_named_by_it),
		SANDBOXED(reflogs_read__log_of_a_ref_that_is_gone__is_read),
		SANDBOXED(reflogs_read__lines_that_are_none__are_passed_over),
		SANDBOXED(reflogs_read__null_id__is_no_entry),
		SANDBOXED(reflogs_read__log_is_a_pipe__is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
