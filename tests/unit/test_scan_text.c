#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/arena_fixture.h"
#include "../support/scan_model.h"
#include "revident/report/scan.h"

#define HEX_11 "1111111111111111111111111111111111111111"
#define HEX_5F "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
#define HEX_60 "6060606060606060606060606060606060606060"

static const struct text referencing[] = { { "2a3f4c9d1cde", 12 } }, topic[] = { { "refs/heads/topic", 16 } };

static void render(const struct scan *scan, struct strbuf *out)
{
	struct render_options options = { .can_recover = true };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(scan_format_find("text")->render(scan, &options, out, &err), 0);
}

static void assert_text(const struct scan *scan, const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	render(scan, &out);
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
}

static void scan_text__the_accident__answer_culprit_original_and_next_command(void **state)
{
	struct model_accident *a = model_accident(*state, "habits: delete lessons with their programs");

	assert_text(&a->scan, "189b1231afd4 is missing: 2a3f4c9d1cde names it as its parent\n"
			      "(migrations/versions/189b1231afd4_bootstrap_tables.py:12), and no file declares\n"
			      "it.\n"
			      "  what       overwritten by 2a3f4c9d1cde \"add cascade deletes\", which took its\n"
			      "             file\n"
			      "  commit     " HEX_60 "\n"
			      "             \"habits: delete lessons with their programs\"\n"
			      "  authored   2025-09-17T16:42:11+02:00 by Maja Lindqvist <maja@habits.example>\n"
			      "  published  in v1.3: databases may have run it\n"
			      "  file       migrations/versions/189b1231afd4_bootstrap_tables.py\n"
			      "  original   blob " HEX_11 "\n"
			      "             git show " HEX_5F ":migrations/versions/189b1231afd4_bootstrap_tables.py\n"
			      "  next       revident recover 189b1231afd4\n"
			      "             revident show 189b1231afd4\n"
			      "             revident explain 189b1231afd4\n"
			      "\n"
			      "7 commits and 5 files read in 1 environment: 1 missing, 1 lost.\n");
}

/* What follows the label "what", up to the next label. */
static void assert_what(struct model_accident *a, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	char *what;

	render(&a->scan, &out);
	what = strstr(out.buf, "  what       ");
	assert_non_null(what);
	*strstr(what, "  commit") = '\0';
	assert_string_equal(what, expected);
	strbuf_release(&out);
}

static void scan_text__each_kind_of_loss__in_words(void **state)
{
	struct model_accident *a = model_accident(*state, "x");

	a->lost.continues_as = (struct continuation){
		.path = TEXT_LITERAL("v/new.py"), .revision = TEXT_LITERAL("cccccccccccc"), .similarity = 0.625
	};
	assert_what(a, "  what       overwritten by 2a3f4c9d1cde \"add cascade deletes\", which took its\n"
		       "             file; its content goes on as cccccccccccc in v/new.py (similarity\n"
		       "             0.62)\n");
	a->lost.cause = EVENT_REIDENTIFIED;
	assert_what(a, "  what       reidentified: its content goes on as cccccccccccc in v/new.py\n"
		       "             (similarity 0.62)\n");
	a->lost.continues_as.path = a->event->before.path;
	a->lost.continues_as.similarity = SIMILARITY_NULL;
	assert_what(a, "  what       reidentified: its file was given another id, cccccccccccc \"add\n"
		       "             cascade deletes\"\n");
	a->lost.cause = EVENT_DELETED;
	assert_what(a, "  what       deleted: its file was removed\n");
	a->lost.cause = EVENT_STRIPPED;
	assert_what(a, "  what       stripped: its file is there still, but is no migration any more\n");
	a->lost.cause = EVENT_LOST_IN_MERGE;
	assert_what(a, "  what       lost_in_merge: parent " HEX_5F " had\n"
		       "             it, the merge dropped it\n");
}

