/*
 * What one run finds out about objects, and the next one need not read: the same answers, from fewer objects, for as
 * long as the packs are the very files that they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/forensics/facts.h"
#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/investigation.h"
#include "revident/git/object.h"

/* --- records ------------------------------------------------------------------------------------------------------ */

static const char *const sources[] = {
	"",
	"x = 1\n",
	("\"\"\"Add users\n\nRevision ID: a1\nRevises: b1\nCreate Date: 2025-09-17 10:00\n\"\"\"\nrevision = 'a1'\n"
	 "down_revision = ('b1', 'c1')\nbranch_labels = 'left'\ndepends_on = ['d1']\n\n\ndef upgrade():\n    op.a()\n"),
	"revision = 'a1'\nif x:\n    down_revision = f()\n",
	"revision = ''\ndown_revision = None\n",
	"revision = 'a1'\ndown_revision = \"\"\"\n",
	"<<<<<<< ours\nrevision = 'a1'\n=======\nrevision = 'b1'\n>>>>>>> theirs\ndown_revision = None\n",
};

static void same_text(struct text a, struct text b)
{
	assert_int_equal(a.ptr != NULL, b.ptr != NULL);
	assert_int_equal(a.len, b.len);
	if (a.len)
		assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void same_binding(const struct binding *a, const struct binding *b)
{
	size_t i;

	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->line, b->line);
	assert_int_equal(a->conditional, b->conditional);
	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++)
		same_text(a->values[i], b->values[i]);
}

static void same_migration(const struct migration *a, const struct migration *b)
{
	same_binding(&a->revision, &b->revision);
	same_binding(&a->down_revision, &b->down_revision);
	same_binding(&a->branch_labels, &b->branch_labels);
	same_binding(&a->depends_on, &b->depends_on);
	assert_int_equal(a->unreadable, b->unreadable);
	assert_int_equal(a->unreadable_line, b->unreadable_line);
	same_text(a->message, b->message);
	same_text(a->doc_revision, b->doc_revision);
	same_text(a->doc_revises, b->doc_revises);
	same_text(a->create_date, b->create_date);
	assert_int_equal(a->doc_revision_line, b->doc_revision_line);
	assert_int_equal(a->doc_revises_line, b->doc_revises_line);
	assert_int_equal(a->create_date_has_time, b->create_date_has_time);
}

/* Every shorter record, and every one with another byte in its place, is refused or read within its bounds. */
static void read_damaged(const struct strbuf *record, struct arena *arena)
{
	struct migration migration;
	struct content content;
	size_t len, i;

	for (len = 0; len < record->len; len++) {
		char *part = malloc(len + !len); /* of that length: a sanitizer sees what is read behind it */

		assert_non_null(part);
		memcpy(part, record->buf, len);
		assert_false(fact_read_migration((struct text){ part, len }, arena, &migration));
		fact_read_content((struct text){ part, len }, arena, &content);
		free(part);
	}
	for (i = 0; i < record->len; i++) {
		char *copy = malloc(record->len);

		assert_non_null(copy);
		memcpy(copy, record->buf, record->len);
		copy[i] = (char)(copy[i] ^ 0xff);
		fact_read_migration((struct text){ copy, record->len }, arena, &migration);
		fact_read_content((struct text){ copy, record->len }, arena, &content);
		free(copy);
	}
}

