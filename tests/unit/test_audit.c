#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/migration_model.h"
#include "../support/sandbox.h"
#include "revident/answers/audit.h"

#define INI "== alembic.ini\n[alembic]\nscript_location = m\n== m/env.py\nfrom alembic import context\n"

/* One file with nothing but its bindings. */
#define FILE_OF(path, revision, down) "== m/versions/" path ".py\nrevision = " revision "\ndown_revision = " down "\n"

struct bench {
	struct repo *repo;
	struct study study;
	struct discovery *discovery;
	struct policy policy;
	struct audit_options options;
	struct audit audit;
};

static void bench_open(struct bench *b, struct sandbox *sandbox)
{
	struct err err = { .kind = ERR_NONE };

	memset(b, 0, sizeof(*b));
	sandbox_run(sandbox, "git init -q r");
	b->repo = sandbox_open(sandbox, "r");
	assert_int_equal(study_init(&b->study, b->repo, &err), 0);
	b->discovery = discovery_new(&b->study);
}

static void bench_close(struct bench *b)
{
	discovery_free(b->discovery);
	study_release(&b->study);
	repo_close(b->repo);
}

static void bench_policy(struct bench *b, const char *bytes)
{
	struct policy_source source = { .name = ".revident", .bytes = bytes, .len = strlen(bytes) };
	struct err err = { .kind = ERR_NONE };

	if (policy_parse(&source, 1, &b->study.arena, &b->policy, &err) < 0)
		fail_msg("%s", err.msg);
	b->options.policy = &b->policy;
}

static void bench_audit(struct bench *b, const char *files)
{
	struct err err = { .kind = ERR_NONE };

	if (audit_source(b->discovery, &b->study, migration_model_source(&b->study, files), NULL, &b->options,
		    &b->audit, &err) < 0)
		fail_msg("%s", err.msg);
}

/* "level rule [revision] path:line message" a line, "-" for none. */
static void expect_findings(struct bench *b, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	size_t i, k;

	for (i = 0; i < b->audit.environment_count; i++) {
		for (k = 0; k < b->audit.environments[i].finding_count; k++) {
			const struct finding *f = &b->audit.environments[i].findings[k];

			strbuf_addf(&out, "%s %s %s %s:%u %s\n", level_name(f->level), rule_get(f->rule)->name,
				f->revision.ptr ? f->revision.ptr : "-", f->path.ptr ? f->path.ptr : "-", f->line,
				f->message.ptr);
		}
	}
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
}

/* Files in, findings out, by the defaults or by a policy. */
static void check(struct sandbox *sandbox, const char *policy, const char *files, const char *expected)
{
	struct bench b;

	bench_open(&b, sandbox);
	if (policy)
		bench_policy(&b, policy);
	bench_audit(&b, files);
	expect_findings(&b, expected);
	bench_close(&b);
}

static void audit__whole_chain__has_no_finding(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2_x", "'b2'", "'a1'"), "");
}

static void audit__missing_parent__names_file_and_line(void **state)
{
	check(*state, NULL, INI FILE_OF("b2", "'b2'", "'a1'") FILE_OF("c3", "'c3'", "'a1'"),
		"error missing-revision a1 m/versions/b2.py:2 a1 is not there, and b2 and c3 name it in down_revision\n"
		"warning multiple-heads - -:0 there are 2 heads: b2 and c3\n");
}

static void audit__missing_parent__says_what_the_name_is(void **state)
{
	check(*state, NULL,
		INI FILE_OF("abcdef_users", "'abcdef'", "None") "branch_labels = 'shop'\n" FILE_OF(
			"b2", "'b2'", "'shop'"),
		"error missing-revision shop m/versions/b2.py:2 shop is not there, and b2 names it in down_revision; "
		"it is a "
		"label, of abcdef, which down_revision does not take\n"
		"warning multiple-heads - -:0 there are 2 heads: abcdef and b2\n");
}

static void audit__missing_parent__by_prefix_or_file_name(void **state)
{
	check(*state, NULL, INI FILE_OF("abcdef_users", "'abcdef'", "None") FILE_OF("b2", "'b2'", "('abcd', 'abcdef')"),
		"error missing-revision abcd m/versions/b2.py:2 abcd is not there, and b2 names it in down_revision; "
		"it is a "
		"prefix of abcdef, and Alembic takes whole ids here\n");
	check(*state, NULL,
		INI FILE_OF("abcdef_users", "'abcdef'", "None") FILE_OF("b2", "'b2'", "('abcdef_users', 'abcdef')"),
		"error missing-revision abcdef_users m/versions/b2.py:2 abcdef_users is not there, and b2 names it in "
		"down_revision; it is the file name of abcdef, and Alembic takes ids here\n");
}

