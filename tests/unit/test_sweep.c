#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/git/sweep.h"

struct seen {
	size_t commits, trees, blobs;
	struct oid wanted;
	size_t found;
	int answer;
};

static int on_commit(void *data, const struct oid *id)
{
	struct seen *seen = data;

	(void)id;
	seen->commits++;
	return seen->answer;
}

static int on_tree(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	(void)id;
	(void)bytes;
	(void)len;
	((struct seen *)data)->trees++;
	return 0;
}

static int on_blob(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct seen *seen = data;
	struct oid own;

	seen->blobs++;
	object_blob_id(bytes, len, &own);
	assert_memory_equal(own.bytes, id->bytes, OID_BYTES);
	seen->found += oid_equal(id, &seen->wanted);
	return 0;
}

static int known(void *data, const struct oid *id)
{
	return oid_equal(id, &((struct seen *)data)->wanted);
}

static int sweep(struct sandbox *sandbox, struct seen *seen, bool with_known, size_t *count)
{
	const struct sweep_visitor visitor = { .commit = on_commit,
		.tree = on_tree,
		.blob = on_blob,
		.is_known = with_known ? known : NULL,
		.data = seen };
	const struct progress progress = { 0 };
	struct repo *repo = sandbox_open(sandbox, "r");
	struct err err = { .kind = ERR_NONE };
	int rc = sweep_objects(repo, &visitor, &progress, count, &err);

	assert_false(has_limit(repo, ""));
	repo_close(repo);
	return rc;
}

#define BEGIN "git init -q -b main r && cd r && seq 100 >a && git add a && git commit -q -m 1 && "
#define STRAY "(seq 100; echo stray) | git hash-object -w --stdin"

