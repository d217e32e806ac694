#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/arena_fixture.h"
#include "../support/scan_model.h"
#include "revident/base/version.h"
#include "revident/report/scan.h"
#include "revident/report/schema.h"

#define HEX_11 "1111111111111111111111111111111111111111"
#define HEX_22 "2222222222222222222222222222222222222222"
#define HEX_5F "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
#define HEX_60 "6060606060606060606060606060606060606060"
#define HEX_77 "7777777777777777777777777777777777777777"

static void assert_rendered(const char *format, const struct scan *scan, const char *expected)
{
	struct render_options options = { .color = true };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(scan_format_find(format)->render(scan, &options, &out, &err), 0);
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
}

/* The line of an NDJSON document that begins with `start`. */
static void assert_line(const struct scan *scan, const char *start, const char *expected)
{
	struct render_options options = { .color = false };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	char *line;

	assert_int_equal(scan_format_find("ndjson")->render(scan, &options, &out, &err), 0);
	line = strstr(out.buf, start);
	assert_non_null(line);
	*strchr(line, '\n') = '\0';
	assert_string_equal(line, expected);
	strbuf_release(&out);
}

static void scan_json__nothing_lost__empty_lists(void **state)
{
	struct scan scan = model_scan();

	(void)state;
	assert_rendered("json", &scan,
		"{\n"
		"  \"format\": \"revident.scan.v1\",\n"
		"  \"version\": \"" REVIDENT_VERSION "\",\n"
		"  \"repository\": {\n"
		"    \"bare\": false,\n"
		"    \"head\": \"refs/heads/main\",\n"
		"    \"commit\": \"" HEX_77 "\",\n"
		"    \"shallow\": false,\n"
		"    \"complete\": true,\n"
		"    \"limits\": []\n"
		"  },\n"
		"  \"tips\": [\n"
		"    {\n"
		"      \"ref\": \"HEAD\",\n"
		"      \"commit\": \"" HEX_77 "\"\n"
		"    }\n"
		"  ],\n"
		"  \"counts\": {\n"
		"    \"commits\": 7,\n"
		"    \"blobs\": 5,\n"
		"    \"events\": 0,\n"
		"    \"losses\": 0,\n"
		"    \"lost\": 0,\n"
		"    \"broken\": 0\n"
		"  },\n"
		"  \"environments\": [\n"
		"    {\n"
		"      \"path\": \"migrations\",\n"
		"      \"versions\": [\n"
		"        \"migrations/versions\"\n"
		"      ],\n"
		"      \"found_by\": \"alembic.ini\"\n"
		"    }\n"
		"  ],\n"
		"  \"skipped_environments\": [],\n"
		"  \"worktree\": [],\n"
		"  \"events\": [],\n"
		"  \"lost\": [],\n"
		"  \"missing\": []\n"
		"}\n");
}

static void scan_json__unborn_and_cut_short__nulls_and_limits(void **state)
{
	static const char *const limits[] = { "commit \"x\" is missing" };
	struct scan scan = model_scan();

	(void)state;
	scan.repository =
		(struct repo_facts){ .is_bare = true, .is_shallow = true, .limits = limits, .limit_count = 1 };
	assert_line(&scan, "{\"type\":\"scan\"",
		"{\"type\":\"scan\",\"format\":\"revident.scan.v1\",\"version\":\"" REVIDENT_VERSION
		"\",\"repository\":{\"bare\":true,\"head\":null,\"commit\":null,\"shallow\":true,\"complete\":false,"
		"\"limits\":[\"commit \\\"x\\\" is missing\"]},\"tips\":[{\"ref\":\"HEAD\",\"commit\":\"" HEX_77
		"\"}],\"counts\":{\"commits\":7,\"blobs\":5,\"events\":0,\"losses\":0,\"lost\":0,\"broken\":0}}");
}