static void scan_text__many_missing__ten_in_full_and_the_rest_by_name(void **state)
{
	struct arena *arena = *state;
	struct missing_revision missing[12];
	struct scan scan = model_scan();
	struct strbuf out = STRBUF_INIT;
	size_t i, blocks = 0;
	const char *at;

	for (i = 0; i < 12; i++)
		missing[i] = (struct missing_revision){
			.revision = text_of(arena_printf(arena, "m%02zu", i)),
			.environment = TEXT_LITERAL("migrations"),
			.referenced_by = referencing,
			.referenced_count = 1,
			.decides = true,
			.in_depends_on = true,
		};
	scan.missing = missing;
	scan.missing_count = 12;
	render(&scan, &out);
	for (at = out.buf; (at = strstr(at, "names it as its dependency")) != NULL; at++)
		blocks++;
	assert_int_equal(blocks, 10);
	assert_non_null(strstr(out.buf, "\n2 more revisions are missing: m10, m11.\n"));
	strbuf_release(&out);
}

static void scan_text__nothing_lost__one_line(void **state)
{
	struct scan scan = model_scan();

	(void)state;
	assert_text(&scan, "Nothing is lost or missing: 7 commits and 5 files read in 1 environment.\n");
}

static void scan_text__no_environment__says_what_one_is(void **state)
{
	struct scan scan = model_scan();

	(void)state;
	scan.environment_count = 0;
	assert_text(&scan, "No Alembic environment was found (7 commits read). One has an alembic.ini, a\n"
			   "[tool.alembic] in pyproject.toml, or an env.py beside its migrations;\n"
			   "--versions-dir PATH names any other. --deep finds those that history alone has.\n");
	scan.deep = true;
	assert_text(&scan, "No Alembic environment was found (7 commits read). One has an alembic.ini, a\n"
			   "[tool.alembic] in pyproject.toml, or an env.py beside its migrations;\n"
			   "--versions-dir PATH names any other.\n");
	scan.counts.commits = 0;
	assert_text(&scan, "No commit could be read.\n");
}

static void scan_text__a_lost_head__the_chain_is_whole_but(void **state)
{
	struct arena *arena = *state;
	struct event *event =
		model_event(arena, EVENT_DELETED, "3b7a1d2e4f56", model_commit(arena, 0x60, 0, "drop a migration"));
	struct lost_revision lost;
	struct scan scan = model_scan();

	event->before = model_side(arena, "3b7a1d2e4f56_soft_delete", 0x11, NULL);
	lost = model_lost(event);
	scan.lost = &lost;
	scan.lost_count = 1;
	assert_text(&scan, "The chain is whole, but 1 revision was taken away that a database may still be\n"
			   "stamped with: revident explain <id in alembic_version>\n"
			   "\n"
			   "Published, then lost (1):\n"
			   "  3b7a1d2e4f56 deleted       2025-09-17 " HEX_60 "\n"
			   "\n"
			   "7 commits and 5 files read in 1 environment: 0 missing, 1 lost.\n");
}

