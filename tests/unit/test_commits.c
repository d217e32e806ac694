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

/* A commit of a stream: mark, time and the "from"/"merge" lines. */
#define COMMIT(mark, time, parents) \
	"commit refs/heads/b" mark "\nmark :" mark "\ncommitter C <c@x> " time " +0000\ndata 2\n" mark "\n" parents

static void load(struct repo *repo, struct commits *commits, const struct oid *tips, size_t count)
{
	struct err err = { .kind = ERR_NONE };

	if (commits_load(commits, repo, tips, count, NULL, &err) < 0)
		fail_msg("%s", err.msg);
}

/* The numbers' branch names in order, "b1 b2 …": branches are called after their commits' marks. */
static void expect_order(struct sandbox *sandbox, const struct commits *commits, const char *expected)
{
	struct strbuf sb = STRBUF_INIT;
	char hex[OID_HEX + 1], script[160];
	size_t i;

	for (i = 0; i < commits->count; i++) {
		char *name;

		snprintf(script, sizeof(script), "git -C r log -1 --format=%%s %s", oid_hex(&commits->ids[i], hex));
		name = sandbox_output(sandbox, script);
		strbuf_addf(&sb, "%s%s", i ? " " : "", name);
		free(name);
		assert_int_equal(commits_find(commits, &commits->ids[i]), i);
	}
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
}

static void commits_load__equal_and_backward_times__are_listed_parents_first(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	struct oid tips[3];
	size_t i, p;

	/* 3 is younger than its child 4, 2 and 5 are of one time, 6 is an octopus, 7 is another root */
	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "100", "") COMMIT("2", "300", "from :1\n") COMMIT("3", "900", "from :1\n")
			COMMIT("4", "200", "from :3\n") COMMIT("5", "300", "from :2\n")
				COMMIT("6", "400", "from :5\nmerge :4\nmerge :2\n") COMMIT("7", "350", "") "done\n");
	tips[0] = sandbox_id(sandbox, "git -C r rev-parse b6");
	tips[1] = sandbox_id(sandbox, "git -C r rev-parse b7");
	tips[2] = tips[0];
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, tips, 3);
	expect_order(sandbox, &commits, "1 2 5 7 3 4 6");
	assert_int_equal(commit_parent_count(&commits, 6), 3);
	assert_int_equal(commit_parents(&commits, 6)[0], 2);
	assert_int_equal(commit_parents(&commits, 6)[1], 5);
	assert_int_equal(commit_parents(&commits, 6)[2], 1);
	assert_int_equal(commits.times[4], 900);
	for (i = 0; i < commits.count; i++) {
		size_t place, own = SIZE_MAX, latest = 0;

		assert_int_equal(commits.flags[i], 0);
		for (place = 0; place < commits.count; place++)
			if (commits.read_order[place] == i)
				own = place;
		for (p = 0; p < commit_parent_count(&commits, (uint32_t)i); p++)
			for (place = 0; place < commits.count; place++)
				if (commits.read_order[place] == commit_parents(&commits, (uint32_t)i)[p] &&
					place > latest)
					latest = place;
		assert_true(own != SIZE_MAX && own >= latest);
	}
	commits_release(&commits);
	assert_int_equal(commits_find(&commits, &tips[0]), COMMIT_NONE);
	repo_close(repo);
}

static void commits_load__nothing__is_empty(void **state)
{
	struct sandbox *sandbox = *state;
	struct oid any = { .bytes = { 1 } };
	struct commits commits;
	struct repo *repo;

	sandbox_run(sandbox, "git init -q r");
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, NULL, 0);
	assert_int_equal(commits.count, 0);
	assert_int_equal(commits_find(&commits, &any), COMMIT_NONE);
	commits_release(&commits);
	repo_close(repo);
}

/* Writes a commit as it stands and returns its id. */
static struct oid write_commit(struct sandbox *sandbox, const char *header)
{
	char script[2048];

