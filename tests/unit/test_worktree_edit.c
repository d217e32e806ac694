#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/worktree_edit.h"

#define BEGIN "git init -q r && cd r && mkdir d && echo old >d/a && echo gone >d/b && git add . && git commit -q -m 1"

static struct repo *open_edited(struct sandbox *sandbox, const char *script)
{
	sandbox_run(sandbox, BEGIN);
	sandbox_run(sandbox, script);
	return sandbox_open(sandbox, "r");
}

static void expect_files(struct sandbox *sandbox, const char *expected)
{
	char *found = sandbox_output(sandbox, "cd r && find . -path ./.git -prune -o -type f -print | sort | while "
					      "read f; do echo \"$f: $(cat \"$f\")\"; "
					      "done; [ ! -e .git/revident ] || find .git/revident");

	assert_string_equal(found, expected);
	free(found);
}

static void refused(void **state, const char *script, const char *path, const char *part)
{
	struct repo *repo = open_edited(*state, script);
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(worktree_check_path(repo, path, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_non_null(strstr(err.msg, part));
	repo_close(repo);
}

static void worktree_check_path__absolute__is_refused(void **state)
{
	refused(state, ":", "/etc/passwd", "no path inside");
}

static void worktree_check_path__dotdot__is_refused(void **state)
{
	refused(state, ":", "d/../../x", "leads out");
}

static void worktree_check_path__in_git_dir_in_any_case__is_refused(void **state)
{
	refused(state, ":", ".GiT/hooks/x", "belongs to git");
}

static void worktree_check_path__short_name_of_git_dir__is_refused(void **state)
{
	refused(state, ":", "GIT~1/hooks/x", "belongs to git");
}

static void worktree_check_path__through_a_link__is_refused(void **state)
{
	refused(state, "ln -s d r/link", "link/x", "a link or a file");
}

static void worktree_check_path__case_twin__is_refused(void **state)
{
	refused(state, ":", "d/A", "differs by case alone");
}

static void worktree_check_path__control_bytes__are_escaped_in_the_message(void **state)
{
	refused(state, ":", "\033[2J/../x", "\"\\x1b[2J/../x\"");
}

static void worktree_apply__write_and_removal__are_done_and_leave_nothing_else(void **state)
{
	struct repo *repo = open_edited(*state, ":");
	const struct worktree_edit edits[] = { { .path = "d/a", .bytes = TEXT_LITERAL("new") },
		{ .path = "d/b", .is_removal = true }, { .path = "e/f/g", .bytes = TEXT_LITERAL("made") } };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(worktree_apply(repo, edits, 3, &err), 0);
	expect_files(*state, "./d/a: new\n./e/f/g: made");
	repo_close(repo);
}

static void worktree_apply__one_cannot_be_written__changes_nothing(void **state)
{
	struct repo *repo = open_edited(*state, ":");
	const struct worktree_edit edits[] = { { .path = "d/a", .bytes = TEXT_LITERAL("new") },
		{ .path = "d/b/c", .bytes = TEXT_LITERAL("below a file") } };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(worktree_apply(repo, edits, 2, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	expect_files(*state, "./d/a: old\n./d/b: gone");
	repo_close(repo);
}

static void worktree_apply__another_has_the_lock__changes_nothing(void **state)
{
	struct repo *repo = open_edited(
		*state, "(flock -x 9; touch locked; sleep 3) 9<r/.git & while [ ! -e locked ]; do sleep 0.01; done");
	const struct worktree_edit edit = { .path = "d/a", .bytes = TEXT_LITERAL("new") };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(worktree_apply(repo, &edit, 1, &err), -1);
	assert_non_null(strstr(err.msg, "another revident"));
	expect_files(*state, "./d/a: old\n./d/b: gone");
	repo_close(repo);
}

/* The ids of "old\n" and "new\n". */
#define OLD "3367afdbbf91e638efe983616377c60477cc6612"
#define NEW "3e757656cf36eca53338e520d134963a44f793f8"

static const char journal[] =
	"mkdir r/.git/revident; echo new >r/d/.revident-1-0.tmp; printf '%s\\0' commit W d/.revident-1-0.tmp d/a " OLD
	" " NEW " R d/b 286c5f5776916d7d7d5849988ca9d83e722cf9c2 - >r/.git/revident/journal;";

static void resumed(void **state, const char *change, enum resumed expected, const char *files)
{
	struct strbuf script = STRBUF_INIT;
	struct repo *repo;
	enum resumed what;
	struct err err = { .kind = ERR_NONE };

	strbuf_addf(&script, "%s%s", journal, change);
	repo = open_edited(*state, script.buf);
	if (worktree_resume(repo, &what, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(what, expected);
	expect_files(*state, files);
	strbuf_release(&script);
	repo_close(repo);
}

static void worktree_resume__nothing_was_interrupted__says_so(void **state)
{
	struct repo *repo = open_edited(*state, ":");
	enum resumed what = RESUMED_UNDONE;
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(worktree_resume(repo, &what, &err), 0);
	assert_int_equal(what, RESUMED_NOTHING);
	repo_close(repo);
}

static void worktree_resume__all_temporaries_are_there__completes(void **state)
{
	resumed(state, "", RESUMED_COMPLETED, "./d/a: new");
}

static void worktree_resume__half_of_it_is_done__completes(void **state)
{
	resumed(state, "mv r/d/.revident-1-0.tmp r/d/a", RESUMED_COMPLETED, "./d/a: new");
}

static void worktree_resume__temporary_is_gone_and_nothing_done__undoes(void **state)
{
	resumed(state, "rm r/d/.revident-1-0.tmp", RESUMED_UNDONE, "./d/a: old\n./d/b: gone");
}

static void worktree_resume__it_was_still_preparing__undoes(void **state)
{
	resumed(state, "sed -i s/commit/prepare/ r/.git/revident/journal", RESUMED_UNDONE, "./d/a: old\n./d/b: gone");
}

static void not_resumed(void **state, const char *change, const char *part)
{
	struct strbuf script = STRBUF_INIT;
	struct repo *repo;
	enum resumed what;
	struct err err = { .kind = ERR_NONE };

	strbuf_addf(&script, "%s%s", journal, change);
	repo = open_edited(*state, script.buf);
	assert_int_equal(worktree_resume(repo, &what, &err), -1);
	assert_non_null(strstr(err.msg, part));
	sandbox_run(*state, "test -e r/d/b && test -e r/.git/revident/journal");
	strbuf_release(&script);
	repo_close(repo);
}

static void worktree_resume__file_was_changed_since__touches_nothing(void **state)
{
	not_resumed(state, "echo mine >r/d/a", "\"d/a\" was changed since");
}

static void worktree_resume__half_done_and_a_temporary_is_lost__touches_nothing(void **state)
{
	not_resumed(state,
		"printf '%s\\0' W d/.revident-1-1.tmp d/c - " NEW
		" >>r/.git/revident/journal; mv r/d/.revident-1-0.tmp r/d/a",
		"\"d/c\" is not there yet");
}

static void worktree_resume__damaged_journal__touches_nothing(void **state)
{
	not_resumed(state, "printf 'W\\0../../x' >>r/.git/revident/journal", "is damaged");
}

static void worktree_resume__journal_names_a_file_that_is_no_temporary__touches_nothing(void **state)
{
	not_resumed(
		state, "sed -i 's/^commit/prepare/; s,d/.revident-1-0.tmp,d/b,' r/.git/revident/journal", "is damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(worktree_check_path__absolute__is_refused),
		SANDBOXED(worktree_check_path__dotdot__is_refused),
		SANDBOXED(worktree_check_path__in_git_dir_in_any_case__is_refused),
		SANDBOXED(worktree_check_path__short_name_of_git_dir__is_refused),
		SANDBOXED(worktree_check_path__through_a_link__is_refused),
		SANDBOXED(worktree_check_path__case_twin__is_refused),
		SANDBOXED(worktree_check_path__control_bytes__are_escaped_in_the_message),
		SANDBOXED(worktree_apply__write_and_removal__are_done_and_leave_nothing_else),
		SANDBOXED(worktree_apply__one_cannot_be_written__changes_nothing),
		SANDBOXED(worktree_apply__another_has_the_lock__changes_nothing),
		SANDBOXED(worktree_resume__nothing_was_interrupted__says_so),
		SANDBOXED(worktree_resume__all_temporaries_are_there__completes),
		SANDBOXED(worktree_resume__half_of_it_is_done__completes),
		SANDBOXED(worktree_resume__temporary_is_gone_and_nothing_done__undoes),
		SANDBOXED(worktree_resume__it_was_still_preparing__undoes),
		SANDBOXED(worktree_resume__file_was_changed_since__touches_nothing),
		SANDBOXED(worktree_resume__half_done_and_a_temporary_is_lost__touches_nothing),
		SANDBOXED(worktree_resume__damaged_journal__touches_nothing),
		SANDBOXED(worktree_resume__journal_names_a_file_that_is_no_temporary__touches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