static void scan_json__an_overwrite__both_sides_and_the_commit(void **state)
{
	struct arena *arena = *state;
	struct event *event = model_event(
		arena, EVENT_OVERWRITTEN, "189b1231afd4", model_commit(arena, 0x60, 0, "delete \"lessons\""));
	struct scan scan = model_scan();

	event->before = model_side(arena, "b", 0x11, model_migration(arena, "189b1231afd4", NULL, "bootstrap"));
	event->after = model_side(arena, "b", 0x22, model_migration(arena, "2a3f4c9d1cde", "189b1231afd4", "cascade"));
	event->similarity = 0.05;
	scan.events = event;
	scan.event_count = 1;
	assert_line(&scan, "{\"type\":\"event\"",
		"{\"type\":\"event\",\"kind\":\"overwritten\",\"environment\":\"migrations\",\"revision\":"
		"\"189b1231afd4\",\"before\":{\"path\":\"migrations/versions/b.py\",\"blob\":\"" HEX_11
		"\",\"revision\":\"189b1231afd4\",\"down_revision\":[],\"message\":\"bootstrap\"},\"after\":{\"path\":"
		"\"migrations/versions/b.py\",\"blob\":\"" HEX_22
		"\",\"revision\":\"2a3f4c9d1cde\",\"down_revision\":[\"189b1231afd4\"],\"message\":\"cascade\"},"
		"\"similarity\":0.05,\"continues_as\":null,\"commit\":{\"id\":\"" HEX_60 "\",\"parents\":[\"" HEX_5F
		"\"],\"summary\":\"delete \\\"lessons\\\"\",\"author\":{\"name\":\"Maja Lindqvist\",\"email\":"
		"\"maja@habits.example\",\"time\":\"2025-09-17T16:42:11+02:00\"},\"committer\":{\"name\":"
		"\"Maja Lindqvist\",\"email\":\"maja@habits.example\",\"time\":\"2025-09-17T16:42:11+02:00\"}},"
		"\"parent\":\"" HEX_5F "\"}");
}

/* What stands behind the parent, up to the end of the line. */
static void assert_tail(struct event *event, const char *expected)
{
	struct render_options options = { .color = false };
	struct strbuf out = STRBUF_INIT;
	struct scan scan = model_scan();
	struct err err = { .kind = ERR_NONE };
	const char *tail;

	scan.events = event;
	scan.event_count = 1;
	assert_int_equal(scan_format_find("ndjson")->render(&scan, &options, &out, &err), 0);
	tail = strstr(out.buf, "\"parent\":");
	assert_non_null(tail);
	assert_string_equal(tail, expected);
	strbuf_release(&out);
}

static void scan_json__kinds_with_more_to_say__have_keys_of_their_own(void **state)
{
	struct arena *arena = *state;
	struct event *event = model_event(arena, EVENT_MOVED, "a", model_commit(arena, 0x60, 0, "x"));

	event->has_parent = false;
	event->content_changed = true;
	assert_tail(event, "\"parent\":null,\"content_changed\":true}\n");
	event->kind = EVENT_RESTORED;
	event->same_content = true;
	assert_tail(event, "\"parent\":null,\"same_content\":true,\"reused\":false}\n");
	event->kind = EVENT_EDITED;
	assert_tail(event, "\"parent\":null,\"what\":null}\n");
	event->has_what = true;
	event->what = EDIT_DOWNGRADE;
	assert_tail(event, "\"parent\":null,\"what\":\"downgrade\"}\n");
}

/* Does the line of the one event hold this? */
static void assert_event_holds(struct event *event, const char *expected)
{
	struct render_options options = { .color = false };
	struct strbuf out = STRBUF_INIT;
	struct scan scan = model_scan();
	struct err err = { .kind = ERR_NONE };

	scan.events = event;
	scan.event_count = 1;
	assert_int_equal(scan_format_find("ndjson")->render(&scan, &options, &out, &err), 0);
	if (!strstr(out.buf, expected))
		fail_msg("no %s in %s", expected, out.buf);
	strbuf_release(&out);
}

