#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/answers/judge.h"
#include "revident/git/memory.h"

enum { FILES_MAX = 16 };

struct bench {
	struct repo *repo;
	struct study study;
	struct discovery *discovery;
	struct published *published;
	struct policy policy;
	struct err err;
};

static void bench_open(struct bench *b, struct sandbox *sandbox, const char *policy)
{
	struct policy_source source = { .name = ".revident", .bytes = policy, .len = strlen(policy) };

	memset(b, 0, sizeof(*b));
	sandbox_run(sandbox, "git init -q r");
	b->repo = sandbox_open(sandbox, "r");
	assert_int_equal(study_init(&b->study, b->repo, &b->err), 0);
	assert_int_equal(policy_parse(&source, 1, &b->study.arena, &b->policy, &b->err), 0);
	b->discovery = discovery_new(&b->study);
	b->published = published_new(&b->study, b->discovery, &b->policy, &b->err);
	assert_non_null(b->published);
}

static void bench_close(struct bench *b)
{
	published_free(b->published);
	discovery_free(b->discovery);
	study_release(&b->study);
	repo_close(b->repo);
}

static struct oid blob_of(struct bench *b, const char *text)
{
	struct oid id;

	assert_int_equal(memory_blob(b->repo, text, strlen(text), &id, &b->err), 0);
	return id;
}

/* Six lines that no other number has, of which `variant` is one. */
static void add_body(struct strbuf *out, char number, char variant)
{
	int i;

	strbuf_addstr(out, "\n\ndef upgrade():\n");
	for (i = 0; i < 5; i++)
		strbuf_addf(out, "    op.execute('%c line %d')\n", number, i);
	strbuf_addf(out, "    op.execute('%c variant %c')\n", number, variant);
}

/* "FILE ID PARENT BODY", PARENT "-" for none, BODY a digit and, behind it, a letter; "FILE text" is no migration. */
static struct oid migration_of(struct bench *b, const char *id, const char *parent, const char *body)
{
	struct strbuf text = STRBUF_INIT;
	struct oid blob;

	strbuf_addf(&text, "revision = '%s'\n", id);
	if (*parent == '-')
		strbuf_addstr(&text, "down_revision = None\n");
	else
		strbuf_addf(&text, "down_revision = '%s'\n", parent);
	if (body[1] == '#')
		strbuf_addstr(&text, "# a comment\n");
	add_body(&text, body[0], body[1] && body[1] != '#' ? body[1] : 'a');
	blob = blob_of(b, text.buf);
	strbuf_release(&text);
	return blob;
}

/* A tree of migrations, joined by ';', in an environment. */
static struct oid tree_of(struct bench *b, const char *spec)
{
	struct tree_change changes[FILES_MAX];
	char *copy = arena_strdup(&b->study.arena, spec), *line, *rest = NULL;
	size_t count = 0;
	struct oid out;

	changes[count++] =
		(struct tree_change){ text_of("alembic.ini"), 0100644, blob_of(b, "[alembic]\nscript_location = m\n") };
	changes[count++] = (struct tree_change){ text_of("m/env.py"), 0100644, blob_of(b, "import alembic\n") };
	for (line = strtok_r(copy, ";", &rest); line; line = strtok_r(NULL, ";", &rest)) {
		char file[64], id[64], parent[64] = "", body[64] = "";

		assert_true(sscanf(line, " %63s %63s %63s %63s", file, id, parent, body) >= 2);
		changes[count].path = text_of(arena_printf(&b->study.arena, "m/versions/%s", file));
		changes[count].mode = 0100644;
		changes[count++].id = *parent ? migration_of(b, id, parent, body) : blob_of(b, "# nothing\n");
	}
	assert_int_equal(memory_tree(b->repo, NULL, changes, count, &out, &b->err), 0);
	return out;
}

/* "RESULT", then "level rule revision" a line; of what is waived "waived rule revision". */
static void render(const struct check *check, struct strbuf *out)
{
	size_t i;

	strbuf_addf(out, "%s\n", check_result_name(check->result));
	for (i = 0; i < check->violation_count; i++)
		strbuf_addf(out, "%s %s %s\n", level_name(check->violations[i].level),
			rule_get(check->violations[i].rule)->name,
			check->violations[i].revision.ptr ? check->violations[i].revision.ptr : "-");
	for (i = 0; i < check->waived_count; i++)
		strbuf_addf(out, "waived %s %s\n", rule_get(check->waived[i].finding.rule)->name,
			check->waived[i].finding.revision.ptr);
}

struct row {
	const char *policy, *ancestor, *bases[2], *target, *expected;
	bool is_merge, is_protected, forbids_heads;
};