static void sweep_objects__loose_packed_and_twice__each_once(void **state)
{
	struct seen seen = { .wanted = sandbox_id(*state, BEGIN STRAY) };
	size_t count;

	sandbox_run(*state, "cd r && git repack -q -a && git cat-file blob HEAD:a >x && git hash-object -w x");
	assert_int_equal(sweep(*state, &seen, false, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(seen.commits, 1);
	assert_int_equal(seen.trees, 1);
	assert_int_equal(seen.blobs, 2);
	assert_int_equal(seen.found, 1);
}

static void sweep_objects__delta_in_a_pack__has_its_own_content(void **state)
{
	struct seen seen = { .wanted = sandbox_id(*state, BEGIN STRAY) };
	size_t count;

	sandbox_run(*state, "cd r && git cat-file --batch-all-objects --batch-check='%(objectname)' | "
			    "git pack-objects -q --window=10 --depth=10 .git/objects/pack/pack >x && git prune-packed");
	assert_int_equal(sweep(*state, &seen, false, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(seen.found, 1);
}

static void sweep_objects__only_in_an_alternate__is_found(void **state)
{
	struct seen seen = { .wanted = sandbox_id(*state,
				     BEGIN "git init -q ../other && echo ../../../other/.git/objects "
					   ">.git/objects/info/alternates && cd ../other && " STRAY) };
	size_t count;

	assert_int_equal(sweep(*state, &seen, false, &count), 0);
	assert_int_equal(seen.found, 1);
}

static void sweep_objects__directory_that_cannot_be_listed__is_told_by_name(void **state)
{
	const struct sweep_visitor visitor = { .commit = on_commit };
	const struct progress progress = { 0 };
	struct err err = { .kind = ERR_NONE };
	struct rlimit usual, none;
	struct repo *repo;
	size_t count;
	int rc;

	sandbox_run(*state, "git init -q r && mkdir r/.git/objects/00");
	repo = sandbox_open(*state, "r");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	rc = sweep_objects(repo, &visitor, &progress, &count, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_int_equal(rc, -1);
	assert_string_equal(err.msg, "cannot look through the loose objects: cannot list \"00\": Too many open files");
	repo_close(repo);
}

static void sweep_objects__too_small_and_too_big__are_passed_over(void **state)
{
	struct seen seen = { 0 };
	size_t count;

	sandbox_run(*state, "git init -q r && cd r && echo small | git hash-object -w --stdin && head -c 65537 "
			    "/dev/zero | git hash-object -w "
			    "--stdin && head -c 65536 /dev/zero | git hash-object -w --stdin");
	assert_int_equal(sweep(*state, &seen, false, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(seen.blobs, 1);
}

/* Thirty versions of a text as one family of deltas, longer ones above and below shorter ones; the last is wanted. */
#define FAMILY                                                                                                         \
	"git init -q -b main r && cd r && seq 14000 >whole && for n in 13900 600 13000 500 9000 400 12800 300; do "    \
	"head -n $n whole | git hash-object -w --stdin; echo $n >end; head -n $n whole | cat - end | git hash-object " \
	"-w --stdin; done >ids; (head -n 700 whole; echo stray) | git hash-object -w --stdin | tee -a ids >last; "

static void expect_family(struct sandbox *sandbox, const char *pack)
{
	struct seen seen = { .wanted = sandbox_id(sandbox, FAMILY "cat last") };
	size_t count;

	sandbox_run(sandbox, pack);
	assert_int_equal(sweep(sandbox, &seen, false, &count), 0);
	assert_int_equal(count, 17);
	assert_int_equal(seen.blobs, 11); /* 9000 lines have 43 KiB, 12800 lines have more than 64 */
	assert_int_equal(seen.found, 1);
}

static void sweep_objects__family_of_deltas__each_has_its_own_content(void **state)
{
	expect_family(*state,
		"cd r && git pack-objects -q --window=50 --depth=50 --delta-base-offset .git/objects/pack/pack <ids "
		">x && git prune-packed && test $(git verify-pack -v .git/objects/pack/*.idx | grep -c '^[0-9a-f]* "
		"blob .* [0-9a-f]*$') -gt 10");
}

static void sweep_objects__in_two_packs__each_once(void **state)
{
	expect_family(*state,
		"cd r && git pack-objects -q --window=50 .git/objects/pack/pack <ids >x && tail -n 9 ids | git "
		"pack-objects "
		"-q .git/objects/pack/pack >x && git prune-packed && test $(ls .git/objects/pack/*.idx | wc -l) = 2");
}

static void sweep_objects__packed_since_the_repository_was_opened__is_found(void **state)
{
	struct seen seen = { .wanted = sandbox_id(*state, BEGIN STRAY) };
	const struct sweep_visitor visitor = { .blob = on_blob, .data = &seen };
	const struct progress progress = { 0 };
	struct repo *repo = sandbox_open(*state, "r");
	struct err err = { .kind = ERR_NONE };
	size_t count;

	sandbox_run(*state, "cd r && git cat-file --batch-all-objects --batch-check='%(objectname)' | "
			    "git pack-objects -q .git/objects/pack/pack >x && git prune-packed");
	assert_int_equal(sweep_objects(repo, &visitor, &progress, &count, &err), 0);
	assert_int_equal(seen.found, 1);
	assert_false(has_limit(repo, ""));
	repo_close(repo);
}

static void sweep_objects__known_to_the_caller__is_not_read(void **state)
{
	struct seen seen = { .wanted = sandbox_id(*state, BEGIN STRAY) };
	size_t count;

	assert_int_equal(sweep(*state, &seen, true, &count), 0);
	assert_int_equal(seen.found, 0);
	assert_int_equal(seen.blobs, 1);
}

static void sweep_objects__visitor_says_stop__stops(void **state)
{
	struct seen seen = { .answer = -1 };
	size_t count;

	sandbox_run(*state, BEGIN "git commit -q --allow-empty -m 2");
	assert_int_equal(sweep(*state, &seen, false, &count), -1);
	assert_int_equal(seen.commits, 1);
}

static void sweep_objects__damaged_object__is_a_limit(void **state)
{
	struct seen seen = { 0 };
	const struct sweep_visitor visitor = { .blob = on_blob, .data = &seen };
	const struct progress progress = { 0 };
	struct repo *repo;
	struct err err = { .kind = ERR_NONE };
	size_t count;

	sandbox_run(
		*state, BEGIN "f=$(git rev-parse HEAD:a | sed 's,^..,.git/objects/&/,'); chmod u+w $f; echo junk >$f");
	repo = sandbox_open(*state, "r");
	assert_int_equal(sweep_objects(repo, &visitor, &progress, &count, &err), 0);
	assert_true(has_limit(repo, "object"));
	assert_int_equal(seen.blobs, 0);
	repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(sweep_objects__loose_packed_and_twice__each_once),
		SANDBOXED(sweep_objects__delta_in_a_pack__has_its_own_content),
		SANDBOXED(sweep_objects__only_in_an_alternate__is_found),
		SANDBOXED(sweep_objects__directory_that_cannot_be_listed__is_told_by_name),
		SANDBOXED(sweep_objects__too_small_and_too_big__are_passed_over),
		SANDBOXED(sweep_objects__family_of_deltas__each_has_its_own_content),
		SANDBOXED(sweep_objects__in_two_packs__each_once),
		SANDBOXED(sweep_objects__packed_since_the_repository_was_opened__is_found),
		SANDBOXED(sweep_objects__known_to_the_caller__is_not_read),
		SANDBOXED(sweep_objects__visitor_says_stop__stops),
		SANDBOXED(sweep_objects__damaged_object__is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
