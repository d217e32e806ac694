#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/refs.h"

static const char three_commits[] =
	"feature done\n"
	"commit refs/heads/main\nmark :1\ncommitter C <c@x> 1 +0000\ndata 0\n"
	"commit refs/heads/main\nmark :2\ncommitter C <c@x> 2 +0000\ndata 0\n"
	"commit refs/heads/side\nmark :3\ncommitter C <c@x> 3 +0000\ndata 0\nfrom :1\n"
	"commit refs/heads/main\nmark :4\ncommitter C <c@x> 4 +0000\ndata 0\nfrom :2\nmerge :3\n"
	"done\n";

/* "name symbolic commit-is-tip-of" lines of a list, for comparing as a whole. */
static void expect_list(struct repo *repo, int (*list)(struct repo *, struct arena *, struct ref_list *, struct err *),
	const char *expected)
{
	struct strbuf sb = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	char hex[OID_HEX + 1];
	struct ref_list refs;
	struct arena arena;
	size_t i;

	arena_init(&arena);
	assert_int_equal(list(repo, &arena, &refs, &err), 0);
	for (i = 0; i < refs.count; i++)
		strbuf_addf(&sb, "%s %.7s %s\n", refs.items[i].name.ptr, oid_hex(&refs.items[i].commit, hex),
			refs.items[i].symbolic.ptr ? refs.items[i].symbolic.ptr : "-");
	assert_string_equal(sb.buf, expected);
	strbuf_release(&sb);
	arena_release(&arena);
}

static void refs_all__loose_packed_tags_and_symbolic__are_listed_by_name(void **state)
{
	static const char list[] =
		"git for-each-ref --format='%(refname) %(objectname:short=7)%(*objectname:short=7) "
		"%(symref)' | grep -v -e replace -e blob | sed -E 's/ (.{7})(.{7}) / \\2 /; s/ $/ -/' | "
		"LC_ALL=C sort; echo";
	struct sandbox *sandbox = *state;
	struct repo *repo;
	char script[512], *expected;
	int packed;

	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox, "cd r; git tag light main~1; git tag -a -m x heavy side; git tag blob $(echo b | git "
			     "hash-object -w --stdin); git symbolic-ref refs/remotes/origin/HEAD refs/heads/side; git "
			     "update-ref refs/pull/1/head main; git replace main main~1; git symbolic-ref "
			     "refs/heads/dangling refs/heads/nowhere; git tag -a -m x heavyblob blob");
	for (packed = 0; packed < 3; packed++) {
		snprintf(script, sizeof(script), "cd r; %s", list);
		expected = sandbox_output(sandbox, script);
		repo = sandbox_open(sandbox, "r");
		expect_list(repo, refs_all, expected);
		assert_false(has_limit(repo, ""));
		repo_close(repo);
		free(expected);
		if (packed < 2)
			sandbox_run(sandbox,
				packed == 0 ? "cd r; git pack-refs --all"
					    : "cd r; sed -i 1d .git/packed-refs; git update-ref refs/heads/side main");
	}
}

/* Where refs of other kinds, tags among them, stand before, between and behind the usual ones. */
static void refs_usual__mirror_of_a_forge__is_what_clones_have(void **state)
{
	static const char listed[] = "cd r; m=$(git rev-parse --short=7 main) s=$(git rev-parse --short=7 side); echo "
				     "refs/heads/main $m -; echo "
				     "refs/heads/side $s -; echo refs/remotes/origin/HEAD $m refs/pull/1/head; echo "
				     "refs/tags/heavy $s -; echo";
	struct sandbox *sandbox = *state;
	struct repo *repo;
	char *expected;
	int packed;

	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox,
		"cd r; git tag -a -m x heavy side; t=$(git rev-parse heavy); git update-ref refs/a/tag $t; git "
		"update-ref refs/pull/1/head main; git update-ref refs/tagsandmore/x $t; git symbolic-ref "
		"refs/remotes/origin/HEAD refs/pull/1/head; git update-ref refs/zz/tag $t");
	expected = sandbox_output(sandbox, listed);
	for (packed = 0; packed < 2; packed++) {
		repo = sandbox_open(sandbox, "r");
		expect_list(repo, refs_usual, expected);
		assert_false(has_limit(repo, ""));
		repo_close(repo);
		sandbox_run(sandbox, "cd r; git pack-refs --all");
	}
	free(expected);
}