static void judge_row(struct sandbox *sandbox, const struct row *row)
{
	struct judge_side bases[2] = { { { { 0 } }, { { 0 } } }, { { { 0 } }, { { 0 } } } };
	struct judge_case judged = { .bases = bases,
		.is_merge = row->is_merge,
		.bases_are_protected = row->is_protected,
		.forbids_heads = row->forbids_heads };
	static const struct progress quiet = { NULL, NULL };
	struct strbuf out = STRBUF_INIT;
	struct judge_options options;
	struct check check = { .result = CHECK_CLEAN };
	struct judge *judge;
	struct oid ancestor;
	struct bench b;

	bench_open(&b, sandbox, row->policy ? row->policy : "");
	options = (struct judge_options){ .policy = &b.policy, .progress = &quiet };
	for (; judged.base_count < 2 && row->bases[judged.base_count]; judged.base_count++)
		bases[judged.base_count].tree = tree_of(&b, row->bases[judged.base_count]);
	judged.target.tree = tree_of(&b, row->target);
	if (row->ancestor) {
		ancestor = tree_of(&b, row->ancestor);
		judged.ancestors = &ancestor;
		judged.ancestor_count = 1;
	}
	judge = judge_new(&b.study, b.discovery);
	judge_use(judge, &options);
	assert_int_equal(judge_change(judge, &judged, b.published, &b.err), 0);
	judge_finish(judge, &check);
	render(&check, &out);
	assert_string_equal(out.buf, row->expected);
	strbuf_release(&out);
	judge_free(judge);
	bench_close(&b);
	sandbox_run(sandbox, "rm -rf r");
}

static void judge_rows(struct sandbox *sandbox, const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		judge_row(sandbox, &rows[i]);
}

#define JUDGE(rows) judge_rows(*state, rows, sizeof(rows) / sizeof((rows)[0]))
#define TWO "a1.py a1 - 1; b2.py b2 a1 2;"

static void judge_change__protected_revision__may_not_change(void **state)
{
	static const struct row rows[] = {
		{ .bases = { TWO }, .target = TWO, .expected = "clean\n", .is_protected = true },
		{ .bases = { TWO }, .target = TWO "c3.py c3 b2 3", .expected = "clean\n", .is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1",
			.expected = "blocked\nerror identity-deleted b2\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py c3 a1 3",
			.expected = "blocked\nerror identity-overwritten b2\nwarning filename-mismatch c3\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py c3 a1 2",
			.expected = "blocked\nerror identity-edited b2\nwarning filename-mismatch c3\n",
			.is_protected = true },
		{ .bases = { "a1.py a1 - 1; the_b2.py b2 a1 2" },
			.target = "a1.py a1 - 1; the_b2.py text",
			.expected = "blocked\nerror unreadable-migration -\nerror identity-stripped b2\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 a1 3",
			.expected = "blocked\nerror identity-replaced b2\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 - 2",
			.expected = "blocked\nerror reparented b2\nwarning multiple-heads -\nnote multiple-bases -\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 a1 2b",
			.expected = "warned\nwarning content-edited b2\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 a1 2#",
			.expected = "clean\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2_new.py b2 a1 2",
			.expected = "clean\nnote moved b2\n",
			.is_protected = true },
		{ .bases = { TWO },
			.target = TWO "b2_copy.py b2 a1 2",
			.expected = "blocked\nerror duplicate-revision b2\n",
			.is_protected = true },
	};

	JUDGE(rows);
}

static void judge_change__nothing_published__is_a_warning_at_most(void **state)
{
	static const struct row rows[] = {
		{ .bases = { TWO }, .target = "a1.py a1 - 1", .expected = "warned\nwarning identity-deleted b2\n" },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 a1 3",
			.expected = "warned\nwarning identity-replaced b2\n" },
		{ .bases = { TWO },
			.target = "a1.py a1 - 1; b2.py b2 a1 2b",
			.expected = "warned\nwarning content-edited b2\n" },
		{ .policy = "[revident]\nprotect = all\n",
			.bases = { TWO },
			.target = "a1.py a1 - 1",
			.expected = "blocked\nerror identity-deleted b2\n" },
	};

	JUDGE(rows);
}

static void judge_change__repair__passes(void **state)
{
	static const struct row rows[] = {
		{ .bases = { "a1.py b2 a1 2" },
			.target = "a1.py a1 - 1; b2.py b2 a1 2",
			.expected = "clean\nnote moved b2\n",
			.is_protected = true },
	};

	JUDGE(rows);
}