static void scan_text__losses__published_and_newest_first_and_folded_by_commit(void **state)
{
	struct arena *arena = *state;
	struct commit_info *old = model_commit(arena, 0x10, -400, "one");
	struct commit_info *squash = model_commit(arena, 0x20, -10, "squash the first three years");
	struct commit_info *fresh = model_commit(arena, 0x30, 0, "three");
	struct lost_revision lost[9];
	struct scan scan = model_scan();
	size_t i;

	lost[0] = model_lost(model_event(arena, EVENT_DELETED, "aaaaaaaaaaaa", old));
	lost[1] = model_lost(model_event(arena, EVENT_STRIPPED, "bbbbbbbbbbbb", fresh));
	for (i = 2; i < 8; i++)
		lost[i] = model_lost(model_event(arena, i < 4 ? EVENT_REIDENTIFIED : EVENT_DELETED,
			arena_printf(arena, "00000000000%zu", i), squash));
	lost[8] = model_lost(model_event(arena, EVENT_REIDENTIFIED, "cccccccccccc", fresh));
	lost[8].published = false;
	lost[8].waived = true;
	lost[8].excuse = (struct excuse){ false, TEXT_LITERAL("INC-412"), TEXT_LITERAL("never shipped") };
	lost[8].continues_as = (struct continuation){
		.path = TEXT_LITERAL("v/x.py"), .revision = TEXT_LITERAL("dddddddddddd"), .similarity = 0.9
	};
	scan.lost = lost;
	scan.lost_count = 9;
	assert_text(&scan, "The chain is whole, but 9 revisions were taken away that a database may still be\n"
			   "stamped with: revident explain <id in alembic_version>\n"
			   "\n"
			   "Published, then lost (8):\n"
			   "  bbbbbbbbbbbb stripped      2025-09-17 3030303030303030303030303030303030303030\n"
			   "  6 ids        lost          2025-09-07 2020202020202020202020202020202020202020\n"
			   "      in \"squash the first three years\" by Maja Lindqvist: 4 deleted, 2\n"
			   "      reidentified\n"
			   "  aaaaaaaaaaaa deleted       2024-08-13 1010101010101010101010101010101010101010\n"
			   "\n"
			   "Never published, lost (1):\n"
			   "  cccccccccccc reidentified  2025-09-17 3030303030303030303030303030303030303030\n"
			   "      goes on as dddddddddddd (waived by INC-412: never shipped)\n"
			   "\n"
			   "7 commits and 5 files read in 1 environment: 0 missing, 9 lost. Every id:\n"
			   "revident scan --format json\n");
}

static void scan_text__replaced__is_listed_on_its_own(void **state)
{
	struct arena *arena = *state;
	struct scan scan = model_scan();

	scan.events = model_event(arena, EVENT_REPLACED, "aaaaaaaaaaaa", model_commit(arena, 0x60, 0, "reuse"));
	scan.event_count = 1;
	assert_text(&scan, "Nothing is lost or missing: 7 commits and 5 files read in 1 environment.\n"
			   "\n"
			   "Replaced: these ids name other content since (1):\n"
			   "  aaaaaaaaaaaa replaced      2025-09-17 " HEX_60 "\n"
			   "\n"
			   "7 commits and 5 files read in 1 environment: 0 missing, 0 lost, 1 replaced.\n");
}

static void scan_text__reused_and_duplicated__are_listed_on_their_own(void **state)
{
	struct arena *arena = *state;
	struct scan scan = model_scan();
	struct event events[2];

	events[0] = *model_event(arena, EVENT_RESTORED, "aaaaaaaaaaaa", model_commit(arena, 0x60, 0, "reuse"));
	events[0].reused = true;
	events[1] = *model_event(arena, EVENT_DUPLICATED, "bbbbbbbbbbbb", model_commit(arena, 0x60, 0, "copy"));
	scan.events = events;
	scan.event_count = 2;
	assert_text(&scan, "Nothing is lost or missing: 7 commits and 5 files read in 1 environment.\n"
			   "\n"
			   "Reused: these ids were lost, and given to other content (1):\n"
			   "  aaaaaaaaaaaa restored      2025-09-17 " HEX_60 "\n"
			   "      for other content\n"
			   "\n"
			   "Duplicated: these ids had several files at one time (1):\n"
			   "  bbbbbbbbbbbb duplicated    2025-09-17 " HEX_60 "\n"
			   "\n"
			   "7 commits and 5 files read in 1 environment: 0 missing, 0 lost, 1 reused, 1\n"
			   "duplicated.\n");
}

