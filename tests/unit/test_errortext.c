#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/strbuf.h"
#include "revident/answers/errortext.h"

/* A text, the message it holds, and what that is about: words joined by a blank. */
struct row {
	const char *text, *message, *subjects;
};

static void join(const struct error_text *read, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < read->count; i++) {
		if (i)
			strbuf_addch(out, ' ');
		strbuf_add(out, read->subjects[i].ptr, read->subjects[i].len);
	}
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct strbuf subjects = STRBUF_INIT;
		struct error_text read;
		struct arena arena;
		const char *name;

		arena_init(&arena);
		errortext_read(text_of(rows[i].text), &arena, &read);
		name = read.message ? read.message->name : "none";
		join(&read, &subjects);
		if (strcmp(name, rows[i].message) != 0 || strcmp(subjects.buf, rows[i].subjects) != 0)
			fail_msg("%s\n  is %s about \"%s\", expected %s about \"%s\"", rows[i].text, name, subjects.buf,
				rows[i].message, rows[i].subjects);
		strbuf_release(&subjects);
		arena_release(&arena);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void errortext_read__every_message__is_told(void **state)
{
	static const struct row rows[] = {
		{ "Can't locate revision identified by '189b1231afd4'", "cannot-locate", "189b1231afd4" },
		{ "KeyError: '189b1231afd4'", "key-error", "189b1231afd4" },
		{ "Traceback (most recent call last):\n  File \"/app/env.py\", line 7, in run\n"
		  "  File \"/app/versions/a1_users.py\", line 1\n    <<<<<<< HEAD\n    ^^\n"
		  "SyntaxError: invalid syntax\n",
			"unreadable-file", "/app/versions/a1_users.py" },
		{ "  File \"a1_users.py\", line 1\n    x\nIndentationError: unexpected indent", "unreadable-file",
			"a1_users.py" },
		{ "  File \"a1_users.py\", line 1\n    x\nTabError: inconsistent use", "unreadable-file",
			"a1_users.py" },
		{ "  File \"a1_users.py\", line 1\npsycopg2.errors.SyntaxError: syntax error at or near", "none", "" },
		{ "SyntaxError: invalid syntax", "none", "" },
		{ "Revision 189b1231afd4 referenced from 189b1231afd4 -> 2a3f4c9d1cde (head), add cascade is not "
		  "present",
			"parent-not-present", "189b1231afd4" },
		{ "Revision a referenced from a -> b (branchpoint), add (x), y is not present", "parent-not-present",
			"a" },
		{ "Revision a referenced from a -> b (mergepoint), m is not present", "parent-not-present", "a" },
		{ "Revision a referenced from (a, c) -> b (effective head), m is not present", "parent-not-present",
			"a" },
		{ "Revision a referenced from a -> b (head) (branchpoint) (mergepoint), m is not present",
			"parent-not-present", "a" },
		{ "No such revision or branch 'shop'", "no-such-revision", "shop" },
		{ "No such revision or branch '189'; please ensure at least four characters are present for partial "
		  "revision identifier matches",
			"no-such-revision", "189" },
		{ "No such branch: 'shop'", "no-such-branch", "shop" },
		{ "Revision 189b1231afd4 is present more than once", "duplicate-id", "189b1231afd4" },
		{ "Multiple head revisions are present for given argument 'head'; please specify a specific target "
		  "revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads",
			"multiple-heads", "" },
		{ "Multiple heads are present; please specify the head revision on which the new revision should be "
		  "based, or perform a merge.",
			"multiple-heads", "" },
		{ "The script directory has multiple heads (due to branching).", "multiple-heads", "" },
		{ "Requested revision aa11 overlaps with other requested revisions bb22, cc33", "overlap", "aa11" },
		{ "Cycle is detected in revisions (s1, t1)", "cycle", "s1 t1" },
		{ "Self-loop is detected in revisions (s1)", "self-loop", "s1" },
		{ "Dependency cycle is detected in revisions (s1, t1, u1)", "dependency-cycle", "s1 t1 u1" },
		{ "Dependency self-loop is detected in revisions (s1)", "dependency-self-loop", "s1" },
		{ "Could not determine revision id from filename helpers.py. Be sure the 'revision' variable is "
		  "declared inside the script (please see 'Upgrading from Alembic 0.1 to 0.2' in the documentation).",
			"no-id", "helpers.py" },
		{ "Could not determine revision id from filename my helpers.py. Be sure the", "no-id",
			"my helpers.py" },
		{ "AttributeError: module '2a3f_x_py' has no attribute 'down_revision'", "no-down-revision",
			"2a3f_x_py" },
		{ "AttributeError: 'module' object has no attribute 'down_revision'", "no-down-revision", "" },
		{ "Branch name 'shop' in revision aa11 already used by revision bb22", "label-used-twice",
			"aa11 bb22" },
		{ "Revision aa11 is not an ancestor of revision bb22", "not-an-ancestor", "aa11 bb22" },
		{ "Requested range aa11:bb22 does not refer to ancestor/descendant revisions along the same branch",
			"not-an-ancestor", "aa11 bb22" },
		{ "Destination aa11 is not a valid upgrade target from current head(s)", "not-an-ancestor", "aa11" },
		{ "Multiple revisions start with '18': '189b1231afd4', '18aa', '18bb'...", "ambiguous-prefix", "18" },
		{ "Revision aa11 is not a member of branch 'shop'", "not-in-branch", "aa11" },
		{ "Character(s) '-' not allowed in revision identifier 'a-b'", "illegal-id", "a-b" },
		{ "Relative revision +3 didn't produce 3 migrations", "relative-too-far", "" },
		{ "Target database is not up to date.", "not-up-to-date", "" },
		{ "File /x/aa11_y.py loaded twice! ignoring. Please ensure version_locations is unique.",
			"loaded-twice", "/x/aa11_y.py" },
		{ "something went wrong", "none", "" },
		{ "", "none", "" },
	};

	(void)state;
	CHECK(rows);
}

