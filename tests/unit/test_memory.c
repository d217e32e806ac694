#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/memory.h"
#include "revident/git/merge.h"
#include "revident/git/merge_base.h"
#include "revident/git/object.h"
#include "revident/git/tree_diff.h"

#define MAKE                                                                                    \
	"git init -q -b main r; cd r; mkdir -p a/b z; echo 1 >a/b/x; echo 2 >a.c; echo 3 >z/y;" \
	"git add -A; git commit -qm one;"

struct bench {
	struct repo *repo;
	struct arena arena;
	struct err err;
};

static void bench_open(struct bench *b, struct sandbox *sandbox)
{
	memset(b, 0, sizeof(*b));
	b->repo = sandbox_open(sandbox, "r");
	arena_init(&b->arena);
}

static void bench_close(struct bench *b)
{
	arena_release(&b->arena);
	repo_close(b->repo);
}

static struct tree_change change(const char *path, const struct oid *blob)
{
	struct tree_change made = { .path = text_of(path), .mode = blob ? 0100644 : 0 };

	if (blob)
		made.id = *blob;
	return made;
}

static void memory_tree__changes__is_the_tree_that_git_writes(void **state)
{
	struct oid head, expected, blob, out;
	struct tree_change changes[6];
	struct bench b;

	sandbox_run(*state, MAKE);
	head = sandbox_id(*state, "git -C r rev-parse HEAD^{tree}");
	expected = sandbox_id(*state,
		"cd r; rm -rf a.c z; mkdir a.c; echo 9 >z; echo 9 >a.c/d; echo 9 >a/b/w; echo 9 >new; rm a/b/x; "
		"git add -A; git write-tree");
	bench_open(&b, *state);
	assert_int_equal(memory_blob(b.repo, "9\n", 2, &blob, &b.err), 0);
	changes[0] = change("z", &blob);
	changes[1] = change("a.c", NULL);
	changes[2] = change("a.c/d", &blob);
	changes[3] = change("a/b/w", &blob);
	changes[4] = change("new", &blob);
	changes[5] = change("a/b/x", NULL);
	assert_int_equal(memory_tree(b.repo, &head, changes, 6, &out, &b.err), 0);
	assert_true(oid_equal(&out, &expected));
	bench_close(&b);
}

static void memory_tree__a_path_twice__is_an_error(void **state)
{
	struct tree_change changes[2] = { change("a/b/x", NULL), change("a/b/x", NULL) };
	struct bench b;
	struct oid out;

	sandbox_run(*state, "git init -q r");
	bench_open(&b, *state);
	assert_int_equal(memory_tree(b.repo, NULL, changes, 2, &out, &b.err), -1);
	assert_string_equal(b.err.msg, "'a/b/x' is changed twice at once; is the index damaged?");
	bench_close(&b);
}

static void memory_tree__a_directory_without_files__is_gone(void **state)
{
	struct tree_change changes[1] = { change("a/b/x", NULL) };
	struct oid head, expected, out;
	struct bench b;

	sandbox_run(*state, MAKE);
	head = sandbox_id(*state, "git -C r rev-parse HEAD^{tree}");
	expected = sandbox_id(*state, "cd r; git rm -q a/b/x; git write-tree");
	bench_open(&b, *state);
	assert_int_equal(memory_tree(b.repo, &head, changes, 1, &out, &b.err), 0);
	assert_true(oid_equal(&out, &expected));
	bench_close(&b);
}

static void memory_tree__nothing_on_nothing__is_the_empty_tree(void **state)
{
	struct oid expected, out;
	struct bench b;

	sandbox_run(*state, MAKE);
	expected = sandbox_id(*state, "git -C r hash-object -t tree /dev/null");
	bench_open(&b, *state);
	assert_int_equal(memory_tree(b.repo, NULL, NULL, 0, &out, &b.err), 0);
	assert_true(oid_equal(&out, &expected));
	bench_close(&b);
}

static void memory_tree__base_that_is_not_there__fails(void **state)
{
	struct oid none = { { 1 } }, out;
	struct tree_change changes[1] = { change("x", NULL) };
	struct bench b;

	sandbox_run(*state, MAKE);
	bench_open(&b, *state);
	assert_int_equal(memory_tree(b.repo, &none, changes, 1, &out, &b.err), -1);
	assert_int_equal(b.err.kind, ERR_UNDECIDED);
	bench_close(&b);
}

/* "path before>after" with whether there is something. */
static int note(void *data, const struct tree_difference *d)
{
	strbuf_addf(data, "%.*s %d>%d\n", (int)d->path.len, d->path.ptr, d->modes[0] != 0, d->modes[1] != 0);
	return 0;
}

