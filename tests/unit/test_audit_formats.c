#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/chain_model.h"
#include "revident/base/version.h"
#include "revident/report/audit.h"

static const struct text parents[] = { { "189b", 4 } };
static const struct migration child = {
	.revision = { .kind = BINDING_LITERAL, .line = 3 },
	.down_revision = { .kind = BINDING_LITERAL, .values = parents, .count = 1, .line = 4 },
	.depends_on = { .kind = BINDING_DYNAMIC, .line = 5 },
	.message = { "add cascade", 11 },
};
static const struct audit_migration migrations[] = {
	{ .revision = { "2a3f", 4 }, .declared = &child, .path = { "m/versions/189b.py", 18 }, .blob = { { 0xab } } },
};
static const struct text versions[] = { { "m/versions", 10 } };
static const struct finding findings[] = {
	{
		.rule = RULE_MISSING_REVISION,
		.level = LEVEL_ERROR,
		.environment = { "m", 1 },
		.revision = { "189b", 4 },
		.path = { "m/versions/189b.py", 18 },
		.line = 4,
		.message = { "189b is not there, and 2a3f names it in down_revision", 53 },
		.hint = { "revident explain 189b", 21 },
	},
	{
		.rule = RULE_MULTIPLE_HEADS,
		.level = LEVEL_WARNING,
		.environment = { "m", 1 },
		.message = { "there are 2 heads: a and b", 26 },
	},
	{ .rule = RULE_FILENAME_MISMATCH, .level = LEVEL_NOTE, .environment = { "m", 1 }, .message = { "x", 1 } },
	{ .rule = RULE_FILENAME_MISMATCH, .level = LEVEL_NOTE, .environment = { "m", 1 }, .message = { "y", 1 } },
	{ .rule = RULE_MULTIPLE_BASES, .level = LEVEL_NOTE, .environment = { "m", 1 }, .message = { "z", 1 } },
};

static const struct text created[] = { { "a", 1 } }, assumed[] = { { "s.b", 3 } },
			 models[] = { { "a", 1 }, { "c", 1 } }, uncreated[] = { { "c", 1 }, { "s.b", 3 } };

static const struct audit_opaque opaque[] = {
	{ { "2a3f", 4 }, { "m/versions/189b.py", 18 }, 7, "it calls create_all()" },
};

/* One environment with a hole, and a limit. */
static void expect(const char *format, bool color, size_t limit_count, const char *expected)
{
	static const char *const limits[] = { "blob 0123 is not in this clone" };
	struct audit_environment environment = {
		.path = { "m", 1 },
		.versions = versions,
		.version_count = 1,
		.found_by = { "alembic.ini", 11 },
		.migrations = migrations,
		.migration_count = 1,
		.findings = findings,
		.finding_count = sizeof(findings) / sizeof(findings[0]),
		.tables = { created, assumed, models, uncreated, 1, 1, 2, 2, opaque, 1 },
	};
	struct audit audit = {
		.tree = AUDIT_COMMIT,
		.expression = { "main", 4 },
		.environments = &environment,
		.environment_count = 1,
		.limits = limits,
		.limit_count = limit_count,
	};
	struct render_options options = { .color = color };
	struct err err = { .kind = ERR_NONE };
	struct strbuf out = STRBUF_INIT;
	struct arena arena;

	arena_init(&arena);
	chain_model_build(&arena, "2a3f: 189b | | | add cascade", NULL, &environment.chain);
	assert_int_equal(audit_format_find(format)->render(&audit, &options, &out, &err), 0);
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	arena_release(&arena);
}

static void audit_text__environment_with_a_hole__is_drawn_with_its_findings(void **state)
{
	(void)state;
	expect("text", false, 1,
		"not read: blob 0123 is not in this clone\n"
		"\n"
		"m: 1 migration, 1 head, 0 bases, 1 missing\n"
		"\n"
		"  ╳ 189b MISSING, named by 2a3f\n"
		"  ● 2a3f (head) add cascade\n"
		"\n"
		"  error missing-revision: 189b is not there, and 2a3f names it in down_revision\n"
		"    m/versions/189b.py:4\n"
		"    -> revident explain 189b\n"
		"  warning multiple-heads: there are 2 heads: a and b\n"
		"  notes: 1 multiple-bases, 2 filename-mismatch\n"
		"\n"
		"  tables: 1 created, 1 assumed, 2 in models, 2 uncreated\n"
		"  uncreated: c, s.b\n"
		"  not judged: tables after 1 migration that may create some in a way that cannot\n"
		"    be told (it calls create_all(): m/versions/189b.py:7)\n"
		"\n"
		"1 environment, 1 migration: 1 error, 1 warning, 3 notes\n");
}