static void judge_change__several_bases__counts_only_what_differs_from_all(void **state)
{
	static const struct row rows[] = {
		{ .bases = { TWO, "a1.py a1 - 1" }, .target = "a1.py a1 - 1", .expected = "clean\n" },
		{ .ancestor = "a1.py a1 - 1",
			.bases = { TWO, "a1.py a1 - 1" },
			.target = "a1.py a1 - 1",
			.expected = "blocked\nerror identity-lost-in-merge b2\n",
			.is_merge = true,
			.is_protected = true },
		{ .ancestor = TWO,
			.bases = { TWO, "a1.py a1 - 1" },
			.target = "a1.py a1 - 1",
			.expected = "clean\n",
			.is_merge = true,
			.is_protected = true },
		{ .bases = { TWO, TWO "c3.py c3 b2 3" },
			.target = "a1.py a1 - 1; c3.py c3 b2 3",
			.expected = "blocked\nerror identity-deleted b2\nerror missing-revision b2\nwarning "
				    "multiple-heads -\n",
			.is_merge = true,
			.is_protected = true },
	};

	JUDGE(rows);
}

static void judge_change__new_head__is_an_error_where_it_lands(void **state)
{
	static const struct row rows[] = {
		{ .bases = { TWO }, .target = TWO "c3.py c3 a1 3", .expected = "warned\nwarning multiple-heads -\n" },
		{ .bases = { TWO },
			.target = TWO "c3.py c3 a1 3",
			.expected = "blocked\nerror multiple-heads -\n",
			.forbids_heads = true },
		{ .bases = { TWO "c3.py c3 a1 3" },
			.target = TWO "c3.py c3 a1 3; d4.py d4 b2 4",
			.expected = "clean\n",
			.forbids_heads = true },
		{ .policy = "[environment \"m\"]\nheads = 2\n",
			.bases = { TWO },
			.target = TWO "c3.py c3 a1 3",
			.expected = "clean\nnote multiple-heads -\n",
			.forbids_heads = true },
	};

	JUDGE(rows);
}

static void judge_change__waiver_or_prune__is_kept_apart(void **state)
{
	static const struct row rows[] = {
		{ .policy = "[waiver \"x\"]\nrule = identity-deleted\nrevision = b2\nreason = why\n",
			.bases = { TWO },
			.target = "a1.py a1 - 1",
			.expected = "clean\nwaived identity-deleted b2\n",
			.is_protected = true },
		{ .policy = "[waiver \"x\"]\nrule = identity-deleted\nrevision = b2\nreason = why\n"
			    "blob = 1111111111111111111111111111111111111111\n",
			.bases = { TWO },
			.target = "a1.py a1 - 1",
			.expected = "blocked\nerror identity-deleted b2\n",
			.is_protected = true },
		{ .policy = "[prune \"b2\"]\nreason = why\n",
			.bases = { TWO },
			.target = "b2.py b2 - 2",
			.expected = "clean\nwaived identity-deleted a1\nwaived reparented b2\n",
			.is_protected = true },
		{ .policy = "[prune \"a1\"]\nreason = why\n",
			.bases = { TWO },
			.target = "a1.py a1 - 1",
			.expected = "blocked\nerror identity-deleted b2\n",
			.is_protected = true },
		{ .policy = "[rule \"moved\"]\nlevel = error\n[rule \"identity-deleted\"]\nlevel = off\n",
			.bases = { TWO },
			.target = "b2_new.py b2 a1 2",
			.expected = "blocked\nerror moved b2\nerror missing-revision a1\n",
			.is_protected = true },
	};

	JUDGE(rows);
}

static void judge_change__finding_that_was_there__is_not_the_changes(void **state)
{
	static const struct row rows[] = {
		{ .bases = { "b2.py b2 a1 2" },
			.target = "b2.py b2 a1 2; c3.py c3 b2 3",
			.expected = "clean\n",
			.is_protected = true },
		{ .bases = { "b2.py b2 a1 2" },
			.target = "b2.py b2 a1 2; c3.py c3 gone 3",
			.expected = "blocked\nerror missing-revision gone\nwarning multiple-heads -\n",
			.is_protected = true },
	};

	JUDGE(rows);
}

static void judge_change__no_base__finds_what_the_tree_has(void **state)
{
	static const struct row rows[] = {
		{ .target = TWO, .expected = "clean\n" },
		{ .target = "b2.py b2 a1 2", .expected = "blocked\nerror missing-revision a1\n" },
	};

	JUDGE(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(judge_change__protected_revision__may_not_change),
		SANDBOXED(judge_change__nothing_published__is_a_warning_at_most),
		SANDBOXED(judge_change__repair__passes),
		SANDBOXED(judge_change__several_bases__counts_only_what_differs_from_all),
		SANDBOXED(judge_change__new_head__is_an_error_where_it_lands),
		SANDBOXED(judge_change__waiver_or_prune__is_kept_apart),
		SANDBOXED(judge_change__finding_that_was_there__is_not_the_changes),
		SANDBOXED(judge_change__no_base__finds_what_the_tree_has),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
