#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inquiry.h"
#include "revident/answers/salvage.h"

static const struct progress quiet = { 0 };

/* Looks for `b1` everywhere, or only in `places`. */
static void search(struct inquiry *inquiry, unsigned places, struct salvage_result *out, struct searched *searched)
{
	const struct salvage_options options = { .places = places, .progress = &quiet };
	struct salvager *salvager = salvager_new(&inquiry->inv, &options);
	struct err err = { .kind = ERR_NONE };

	if (salvage_find(salvager, TEXT_LITERAL("b1"), TEXT_NONE, out, &err) < 0)
		fail_msg("%s", err.msg);
	*searched = salvager_searched(salvager);
	salvager_free(salvager);
}

static void expect(void **state, const char *script, enum salvage_place where)
{
	struct inquiry inquiry;
	struct salvage_result result;
	struct searched searched;

	inquiry_open(&inquiry, *state, script, false);
	search(&inquiry, SALVAGE_EVERYWHERE, &result, &searched);
	assert_int_equal(result.outcome, SALVAGE_FOUND);
	assert_int_equal(result.source.where, where);
	search(&inquiry, SALVAGE_EVERYWHERE & ~(1u << where), &result, &searched);
	assert_true(result.outcome == SALVAGE_NOTHING || result.source.where > where);
	inquiry_close(&inquiry);
}

#define CHAIN "put a1 None; say 1; "

static void salvage_find__deleted_in_history__is_found_there_and_nowhere_else_is_searched(void **state)
{
	struct inquiry inquiry;
	struct salvage_result result;
	struct searched searched;

	inquiry_open(&inquiry, *state, CHAIN "put b1 '\"a1\"'; say 2; rm m/versions/b1.py; say 3", false);
	search(&inquiry, SALVAGE_EVERYWHERE, &result, &searched);
	assert_int_equal(result.outcome, SALVAGE_FOUND);
	assert_int_equal(result.source.where, SALVAGE_HISTORY);
	assert_string_equal(result.source.path.ptr, "m/versions/b1.py");
	assert_int_equal(searched.refs, 0);
	assert_int_equal(searched.unreachable_objects, 0);
	inquiry_close(&inquiry);
}

static void salvage_find__on_another_branch__is_found_in_refs(void **state)
{
	expect(state, CHAIN "git checkout -q -b side; put b1 '\"a1\"'; say 2; git checkout -q main", SALVAGE_REFS);
}

static void salvage_find__stashed__is_found_in_the_stash(void **state)
{
	expect(state, CHAIN "put b1 '\"a1\"'; git stash push -q -u", SALVAGE_STASH);
}

static void salvage_find__reset_away__is_found_by_the_reflog(void **state)
{
	expect(state, CHAIN "put b1 '\"a1\"'; say 2; git reset -q --hard HEAD^", SALVAGE_REFLOG);
}

static void salvage_find__damaged_behind_a_reflog__is_a_limit(void **state)
{
	struct inquiry inquiry;
	struct salvage_result result;
	struct searched searched;

	inquiry_open(&inquiry, *state,
		CHAIN
		"put b1 '\"a1\"'; say 2; git reset -q --hard HEAD^; "
		"object=.git/objects/$(git rev-parse HEAD@{1} | sed 's,..,&/,'); chmod u+w $object; echo >$object",
		false);
	assert_false(has_limit(inquiry.repo, "reflog"));
	search(&inquiry, 1u << SALVAGE_REFLOG, &result, &searched);
	assert_true(has_limit(inquiry.repo, "an entry of a reflog cannot be followed: "));
	inquiry_close(&inquiry);
}

static void salvage_find__staged_alone__is_found_in_the_index(void **state)
{
	expect(state, CHAIN "put b1 '\"a1\"'; git add -A; rm m/versions/b1.py", SALVAGE_INDEX);
}

static void salvage_find__dangling_object__is_found_among_all_objects(void **state)
{
	expect(state, CHAIN "put b1 '\"a1\"'; git hash-object -w m/versions/b1.py >x; rm m/versions/b1.py",
		SALVAGE_UNREACHABLE);
}

static void salvage_find__two_dangling_versions__is_a_choice(void **state)
{
	struct inquiry inquiry;
	struct salvage_result result;
	struct searched searched;

	inquiry_open(&inquiry, *state,
		CHAIN "put b1 '\"a1\"' z/x.py; git hash-object -w z/x.py; put b1 '\"a1\"' z/y.py 'other words'; "
		      "git hash-object -w z/y.py; rm -r z",
		false);
	search(&inquiry, SALVAGE_EVERYWHERE, &result, &searched);
	assert_int_equal(result.outcome, SALVAGE_CHOICE);
	assert_int_equal(result.choice_count, 2);
	assert_true(result.choices[1].similarity >= 0 && result.choices[1].similarity < 1);
	inquiry_close(&inquiry);
}

static void salvage_find__nowhere__says_what_was_searched_and_what_was_compiled(void **state)
{
	struct inquiry inquiry;
	struct salvage_result result;
	struct searched searched;
	const struct salvage_options options = { .places = SALVAGE_EVERYWHERE, .progress = &quiet };
	struct salvager *salvager;
	struct err err = { .kind = ERR_NONE };

	inquiry_open(&inquiry, *state,
		CHAIN "mkdir m/versions/__pycache__; printf "
		      "'MMMM\\0\\0\\0\\0\\001\\002\\0\\0sizexx b1b1b1b1b1b1' >m/versions/__pycache__/b.cpython-311.pyc",
		false);
	salvager = salvager_new(&inquiry.inv, &options);
	assert_int_equal(salvage_find(salvager, TEXT_LITERAL("b1b1b1b1b1b1"), TEXT_NONE, &result, &err), 0);
	searched = salvager_searched(salvager);
	assert_int_equal(result.outcome, SALVAGE_NOTHING);
	assert_int_equal(result.bytecode_count, 1);
	assert_true(result.bytecode[0].has_time);
	assert_int_equal(result.bytecode[0].source_time, 0x201);
	assert_true(searched.unreachable_objects > 0);
	assert_true(searched.index_entries > 0);
	assert_int_equal(searched.bytecode_files, 1);
	salvager_free(salvager);
	inquiry_close(&inquiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(salvage_find__deleted_in_history__is_found_there_and_nowhere_else_is_searched),
		SANDBOXED(salvage_find__on_another_branch__is_found_in_refs),
		SANDBOXED(salvage_find__stashed__is_found_in_the_stash),
		SANDBOXED(salvage_find__reset_away__is_found_by_the_reflog),
		SANDBOXED(salvage_find__damaged_behind_a_reflog__is_a_limit),
		SANDBOXED(salvage_find__staged_alone__is_found_in_the_index),
		SANDBOXED(salvage_find__dangling_object__is_found_among_all_objects),
		SANDBOXED(salvage_find__two_dangling_versions__is_a_choice),
		SANDBOXED(salvage_find__nowhere__says_what_was_searched_and_what_was_compiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
