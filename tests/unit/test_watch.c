#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/commits.h"
#include "revident/git/object.h"
#include "revident/git/watch.h"

#define COMMIT(n, body) "commit refs/heads/main\ncommitter C <c@x> " n " +0000\ndata 0\n" body
#define FILE_AT(path, text) "M 644 inline " path "\ndata 2\n" text "\n"

/* absent, a directory, a file, a symlink, a submodule, a directory again with the first one's content */
static const char transitions[] = "feature done\n" COMMIT("1", FILE_AT("other", "o")) COMMIT("2", FILE_AT("a/b/x", "1"))
	COMMIT("3", "D a\n" FILE_AT("a/b", "2")) COMMIT("4", "M 120000 inline a/b\ndata 1\nz\n")
		COMMIT("5", "M 160000 1234567890123456789012345678901234567890 a/b\n")
			COMMIT("6", "D a/b\n" FILE_AT("a/b/x", "1")) COMMIT("7", "D a\n" FILE_AT("a", "f")) "done\n";

struct history {
	struct repo *repo;
	struct commits commits;
	struct watch *watch;
};

static void open_history(struct sandbox *sandbox, struct history *h)
{
	struct oid tip = sandbox_id(sandbox, "cat r/.git/refs/heads/main");
	struct err err = { .kind = ERR_NONE };

	h->repo = sandbox_open(sandbox, "r");
	assert_int_equal(commits_load(&h->commits, h->repo, &tip, 1, NULL, &err), 0);
	watch_init(&h->watch, h->repo);
}

static void close_history(struct history *h)
{
	watch_free(h->watch);
	commits_release(&h->commits);
	repo_close(h->repo);
}

static void resolve(struct history *h)
{
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(watch_resolve(h->watch, &h->commits, NULL, &err), 0);
}

/* One letter a commit for a path: '-' absent, t tree, f file, o other, '?' unknown. */
static void expect_kinds(const struct history *h, size_t path, const char *expected)
{
	char kinds[64] = "";
	size_t i;

	for (i = 0; i < h->commits.count; i++) {
		uint32_t row = watch_row(h->watch, (uint32_t)i);
		uint32_t entry = row == WATCH_UNKNOWN ? 0 : watch_entries(h->watch, row)[path];

		kinds[i] = row == WATCH_UNKNOWN ? '?' : !entry ? '-' : "tfo"[watch_entry(h->watch, entry)->kind];
	}
	assert_string_equal(kinds, expected);
}

static void watch_resolve__what_stands_at_a_path_changes__is_told_by_kind(void **state)
{
	struct sandbox *sandbox = *state;
	struct history h;
	size_t b, x, root, nowhere;
	struct oid expected;
	uint32_t first, again;

	sandbox_import(sandbox, "r", transitions);
	open_history(sandbox, &h);
	b = watch_add(h.watch, "a/b", 3);
	x = watch_add(h.watch, "a/b/x", 5);
	root = watch_add(h.watch, "", 0);
	nowhere = watch_add(h.watch, "nowhere/at/all", 14);
	assert_int_equal(watch_add(h.watch, "a/b", 3), b);
	assert_int_equal(watch_count(h.watch), 4);
	assert_string_equal(watch_path(h.watch, x), "a/b/x");
	assert_string_equal(watch_path(h.watch, root), "");
	resolve(&h);
	expect_kinds(&h, b, "-tfoot-");
	expect_kinds(&h, x, "-f---f-");
	expect_kinds(&h, root, "ttttttt");
	expect_kinds(&h, nowhere, "-------");
	first = watch_entries(h.watch, watch_row(h.watch, 1))[b];
	again = watch_entries(h.watch, watch_row(h.watch, 5))[b];
	assert_int_equal(first, again);
	assert_int_equal(watch_row(h.watch, 1), watch_row(h.watch, 5)); /* the same root tree */
	expected = sandbox_id(sandbox, "git -C r rev-parse main~1:a/b");
	assert_true(oid_equal(&watch_entry(h.watch, first)->id, &expected));
	close_history(&h);
}