static void tree_diff__files_and_directories__says_what_git_says(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct oid before, after;
	struct bench b;

	sandbox_run(*state, MAKE);
	before = sandbox_id(*state, "git -C r rev-parse HEAD^{tree}");
	after = sandbox_id(*state,
		"cd r; rm -rf a.c z; mkdir a.c; echo 9 >z; echo 9 >a.c/d; echo 9 >a/b/x; git add -A; git write-tree");
	bench_open(&b, *state);
	assert_int_equal(tree_diff(b.repo, &before, &after, note, &out, &b.err), 0);
	assert_string_equal(out.buf, "a.c 1>0\na.c/d 0>1\na/b/x 1>1\nz 0>1\nz/y 1>0\n");
	strbuf_clear(&out);
	assert_int_equal(tree_diff(b.repo, NULL, &before, note, &out, &b.err), 0);
	assert_string_equal(out.buf, "a.c 0>1\na/b/x 0>1\nz/y 0>1\n");
	strbuf_release(&out);
	bench_close(&b);
}

/* The bases of two branches, as git names them. */
static void expect_bases(struct sandbox *sandbox, const char *git)
{
	char hex[OID_HEX + 1], *expected = sandbox_output(sandbox, git);
	struct oid one = sandbox_id(sandbox, "git -C r rev-parse one"),
		   two = sandbox_id(sandbox, "git -C r rev-parse two");
	struct strbuf out = STRBUF_INIT;
	struct merge_bases bases;
	struct bench b;
	size_t i;

	bench_open(&b, sandbox);
	assert_int_equal(merge_bases_find(b.repo, &b.arena, &one, &two, 1, NULL, &bases, &b.err), 0);
	for (i = 0; i < bases.count; i++)
		strbuf_addf(&out, "%s%s", i ? "\n" : "", oid_hex(&bases.items[i], hex));
	assert_string_equal(bases.count ? out.buf : "-", expected);
	strbuf_release(&out);
	free(expected);
	bench_close(&b);
}

static void merge_bases_find__criss_cross__finds_both(void **state)
{
	sandbox_run(*state,
		MAKE "git commit -q --allow-empty -m l; git branch one; git reset -q --hard HEAD^;"
		     "GIT_COMMITTER_DATE='2001-01-01 00:00:00 +0000' git commit -q --allow-empty -m r; git branch two;"
		     "git checkout -q one; git merge -q -m m1 two; git checkout -q two; git merge -q -m m2 one^1;"
		     "git commit -q --allow-empty -m on");
	expect_bases(*state, "git -C r merge-base --all one two | sort");
}

static void merge_bases_find__ancestor__is_the_base_itself(void **state)
{
	sandbox_run(*state, MAKE "git branch one; git commit -q --allow-empty -m on; git branch two");
	expect_bases(*state, "git -C r rev-parse one");
}

static void merge_bases_find__nothing_in_common__finds_none(void **state)
{
	sandbox_run(*state, MAKE
		"git branch one; git checkout -q --orphan other; git commit -q --allow-empty -m root; git branch two");
	expect_bases(*state, "echo '-'");
}

static void merge_bases_find__shallow_clone__says_that_it_is_cut(void **state)
{
	struct merge_bases bases;
	struct oid one, two;
	struct bench b;

	sandbox_run(*state,
		"git init -q -b main full; cd full; git commit -q --allow-empty -m a; git branch one;"
		"git commit -q --allow-empty -m b; git checkout -q one; git commit -q --allow-empty -m c; cd ..;"
		"git clone -q --depth=1 --no-single-branch file://$PWD/full r");
	one = sandbox_id(*state, "git -C r rev-parse origin/one");
	two = sandbox_id(*state, "git -C r rev-parse origin/main");
	bench_open(&b, *state);
	assert_int_equal(merge_bases_find(b.repo, &b.arena, &one, &two, 1, NULL, &bases, &b.err), 0);
	assert_int_equal(bases.count, 0);
	assert_true(bases.is_cut);
	bench_close(&b);
}

