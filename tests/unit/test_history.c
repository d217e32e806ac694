#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/inquiry.h"

#define V "m/versions/"

/* Runs the script and compares what history makes of it. */
static void expect(void **state, const char *script, const char *changes)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state, script, false);
	assert_string_equal(inquiry_changes(&inquiry), changes);
	inquiry_close(&inquiry);
}

static void history_build__file_deleted__is_deleted(void **state)
{
	expect(state, "put a1 None; say 1; rm m/versions/a1.py; say 2",
		"added a1 - > " V "a1.py\ndeleted a1 " V "a1.py > -\n");
}

static void history_build__other_revision_in_its_place__is_overwritten(void **state)
{
	expect(state,
		"put a1 None; put b1 '\"a1\"'; say 1; put c1 '\"b1\"' m/versions/a1.py 'wholly other words'; say 2",
		"added a1 - > " V "a1.py\nadded b1 - > " V "b1.py\noverwritten a1 " V "a1.py > " V
		"a1.py\nadded c1 - > " V "a1.py\n");
}

static void history_build__same_text_with_new_id__is_reidentified(void **state)
{
	expect(state, "put a1 None; say 1; put b1 None m/versions/a1.py; say 2",
		"added a1 - > " V "a1.py\nreidentified a1 " V "a1.py > " V "a1.py\nadded b1 - > " V "a1.py\n");
}

static void history_build__file_renamed__is_moved(void **state)
{
	expect(state, "put a1 None; say 1; git mv m/versions/a1.py m/versions/z.py; say 2",
		"added a1 - > " V "a1.py\nmoved a1 " V "a1.py > " V "z.py\n");
}

static void history_build__comes_back__is_restored_with_what_it_was(void **state)
{
	struct inquiry inquiry;
	const struct change *last;

	inquiry_open(&inquiry, *state, "put a1 None; say 1; rm m/versions/a1.py; say 2; put a1 None; say 3", false);
	assert_string_equal(inquiry_changes(&inquiry),
		"added a1 - > " V "a1.py\ndeleted a1 " V "a1.py > -\nrestored a1 " V "a1.py > " V "a1.py\n");
	last = &inquiry.inv.history.changes[inquiry.inv.history.count - 1];
	assert_true(last->same_content);
	assert_false(last->reused);
	inquiry_close(&inquiry);
}

static void history_build__comes_back_with_other_content__is_reused(void **state)
{
	struct inquiry inquiry;
	const struct change *last;

	inquiry_open(&inquiry, *state,
		"put a1 None; say 1; rm m/versions/a1.py; say 2; put a1 None m/versions/n.py 'wholly other words'; say "
		"3",
		false);
	last = &inquiry.inv.history.changes[inquiry.inv.history.count - 1];
	assert_int_equal(last->kind, EVENT_RESTORED);
	assert_false(last->same_content);
	assert_true(last->reused);
	inquiry_close(&inquiry);
}

static void history_build__both_parents_had_it_and_the_merge_has_not__is_the_merge_s_loss(void **state)
{
	expect(state,
		"put a1 None; say 1; git checkout -q -b side; put b1 '\"a1\"'; say 2; git checkout -q main; put c1 "
		"'\"a1\"'; "
		"say 3; git merge -q --no-commit side; git rm -q -f m/versions/a1.py; git commit -q -m 4",
		"added a1 - > " V "a1.py\nadded b1 - > " V "b1.py\nadded c1 - > " V "c1.py\ndeleted a1 " V
		"a1.py > -\n");
}

static void history_build__merge_drops_one_side_s_new_file__is_lost_in_merge(void **state)
{
	expect(state,
		"put a1 None; say 1; git checkout -q -b side; put b1 '\"a1\"'; say 2; git checkout -q main; echo >x; "
		"say 3; "
		"git merge -q -s ours -m 4 side",
		"added a1 - > " V "a1.py\nadded b1 - > " V "b1.py\nlost_in_merge b1 " V "b1.py > -\n");
}

static void history_build__merge_takes_a_side_s_removal__says_it_once(void **state)
{
	expect(state,
		"put a1 None; put b1 '\"a1\"'; say 1; git checkout -q -b side; rm m/versions/b1.py; say 2; "
		"git checkout -q main; echo >x; say 3; git merge -q -m 4 side",
		"added a1 - > " V "a1.py\nadded b1 - > " V "b1.py\ndeleted b1 " V "b1.py > -\n");
}

static void history_build__added_on_both_sides__is_no_restoration(void **state)
{
	expect(state,
		"git checkout -q -b side; put a1 None; say 1; git checkout -q main; put a1 None; put b1 '\"a1\"'; say "
		"2; "
		"git merge -q -m 3 side",
		"added a1 - > " V "a1.py\nadded b1 - > " V "b1.py\nadded a1 - > " V "a1.py\n");
}

static int stop(void *data, const char *what, size_t done, size_t total)
{
	(void)what;
	(void)done;
	(void)total;
	return *(int *)data;
}

static void history_build__progress_says_stop__is_interrupted(void **state)
{
	int answer = 1;
	const struct progress progress = { .fn = stop, .data = &answer };
	struct inquiry inquiry;
	struct history again;
	struct err err = { .kind = ERR_NONE };

	inquiry_open(&inquiry, *state, "put a1 None; say 1", false);
	assert_int_equal(history_build(&again, &inquiry.inv.study, inquiry.inv.snapshots, &inquiry.inv.lineage,
				 &inquiry.inv.commits, &progress, &err),
		-1);
	assert_string_equal(err.msg, "interrupted");
	history_release(&again);
	inquiry_close(&inquiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(history_build__file_deleted__is_deleted),
		SANDBOXED(history_build__other_revision_in_its_place__is_overwritten),
		SANDBOXED(history_build__same_text_with_new_id__is_reidentified),
		SANDBOXED(history_build__file_renamed__is_moved),
		SANDBOXED(history_build__comes_back__is_restored_with_what_it_was),
		SANDBOXED(history_build__comes_back_with_other_content__is_reused),
		SANDBOXED(history_build__both_parents_had_it_and_the_merge_has_not__is_the_merge_s_loss),
		SANDBOXED(history_build__merge_drops_one_side_s_new_file__is_lost_in_merge),
		SANDBOXED(history_build__merge_takes_a_side_s_removal__says_it_once),
		SANDBOXED(history_build__added_on_both_sides__is_no_restoration),
		SANDBOXED(history_build__progress_says_stop__is_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