static void scan_text__never_in_history__says_what_to_try(void **state)
{
	struct model_accident *a = model_accident(*state, "x");

	a->scan.lost_count = 0;
	a->missing.ever_in_history = false;
	assert_text(&a->scan, "189b1231afd4 is missing: 2a3f4c9d1cde names it as its parent\n"
			      "(migrations/versions/189b1231afd4_bootstrap_tables.py:12), and no file declares\n"
			      "it, nor did any in the 7 commits read.\n"
			      "  perhaps    on a branch that this clone lacks, or never committed\n"
			      "  then       revident explain 189b1231afd4\n"
			      "\n"
			      "7 commits and 5 files read in 1 environment: 1 missing, 0 lost.\n");
	a->scan.repository.is_shallow = true;
	assert_text(&a->scan, "189b1231afd4 is missing: 2a3f4c9d1cde names it as its parent\n"
			      "(migrations/versions/189b1231afd4_bootstrap_tables.py:12), and no file declares\n"
			      "it, nor did any in the 7 commits read.\n"
			      "  perhaps    in the history that this shallow clone lacks\n"
			      "  try        git fetch --unshallow\n"
			      "  then       revident explain 189b1231afd4\n"
			      "\n"
			      "7 commits and 5 files read in 1 environment: 1 missing, 0 lost.\n");
	a->missing.present_on = (struct ref_names){ topic, 1, 0 };
	assert_text(&a->scan, "189b1231afd4 is missing: 2a3f4c9d1cde names it as its parent\n"
			      "(migrations/versions/189b1231afd4_bootstrap_tables.py:12), and no file declares\n"
			      "it.\n"
			      "  it is on   refs/heads/topic\n"
			      "  next       revident show 189b1231afd4\n"
			      "             revident explain 189b1231afd4\n"
			      "\n"
			      "7 commits and 5 files read in 1 environment: 1 missing, 0 lost.\n");
}

static void scan_text__work_tree_breaks__says_how_to_undo_it(void **state)
{
	struct worktree_change changes[] = {
		{
			.kind = WORKTREE_OVERWRITTEN,
			.revision = TEXT_LITERAL("189b1231afd4"),
			.new_revision = TEXT_LITERAL("2a3f4c9d1cde"),
			.path = TEXT_LITERAL("my app/it's.py"),
			.breaks = true,
		},
		{
			.in_index = true,
			.kind = WORKTREE_DELETED,
			.revision = TEXT_LITERAL("aaaaaaaaaaaa"),
			.path = TEXT_LITERAL("v/a.py"),
			.breaks = true,
		},
		{ .kind = WORKTREE_IGNORED, .revision = TEXT_LITERAL("bbbbbbbbbbbb"), .path = TEXT_LITERAL("v/b.py") },
	};
	struct scan scan = model_scan();

	(void)state;
	scan.worktree = changes;
	scan.worktree_count = 3;
	assert_text(&scan, "HEAD is whole; your work tree overwrites 189b1231afd4 with 2a3f4c9d1cde in\n"
			   "my app/it's.py.\n"
			   "  undo       git restore 'my app/it'\\''s.py'\n"
			   "Your index deletes aaaaaaaaaaaa in v/a.py.\n"
			   "  undo       git restore --staged --worktree v/a.py\n"
			   "\n"
			   "Your work tree or index differs from HEAD:\n"
			   "  ignored    bbbbbbbbbbbb v/b.py\n"
			   "\n"
			   "7 commits and 5 files read in 1 environment: 0 missing, 0 lost.\n");
}

static void scan_text__other_refs__one_line_of_counts(void **state)
{
	struct arena *arena = *state;
	struct model_accident *a = model_accident(arena, "x");

	a->scan.all_refs = true;
	a->lost.at_head = false;
	a->missing.decides = false;
	assert_text(&a->scan, "HEAD lost nothing and misses nothing: 7 commits and 5 files read in 1\n"
			      "environment.\n"
			      "\n"
			      "On other refs: 1 revision lost that HEAD never had, 1 revision missing\n"
			      "(revident scan --all --format json lists them).\n"
			      "\n"
			      "7 commits and 5 files read in 1 environment: 1 missing, 1 lost.\n");
}