static void watch_resolve__same_things_at_all_paths__share_a_row(void **state)
{
	struct sandbox *sandbox = *state;
	struct history h;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", FILE_AT("a/x", "1")) COMMIT("2", FILE_AT("b", "1"))
			COMMIT("3", FILE_AT("a/x", "2")) COMMIT("4", FILE_AT("a/x", "1") FILE_AT("c", "1")) "done\n");
	open_history(sandbox, &h);
	watch_add(h.watch, "a", 1);
	resolve(&h);
	assert_int_equal(watch_row_count(h.watch), 2);
	assert_int_equal(watch_row(h.watch, 0), watch_row(h.watch, 1));
	assert_int_equal(watch_row(h.watch, 0), watch_row(h.watch, 3));
	assert_int_not_equal(watch_row(h.watch, 0), watch_row(h.watch, 2));
	close_history(&h);
}

static void watch_resolve__paths_added_later__are_looked_up_too(void **state)
{
	static const char *const late[] = { "a", "other", "a/b", "a/b/x", "a/b/y", "q/r/s" };
	static const char *const kinds[] = { "-tttttf", "fffffff", "-tfoot-", "-f---f-", "-------", "-------" };
	struct sandbox *sandbox = *state;
	struct history h;
	char name[16];
	size_t i, j;

	sandbox_import(sandbox, "r", transitions);
	open_history(sandbox, &h);
	resolve(&h);
	assert_int_equal(watch_row_count(h.watch), 1);
	for (i = 0; i < sizeof(late) / sizeof(*late); i++) {
		assert_int_equal(watch_add(h.watch, late[i], strlen(late[i])), i);
		resolve(&h);
		for (j = 0; j <= i; j++)
			expect_kinds(&h, j, kinds[j]);
	}
	for (i = 0; i < 100; i++) { /* more children of one node than are compared one by one */
		snprintf(name, sizeof(name), "a/b/%zu", i);
		watch_add(h.watch, name, strlen(name));
	}
	watch_add(h.watch, "a/b/x/deep", 10);
	resolve(&h);
	for (j = 0; j < sizeof(late) / sizeof(*late); j++)
		expect_kinds(&h, j, kinds[j]);
	expect_kinds(&h, 10, "-------");
	close_history(&h);
}

static void watch_resolve_tree__a_tree_of_no_commit__gets_a_row(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct oid tree, gone = { .bytes = { 9 } };
	struct history h;
	uint32_t row;

	sandbox_import(sandbox, "r", transitions);
	tree = sandbox_id(sandbox,
		"cd r; t=$(printf '100644 blob %s\\tb\\n' $(echo 9 | git hash-object -w --stdin) | git mktree); "
		"printf '040000 tree %s\\ta\\n' $t | git mktree");
	open_history(sandbox, &h);
	watch_add(h.watch, "a/b", 3);
	assert_int_equal(watch_resolve_tree(h.watch, &tree, &row, &err), 0);
	assert_int_equal(watch_entry(h.watch, watch_entries(h.watch, row)[0])->kind, WATCH_FILE);
	resolve(&h);
	expect_kinds(&h, 0, "-tfoot-");
	assert_int_equal(watch_resolve_tree(h.watch, &h.commits.trees[1], &row, &err), 0);
	assert_int_equal(row, watch_row(h.watch, 1));
	assert_int_equal(watch_resolve_tree(h.watch, &gone, &row, &err), 0);
	assert_true(row == WATCH_UNKNOWN);
	assert_true(has_limit(h.repo, "tree 0900000000000000000000000000000000000000 is missing"));
	close_history(&h);
}

static void watch_resolve__missing_and_damaged_trees__are_unknown_and_limits(void **state)
{
	struct sandbox *sandbox = *state;
	struct history h;
	char *a, *root, part[96];

	sandbox_import(sandbox, "r", transitions);
	sandbox_run(sandbox, "cd r; "
			     "git rev-parse main~4:a >a; git rev-parse main~3: >root; chmod -R u+w .git; "
			     "rm .git/objects/$(sed 's,..,&/,' a); truncate -s -2 .git/objects/$(sed 's,..,&/,' root)");
	a = sandbox_output(sandbox, "cat r/a");
	root = sandbox_output(sandbox, "cat r/root");
	open_history(sandbox, &h);
	watch_add(h.watch, "a/b", 3);
	resolve(&h);
	expect_kinds(&h, 0, "-t??ot-");
	snprintf(part, sizeof(part), "tree %s is missing", a);
	assert_true(has_limit(h.repo, part));
	snprintf(part, sizeof(part), "tree %s is damaged", root);
	assert_true(has_limit(h.repo, part));
	close_history(&h);
	free(a);
	free(root);
}