static void fact_write__any_file__is_read_back(void **state)
{
	struct reader *reader;
	struct arena arena;
	struct err err;
	size_t i;

	(void)state;
	arena_init(&arena);
	assert_int_equal(reader_new(&reader, &err), 0);
	for (i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		size_t len = strlen(sources[i]);
		struct strbuf record = STRBUF_INIT;
		struct migration before, after;
		struct content lines, back;

		assert_int_equal(reader_read(reader, &arena, sources[i], len, &before, &err), 0);
		assert_int_equal(reader_content(reader, &arena, sources[i], len, &lines, &err), 0);
		fact_write(&record, &before, &lines);
		assert_true(fact_read_migration((struct text){ record.buf, record.len }, &arena, &after));
		same_migration(&before, &after);
		assert_true(fact_read_content((struct text){ record.buf, record.len }, &arena, &back));
		assert_int_equal(lines.count, back.count);
		if (lines.count)
			assert_memory_equal(lines.lines, back.lines, lines.count * sizeof(*lines.lines));
		read_damaged(&record, &arena);
		strbuf_clear(&record);
		fact_write(&record, &before, NULL);
		assert_true(fact_read_migration((struct text){ record.buf, record.len }, &arena, &after));
		assert_false(fact_read_content((struct text){ record.buf, record.len }, &arena, &back));
		strbuf_release(&record);
	}
	reader_free(reader);
	arena_release(&arena);
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

enum { MIGRATIONS = 60 };

/* A repository with a pack of so many migrations, each a commit of its own. */
static void make_repository(struct sandbox *sandbox, const char *name)
{
	struct strbuf stream = STRBUF_INIT;
	char body[100];
	int i;

	for (i = 0; i < MIGRATIONS; i++) {
		int len = snprintf(body, sizeof(body), "revision = 'r%03d'\ndown_revision = %s\n", i, "None");

		strbuf_addf(&stream, "commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 0\n",
			1700000000 + i);
		if (i == 0)
			strbuf_addstr(&stream, "M 100644 inline alembic.ini\ndata 30\n[alembic]\nscript_location = m\n"
					       "M 100644 inline m/env.py\ndata 14\nimport alembic\n"
					       "M 100644 inline docs/a/b/c\ndata 2\nx\n"
					       "M 100644 inline docs/pyproject.toml\ndata 2\n#\n");
		strbuf_addf(&stream, "M 100644 inline m/versions/r%03d.py\ndata %d\n%s\n", i, len, body);
	}
	strbuf_addstr(&stream, "done\n");
	sandbox_import(sandbox, name, stream.buf);
	strbuf_release(&stream);
	snprintf(body, sizeof(body), "git -C %s symbolic-ref HEAD refs/heads/main; git -C %s repack -q -a -d", name,
		name);
	sandbox_run(sandbox, body);
}

/* One for each test, old enough to be known by its times, or, as they say, newer than that. */
static int setup(void **state)
{
	sandbox_setup(state);
	make_repository(*state, "read.git");
	make_repository(*state, "written.git");
	make_repository(*state, "new.git");
	make_repository(*state, "old.git");
	make_repository(*state, "mixed.git");
	make_repository(*state, "loose.git");
	make_repository(*state, "deep.git");
	sandbox_run(*state, "touch -d '1 hour' new.git/objects/pack/*.pack; sleep 0.2");
	return 0;
}

struct outcome {
	size_t blobs, trees, revisions, limits;
};

/* What a run reads, and finds, with the user's cache in directory `cache` of the sandbox (NULL: without). */
static struct outcome look(struct sandbox *sandbox, const char *name, const char *cache)
{
	const struct progress progress = { 0 };
	const struct investigation_options options = { .progress = &progress };
	struct repo *repo = sandbox_open_cached(sandbox, name, cache);
	const char *const *limits;
	struct investigation inv;
	struct outcome outcome;
	struct arena arena;
	struct err err;

	arena_init(&arena);
	assert_int_equal(investigation_open(&inv, repo, &arena, &options, &err), 0);
	outcome = (struct outcome){ .blobs = object_count_read(repo, OBJECT_BLOB),
		.trees = object_count_read(repo, OBJECT_TREE),
		.revisions = inv.study.revisions.count,
		.limits = repo_limits(repo, &limits) };
	investigation_close(&inv);
	repo_close(repo);
	arena_release(&arena);
	return outcome;
}

/* Does a run read every migration? */
static bool reads_all(struct sandbox *sandbox, const char *name, const char *cache)
{
	struct outcome outcome = look(sandbox, name, cache);

	assert_int_equal(outcome.revisions, MIGRATIONS);
	assert_int_equal(outcome.limits, 0);
	if (outcome.blobs >= MIGRATIONS)
		return true;
	assert_true(outcome.blobs <= 3); /* what says where the migrations are is read each time */
	return false;
}

/* Runs a script in which $file is what was kept. */
static void with_kept(struct sandbox *sandbox, const char *script)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "cd cache/revident; file=$(echo *); %s", script);
	sandbox_run(sandbox, line.buf);
	strbuf_release(&line);
}