static void errortext_read__how_it_was_pasted__does_not_matter(void **state)
{
	static const struct row rows[] = {
		{ "ERROR [flask_migrate] Error: Can't locate revision identified by '189b'", "cannot-locate", "189b" },
		{ "FAILED: Can't locate revision identified by '189b'\n", "cannot-locate", "189b" },
		{ "  FAILED: Can't locate revision identified by\n  '189b'\n", "cannot-locate", "189b" },
		{ "Can't locate revision identified by '189b1231\nafd4'", "cannot-locate", "189b1231afd4" },
		{ "Can't loc\nate revision ident\nified by '189b'", "cannot-locate", "189b" },
		{ "\x1b[31mFAILED\x1b[0m: Can't locate \x1b[1mrevision identified by '\x1b[4m189b\x1b[0m'",
			"cannot-locate", "189b" },
		{ "\x1b]8;;http://x\x07"
		  "Can't locate revision identified by '189b'",
			"cannot-locate", "189b" },
		{ "web_1  | 2025-09-18 10:00:01 ERROR Can't locate revision identified by '189b'\r\n", "cannot-locate",
			"189b" },
		{ "{\"msg\": \"Can't locate revision identified by '189b'\"}", "cannot-locate", "189b" },
		{ "{\"msg\": \"\\u001b[31mCan\\u0027t locate revision identified by \\u0027189b\\u0027\"}",
			"cannot-locate", "189b" },
		{ "'Can\\'t locate revision identified by \\'189b\\''", "cannot-locate", "189b" },
		{ "Can&#39;t locate revision identified by &#39;189b&#39;", "cannot-locate", "189b" },
		{ "Can\xe2\x80\x99t locate revision identified by \xe2\x80\x98"
		  "189b\xe2\x80\x99",
			"cannot-locate", "189b" },
		{ "can't locate revision identified by 189b", "cannot-locate", "189b" },
		{ "Can't locate revision identified by \"it's\"", "cannot-locate", "it's" },
		{ "Revision 189b12\n31afd4 referenced from 189b1231afd4 -> 2a3f, x is not\n present",
			"parent-not-present", "189b1231afd4" },
		{ "KeyError: '189b'\n", "key-error", "189b" },
		{ "Could not determine revision id from filename helpers.py", "no-id", "helpers.py" },
		{ "module `2a3f_x_py` has no attribute `down_revision`", "no-down-revision", "2a3f_x_py" },
	};

	(void)state;
	CHECK(rows);
}

static void errortext_read__several_messages__the_cause_counts(void **state)
{
	static const struct row rows[] = {
		{ "UserWarning: Revision aa11 referenced from aa11 -> bb22 (head), m is not present\n"
		  "KeyError: 'aa11'\n",
			"parent-not-present", "aa11" },
		{ "Revision aa11 referenced from aa11 -> bb22, m is not present\n"
		  "Revision cc33 referenced from cc33 -> bb22, m is not present\n"
		  "Revision aa11 referenced from aa11 -> dd44, m is not present\n",
			"parent-not-present", "aa11 cc33" },
		{ "KeyError: 'aa11'\nResolutionError: No such revision or branch 'aa11'\n"
		  "CommandError: Can't locate revision identified by 'aa11'\n",
			"cannot-locate", "aa11" },
		{ "Multiple revisions start with 'a': 'aa11', 'ab22'...\nCan't locate revision identified by 'a'",
			"ambiguous-prefix", "a" },
		{ "Revision aa11 is present more than once\nFAILED: Multiple head revisions are present for given "
		  "argument 'head'",
			"duplicate-id", "aa11" },
		{ "No such branch: 'cellar'\nCan't locate revision identified by 'cellar'", "no-such-branch",
			"cellar" },
		{ "No such revision or branch 'head'", "none", "" },
	};

	(void)state;
	CHECK(rows);
}