static void audit__missing_parent_that_is_a_link__is_said(void **state)
{
	struct source_file *files;
	struct source *source;
	struct err err = { .kind = ERR_NONE };
	struct bench b;
	size_t count;

	bench_open(&b, *state);
	source = migration_model_source(&b.study, INI FILE_OF("a1_x", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'"));
	files = (struct source_file *)source_files(source, &count);
	files[2].kind = SOURCE_OTHER; /* m/versions/a1_x.py */
	assert_int_equal(audit_source(b.discovery, &b.study, source, NULL, &b.options, &b.audit, &err), 0);
	expect_findings(&b,
		"error missing-revision a1 m/versions/b2.py:2 a1 is not there, and b2 names it in down_revision; "
		"m/versions/a1_x.py is no regular file, and is not followed\n");
	bench_close(&b);
}

static void audit__missing_dependency__is_told_from_a_missing_parent(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") "depends_on = ['gone']\n",
		"error missing-revision gone m/versions/a1.py:3 gone is not there, and a1 names it in depends_on\n");
}

static void audit__missing_parent_beside_a_dynamic_revision__is_a_warning(void **state)
{
	check(*state, NULL, INI FILE_OF("b2", "'b2'", "'a1'") FILE_OF("x", "make()", "None"),
		"warning missing-revision a1 m/versions/b2.py:2 a1 is not there, and b2 names it in down_revision; a "
		"file "
		"whose id is not known may be it\n"
		"warning dynamic-revision - m/versions/x.py:1 \"revision\" is no literal: which revision this is "
		"cannot be "
		"known\n");
}

static void audit__external_parent__is_no_finding(void **state)
{
	check(*state, "[environment \"m\"]\nexternal = a1\n", INI FILE_OF("b2", "'b2'", "'a1'"), "");
}

static void audit__duplicate_revision__names_both_files(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") FILE_OF("a1_copy", "'a1'", "None"),
		"error duplicate-revision a1 m/versions/a1_copy.py:1 a1 is declared by m/versions/a1.py and "
		"m/versions/a1_copy.py; Alembic keeps the last and forgets the rest\n");
}

static void audit__duplicate_label__names_both_files(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") "branch_labels = ('x',)\n" FILE_OF(
			"b2", "'b2'", "'a1'") "branch_labels = ['x']\n",
		"error duplicate-label b2 m/versions/b2.py:3 the branch label \"x\" is declared by m/versions/a1.py, "
		"and by "
		"m/versions/b2.py\n");
}

static void audit__label_that_is_an_id__is_a_duplicate(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'") "branch_labels = 'a1'\n",
		"error duplicate-label b2 m/versions/b2.py:3 the branch label \"a1\" of b2 is a revision's id, too\n");
}

static void audit__cycle__names_all_of_it(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "'b2'") FILE_OF("b2", "'b2'", "'a1'"),
		"error cycle a1 m/versions/a1.py:2 a1 and b2 are each other's ancestors\n");
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "'a1'"),
		"error cycle a1 m/versions/a1.py:2 a1 names itself in down_revision\n");
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") "depends_on = 'b2'\n" FILE_OF("b2", "'b2'", "'a1'"),
		"error cycle a1 m/versions/a1.py:3 a1 and b2 are each other's ancestors, by depends_on\n");
}

static void audit__files_that_alembic_dies_of__are_unreadable(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'",
			"None") "== m/versions/helpers.py\nx = 1\n"
				"== m/versions/b2.py\nrevision = 'b2'\n"
				"== m/versions/c3.py\nrevision = 'c3'\n<<<<<<< ours\n"
				"down_revision = 'a1'\n=======\n>>>>>>> theirs\n"
				"== m/versions/d4.py\nrevision = 'd4'\ndown_revision = ('a1'\n"
				"== m/versions/e5.py\nrevision = 'e5'\ndown_revision = 'a1'\nx = '\xff'\n",
		"error unreadable-migration - m/versions/b2.py:1 Alembic cannot load this file: it binds no "
		"\"down_revision\"\n"
		"error unreadable-migration c3 m/versions/c3.py:2 Alembic cannot load this file: conflict markers "
		"stand in it\n"
		"error unreadable-migration d4 m/versions/d4.py:2 Alembic cannot load this file: a string or a bracket "
		"in it is "
		"never closed\n"
		"error unreadable-migration e5 m/versions/e5.py:3 Alembic cannot load this file: it holds bytes that "
		"its "
		"encoding does not take\n"
		"error unreadable-migration - m/versions/helpers.py:0 Alembic cannot load this file: it binds no "
		"\"revision\", "
		"and its name is no id\n"
		"warning multiple-heads - -:0 there are 3 heads: c3, d4 and e5\n");
}

