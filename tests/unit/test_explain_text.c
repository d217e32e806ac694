#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/explain_text.h"
#include "../support/arena_fixture.h"
#include "../support/scan_model.h"

#define WHEN "  2025-09-17T16:42:11+02:00 1111111111111111111111111111111111111111\n"

static void assert_events(const struct life_event *events, size_t count, const char *expected)
{
	const struct life life = { .events = events, .event_count = count };
	struct strbuf out = STRBUF_INIT;
	struct explain_text text = { .out = &out, .styles = styles_find(false) };

	explain_text_events(&text, &life);
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
}

/* What is said of one event of b1, after who did it. */
static void assert_said(const struct event *event, const char *expected)
{
	const struct life_event one = { *event, true };
	struct strbuf all = STRBUF_INIT;

	strbuf_addf(&all, WHEN "             %s\n", expected);
	assert_events(&one, 1, all.buf);
	strbuf_release(&all);
}

/* An event of b1 in a commit without a summary. */
static struct event *event_of(struct arena *arena, enum event_kind kind)
{
	return model_event(arena, kind, "b1", model_commit(arena, 0x11, 0, ""));
}

static void explain_text_events__added_and_deleted__need_no_more_words(void **state)
{
	assert_said(event_of(*state, EVENT_ADDED), "added by Maja Lindqvist");
	assert_said(event_of(*state, EVENT_DELETED), "deleted by Maja Lindqvist");
}

static void explain_text_events__moved__says_where_to_and_whether_it_changed(void **state)
{
	struct event *event = event_of(*state, EVENT_MOVED);

	event->after = model_side(*state, "b2", 0x22, NULL);
	assert_said(event, "moved by Maja Lindqvist (to migrations/versions/b2.py)");
	event->content_changed = true;
	assert_said(event, "moved by Maja Lindqvist (to migrations/versions/b2.py, and changed)");
}

static void explain_text_events__edited__says_what_where_that_is_known(void **state)
{
	static const char *const parts[] = {
		[EDIT_COSMETIC] = "edited by Maja Lindqvist (comments and layout only)",
		[EDIT_UPGRADE] = "edited by Maja Lindqvist (upgrade())",
		[EDIT_DOWNGRADE] = "edited by Maja Lindqvist (downgrade())",
		[EDIT_OTHER] = "edited by Maja Lindqvist (outside of upgrade() and downgrade())",
	};
	struct event *event = event_of(*state, EVENT_EDITED);
	int what;

	assert_said(event, "edited by Maja Lindqvist");
	event->has_what = true;
	for (what = EDIT_COSMETIC; what <= EDIT_OTHER; what++) {
		event->what = (enum edit)what;
		assert_said(event, parts[what]);
	}
}

static void explain_text_events__reparented__names_both_parents(void **state)
{
	struct event *event = event_of(*state, EVENT_REPARENTED);
	struct migration unknown = { .down_revision = { .kind = BINDING_DYNAMIC } };

	event->before = model_side(*state, "b1", 0x22, model_migration(*state, "b1", "a1", NULL));
	event->after = model_side(*state, "b1", 0x33, model_migration(*state, "b1", NULL, NULL));
	assert_said(event, "re-parented by Maja Lindqvist (from a1 to none)");
	event->after.migration = &unknown;
	assert_said(event, "re-parented by Maja Lindqvist (from a1 to what cannot be read)");
}

static void explain_text_events__replaced__says_where_its_content_goes_on(void **state)
{
	struct event *event = event_of(*state, EVENT_REPLACED);

	event->similarity = 0.125;
	assert_said(event, "replaced by Maja Lindqvist (the id names other content since,\n"
			   "             similarity 0.12)");
	event->continues_as = (struct continuation){ .path = TEXT_LITERAL("migrations/versions/c1.py"),
		.revision = TEXT_LITERAL("c1"),
		.similarity = SIMILARITY_NULL };
	assert_said(event, "replaced by Maja Lindqvist (the id names other content since,\n"
			   "             similarity 0.12; its content goes on as c1 in\n"
			   "             migrations/versions/c1.py)");
}

static void explain_text_events__restored__says_as_what(void **state)
{
	struct event *event = event_of(*state, EVENT_RESTORED);

	assert_said(event, "restored by Maja Lindqvist (with changes)");
	event->same_content = true;
	assert_said(event, "restored by Maja Lindqvist (as it was)");
	event->reused = true;
	assert_said(event, "restored by Maja Lindqvist (to other content: the id was given to\n"
			   "             another migration)");
}

static void explain_text_events__nobody_and_no_time__is_said(void **state)
{
	const struct commit_info commit = { .id = model_oid(0x11) };
	const struct life_event one = { { .kind = EVENT_ADDED, .commit = &commit }, true };

	(void)state;
	assert_events(&one, 1,
		"  at an unknown time 1111111111111111111111111111111111111111\n"
		"             added by somebody unnamed\n");
}

static void explain_text_events__more_than_a_dozen__are_cut_in_the_middle(void **state)
{
	struct life_event many[15];
	struct strbuf expected = STRBUF_INIT;
	size_t i;

	for (i = 0; i < 15; i++) {
		many[i] = (struct life_event){ *event_of(*state, EVENT_ADDED), i < 14 };
		if (i == 4)
			strbuf_addstr(&expected, "  ... 2 more events: --format json has all\n");
		if (i < 4 || (i >= 6 && i < 14))
			strbuf_addstr(&expected, WHEN "             added by Maja Lindqvist\n");
	}
	strbuf_addstr(&expected, "  ... 1 more event outside of HEAD's history: --format json has all\n");
	assert_events(many, 15, expected.buf);
	strbuf_release(&expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			explain_text_events__added_and_deleted__need_no_more_words, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__moved__says_where_to_and_whether_it_changed, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__edited__says_what_where_that_is_known, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__reparented__names_both_parents, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__replaced__says_where_its_content_goes_on, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(explain_text_events__restored__says_as_what, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__nobody_and_no_time__is_said, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			explain_text_events__more_than_a_dozen__are_cut_in_the_middle, new_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