/* Asked with one finder about every pair of branches, as git names the bases; the history is read once. */
static void merge_finder_find__many_tips__each_as_git_finds_it(void **state)
{
	static const char *const names[] = { "one", "two", "main", "one^1", "two^1", "side" };
	enum { COUNT = sizeof(names) / sizeof(names[0]) };
	struct merge_finder *finder;
	struct oid tips[COUNT];
	struct bench b;
	struct strbuf command = STRBUF_INIT;
	size_t i, k, n, commits_read = 0;

	sandbox_run(*state,
		MAKE "git commit -q --allow-empty -m l; git branch one; git reset -q --hard HEAD^;"
		     "git commit -q --allow-empty -m r; git branch two; git branch side HEAD^;"
		     "git checkout -q one; git merge -q -m m1 two; git checkout -q two; git merge -q -m m2 one^1;"
		     "git commit -q --allow-empty -m on; git checkout -q side; git commit -q --allow-empty -m s");
	for (i = 0; i < COUNT; i++) {
		strbuf_clear(&command);
		strbuf_addf(&command, "git -C r rev-parse %s", names[i]);
		tips[i] = sandbox_id(*state, command.buf);
	}
	bench_open(&b, *state);
	finder = merge_finder_new(b.repo, tips, COUNT);
	for (i = 0; i < COUNT; i++) {
		for (k = 0; k < COUNT; k++) {
			struct strbuf out = STRBUF_INIT;
			struct merge_bases bases;
			char hex[OID_HEX + 1], *expected;

			assert_int_equal(
				merge_finder_find(finder, &b.arena, &tips[k], &tips[i], 1, NULL, &bases, &b.err), 0);
			assert_false(bases.is_cut);
			for (n = 0; n < bases.count; n++)
				strbuf_addf(&out, "%s%s", n ? "\n" : "", oid_hex(&bases.items[n], hex));
			strbuf_clear(&command);
			strbuf_addf(&command, "git -C r merge-base --all %s %s | sort", names[k], names[i]);
			expected = sandbox_output(*state, command.buf);
			assert_string_equal(out.buf, expected);
			commits_read = commits_read ? commits_read : object_count_read(b.repo, OBJECT_COMMIT);
			strbuf_release(&out);
			free(expected);
		}
	}
	assert_int_equal(object_count_read(b.repo, OBJECT_COMMIT), commits_read);
	strbuf_release(&command);
	merge_finder_free(finder);
	bench_close(&b);
}

static void merge_trees__clean_and_in_conflict__is_what_git_makes(void **state)
{
	struct merged_tree merged;
	struct oid base, ours, theirs, expected;
	struct bench b;

	sandbox_run(*state, MAKE);
	base = sandbox_id(*state, "git -C r rev-parse HEAD^{tree}");
	ours = sandbox_id(
		*state, "cd r; git checkout -qb ours; echo o >o; git add -A; git commit -qm o; git write-tree");
	theirs = sandbox_id(
		*state, "cd r; git checkout -qb theirs main; git mv z/y z/t; git commit -qm t; git write-tree");
	expected = sandbox_id(*state, "cd r; git merge -q -m m ours; git rev-parse HEAD^{tree}");
	bench_open(&b, *state);
	assert_int_equal(merge_trees(b.repo, &b.arena, &base, &ours, &theirs, &merged, &b.err), 0);
	assert_int_equal(merged.conflict_count, 0);
	assert_true(oid_equal(&merged.tree, &expected));
	bench_close(&b);
	ours = sandbox_id(*state, "cd r; git checkout -q ours; echo one >a.c; git add -A; git write-tree");
	theirs = sandbox_id(
		*state, "cd r; git reset -q --hard; git checkout -q theirs; echo two >a.c; git add -A; git write-tree");
	bench_open(&b, *state);
	assert_int_equal(merge_trees(b.repo, &b.arena, &base, &ours, &theirs, &merged, &b.err), 0);
	assert_int_equal(merged.conflict_count, 1);
	assert_string_equal(merged.conflicts[0].ptr, "a.c");
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(memory_tree__changes__is_the_tree_that_git_writes),
		SANDBOXED(memory_tree__a_path_twice__is_an_error),
		SANDBOXED(memory_tree__a_directory_without_files__is_gone),
		SANDBOXED(memory_tree__nothing_on_nothing__is_the_empty_tree),
		SANDBOXED(memory_tree__base_that_is_not_there__fails),
		SANDBOXED(tree_diff__files_and_directories__says_what_git_says),
		SANDBOXED(merge_bases_find__criss_cross__finds_both),
		SANDBOXED(merge_bases_find__ancestor__is_the_base_itself),
		SANDBOXED(merge_bases_find__nothing_in_common__finds_none),
		SANDBOXED(merge_finder_find__many_tips__each_as_git_finds_it),
		SANDBOXED(merge_bases_find__shallow_clone__says_that_it_is_cut),
		SANDBOXED(merge_trees__clean_and_in_conflict__is_what_git_makes),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