static void watch_resolve__partial_clone__says_how_to_fetch(void **state)
{
	struct sandbox *sandbox = *state;
	struct history h;

	sandbox_import(sandbox, "r", transitions);
	sandbox_run(sandbox,
		"mv r origin; git -C origin config uploadpack.allowFilter true; git clone -q --no-checkout "
		"--filter=tree:0 file://$PWD/origin r; rm -rf origin");
	open_history(sandbox, &h);
	watch_add(h.watch, "a", 1);
	resolve(&h);
	expect_kinds(&h, 0, "???????");
	assert_true(has_limit(h.repo, "is not available here (partial clone): 'git cat-file -t "));
	close_history(&h);
}

static void watch_resolve__odd_trees__first_entry_counts_and_modes_are_as_git_takes_them(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	struct history h;
	struct oid tree;
	uint32_t row;
	const uint32_t *entries;

	sandbox_import(sandbox, "r", transitions);
	/*
	 * unsorted, a name twice, modes with a leading zero and with permissions, group-writable, a name with a slash
	 */
	tree = sandbox_id(sandbox,
		"cd r; id=$(git rev-parse main~5:a | sed 's/../\\\\x&/g'); bash -c \"printf '100664 z\\\\0${id}"
		"040000 d\\\\0${id}"
		"100644 d\\\\0${id}"
		"40755 e\\\\0${id}"
		"100644 a/b\\\\0${id}"
		"40000 a\\\\0${id}'\" | git hash-object -t tree -w --literally --stdin");
	open_history(sandbox, &h);
	watch_add(h.watch, "z", 1);
	watch_add(h.watch, "d", 1);
	watch_add(h.watch, "e", 1);
	watch_add(h.watch, "a/b", 3);
	watch_add(h.watch, "d/b/x", 5);
	assert_int_equal(watch_resolve_tree(h.watch, &tree, &row, &err), 0);
	entries = watch_entries(h.watch, row);
	assert_int_equal(watch_entry(h.watch, entries[0])->kind, WATCH_FILE);
	assert_int_equal(watch_entry(h.watch, entries[1])->kind, WATCH_TREE);
	assert_int_equal(watch_entry(h.watch, entries[2])->kind, WATCH_TREE);
	assert_int_equal(watch_entry(h.watch, entries[3])->kind, WATCH_TREE);
	assert_int_equal(watch_entry(h.watch, entries[4])->kind, WATCH_FILE);
	close_history(&h);
}

/* --- what is told to a later watch -------------------------------------------------------------------------------- */

static const char *const told[] = { "a", "other", "a/b", "a/b/x", "b/x" };
static const char *const told_kinds[] = { "-tttttf", "fffffff", "-tfoot-", "-f---f-", "-------" };

/* A new watch that is given these bytes resolves the first `count` of the paths; how many trees it reads for that. */
static size_t watch_again(struct history *h, struct text kept, size_t count)
{
	size_t before = object_count_read(h->repo, OBJECT_TREE), i;

	watch_free(h->watch);
	watch_init(&h->watch, h->repo);
	watch_remember(h->watch, kept);
	for (i = 0; i < count; i++)
		watch_add(h->watch, told[i], strlen(told[i]));
	resolve(h);
	return object_count_read(h->repo, OBJECT_TREE) - before;
}

static size_t watch_and_tell(struct history *h, struct text kept, size_t count, struct strbuf *out)
{
	size_t read = watch_again(h, kept, count), i;

	for (i = 0; i < count; i++)
		expect_kinds(h, i, told_kinds[i]);
	strbuf_clear(out);
	watch_tell(h->watch, out);
	return read;
}

/* Other names at one place, and the same name, "x" or "b", at another, are not to be taken for each other. */
static void watch_remember__what_an_earlier_watch_told__is_not_read(void **state)
{
	struct strbuf few = STRBUF_INIT, more = STRBUF_INIT, again = STRBUF_INIT;
	struct history h;
	struct text kept;

	sandbox_import(*state, "r", transitions);
	open_history(*state, &h);
	assert_true(watch_and_tell(&h, TEXT_NONE, 1, &again) > 0);
	kept = (struct text){ again.buf, again.len };
	assert_true(watch_and_tell(&h, kept, 2, &few) > 0);
	kept = (struct text){ few.buf, few.len };
	assert_int_equal(watch_and_tell(&h, kept, 1, &again), 0);
	assert_int_equal(watch_and_tell(&h, kept, 2, &again), 0);
	assert_int_equal(again.len, few.len); /* nothing was added */
	assert_true(watch_and_tell(&h, kept, 5, &more) > 0);
	kept = (struct text){ more.buf, more.len };
	assert_int_equal(watch_and_tell(&h, kept, 2, &again), 0);
	assert_int_equal(watch_and_tell(&h, kept, 3, &again), 0);
	assert_int_equal(watch_and_tell(&h, kept, 5, &again), 0);
	assert_int_equal(again.len, more.len);
	close_history(&h);
	strbuf_release(&few);
	strbuf_release(&more);
	strbuf_release(&again);
}