static const char hole_in_json[] = "{\n"
				   "  \"format\": \"revident.audit.v1\",\n"
				   "  \"version\": \"" REVIDENT_VERSION "\",\n"
				   "  \"tree\": \"main\",\n"
				   "  \"commit\": null,\n"
				   "  \"complete\": true,\n"
				   "  \"limits\": [],\n"
				   "  \"environments\": [\n"
				   "    {\n"
				   "      \"path\": \"m\",\n"
				   "      \"versions\": [\n"
				   "        \"m/versions\"\n"
				   "      ],\n"
				   "      \"found_by\": \"alembic.ini\",\n"
				   "      \"migrations\": [\n"
				   "        {\n"
				   "          \"revision\": \"2a3f\",\n"
				   "          \"down_revision\": [\n"
				   "            \"189b\"\n"
				   "          ],\n"
				   "          \"depends_on\": null,\n"
				   "          \"branch_labels\": [],\n"
				   "          \"message\": \"add cascade\",\n"
				   "          \"path\": \"m/versions/189b.py\",\n"
				   "          \"blob\": \"ab00000000000000000000000000000000000000\",\n"
				   "          \"dynamic\": [\n"
				   "            \"depends_on\"\n"
				   "          ]\n"
				   "        }\n"
				   "      ],\n"
				   "      \"heads\": [\n"
				   "        \"2a3f\"\n"
				   "      ],\n"
				   "      \"bases\": [],\n"
				   "      \"missing\": [\n"
				   "        {\n"
				   "          \"revision\": \"189b\",\n"
				   "          \"referenced_by\": [\n"
				   "            \"2a3f\"\n"
				   "          ]\n"
				   "        }\n"
				   "      ],\n"
				   "      \"findings\": [\n"
				   "        {\n"
				   "          \"rule\": \"missing-revision\",\n"
				   "          \"level\": \"error\",\n"
				   "          \"revision\": \"189b\",\n"
				   "          \"path\": \"m/versions/189b.py\",\n"
				   "          \"line\": 4,\n"
				   "          \"message\": \"189b is not there, and 2a3f names it in down_revision\",\n"
				   "          \"hint\": \"revident explain 189b\"\n"
				   "        },\n"
				   "        {\n"
				   "          \"rule\": \"multiple-heads\",\n"
				   "          \"level\": \"warning\",\n"
				   "          \"revision\": null,\n"
				   "          \"path\": null,\n"
				   "          \"line\": null,\n"
				   "          \"message\": \"there are 2 heads: a and b\",\n"
				   "          \"hint\": null\n"
				   "        },\n"
				   "        {\n"
				   "          \"rule\": \"filename-mismatch\",\n"
				   "          \"level\": \"note\",\n"
				   "          \"revision\": null,\n"
				   "          \"path\": null,\n"
				   "          \"line\": null,\n"
				   "          \"message\": \"x\",\n"
				   "          \"hint\": null\n"
				   "        },\n"
				   "        {\n"
				   "          \"rule\": \"filename-mismatch\",\n"
				   "          \"level\": \"note\",\n"
				   "          \"revision\": null,\n"
				   "          \"path\": null,\n"
				   "          \"line\": null,\n"
				   "          \"message\": \"y\",\n"
				   "          \"hint\": null\n"
				   "        },\n"
				   "        {\n"
				   "          \"rule\": \"multiple-bases\",\n"
				   "          \"level\": \"note\",\n"
				   "          \"revision\": null,\n"
				   "          \"path\": null,\n"
				   "          \"line\": null,\n"
				   "          \"message\": \"z\",\n"
				   "          \"hint\": null\n"
				   "        }\n"
				   "      ],\n"
				   "      \"tables\": {\n"
				   "        \"created\": [\n"
				   "          \"a\"\n"
				   "        ],\n"
				   "        \"assumed\": [\n"
				   "          \"s.b\"\n"
				   "        ],\n"
				   "        \"models\": [\n"
				   "          \"a\",\n"
				   "          \"c\"\n"
				   "        ],\n"
				   "        \"uncreated\": [\n"
				   "          \"c\",\n"
				   "          \"s.b\"\n"
				   "        ],\n"
				   "        \"opaque\": [\n"
				   "          {\n"
				   "            \"revision\": \"2a3f\",\n"
				   "            \"path\": \"m/versions/189b.py\",\n"
				   "            \"line\": 7,\n"
				   "            \"reason\": \"it calls create_all()\"\n"
				   "          }\n"
				   "        ]\n"
				   "      }\n"
				   "    }\n"
				   "  ]\n"
				   "}\n";