static void audit__id_from_the_name__is_no_finding(void **state)
{
	check(*state, NULL, INI "== m/versions/abc123.py\ndown_revision = None\n" FILE_OF("b2", "'b2'", "'abc123'"),
		"");
}

static void audit__subdirectory__is_not_loaded(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "None") FILE_OF("old/b2", "'b2'", "'a1'"),
		"warning not-loaded b2 m/versions/old/b2.py:1 b2 is in a directory that Alembic does not enter without "
		"recursive_version_locations\n");
}

static void audit__missing_parent_in_a_subdirectory__is_said(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") FILE_OF("old/b2", "'b2'", "'a1'")
			FILE_OF("c3", "'c3'", "('a1', 'b2')"),
		"error missing-revision b2 m/versions/c3.py:2 b2 is not there, and c3 names it in down_revision; "
		"m/versions/old/b2.py has it, in a directory that Alembic does not enter\n"
		"warning not-loaded b2 m/versions/old/b2.py:1 b2 is in a directory that Alembic does not enter without "
		"recursive_version_locations\n");
}

static void audit__dynamic_values__are_warnings(void **state)
{
	check(*state, NULL, INI FILE_OF("a1", "'a1'", "parent()") "depends_on = dep()\n",
		"warning dynamic-revision a1 m/versions/a1.py:2 \"down_revision\" is no literal: its parents cannot be "
		"known\n"
		"warning dynamic-revision a1 m/versions/a1.py:3 \"depends_on\" is no literal: what it depends on "
		"cannot be "
		"known\n");
}

static void audit__ids_that_alembic_refuses__are_invalid(void **state)
{
	check(*state, NULL,
		INI FILE_OF("x-1", "'x-1'", "None") FILE_OF("y", "'y:2'", "'x-1'") FILE_OF("z", "''", "'y:2'"),
		"error invalid-revision x-1 m/versions/x-1.py:1 the id x-1 holds \"-\", which Alembic refuses\n"
		"error invalid-revision  m/versions/z.py:1 the id is empty, so that nothing can name it\n"
		"warning invalid-revision y:2 m/versions/y.py:1 the id y:2 holds \":\", which Alembic refuses from "
		"1.17.1 on\n"
		"note filename-mismatch y:2 m/versions/y.py:1 the name of this file does not hold its id y:2\n");
}

static void audit__long_id__is_counted_in_characters(void **state)
{
	check(*state, NULL,
		INI FILE_OF("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
			    "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
			    "\u00e9\u00e9",
			"'\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
			"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
			"\u00e9\u00e9'",
			"None"),
		"");
	check(*state, NULL,
		INI FILE_OF("012345678901234567890123456789012", "'012345678901234567890123456789012'", "None"),
		"warning long-revision 012345678901234567890123456789012 "
		"m/versions/012345678901234567890123456789012.py:1 the id 012345678901234567890123456789012 has 33 "
		"characters, and version_num takes 32\n");
}

static void audit__two_heads__are_a_warning(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'") FILE_OF("c3", "'c3'", "'a1'"),
		"warning multiple-heads - -:0 there are 2 heads: b2 and c3\n");
}

static void audit__two_heads_that_are_allowed__are_a_note(void **state)
{
	check(*state, "[environment \"m\"]\nheads = 2\n",
		INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'") FILE_OF("c3", "'c3'", "'a1'"),
		"note multiple-heads - -:0 there are 2 heads: b2 and c3, as many as the configuration allows\n");
}

static void audit__two_heads_with_labels_of_their_own__are_a_note(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'") "branch_labels = 'x'\n" FILE_OF(
			"c3", "'c3'", "'b2'") FILE_OF("d4", "'d4'", "'a1'") "branch_labels = 'y'\n",
		"note multiple-heads - -:0 there are 2 heads: c3 and d4, each with a branch label of its own\n");
}

static void audit__two_heads_that_share_a_label__are_a_warning(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") "branch_labels = 'x'\n" FILE_OF("b2", "'b2'", "'a1'")
			FILE_OF("c3", "'c3'", "'a1'") "branch_labels = 'y'\n",
		"warning multiple-heads - -:0 there are 2 heads: b2 and c3\n");
}

static void audit__two_bases__are_a_note(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'", "None") FILE_OF("b2", "'b2'", "()") FILE_OF("c3", "'c3'", "('a1', 'b2')"),
		"note multiple-bases - -:0 there are 2 bases: a1 and b2\n");
}