static void scan_json__similarity__three_digits_halves_to_even(void **state)
{
	static const struct {
		double similarity;
		const char *expected;
	} rows[] = {
		{ SIMILARITY_NULL, "\"similarity\":null" },
		{ 0.0, "\"similarity\":0.0," },
		{ 1.0, "\"similarity\":1.0," },
		{ 2.0 / 3, "\"similarity\":0.667," },
		{ 0.0625, "\"similarity\":0.062," },
		{ 0.1875, "\"similarity\":0.188," },
		{ 0.0004, "\"similarity\":0.0," },
	};
	struct event *event = model_event(*state, EVENT_DELETED, "a", model_commit(*state, 0x60, 0, "x"));
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		event->similarity = rows[i].similarity;
		assert_event_holds(event, rows[i].expected);
	}
}

static void scan_json__dynamic_values__are_named(void **state)
{
	struct migration *m = model_migration(*state, "a", "b", "x");
	struct event *event = model_event(*state, EVENT_ADDED, "a", model_commit(*state, 0x60, 0, "x"));

	m->down_revision.kind = m->depends_on.kind = BINDING_DYNAMIC;
	event->after = model_side(*state, "a", 0x11, m);
	assert_event_holds(event,
		"\"revision\":\"a\",\"down_revision\":null,\"message\":\"x\",\"dynamic\":[\"down_revision\","
		"\"depends_on\"]}");
}

static void scan_json__hostile_bytes__are_escaped_or_replaced(void **state)
{
	static const struct {
		struct text summary;
		const char *expected;
	} rows[] = {
		{ { "a\x1b[31m\n\"\\\0z", 11 }, "\"summary\":\"a\\u001B[31m\\n\\\"\\\\\\u0000z\"" },
		{ { "\xff\xfe x \xe2\x82", 7 }, "\"summary\":\"\xef\xbf\xbd\xef\xbf\xbd x \xef\xbf\xbd\"" },
		{ { "\xe2\x80\xaeok\x7f\xc2\x9b", 8 }, "\"summary\":\"\\u202Eok\\u007F\\u009B\"" },
		{ { "\xf3\xa0\x81\x81", 4 }, "\"summary\":\"\\uDB40\\uDC41\"" },
		{ { "Zo\xc3\xab \xf0\x9f\x90\x8d", 9 }, "\"summary\":\"Zo\xc3\xab \xf0\x9f\x90\x8d\"" },
		{ { NULL, 0 }, "\"summary\":null" },
	};
	struct commit_info *commit = model_commit(*state, 0x60, 0, "");
	struct event *event = model_event(*state, EVENT_DELETED, "a", commit);
	size_t i;

	commit->author.has_time = false;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		commit->summary = rows[i].summary;
		assert_event_holds(event, rows[i].expected);
	}
	assert_event_holds(event, "\"email\":\"maja@habits.example\",\"time\":null}");
}

static void scan_json__lost_and_missing__all_their_keys(void **state)
{
	static const struct text names[] = { { "HEAD", 4 }, { "v1", 2 } };
	struct arena *arena = *state;
	struct event *event = model_event(arena, EVENT_REIDENTIFIED, "a", model_commit(arena, 0x60, 0, "x"));
	struct missing_revision missing = {
		.revision = TEXT_LITERAL("a"),
		.environment = TEXT_LITERAL("migrations"),
		.referenced_by = names,
		.referenced_count = 1,
		.referencing_path = TEXT_LITERAL("v/b.py"),
		.referencing_line = 12,
		.ever_in_history = true,
		.decides = true,
		.tips = { names, 2, 5 },
	};
	struct lost_revision lost;
	struct scan scan = model_scan();

	event->before = model_side(arena, "a", 0x11, NULL);
	event->continues_as = (struct continuation){ .path = TEXT_LITERAL("v/c.py"),
		.revision = TEXT_LITERAL("c"),
		.blob = model_oid(0x22),
		.similarity = 0.9999 };
	lost = model_lost(event);
	lost.tags = (struct ref_names){ &names[1], 1, 0 };
	scan.lost = &lost;
	scan.missing = &missing;
	scan.lost_count = scan.missing_count = 1;
	assert_line(&scan, "{\"type\":\"lost\"",
		"{\"type\":\"lost\",\"revision\":\"a\",\"environment\":\"migrations\",\"status\":\"retired\",\"cause\":"
		"\"reidentified\",\"published\":true,\"waived\":false,\"removed_by\":\"" HEX_60
		"\",\"last_commit\":\"" HEX_5F "\",\"path\":\"migrations/versions/a.py\",\"blob\":\"" HEX_11
		"\",\"referenced_by\":[],\"continues_as\":{\"path\":\"v/c.py\",\"revision\":\"c\",\"blob\":\"" HEX_22
		"\",\"similarity\":1.0},\"tips\":[\"HEAD\"],\"tags\":[\"v1\"]}");
	assert_line(&scan, "{\"type\":\"missing\"",
		"{\"type\":\"missing\",\"revision\":\"a\",\"environment\":\"migrations\",\"referenced_by\":[\"HEAD\"],"
		"\"named_in\":{\"path\":\"v/"
		"b.py\",\"line\":12,\"as\":\"down_revision\"},\"ever_in_history\":true,\"decides\":true,"
		"\"present_on\":[],\"tips\":[\"HEAD\",\"v1\"],\"tips_more\":5}");
}