static void audit_json__environment_with_a_hole__is_told_whole(void **state)
{
	(void)state;
	expect("json", false, 0, hole_in_json);
}

static void audit_text__no_environment__says_how_to_name_one(void **state)
{
	struct audit audit = { .tree = AUDIT_WORKTREE };
	struct render_options options = { .color = true };
	struct err err = { .kind = ERR_NONE };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	assert_int_equal(audit_format_find("text")->render(&audit, &options, &out, &err), 0);
	assert_string_equal(out.buf, "No Alembic environment was found; --versions-dir PATH names one.\n");
	strbuf_release(&out);
}

static void audit_text__colour__marks_levels_and_holes(void **state)
{
	(void)state;
	expect("text", true, 0,
		"\x1b[1mm\x1b[0m: 1 migration, 1 head, 0 bases, 1 missing\n"
		"\n"
		"  ╳ \x1b[1;31m189b MISSING\x1b[0m, named by 2a3f\n"
		"  ● \x1b[1m2a3f\x1b[0m (head) add cascade\n"
		"\n"
		"  \x1b[1;31merror\x1b[0m missing-revision: 189b is not there, and 2a3f names it in down_revision\n"
		"    m/versions/189b.py:4\n"
		"    -> \x1b[36mrevident\x1b[0m \x1b[36mexplain\x1b[0m \x1b[36m189b\x1b[0m\n"
		"  \x1b[33mwarning\x1b[0m multiple-heads: there are 2 heads: a and b\n"
		"  notes: 1 multiple-bases, 2 filename-mismatch\n"
		"\n"
		"  tables: 1 created, 1 assumed, 2 in models, 2 uncreated\n"
		"  uncreated: c, s.b\n"
		"  not judged: tables after 1 migration that may create some in a way that cannot\n"
		"    be told (it calls create_all(): m/versions/189b.py:7)\n"
		"\n"
		"1 environment, 1 migration: 1 error, 1 warning, 3 notes\n");
}

static void audit_format_find__unknown_name__is_none(void **state)
{
	(void)state;
	assert_null(audit_format_find("yaml"));
	assert_string_equal(audit_format_find(audit_format_names[0])->name, "text");
}

static void audit_render_rules__every_rule_about_one_tree__is_listed(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	audit_render_rules(&out);
	assert_non_null(strstr(out.buf, "missing-revision (error): a down_revision or depends_on names"));
	assert_non_null(strstr(out.buf, "docstring-mismatch (warning): "));
	assert_null(strstr(out.buf, "identity-overwritten"));
	strbuf_release(&out);
}

static void findings_sort__any_order__puts_errors_first_and_then_places(void **state)
{
	struct finding items[] = {
		{ .level = LEVEL_NOTE, .environment = { "a", 1 } },
		{ .level = LEVEL_ERROR, .environment = { "b", 1 } },
		{ .level = LEVEL_ERROR, .environment = { "a", 1 }, .path = { "y", 1 } },
		{ .level = LEVEL_ERROR, .environment = { "a", 1 }, .path = { "x", 1 }, .line = 2 },
		{ .level = LEVEL_ERROR, .environment = { "a", 1 }, .path = { "x", 1 }, .line = 1 },
	};
	size_t counts[LEVEL_ERROR + 1];

	(void)state;
	findings_sort(items, 5);
	assert_int_equal(items[0].line, 1);
	assert_int_equal(items[1].line, 2);
	assert_string_equal(items[2].path.ptr, "y");
	assert_string_equal(items[3].environment.ptr, "b");
	assert_int_equal(items[4].level, LEVEL_NOTE);
	findings_count(items, 5, counts);
	assert_int_equal(counts[LEVEL_ERROR], 4);
	assert_int_equal(counts[LEVEL_WARNING], 0);
	assert_int_equal(counts[LEVEL_NOTE], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(audit_text__environment_with_a_hole__is_drawn_with_its_findings),
		cmocka_unit_test(audit_json__environment_with_a_hole__is_told_whole),
		cmocka_unit_test(audit_text__no_environment__says_how_to_name_one),
		cmocka_unit_test(audit_text__colour__marks_levels_and_holes),
		cmocka_unit_test(audit_format_find__unknown_name__is_none),
		cmocka_unit_test(audit_render_rules__every_rule_about_one_tree__is_listed),
		cmocka_unit_test(findings_sort__any_order__puts_errors_first_and_then_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