static void audit__name_of_another_revision__is_a_warning(void **state)
{
	check(*state, NULL,
		INI FILE_OF("189b1231afd4_users", "'a1'", "None")
			FILE_OF("189b1231afd4_orders", "'189b1231afd4'", "'a1'"),
		"warning filename-mismatch a1 m/versions/189b1231afd4_users.py:1 this file declares a1, and is named "
		"after "
		"189b1231afd4\n");
}

static void audit__name_of_a_missing_revision__is_a_warning(void **state)
{
	check(*state, NULL, INI FILE_OF("2025_06_189b1231afd4_users", "'a1'", "'189b1231afd4'"),
		"error missing-revision 189b1231afd4 m/versions/2025_06_189b1231afd4_users.py:2 189b1231afd4 is not "
		"there, and "
		"a1 names it in down_revision\n"
		"warning filename-mismatch a1 m/versions/2025_06_189b1231afd4_users.py:1 this file declares a1, and is "
		"named "
		"after 189b1231afd4, which is missing\n");
}

static void audit__name_of_a_former_revision__is_a_warning(void **state)
{
	static const struct text former[] = { { "189b1231afd4", 12 } };
	struct bench b;

	bench_open(&b, *state);
	b.options.former = former;
	b.options.former_count = 1;
	bench_audit(&b, INI FILE_OF("189b1231afd4_users", "'a1'", "None"));
	expect_findings(&b, "warning filename-mismatch a1 m/versions/189b1231afd4_users.py:1 this file declares a1, "
			    "and is named after "
			    "189b1231afd4, which was there once\n");
	bench_close(&b);
}

static void audit__name_without_any_id__is_a_note(void **state)
{
	check(*state, NULL, INI FILE_OF("users_1", "'a1'", "None") FILE_OF("1_orders", "'1'", "'a1'"),
		"note filename-mismatch a1 m/versions/users_1.py:1 the name of this file does not hold its id a1\n");
}

static void audit__docstring__is_compared_with_the_code(void **state)
{
	check(*state, NULL,
		INI FILE_OF("a1", "'a1'",
			"None") "== m/versions/b2.py\n\"\"\"orders\n\nRevision ID: c3\nRevises: d4\n\"\"\"\n"
				"revision = 'b2'\ndown_revision = 'a1'\n",
		"warning docstring-mismatch b2 m/versions/b2.py:3 the docstring says \"Revision ID: c3\", the code "
		"says b2\n"
		"note docstring-mismatch b2 m/versions/b2.py:4 the docstring says \"Revises: d4\", the code says a1\n");
}

static void audit__docstrings_as_alembic_writes_them__agree(void **state)
{
	check(*state, NULL,
		INI
		"== m/versions/a1.py\n\"\"\"x\n\nRevision ID: a1\nRevises: \n\"\"\"\nrevision = 'a1'\ndown_revision = "
		"None\n"
		"== m/versions/b2.py\n\"\"\"x\n\nRevision ID: b2\nRevises: a1\n\"\"\"\nrevision = 'b2'\ndown_revision "
		"= "
		"'a1'\n"
		"== m/versions/c3.py\n\"\"\"x\n\nRevision ID: c3\nRevises: ('a1',)\n\"\"\"\nrevision = 'c3'\n"
		"down_revision = 'a1'\n"
		"== m/versions/d4.py\n\"\"\"x\n\nRevision ID: d4\nRevises: b2, c3\n\"\"\"\nrevision = 'd4'\n"
		"down_revision = ('c3', 'b2')\n"
		"== m/versions/e5.py\n\"\"\"x\n\nRevision ID: e5\nRevises: None\n\"\"\"\nrevision = 'e5'\n"
		"down_revision = None\n"
		"== m/versions/f6.py\n\"\"\"x\n\nRevision ID: f6\n\"\"\"\nrevision = 'f6'\ndown_revision = ('d4', "
		"'e5')\n",
		"note multiple-bases - -:0 there are 2 bases: a1 and e5\n");
}

static void audit__levels_of_the_policy__take_the_place_of_the_rules(void **state)
{
	check(*state, "[rule \"multiple-heads\"]\nlevel = error\n[rule \"docstring-mismatch\"]\nlevel = off\n",
		INI FILE_OF("a1", "'a1'", "None") "== m/versions/b2.py\n\"\"\"orders\n\nRevision ID: c3\n\"\"\"\n"
						  "revision = 'b2'\ndown_revision = None\n",
		"error multiple-heads - -:0 there are 2 heads: a1 and b2\n"
		"note multiple-bases - -:0 there are 2 bases: a1 and b2\n");
}

