#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/investigation.h"
#include "revident/git/object.h"

#define MIGRATION "M 100644 inline %s/versions/a1.py\ndata 37\nrevision = 'a1'\ndown_revision = None\n\n"
#define CONFIG "M 100644 inline alembic.ini\ndata 32\n[alembic]\nscript_location = %s  \n\n"

/* So many commits, each with a root tree of its own, on either side of the move. */
enum { COMMITS = 600 };

/* Begins a commit, the next of its branch. */
static void commit(struct strbuf *stream, const char *branch, unsigned number)
{
	strbuf_addf(stream, "commit refs/heads/%s\ncommitter A <a@example.org> %u +0000\ndata 0\n", branch,
		1700000000 + number);
	if (number == 0)
		strbuf_addf(stream, MIGRATION CONFIG, "m", "m");
	else
		strbuf_addf(stream, "M 100644 inline notes\ndata 4\n%04u\n", number);
}

static void commits(struct strbuf *stream, const char *branch, unsigned from, unsigned to)
{
	for (; from < to; from++)
		commit(stream, branch, from);
}

static void move(struct strbuf *stream)
{
	strbuf_addf(stream, "D m\n" MIGRATION CONFIG, "n", "n");
}

/* How many trees are read of the stream's history, in which the migrations stand in m/ and then in n/. */
static size_t trees_read(void **state, struct strbuf *stream)
{
	const struct progress progress = { 0 };
	const struct investigation_options options = { .progress = &progress };
	struct investigation inv;
	struct arena arena;
	struct repo *repo;
	struct err err;
	size_t trees;

	strbuf_addstr(stream, "done\n");
	sandbox_import(*state, "r.git", stream->buf);
	strbuf_release(stream);
	sandbox_run(*state, "git -C r.git symbolic-ref HEAD refs/heads/main");
	repo = sandbox_open(*state, "r.git");
	arena_init(&arena);
	assert_int_equal(investigation_open(&inv, repo, &arena, &options, &err), 0);
	assert_int_equal(inv.commits.count > 2 * COMMITS, true);
	assert_int_equal(inv.history.count, 2);
	assert_int_equal(inv.history.changes[1].kind, EVENT_MOVED);
	trees = object_count_read(repo, OBJECT_TREE);
	investigation_close(&inv);
	arena_release(&arena);
	repo_close(repo);
	return trees;
}

/* Each root tree is read once, and a few to find the move: not again for the path that comes to light behind it. */
static void search_history__moved_on_the_trunk__reads_each_tree_once(void **state)
{
	struct strbuf stream = STRBUF_INIT;

	commits(&stream, "main", 0, COMMITS);
	commit(&stream, "main", COMMITS);
	move(&stream);
	commits(&stream, "main", COMMITS + 1, 2 * COMMITS + 1);
	assert_in_range(trees_read(state, &stream), 2 * COMMITS, 5 * COMMITS / 2);
}

static void search_history__moved_on_a_line_that_was_merged__reads_each_tree_once(void **state)
{
	struct strbuf stream = STRBUF_INIT;

	commits(&stream, "main", 0, COMMITS);
	strbuf_addstr(&stream, "reset refs/heads/side\nfrom refs/heads/main\n\n");
	commits(&stream, "side", 5000, 5003);
	commit(&stream, "side", 5003);
	move(&stream);
	commits(&stream, "side", 5004, 5007);
	strbuf_addstr(&stream, "commit refs/heads/main\ncommitter A <a@example.org> 1700009999 +0000\ndata 0\n"
			       "merge refs/heads/side\n");
	move(&stream);
	commits(&stream, "main", COMMITS + 1, 2 * COMMITS + 1);
	assert_in_range(trees_read(state, &stream), 2 * COMMITS, 5 * COMMITS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(search_history__moved_on_the_trunk__reads_each_tree_once),
		SANDBOXED(search_history__moved_on_a_line_that_was_merged__reads_each_tree_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