static void scan_text__limits__stand_at_the_end(void **state)
{
	static const char *const limits[] = { "commit " HEX_11 " is missing", "b", "c", "d", "e", "f", "g" };
	struct scan scan = model_scan();

	(void)state;
	scan.repository.limits = limits;
	scan.repository.limit_count = 7;
	assert_text(&scan, "Nothing is lost or missing in what could be read: 7 commits and 5 files read in\n"
			   "1 environment.\n"
			   "\n"
			   "History could not be read whole, so more may be lost than is shown:\n"
			   "  commit " HEX_11 " is missing\n"
			   "  b\n"
			   "  c\n"
			   "  d\n"
			   "  e\n"
			   "  and 2 more\n");
}

static void scan_text__events_asked_for__a_line_each_oldest_first(void **state)
{
	struct render_options options = { .list_events = true };
	struct arena *arena = *state;
	struct commit_info *commit = model_commit(arena, 0x60, 0, "x");
	struct scan scan = model_scan();
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	struct event events[5];

	events[0] = *model_event(arena, EVENT_ADDED, "aaaaaaaaaaaa", model_commit(arena, 0x50, -1, "w"));
	events[1] = *model_event(arena, EVENT_EDITED, "aaaaaaaaaaaa", commit);
	events[1].has_what = true;
	events[1].what = EDIT_UPGRADE;
	events[2] = *model_event(arena, EVENT_MOVED, "bbbbbbbbbbbb", commit);
	events[2].after = model_side(arena, "b", 0x11, NULL);
	events[3] = *model_event(arena, EVENT_REPARENTED, "bbbbbbbbbbbb", commit);
	events[3].after = model_side(arena, "b", 0x11, model_migration(arena, "bbbbbbbbbbbb", "cccccccccccc", "b"));
	events[4] = *model_event(arena, EVENT_RESTORED, "dddddddddddd", commit);
	events[4].reused = true;
	scan.events = events;
	scan.event_count = 5;
	assert_int_equal(scan_format_find("text")->render(&scan, &options, &out, &err), 0);
	assert_string_equal(out.buf,
		"Nothing is lost or missing: 7 commits and 5 files read in 1 environment.\n"
		"\n"
		"Reused: these ids were lost, and given to other content (1):\n"
		"  dddddddddddd restored      2025-09-17 " HEX_60 "\n"
		"      for other content\n"
		"\n"
		"Events, oldest first (5):\n"
		"  aaaaaaaaaaaa added         2025-09-16 5050505050505050505050505050505050505050\n"
		"  aaaaaaaaaaaa edited        2025-09-17 " HEX_60 "\n"
		"      (upgrade)\n"
		"  bbbbbbbbbbbb moved         2025-09-17 " HEX_60 "\n"
		"      to migrations/versions/b.py\n"
		"  bbbbbbbbbbbb reparented    2025-09-17 " HEX_60 "\n"
		"      onto cccccccccccc\n"
		"  dddddddddddd restored      2025-09-17 " HEX_60 "\n"
		"      for other content\n"
		"\n"
		"7 commits and 5 files read in 1 environment: 0 missing, 0 lost, 1 reused.\n");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			scan_text__the_accident__answer_culprit_original_and_next_command, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_text__each_kind_of_loss__in_words, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_text__many_missing__ten_in_full_and_the_rest_by_name, new_arena, drop_arena),
		cmocka_unit_test(scan_text__nothing_lost__one_line),
		cmocka_unit_test(scan_text__no_environment__says_what_one_is),
		cmocka_unit_test_setup_teardown(scan_text__a_lost_head__the_chain_is_whole_but, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_text__losses__published_and_newest_first_and_folded_by_commit, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_text__replaced__is_listed_on_its_own, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_text__reused_and_duplicated__are_listed_on_their_own, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_text__never_in_history__says_what_to_try, new_arena, drop_arena),
		cmocka_unit_test(scan_text__work_tree_breaks__says_how_to_undo_it),
		cmocka_unit_test_setup_teardown(scan_text__other_refs__one_line_of_counts, new_arena, drop_arena),
		cmocka_unit_test(scan_text__limits__stand_at_the_end),
		cmocka_unit_test_setup_teardown(
			scan_text__events_asked_for__a_line_each_oldest_first, new_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