static void audit__waived_finding__is_a_note_with_the_reason(void **state)
{
	check(*state,
		"[waiver \"INC-1\"]\nrule = filename-mismatch\nrevision = a1\nreason = kept for the linker\n"
		"rule = long-revision\n",
		INI FILE_OF("b2_users", "'a1'", "None") FILE_OF("b2", "'b2'", "'a1'"),
		"note filename-mismatch a1 m/versions/b2_users.py:1 this file declares a1, and is named after b2 "
		"(waived by "
		"\"INC-1\": kept for the linker)\n");
}

static void audit__ignored_environment__is_left_out(void **state)
{
	struct bench b;

	bench_open(&b, *state);
	bench_policy(&b, "[environment \"m\"]\nignore = true\n");
	bench_audit(&b, INI FILE_OF("a1", "'a1'", "'gone'"));
	assert_int_equal(b.audit.environment_count, 0);
	bench_close(&b);
}

static void audit__environment_that_is_not_there__is_wrong_usage(void **state)
{
	static const struct text only[] = { { "n", 1 } };
	struct err err = { .kind = ERR_NONE };
	struct bench b;

	bench_open(&b, *state);
	b.options.only = only;
	b.options.only_count = 1;
	assert_int_equal(
		audit_source(b.discovery, &b.study, migration_model_source(&b.study, INI FILE_OF("a1", "'a1'", "None")),
			NULL, &b.options, &b.audit, &err),
		-1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.msg, "there is no environment \"n\" in this tree; it has m");
	bench_close(&b);
}

static void audit__hostile_ids__are_printable_in_messages(void **state)
{
	check(*state, NULL, INI FILE_OF("b2", "'b2'", "'\\x1b[31m\\n'"),
		"error missing-revision \x1b[31m\n m/versions/b2.py:2 \\x1b[31m\\x0a is not there, and b2 names it in "
		"down_revision\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(audit__whole_chain__has_no_finding),
		SANDBOXED(audit__missing_parent__names_file_and_line),
		SANDBOXED(audit__missing_parent__says_what_the_name_is),
		SANDBOXED(audit__missing_parent__by_prefix_or_file_name),
		SANDBOXED(audit__missing_parent_that_is_a_link__is_said),
		SANDBOXED(audit__missing_dependency__is_told_from_a_missing_parent),
		SANDBOXED(audit__missing_parent_beside_a_dynamic_revision__is_a_warning),
		SANDBOXED(audit__external_parent__is_no_finding),
		SANDBOXED(audit__duplicate_revision__names_both_files),
		SANDBOXED(audit__duplicate_label__names_both_files),
		SANDBOXED(audit__label_that_is_an_id__is_a_duplicate),
		SANDBOXED(audit__cycle__names_all_of_it),
		SANDBOXED(audit__files_that_alembic_dies_of__are_unreadable),
		SANDBOXED(audit__id_from_the_name__is_no_finding),
		SANDBOXED(audit__subdirectory__is_not_loaded),
		SANDBOXED(audit__missing_parent_in_a_subdirectory__is_said),
		SANDBOXED(audit__dynamic_values__are_warnings),
		SANDBOXED(audit__ids_that_alembic_refuses__are_invalid),
		SANDBOXED(audit__long_id__is_counted_in_characters),
		SANDBOXED(audit__two_heads__are_a_warning),
		SANDBOXED(audit__two_heads_that_are_allowed__are_a_note),
		SANDBOXED(audit__two_heads_with_labels_of_their_own__are_a_note),
		SANDBOXED(audit__two_heads_that_share_a_label__are_a_warning),
		SANDBOXED(audit__two_bases__are_a_note),
		SANDBOXED(audit__name_of_another_revision__is_a_warning),
		SANDBOXED(audit__name_of_a_missing_revision__is_a_warning),
		SANDBOXED(audit__name_of_a_former_revision__is_a_warning),
		SANDBOXED(audit__name_without_any_id__is_a_note),
		SANDBOXED(audit__docstring__is_compared_with_the_code),
		SANDBOXED(audit__docstrings_as_alembic_writes_them__agree),
		SANDBOXED(audit__levels_of_the_policy__take_the_place_of_the_rules),
		SANDBOXED(audit__waived_finding__is_a_note_with_the_reason),
		SANDBOXED(audit__ignored_environment__is_left_out),
		SANDBOXED(audit__environment_that_is_not_there__is_wrong_usage),
		SANDBOXED(audit__hostile_ids__are_printable_in_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