static void scan_json__lists__are_indented_like_the_rest(void **state)
{
	static const struct worktree_change changes[] = {
		{ .kind = WORKTREE_DELETED,
			.in_index = true,
			.environment = { "m", 1 },
			.revision = { "a", 1 },
			.path = { "v/a.py", 6 },
			.breaks = true },
		{ .kind = WORKTREE_UNTRACKED,
			.environment = { "m", 1 },
			.revision = { "b", 1 },
			.path = { "v/b.py", 6 } },
	};
	struct render_options options = { .color = false };
	struct strbuf out = STRBUF_INIT;
	struct scan scan = model_scan();
	struct err err = { .kind = ERR_NONE };
	char *list;

	(void)state;
	scan.worktree = changes;
	scan.worktree_count = 2;
	assert_int_equal(scan_format_find("json")->render(&scan, &options, &out, &err), 0);
	list = strstr(out.buf, "  \"worktree\"");
	assert_non_null(list);
	*strstr(list, "  \"events\"") = '\0';
	assert_string_equal(list, "  \"worktree\": [\n"
				  "    {\n"
				  "      \"kind\": \"deleted\",\n"
				  "      \"where\": \"index\",\n"
				  "      \"environment\": \"m\",\n"
				  "      \"revision\": \"a\",\n"
				  "      \"path\": \"v/a.py\",\n"
				  "      \"new_revision\": null,\n"
				  "      \"breaks\": true\n"
				  "    },\n"
				  "    {\n"
				  "      \"kind\": \"untracked\",\n"
				  "      \"where\": \"worktree\",\n"
				  "      \"environment\": \"m\",\n"
				  "      \"revision\": \"b\",\n"
				  "      \"path\": \"v/b.py\",\n"
				  "      \"new_revision\": null,\n"
				  "      \"breaks\": false\n"
				  "    }\n"
				  "  ],\n");
	strbuf_release(&out);
}

static void schema_find__known_and_unknown__row_or_null(void **state)
{
	const struct schema *schema = schema_find("revident.scan.v1");

	(void)state;
	assert_non_null(schema);
	assert_int_equal(strlen(schema->bytes), schema->len);
	assert_non_null(strstr(schema->bytes, "\"$id\": \"revident.scan.v1\""));
	assert_null(schema_find("revident.scan"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_json__nothing_lost__empty_lists),
		cmocka_unit_test(scan_json__unborn_and_cut_short__nulls_and_limits),
		cmocka_unit_test_setup_teardown(
			scan_json__an_overwrite__both_sides_and_the_commit, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_json__kinds_with_more_to_say__have_keys_of_their_own, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_json__similarity__three_digits_halves_to_even, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_json__dynamic_values__are_named, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			scan_json__hostile_bytes__are_escaped_or_replaced, new_arena, drop_arena),
		cmocka_unit_test_setup_teardown(scan_json__lost_and_missing__all_their_keys, new_arena, drop_arena),
		cmocka_unit_test(scan_json__lists__are_indented_like_the_rest),
		cmocka_unit_test(schema_find__known_and_unknown__row_or_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