static void errortext_read__traceback__says_where_it_passes(void **state)
{
	static const char through[] = "Traceback (most recent call last):\n"
				      "  File \"/v/alembic/script/revision.py\", line 236, in _revision_map\n"
				      "KeyError: 'aa11'\n";
	static const char windows[] = "Traceback (most recent call last):\n"
				      "  File \"C:\\v\\alembic\\script\\revision.py\", line 236, in _revision_map\n";
	static const char elsewhere[] = "Traceback (most recent call last):\n"
					"  File \"/app/migrations/env.py\", line 12, in <module>\n"
					"KeyError: 'DATABASE_URL'\n";
	struct error_text read;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	errortext_read(TEXT_LITERAL(through), &arena, &read);
	assert_true(read.is_traceback);
	assert_true(read.passes_revision_map);
	errortext_read(TEXT_LITERAL(windows), &arena, &read);
	assert_true(read.passes_revision_map);
	errortext_read(TEXT_LITERAL(elsewhere), &arena, &read);
	assert_true(read.is_traceback);
	assert_false(read.passes_revision_map);
	assert_true(read.message->is_key_error);
	errortext_read(TEXT_LITERAL("KeyError: 'DATABASE_URL'"), &arena, &read);
	assert_false(read.is_traceback);
	arena_release(&arena);
}

static void errortext_read__subjects_without_end__stops_at_the_limit(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct error_text read;
	struct arena arena;
	int i;

	(void)state;
	arena_init(&arena);
	for (i = 0; i < 1000; i++)
		strbuf_addf(&text, "KeyError: 'a%d'\n", i);
	errortext_read((struct text){ text.buf, text.len }, &arena, &read);
	assert_int_equal(read.count, ERROR_SUBJECTS_MAX);
	strbuf_clear(&text);
	strbuf_addstr(&text, "KeyError: '");
	strbuf_addchn(&text, 'a', ERROR_SUBJECT_LENGTH_MAX + 1);
	strbuf_addch(&text, '\'');
	errortext_read((struct text){ text.buf, text.len }, &arena, &read);
	assert_null(read.message);
	strbuf_clear(&text);
	strbuf_addchn(&text, ' ', ERROR_TEXT_MAX);
	strbuf_addstr(&text, "KeyError: 'a'");
	errortext_read((struct text){ text.buf, text.len }, &arena, &read);
	assert_null(read.message);
	strbuf_release(&text);
	arena_release(&arena);
}

static void check_target(const char *target, const char *expected)
{
	struct text got = errortext_target(text_of(target));

	if (got.len != strlen(expected) || (got.len && memcmp(got.ptr, expected, got.len) != 0))
		fail_msg("%s is about \"%.*s\", expected \"%s\"", target, (int)got.len, got.len ? got.ptr : "",
			expected);
}

static void errortext_target__alembics_syntax__leaves_the_revision(void **state)
{
	(void)state;
	check_target("aa11", "aa11");
	check_target("shop@aa11", "aa11");
	check_target("shop@aa11+1", "aa11");
	check_target("aa11-2", "aa11");
	check_target("shop@head", "shop");
	check_target("shop@heads", "shop");
	check_target("head", "");
	check_target("heads", "");
	check_target("base", "");
	check_target("None", "");
	check_target("head-1", "");
	check_target("", "");
	check_target("12", "12");
}

static void errortext_words__a_listing__gives_what_may_be_ids(void **state)
{
	struct text words[8];
	struct arena arena;
	size_t count;

	(void)state;
	arena_init(&arena);
	count = errortext_words(TEXT_LITERAL("aa11 (head), x\n versions/bb22_add_y.py: bb22"), &arena, words, 8);
	assert_int_equal(count, 5);
	assert_true(text_equal(words[0], TEXT_LITERAL("aa11")));
	assert_true(text_equal(words[1], TEXT_LITERAL("head")));
	assert_true(text_equal(words[2], TEXT_LITERAL("x")));
	assert_true(text_equal(words[3], TEXT_LITERAL("versions/bb22_add_y.py")));
	assert_true(text_equal(words[4], TEXT_LITERAL("bb22")));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errortext_read__every_message__is_told),
		cmocka_unit_test(errortext_read__how_it_was_pasted__does_not_matter),
		cmocka_unit_test(errortext_read__several_messages__the_cause_counts),
		cmocka_unit_test(errortext_read__traceback__says_where_it_passes),
		cmocka_unit_test(errortext_read__subjects_without_end__stops_at_the_limit),
		cmocka_unit_test(errortext_target__alembics_syntax__leaves_the_revision),
		cmocka_unit_test(errortext_words__a_listing__gives_what_may_be_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