static void facts__the_next_run__reads_no_migration(void **state)
{
	static const char *const damages[] = { "printf x | dd of=$file bs=1 seek=300 conv=notrunc status=none",
		"truncate -s -1 $file", ": >$file", "rm $file; mkdir $file", "rm $file; mkfifo $file", "chmod g+w .",
		"rm $file; ln -s ../../kept $file" };
	struct outcome first, second;
	char *before, *after;
	size_t i;

	sandbox_run(*state, "mkdir cache");
	before = sandbox_output(*state, "find read.git -printf '%p %C@\\n' | sort");
	first = look(*state, "read.git", "cache/revident");
	assert_int_equal(first.revisions, MIGRATIONS);
	assert_true(first.blobs >= MIGRATIONS);
	second = look(*state, "read.git", "cache/revident");
	assert_int_equal(second.revisions, MIGRATIONS);
	assert_true(second.blobs <= 2);
	assert_true(first.trees >= 3 * MIGRATIONS);              /* the roots, m, m/versions */
	assert_true(second.trees < MIGRATIONS + MIGRATIONS / 2); /* m/versions, and what tells where they are */
	assert_true(reads_all(*state, "read.git", NULL));
	after = sandbox_output(*state, "find read.git -printf '%p %C@\\n' | sort");
	assert_string_equal(before, after); /* nothing in the repository was touched */
	free(before);
	free(after);

	sandbox_run(*state, "cp cache/revident/* kept");
	for (i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		with_kept(*state, damages[i]);
		if (!reads_all(*state, "read.git", "cache/revident"))
			fail_msg("believed after: %s", damages[i]);
		sandbox_run(*state, "rm -r cache/revident");
		reads_all(*state, "read.git", "cache/revident"); /* keeps it again */
		assert_false(reads_all(*state, "read.git", "cache/revident"));
	}
}

/* A migration's bytes, whatever the files' times are set to. */
static void facts__the_pack_was_written_to__are_none(void **state)
{
	struct outcome outcome;

	sandbox_run(*state, "mkdir cache2");
	assert_true(reads_all(*state, "written.git", "cache2/revident"));
	assert_false(reads_all(*state, "written.git", "cache2/revident"));
	sandbox_run(*state,
		"cd written.git/objects/pack; blob=$(git rev-parse HEAD:m/versions/r030.py); "
		"at=$(git show-index <$(echo *.idx) | sed -n \"s/ $blob.*//p\"); file=$(echo *.pack); chmod u+w $file; "
		"touch -r $file ../time; printf '\\125\\252' | dd of=$file bs=1 seek=$((at + 5)) conv=notrunc "
		"status=none; "
		"touch -r ../time $file; sleep 0.2");
	outcome = look(*state, "written.git", "cache2/revident");
	assert_true(outcome.limits > 0); /* the damage is told */
	outcome = look(*state, "written.git", "cache2/revident");
	assert_true(outcome.limits > 0); /* and again: what such a run finds is not kept */
}

/* A pack that changed this very second may change once more without another time. */
static void facts__of_a_new_pack__are_not_kept(void **state)
{
	sandbox_run(*state, "mkdir cache3");
	assert_true(reads_all(*state, "new.git", "cache3/revident"));
	assert_true(reads_all(*state, "new.git", "cache3/revident"));
	sandbox_run(*state, "test ! -e cache3/revident");
}

#define SIXTEEN(c) c c c c c c c c c c c c c c c c
#define NAMED(c) SIXTEEN(c) SIXTEEN(c) SIXTEEN(c) SIXTEEN(c)

/* What others have there is left alone. */
static void facts__kept__go_when_they_are_old_or_too_many(void **state)
{
	char *names;

	sandbox_run(*state,
		"mkdir -p -m 700 cache4/revident; cd cache4/revident; touch -d '40 days ago' README " NAMED(
			"a") "; "
			     "touch " NAMED("b") "; touch -d '2 hours ago' .note-1.tmp; truncate -s 256M theirs " NAMED(
				     "c") "; "
					  "touch -d '2 days ago' theirs " NAMED("c"));
	assert_true(reads_all(*state, "old.git", "cache4/revident"));
	assert_false(reads_all(*state, "old.git", "cache4/revident"));
	names = sandbox_output(*state, "cd cache4/revident; ls -A | wc -l; ls -A README theirs " NAMED("b"));
	assert_string_equal(names, "4\nREADME\n" NAMED("b") "\ntheirs");
	free(names);
}