	snprintf(script, sizeof(script),
		"cd r; tree=$(git mktree </dev/null); printf \"tree $tree\\n%s\" | git hash-object -t commit "
		"--literally -w "
		"--stdin",
		header);
	return sandbox_id(sandbox, script);
}

static void commits_load__malformed_signatures__stop_nothing(void **state)
{
	static const struct {
		const char *header;
		int64_t time;
	} cases[] = {
		{ "author A <a> 5 +0000\\ncommitter C <c> 77 +0000\\n\\nm\\n", 77 },
		{ "author A <a> 5 +0000\\ncommitter C <c> 77 x\\n\\nm\\n", 77 },
		{ "committer 77 +0000", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c> 77\\n\\nm\\n", 77 },
		{ "author A <a> 5 +0000\\ncommitter C <c> d> 77 +0000\\n\\nm\\n", 77 },
		{ "author A <a> 5 +0000\\n\\ncommitter C <c> 77 +0000\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c>\\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c> 99999999999999999999 +0000\\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c> 9223372036854775807 +0000\\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c> 922337203685477580 +0000\\n\\nm\\n", 922337203685477580 },
		{ "author A <a> 5 +0000\\ncommitter C <c> -77 +0000\\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter C <c>  +0000\\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ncommitter \\n\\nm\\n", 0 },
		{ "author A <a> 5 +0000\\ngpgsig x\\n committer C <c> 8 +0000\\ncommitter C <c> 9 +0000\\n\\n", 9 },
		{ "", 0 },
	};
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	size_t i;

	sandbox_run(sandbox, "git init -q r");
	repo = sandbox_open(sandbox, "r");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct oid id = write_commit(sandbox, cases[i].header);

		load(repo, &commits, &id, 1);
		assert_int_equal(commits.count, 1);
		if (commits.times[0] != cases[i].time)
			fail_msg("case %zu has time %lld", i, (long long)commits.times[0]);
		commits_release(&commits);
	}
	assert_false(has_limit(repo, ""));
	repo_close(repo);
}

static void commits_load__missing_and_damaged_commits__are_limits_and_cut(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	char *gone, *bad, part[96];
	struct repo *repo;
	struct oid tips[4];
	uint32_t tip;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "1", "") COMMIT("2", "2", "from :1\n") COMMIT("3", "3", "from :2\n")
			COMMIT("4", "4", "from :1\n") COMMIT("5", "5", "from :3\nmerge :4\n") "done\n");
	sandbox_run(sandbox, "cd r; chmod "
			     "-R u+w .git; git rev-parse b2 >gone; git rev-parse b4 >bad; rm "
			     ".git/objects/$(git rev-parse b2 | sed 's,..,&/,'); truncate -s -3 "
			     ".git/objects/$(git rev-parse b4 | sed 's,..,&/,')");
	gone = sandbox_output(sandbox, "cat r/gone");
	bad = sandbox_output(sandbox, "cat r/bad");
	tips[0] = sandbox_id(sandbox, "cat r/.git/refs/heads/b5");
	tips[1] = sandbox_id(sandbox, "git -C r rev-parse b5^{tree}");
	tips[2] = sandbox_id(sandbox, "cat r/.git/refs/heads/b1");
	tips[3] = sandbox_id(sandbox, "echo 1234567890123456789012345678901234567890");
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, tips, 4);
	assert_int_equal(commits.count, 3); /* 1, 3, 5; the tree is no commit and no limit */
	tip = commits_find(&commits, &tips[0]);
	assert_int_equal(commits.flags[tip], COMMIT_CUT);
	assert_int_equal(commit_parent_count(&commits, tip), 1);
	assert_int_equal(commits.flags[commit_parents(&commits, tip)[0]], COMMIT_CUT);
	assert_int_equal(commits.flags[commits_find(&commits, &tips[2])], 0);
	snprintf(part, sizeof(part), "commit %s is missing", gone);
	assert_true(has_limit(repo, part));
	snprintf(part, sizeof(part), "commit %s is damaged: ", bad);
	assert_true(has_limit(repo, part));
	assert_true(has_limit(repo, "commit 1234567890123456789012345678901234567890 is missing"));
	commits_release(&commits);
	repo_close(repo);
	free(gone);
	free(bad);
}