static void watch_trees__how_many__are_those_known_and_those_read(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct history h;
	size_t fresh, read;

	sandbox_import(*state, "r", transitions);
	open_history(*state, &h);
	read = watch_again(&h, TEXT_NONE, 5);
	assert_int_equal(watch_trees(h.watch, &fresh), 0);
	assert_int_equal(fresh, read);
	watch_tell(h.watch, &bytes);
	assert_int_equal(watch_again(&h, (struct text){ bytes.buf, bytes.len }, 5), 0);
	assert_int_equal(watch_trees(h.watch, &fresh), read);
	assert_int_equal(fresh, 0);
	close_history(&h);
	strbuf_release(&bytes);
}

/* An unreadable tree is met, and told, by each watch. */
static void watch_remember__what_could_not_be_read__is_not_known(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct history h;
	int i;

	sandbox_import(*state, "r", transitions);
	sandbox_run(*state, "cd r; chmod -R u+w .git; rm .git/objects/$(git rev-parse main~4:a | sed 's,..,&/,')");
	for (i = 0; i < 2; i++) {
		size_t read;

		open_history(*state, &h);
		watch_remember(h.watch, (struct text){ bytes.buf, bytes.len });
		watch_add(h.watch, "a/b", 3);
		resolve(&h);
		expect_kinds(&h, 0, "-t?oot-");
		assert_true(has_limit(h.repo, " is missing"));
		read = object_count_read(h.repo, OBJECT_TREE);
		assert_true(i == 0 ? read > 0 : read == 0);
		strbuf_clear(&bytes);
		if (i == 0)
			watch_tell(h.watch, &bytes);
		close_history(&h);
	}
	strbuf_release(&bytes);
}

/* Cut anywhere, what is left is true; with another byte in one place it is read within its bounds. */
static void watch_remember__damaged_bytes__are_not_followed(void **state)
{
	struct strbuf bytes = STRBUF_INIT, again = STRBUF_INIT;
	struct history h;
	size_t i;

	sandbox_import(*state, "r", transitions);
	open_history(*state, &h);
	watch_and_tell(&h, TEXT_NONE, 5, &bytes);
	for (i = 0; i < bytes.len; i++) {
		char *part = malloc(i + !i); /* of that length: a sanitizer sees what is read behind it */
		char *other = malloc(bytes.len);

		assert_non_null(part);
		assert_non_null(other);
		memcpy(part, bytes.buf, i);
		watch_and_tell(&h, (struct text){ part, i }, 5, &again);
		memcpy(other, bytes.buf, bytes.len);
		other[i] = (char)(other[i] ^ 0xff);
		watch_again(&h, (struct text){ other, bytes.len }, 5);
		strbuf_clear(&again);
		watch_tell(h.watch, &again);
		free(part);
		free(other);
	}
	close_history(&h);
	strbuf_release(&bytes);
	strbuf_release(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(watch_resolve__what_stands_at_a_path_changes__is_told_by_kind),
		SANDBOXED(watch_resolve__same_things_at_all_paths__share_a_row),
		SANDBOXED(watch_resolve__paths_added_later__are_looked_up_too),
		SANDBOXED(watch_resolve_tree__a_tree_of_no_commit__gets_a_row),
		SANDBOXED(watch_resolve__missing_and_damaged_trees__are_unknown_and_limits),
		SANDBOXED(watch_resolve__partial_clone__says_how_to_fetch),
		SANDBOXED(watch_resolve__odd_trees__first_entry_counts_and_modes_are_as_git_takes_them),
		SANDBOXED(watch_remember__what_an_earlier_watch_told__is_not_read),
		SANDBOXED(watch_trees__how_many__are_those_known_and_those_read),
		SANDBOXED(watch_remember__what_could_not_be_read__is_not_known),
		SANDBOXED(watch_remember__damaged_bytes__are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