static void refs_all__damaged_refs__are_limits_and_stop_nothing(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;
	char *expected, line[64];
	int i;

	sandbox_import(sandbox, "r", three_commits);
	expected = sandbox_output(sandbox, "cd r; m=$(git rev-parse --short=7 main) s=$(git rev-parse --short=7 side); "
					   "echo refs/heads/link $s refs/heads/side; echo refs/heads/main $m -; echo "
					   "refs/heads/packed $m -; echo refs/heads/side $s -; echo");
	sandbox_run(sandbox,
		"cd r/.git; : >refs/heads/empty; echo garbage >refs/heads/garbage; "
		"echo 1234567890123456789012345678901234567890 >refs/heads/gone; "
		"echo 'ref: refs/heads/../../config' >refs/heads/outside; "
		"echo 'ref: refs/heads/loop' >refs/heads/loop; mkfifo refs/heads/fifo; "
		"ln -s refs/heads/side refs/heads/link; ln -s /etc refs/heads/etc; "
		"m=$(git rev-parse main); printf 'no line\\n%s refs/heads/packed\\n^junk\\n' $m >packed-refs; "
		"for name in REFS/HEADS/UP refs/heads/../x refs/heads//x refs/heads/.x refs/heads/x/; do "
		"echo $m $name; done >>packed-refs; null=0000000000000000000000000000000000000000; "
		"echo $null >refs/heads/null; printf \"$null refs/heads/nothing\" >>packed-refs; "
		"echo x >refs/heads/main.lock");
	repo = sandbox_open(sandbox, "r");
	expect_list(repo, refs_all, expected);
	free(expected);
	assert_true(has_limit(repo, "ref 'refs/heads/empty' is damaged"));
	assert_true(has_limit(repo, "ref 'refs/heads/garbage' is damaged"));
	assert_true(has_limit(repo, "ref 'refs/heads/null' is damaged"));
	assert_true(has_limit(repo, "ref 'refs/heads/outside' is damaged"));
	assert_true(has_limit(repo, "ref 'refs/heads/loop' cannot be followed"));
	assert_true(has_limit(repo, "refs/heads/fifo' is a named pipe"));
	assert_true(
		has_limit(repo, "ref 'refs/heads/gone' names object 1234567890123456789012345678901234567890, which "
				"is missing"));
	assert_true(has_limit(repo, "line 1 of packed-refs is damaged"));
	assert_true(has_limit(repo, "packed-refs is cut short"));
	for (i = 3; i <= 9; i++) {
		snprintf(line, sizeof(line), "line %d of packed-refs is damaged", i);
		assert_true(has_limit(repo, line));
	}
	repo_close(repo);
}