static void commits_load__bad_tree_or_parent_lines__are_damage(void **state)
{
	static const char *const headers[] = { "tree 123\\n", "tree 0123456789012345678901234567890123456789x",
		"tree g123456789012345678901234567890123456789\\n",
		"tree 0123456789012345678901234567890123456789\\nparent 012\\n",
		"tree 0123456789012345678901234567890123456789\\nparent g123456789012345678901234567890123456789\\n",
		"tree 0123456789012345678901234567890123456789\\nparent 0123456789012345678901234567890123456789 \\n",
		"parent 0123456789012345678901234567890123456789\\n" };
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	char script[512];
	struct oid id;
	size_t i;

	sandbox_run(sandbox, "git init -q r");
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		snprintf(script, sizeof(script), "cd r; printf '%s' | git hash-object -t commit --literally -w --stdin",
			headers[i]);
		id = sandbox_id(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		load(repo, &commits, &id, 1);
		assert_int_equal(commits.count, 0);
		assert_true(has_limit(repo, "its tree or parent lines cannot be read"));
		commits_release(&commits);
		repo_close(repo);
	}
}

static void commits_load__shallow_clone__stops_at_the_boundary(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "1", "") COMMIT("2", "2", "from :1\n")
			COMMIT("3", "3", "from :2\n") "done\n");
	sandbox_run(sandbox, "git clone -q --depth 2 -b b3 file://$PWD/r s");
	tip = sandbox_id(sandbox, "git -C r rev-parse b3");
	repo = sandbox_open(sandbox, "s");
	load(repo, &commits, &tip, 1);
	expect_order(sandbox, &commits, "2 3");
	assert_int_equal(commits.flags[0], COMMIT_CUT);
	assert_int_equal(commits.flags[1], 0);
	assert_true(has_limit(repo, "shallow boundary (1 commit without parents"));
	assert_false(has_limit(repo, "missing"));
	commits_release(&commits);
	repo_close(repo);
}

static void commits_load__replace_refs_and_grafts__are_not_followed(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "1", "") COMMIT("2", "2", "from :1\n")
			COMMIT("3", "3", "from :2\n") "done\n");
	tip = sandbox_id(sandbox, "git -C r rev-parse b3");
	sandbox_run(sandbox, "cd r; git replace b3 b1; git rev-parse b2 >.git/info/grafts");
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, &tip, 1);
	assert_int_equal(commits.count, 3);
	commits_release(&commits);
	repo_close(repo);
}

static void commits_load__seventy_thousand_parents__are_all_there(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "1", "") COMMIT("2", "2", "from :1\n") COMMIT("3", "3", "") "done\n");
	tip = sandbox_id(sandbox,
		"cd r; a=$(git rev-parse b2) b=$(git rev-parse b3); { echo tree $(git mktree </dev/null); "
		"yes \"parent $a\nparent $b\" | head -n 70000; echo 'author A <a> 1 +0000'; echo 'committer "
		"C <c> 9 +0000'; echo; } | git hash-object -t commit -w --stdin");
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, &tip, 1);
	assert_int_equal(commits.count, 4);
	assert_int_equal(commit_parent_count(&commits, 3), 70000);
	assert_int_equal(commit_parents(&commits, 3)[69999], commits_find(&commits, &commits.ids[2]));
	commits_release(&commits);
	repo_close(repo);
}