/* What was read from elsewhere, since a pack lacks it or has a damaged copy, may be gone when the pack is not. */
static void facts__of_what_no_pack_gave__are_not_kept(void **state)
{
	struct outcome outcome;

	sandbox_run(*state,
		"mkdir cache5; cd mixed.git; blob=$(git rev-parse HEAD:m/versions/r030.py); "
		"git cat-file blob $blob >kept; cd objects/pack; "
		"at=$(git show-index <$(echo *.idx) | sed -n \"s/ $blob.*//p\"); file=$(echo *.pack); chmod u+w $file; "
		"printf '\\125\\252' | dd of=$file bs=1 seek=$((at + 5)) conv=notrunc status=none; "
		"mkdir ../aside; mv * ../aside; git hash-object -w ../../kept >../../o; mv ../aside/* .; sleep 0.2");
	outcome = look(*state, "mixed.git", "cache5/revident");
	assert_int_equal(outcome.revisions, MIGRATIONS);
	assert_int_equal(outcome.limits, 0);
	sandbox_run(*state, "cd mixed.git; rm -r $(find objects -type d -path 'objects/[0-9a-f]*')");
	outcome = look(*state, "mixed.git", "cache5/revident");
	assert_true(outcome.limits > 0);
}

/* A tree that holds nothing, as long as it is known what a blob in it says. */
static void facts__of_a_tree_with_a_loose_blob__are_not_kept(void **state)
{
	struct outcome outcome;

	sandbox_run(*state,
		"mkdir cache6; cd loose.git; blob=$(git rev-parse HEAD:docs/pyproject.toml); git cat-file blob $blob "
		">kept; "
		"git rev-list --objects --all | cut -d' ' -f1 | grep -v $blob | git pack-objects -q objects/pack/pack "
		">o; "
		"ls objects/pack/*.pack | grep -v $(tail -1 o) | "
		"sed 's/pack$//' | while read -r pack; do rm -f $pack*; done; git hash-object -w kept >o; sleep 0.2");
	outcome = look(*state, "loose.git", "cache6/revident");
	assert_int_equal(outcome.limits, 0);
	assert_false(
		reads_all(*state, "loose.git", "cache6/revident")); /* of the migrations, which are packed, they are */
	sandbox_run(*state, "cd loose.git; rm -r $(find objects -type d -path 'objects/[0-9a-f]*')");
	outcome = look(*state, "loose.git", "cache6/revident");
	assert_true(outcome.limits > 0);
}

/* Adds a commit with directories `count` deep below `top`, nothing in them, and packs it. */
static void add_deep_directories(struct sandbox *sandbox, const char *name, const char *top, int count)
{
	struct strbuf script = STRBUF_INIT;

	strbuf_addf(&script,
		"cd %s; below=$(yes d | head -n %d | tr '\\n' /); commit=$(git rev-parse HEAD); "
		"printf 'from %%s\\nM 100644 inline %%s\\ndata 2\\nx\\n\\n' $commit %s/${below}x | "
		"{ printf 'commit refs/heads/main\\ncommitter A <a@example.org> 1700001000 +0000\\ndata 0\\n'; cat; } "
		"| "
		"git fast-import --quiet; git repack -q -d; sleep 0.2",
		name, count, top);
	sandbox_run(sandbox, script.buf);
	strbuf_release(&script);
}

/* Nothing was in it where all of it was searched; further down, not all of it is. */
static void facts__of_a_history_with_deep_trees__are_none_of_trees(void **state)
{
	struct outcome outcome;

	sandbox_run(*state, "mkdir cache7");
	add_deep_directories(*state, "deep.git", "top", 98);
	outcome = look(*state, "deep.git", "cache7/revident");
	assert_int_equal(outcome.limits, 0);
	assert_false(reads_all(*state, "deep.git", "cache7/revident")); /* of the migrations they are kept */
	add_deep_directories(*state, "deep.git", "a/b/c/top", 98);
	outcome = look(*state, "deep.git", NULL);
	assert_int_equal(outcome.limits, 1);
	outcome = look(*state, "deep.git", "cache7/revident");
	assert_int_equal(outcome.limits, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fact_write__any_file__is_read_back),
		cmocka_unit_test(facts__the_next_run__reads_no_migration),
		cmocka_unit_test(facts__the_pack_was_written_to__are_none),
		cmocka_unit_test(facts__of_a_new_pack__are_not_kept),
		cmocka_unit_test(facts__kept__go_when_they_are_old_or_too_many),
		cmocka_unit_test(facts__of_what_no_pack_gave__are_not_kept),
		cmocka_unit_test(facts__of_a_tree_with_a_loose_blob__are_not_kept),
		cmocka_unit_test(facts__of_a_history_with_deep_trees__are_none_of_trees),
	};

	return cmocka_run_group_tests(tests, setup, sandbox_teardown);
}