static void refs_head__on_a_branch_detached_and_unborn__says_which(void **state)
{
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct err err;
	struct repo *repo;
	struct ref head;
	struct oid main_id;

	arena_init(&arena);
	sandbox_import(sandbox, "r", three_commits);
	main_id = sandbox_id(sandbox, "git -C r rev-parse main");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(refs_head(repo, &arena, &head, &err), 1);
	assert_string_equal(head.symbolic.ptr, "refs/heads/main");
	assert_string_equal(head.name.ptr, "HEAD");
	assert_true(oid_equal(&head.commit, &main_id));
	sandbox_run(sandbox, "git -C r pack-refs --all");
	assert_int_equal(refs_head(repo, &arena, &head, &err), 1);
	assert_true(oid_equal(&head.commit, &main_id));
	sandbox_run(sandbox, "git -C r update-ref --no-deref HEAD main");
	assert_int_equal(refs_head(repo, &arena, &head, &err), 1);
	assert_null(head.symbolic.ptr);
	sandbox_run(sandbox, "git -C r symbolic-ref HEAD refs/heads/unborn");
	assert_int_equal(refs_head(repo, &arena, &head, &err), 0);
	assert_string_equal(head.symbolic.ptr, "refs/heads/unborn");
	sandbox_run(sandbox, "echo garbage >r/.git/HEAD");
	assert_int_equal(refs_head(repo, &arena, &head, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	sandbox_run(sandbox, "echo 1234567890123456789012345678901234567890 >r/.git/HEAD");
	assert_int_equal(refs_head(repo, &arena, &head, &err), -1);
	assert_non_null(strstr(err.msg, "1234567890123456789012345678901234567890, which is missing"));
	assert_true(has_limit(repo, "commit 1234567890123456789012345678901234567890 is missing"));
	repo_close(repo);
	arena_release(&arena);
}

static void refs_worktree_heads__several_worktrees__are_all_listed(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;
	char *expected;

	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox,
		"cd r; git worktree add -q --detach ../w1 main~1; git worktree add -q ../w2 side; git worktree "
		"add -q --detach ../w3; git -C ../w3 symbolic-ref HEAD refs/heads/unborn");
	expected =
		sandbox_output(sandbox, "cd r; echo HEAD $(git rev-parse --short=7 main) refs/heads/main; echo "
					"worktrees/w1/HEAD $(git rev-parse --short=7 main~1) -; echo worktrees/w2/HEAD "
					"$(git rev-parse --short=7 side) refs/heads/side; echo");
	repo = sandbox_open(sandbox, "r");
	expect_list(repo, refs_worktree_heads, expected);
	repo_close(repo);
	free(expected);
	expected =
		sandbox_output(sandbox, "cd r; echo HEAD $(git rev-parse --short=7 main~1) -; echo main-worktree/HEAD "
					"$(git rev-parse --short=7 main) refs/heads/main; echo worktrees/w2/HEAD "
					"$(git rev-parse --short=7 side) refs/heads/side; echo");
	repo = sandbox_open(sandbox, "w1");
	expect_list(repo, refs_worktree_heads, expected);
	assert_false(has_limit(repo, ""));
	repo_close(repo);
	free(expected);
}

static void refs_resolve__what_git_rev_parse_takes__gives_the_same_commit(void **state)
{
	static const char *const expressions[] = { "main", "HEAD", "@", "refs/heads/side", "heads/side", "side",
		"main~1", "main~", "main^", "main^2", "main^1~1", "main~2", "main^0", "main^{}", "main^{commit}",
		"heavy", "heavy~1", "light^{commit}", "origin", "origin/HEAD", "main@{0}", "HEAD@{0}", "v1-2-gHEX",
		"HEX" };
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct err err = { .kind = ERR_NONE };
	char *shortened, script[256], expression[64];
	struct repo *repo;
	struct ref ref;
	size_t i;

	arena_init(&arena);
	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox,
		"cd r; git tag -a -m x heavy main; git tag light main~1; git symbolic-ref "
		"refs/remotes/origin/HEAD refs/heads/side; git config core.logAllRefUpdates always; git "
		"update-ref --create-reflog refs/heads/main main~1; git update-ref refs/heads/main heavy~0; git "
		"reset -q --hard");
	shortened = sandbox_output(sandbox, "git -C r rev-parse --short=8 side");
	repo = sandbox_open(sandbox, "r");
	for (i = 0; i < sizeof(expressions) / sizeof(*expressions); i++) {
		const char *hole = strstr(expressions[i], "HEX");
		struct oid expected;

		snprintf(expression, sizeof(expression), "%.*s%s",
			(int)(hole ? hole - expressions[i] : (ptrdiff_t)strlen(expressions[i])), expressions[i],
			hole ? shortened : "");
		snprintf(script, sizeof(script), "git -C r rev-parse '%s^{commit}'", expression);
		expected = sandbox_id(sandbox, script);
		if (refs_resolve(repo, &arena, expression, &ref, &err) != 1)
			fail_msg("%s: %s", expression, err.msg);
		if (!oid_equal(&ref.commit, &expected))
			fail_msg("%s gives another commit", expression);
		assert_string_equal(ref.name.ptr, expression);
	}
	repo_close(repo);
	free(shortened);
	arena_release(&arena);
}

static void refs_resolve__beginning_of_an_id_in_a_pack__is_enough_where_no_other_begins_so(void **state)
{
	struct sandbox *sandbox = *state;
	char *shortened, *shared, search[64];
	struct arena arena;
	struct err err = { .kind = ERR_NONE };
	struct repo *repo;
	struct oid expected;
	struct ref ref;

	arena_init(&arena);
	sandbox_run(sandbox, "git init -q r; cd r; git commit -q --allow-empty -m wanted; "
			     "seq 100 799 | sed 's/.*/blob\\ndata 3\\n&/' | git fast-import --quiet; git repack -qadk");
	shortened = sandbox_output(sandbox, "git -C r rev-parse --short=8 HEAD");
	shared = sandbox_output(sandbox, "git -C r cat-file --batch-all-objects --batch-check='%(objectname)' | "
					 "cut -c1-4 | uniq -d | head -n 1");
	assert_int_equal(strlen(shared), 4);
	expected = sandbox_id(sandbox, "git -C r rev-parse HEAD");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(refs_resolve(repo, &arena, shortened, &ref, &err), 1);
	assert_true(oid_equal(&ref.commit, &expected));
	snprintf(search, sizeof(search), "%s^{/wanted}", shortened); /* libgit2's to read */
	assert_int_equal(refs_resolve(repo, &arena, search, &ref, &err), 1);
	assert_true(oid_equal(&ref.commit, &expected));
	assert_int_equal(refs_resolve(repo, &arena, shared, &ref, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "is the beginning of several objects' ids"));
	repo_close(repo);
	free(shortened);
	free(shared);
	arena_release(&arena);
}