/* Believed, the commit would be its own ancestor. */
static void commits_load__the_place_of_another_commit_in_the_index__is_damage(void **state)
{
	struct sandbox *sandbox = *state;
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_import(sandbox, "r",
		"feature done\n" COMMIT("1", "1", "") COMMIT("2", "2", "from :1\n")
			COMMIT("3", "3", "from :2\n") "done\n");
	tip = sandbox_id(sandbox, "git -C r rev-parse b3");
	sandbox_run(sandbox,
		"cd r; git repack -adq; idx=$(echo .git/objects/pack/*.idx); chmod u+w $idx; n=$(git show-index <$idx "
		"| "
		"wc -l); word() { echo $((257 + n * 6 + $(git show-index <$idx | grep -n $(git rev-parse $1) | cut -d: "
		"-f1))); }; dd if=$idx of=$idx bs=4 count=1 skip=$(word b3) seek=$(word b1) conv=notrunc status=none");
	repo = sandbox_open(sandbox, "r");
	load(repo, &commits, &tip, 1);
	expect_order(sandbox, &commits, "2 3");
	assert_int_equal(commits.flags[0], COMMIT_CUT);
	assert_true(has_limit(repo, "is damaged"));
	assert_false(has_limit(repo, "it is its own ancestor"));
	commits_release(&commits);
	repo_close(repo);
}

static int note(void *data, const char *what, size_t done, size_t total)
{
	size_t *least = data;

	(void)what;
	(void)total;
	if (done < *least)
		*least = done;
	return 0;
}

/* The walk goes down to the root before it has listed one commit: what it counts is what it has read. */
static void commits_load__long_history__tells_how_many_were_read(void **state)
{
	struct sandbox *sandbox = *state;
	size_t least = SIZE_MAX;
	struct progress progress = { .fn = note, .data = &least };
	struct err err = { .kind = ERR_NONE };
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_run(sandbox,
		"git init -q r; cd r; seq 9000 | sed 's/.*/commit refs\\/heads\\/b\\ncommitter C <c@x> & +0000\\ndata "
		"0\\n/' | git fast-import --quiet");
	tip = sandbox_id(sandbox, "git -C r rev-parse b");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(commits_load(&commits, repo, &tip, 1, &progress, &err), 0);
	assert_int_equal(commits.count, 9000);
	assert_true(least > 0 && least < 9000);
	commits_release(&commits);
	repo_close(repo);
}

static int stop(void *data, const char *what, size_t done, size_t total)
{
	(void)done;
	(void)total;
	assert_string_equal(what, "commits");
	return *(int *)data;
}

static void commits_load__progress_says_stop__stops(void **state)
{
	struct sandbox *sandbox = *state;
	struct err err = { .kind = ERR_NONE };
	int answer = 1;
	struct progress progress = { .fn = stop, .data = &answer };
	struct commits commits;
	struct repo *repo;
	struct oid tip;

	sandbox_import(sandbox, "r", "feature done\n" COMMIT("1", "1", "") "done\n");
	tip = sandbox_id(sandbox, "git -C r rev-parse b1");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(commits_load(&commits, repo, &tip, 1, &progress, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	commits_release(&commits);
	answer = 0;
	assert_int_equal(commits_load(&commits, repo, &tip, 1, &progress, &err), 0);
	commits_release(&commits);
	repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(commits_load__equal_and_backward_times__are_listed_parents_first),
		SANDBOXED(commits_load__nothing__is_empty),
		SANDBOXED(commits_load__malformed_signatures__stop_nothing),
		SANDBOXED(commits_load__missing_and_damaged_commits__are_limits_and_cut),
		SANDBOXED(commits_load__bad_tree_or_parent_lines__are_damage),
		SANDBOXED(commits_load__shallow_clone__stops_at_the_boundary),
		SANDBOXED(commits_load__replace_refs_and_grafts__are_not_followed),
		SANDBOXED(commits_load__seventy_thousand_parents__are_all_there),
		SANDBOXED(commits_load__the_place_of_another_commit_in_the_index__is_damage),
		SANDBOXED(commits_load__long_history__tells_how_many_were_read),
		SANDBOXED(commits_load__progress_says_stop__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