static void refs_resolve__what_names_nothing__says_so(void **state)
{
	static const char *const expressions[] = { "nowhere", "main~9", "main^3", "main^{tree}", "main:", "config", "",
		"~1", "-", "../r", "main~1x", "deadbeef", "HEAD@{99}", "main^{", "main@{nonsense}", "main^{/nonsense}",
		":/nonsense", "main@{u}", "@{-9}", "main:nowhere", "deadbeef^{/x}", "nowhere@{0}", "next.lock",
		"1234567890123456789012345678901234567890" };
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct repo *repo;
	struct ref ref;
	struct err err;
	size_t i;

	arena_init(&arena);
	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox, "cd r; git rev-parse main >.git/refs/heads/next.lock");
	repo = sandbox_open(sandbox, "r");
	for (i = 0; i < sizeof(expressions) / sizeof(*expressions); i++) {
		err_clear(&err);
		if (refs_resolve(repo, &arena, expressions[i], &ref, &err) != 0)
			fail_msg("'%s' is found, or: %s", expressions[i], err.msg);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	repo_close(repo);
	arena_release(&arena);
}

/* What could not be read is not what is not there. */
static void refs_resolve__object_behind_a_reflog_or_search_damaged_or_gone__is_undecided(void **state)
{
	static const char *const expressions[] = { "HEAD@{1}^{/x}", "HEAD^{/x}", "HEAD@{1}" };
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct ref ref;
	struct err err;
	size_t i;
	int gone;

	arena_init(&arena);
	sandbox_run(sandbox, "git init -q r; cd r; git commit -q --allow-empty -m 1; git commit -q --allow-empty -m 2; "
			     "object=.git/objects/$(git rev-parse HEAD^ | sed 's,..,&/,'); chmod u+w $object; "
			     "echo damage >$object; echo $object >object");
	for (gone = 0; gone < 2; gone++) {
		struct repo *repo = sandbox_open(sandbox, "r");

		for (i = 0; i < sizeof(expressions) / sizeof(*expressions); i++) {
			err_clear(&err);
			if (refs_resolve(repo, &arena, expressions[i], &ref, &err) != -1)
				fail_msg("'%s' is decided: %s", expressions[i], err.msg);
			assert_int_equal(err.kind, ERR_UNDECIDED);
		}
		repo_close(repo);
		sandbox_run(sandbox, "cd r; rm -f $(cat object)");
	}
	arena_release(&arena);
}

/* In place, in the same second, to the same length: only the finer part of its times tells. */
static void refs_resolve__packed_refs_written_twice_in_a_second__is_read_again(void **state)
{
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct err err;
	struct oid side;
	struct repo *repo;
	struct ref ref;

	arena_init(&arena);
	sandbox_import(sandbox, "r", three_commits);
	side = sandbox_id(sandbox,
		"cd r; git pack-refs --all; sed \"s/^$(git rev-parse main)/$(git rev-parse side)/\" "
		".git/packed-refs >new; git rev-parse side; cat .git/packed-refs >kept; cat kept >.git/packed-refs");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(refs_resolve(repo, &arena, "main", &ref, &err), 1);
	assert_false(oid_equal(&ref.commit, &side));
	sandbox_run(sandbox, "cd r; cat new >.git/packed-refs");
	assert_int_equal(refs_resolve(repo, &arena, "main", &ref, &err), 1);
	assert_true(oid_equal(&ref.commit, &side));
	repo_close(repo);
	arena_release(&arena);
}

static void refs_resolve__named_pipe_for_a_ref__does_not_hang(void **state)
{
	struct sandbox *sandbox = *state;
	struct arena arena;
	struct repo *repo;
	struct ref ref;
	struct err err;

	arena_init(&arena);
	sandbox_import(sandbox, "r", three_commits);
	sandbox_run(sandbox, "mkfifo r/.git/refs/heads/pipe r/.git/logs/refs/heads/pipe");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(refs_resolve(repo, &arena, "pipe", &ref, &err), -1);
	assert_int_equal(refs_resolve(repo, &arena, "pipe@{0}", &ref, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	repo_close(repo);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(refs_all__loose_packed_tags_and_symbolic__are_listed_by_name),
		SANDBOXED(refs_usual__mirror_of_a_forge__is_what_clones_have),
		SANDBOXED(refs_all__damaged_refs__are_limits_and_stop_nothing),
		SANDBOXED(refs_head__on_a_branch_detached_and_unborn__says_which),
		SANDBOXED(refs_worktree_heads__several_worktrees__are_all_listed),
		SANDBOXED(refs_resolve__what_git_rev_parse_takes__gives_the_same_commit),
		SANDBOXED(refs_resolve__beginning_of_an_id_in_a_pack__is_enough_where_no_other_begins_so),
		SANDBOXED(refs_resolve__what_names_nothing__says_so),
		SANDBOXED(refs_resolve__object_behind_a_reflog_or_search_damaged_or_gone__is_undecided),
		SANDBOXED(refs_resolve__packed_refs_written_twice_in_a_second__is_read_again),
		SANDBOXED(refs_resolve__named_pipe_for_a_ref__does_not_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
