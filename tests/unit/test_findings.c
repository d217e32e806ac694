#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/report/check.h"
#include "revident/report/findings.h"

static struct finding finding(void)
{
	return (struct finding){
		.rule = RULE_IDENTITY_DELETED,
		.level = LEVEL_ERROR,
		.environment = TEXT_LITERAL("m"),
		.revision = TEXT_LITERAL("a1"),
		.path = TEXT_LITERAL("m/versions/a,1:%\xff.py"),
		.line = 3,
		.message = TEXT_LITERAL("a1 is lost: 100% of it"),
		.hint = TEXT_LITERAL(
			"If a database has run it: restore it:\n\tgit checkout HEAD -- x\nIf none has: say so in "
			".revident, and why:\n[waiver \"x\"]\n\trule = identity-deleted"),
	};
}

static void findings_render_github__hostile_path__is_escaped(void **state)
{
	static const char *const limits[] = { "a\r\nb" };
	struct finding one = finding();
	struct strbuf out = STRBUF_INIT;

	(void)state;
	one.hint = TEXT_LITERAL("x\ny");
	findings_render_github(&one, 1, limits, 1, &out);
	assert_string_equal(out.buf,
		"::error file=m/versions/a%2C1%3A%25\xef\xbf\xbd.py,line=3,title=identity-deleted::a1 is lost: 100%25 "
		"of "
		"it%0Ax%0Ay\n"
		"::error title=cannot be judged::a%0D%0Ab\n");
	strbuf_release(&out);
}

static void findings_render_github__levels_and_no_path__are_told(void **state)
{
	struct finding two[2] = { finding(), finding() };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	two[0].level = LEVEL_WARNING;
	two[1].level = LEVEL_NOTE;
	two[0].hint = two[1].hint = two[1].path = TEXT_NONE;
	two[0].line = 0;
	findings_render_github(two, 2, NULL, 0, &out);
	assert_string_equal(out.buf,
		"::warning file=m/versions/a%2C1%3A%25\xef\xbf\xbd.py,line=1,title=identity-deleted::a1 is lost: "
		"100%25 of it\n"
		"::notice title=identity-deleted::a1 is lost: 100%25 of it\n");
	strbuf_release(&out);
}

static bool holds(const struct strbuf *out, const char *part)
{
	return strstr(out->buf, part) != NULL;
}

static void findings_render_sarif__finding__is_a_result_with_a_stable_fingerprint(void **state)
{
	struct finding one = finding();
	const struct provenance nowhere = { .has_commit = false };
	const struct findings_run run = { .findings = &one, .count = 1, .provenance = &nowhere };
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	const char *print;

	(void)state;
	assert_int_equal(findings_render_sarif(&run, &first, &err), 0);
	assert_true(holds(&first, "\"version\": \"2.1.0\""));
	assert_true(holds(&first, "\"ruleId\": \"identity-deleted\""));
	assert_true(holds(&first, "\"uri\": \"m/versions/a,1%3A%25%FF.py\""));
	assert_true(holds(&first, "\"executionSuccessful\": true"));
	print = strstr(first.buf, "\"revisionIdentity/v1\": \"");
	assert_non_null(print);
	one.line = 99;
	one.path = TEXT_LITERAL("elsewhere.py");
	one.message = TEXT_LITERAL("other words");
	assert_int_equal(findings_render_sarif(&run, &second, &err), 0);
	assert_memory_equal(print, strstr(second.buf, "\"revisionIdentity/v1\": \""), 80);
	strbuf_release(&first);
	strbuf_release(&second);
}

static void findings_render_sarif__limits__make_the_run_unsuccessful(void **state)
{
	static const char *const limits[] = { "blob x is not here" };
	const struct provenance nowhere = { .has_commit = false };
	const struct findings_run run = { .limits = limits, .limit_count = 1, .provenance = &nowhere };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(findings_render_sarif(&run, &out, &err), 0);
	assert_true(holds(&out, "\"executionSuccessful\": false"));
	assert_true(holds(&out, "\"text\": \"blob x is not here\""));
	assert_true(holds(&out, "\"results\": []"));
	strbuf_release(&out);
}

static void findings_render_gitlab__findings__are_a_list_without_notes(void **state)
{
	struct finding two[2] = { finding(), finding() };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };

	(void)state;
	two[1].level = LEVEL_NOTE;
	two[0].path = TEXT_LITERAL("m/a.py");
	assert_int_equal(findings_render_gitlab(two, 2, &out, &err), 0);
	assert_string_equal(out.buf,
		"[\n"
		"  {\n"
		"    \"description\": \"a1 is lost: 100% of it\",\n"
		"    \"check_name\": \"identity-deleted\",\n"
		"    \"fingerprint\": \"7bebf31750efbf8380d1b2f776d4e8d884990f1231548f988b8e6c416443fc03\",\n"
		"    \"severity\": \"critical\",\n"
		"    \"location\": {\n"
		"      \"path\": \"m/a.py\",\n"
		"      \"lines\": {\n"
		"        \"begin\": 3\n"
		"      }\n"
		"    }\n"
		"  }\n"
		"]\n");
	strbuf_clear(&out);
	assert_int_equal(findings_render_gitlab(NULL, 0, &out, &err), 0);
	assert_string_equal(out.buf, "[]\n");
	strbuf_release(&out);
}

static void check_render_text__error_and_warning__only_the_error_has_a_waiver(void **state)
{
	struct finding two[2] = { finding(), finding() };
	struct check check = { .result = CHECK_BLOCKED, .violations = two, .violation_count = 2 };
	const struct render_options options = { .color = false };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };

	(void)state;
	two[1].level = LEVEL_WARNING;
	assert_int_equal(check_format_find("text")->render(&check, &options, &out, &err), 0);
	assert_string_equal(out.buf, "error identity-deleted: a1 is lost: 100% of it\n"
				     "  m/versions/a,1:%\\xff.py:3\n"
				     "  If a database has run it: restore it:\n"
				     "    git checkout HEAD -- x\n"
				     "  If none has: say so in .revident, and why:\n"
				     "    [waiver \"x\"]\n"
				     "    \trule = identity-deleted\n"
				     "\n"
				     "warning identity-deleted: a1 is lost: 100% of it\n"
				     "  m/versions/a,1:%\\xff.py:3\n"
				     "  If a database has run it: restore it:\n"
				     "    git checkout HEAD -- x\n"
				     "\n"
				     "blocked: 1 error, 1 warning, 0 notes\n");
	strbuf_release(&out);
}

static void check_render_text__nothing_to_say__says_nothing(void **state)
{
	struct check check = { .result = CHECK_CLEAN, .protection = TEXT_LITERAL("whatever") };
	const struct render_options options = { .color = true };
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(check_format_find("text")->render(&check, &options, &out, &err), 0);
	assert_string_equal(out.buf, "");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_render_github__hostile_path__is_escaped),
		cmocka_unit_test(findings_render_github__levels_and_no_path__are_told),
		cmocka_unit_test(findings_render_sarif__finding__is_a_result_with_a_stable_fingerprint),
		cmocka_unit_test(findings_render_sarif__limits__make_the_run_unsuccessful),
		cmocka_unit_test(findings_render_gitlab__findings__are_a_list_without_notes),
		cmocka_unit_test(check_render_text__error_and_warning__only_the_error_has_a_waiver),
		cmocka_unit_test(check_render_text__nothing_to_say__says_nothing),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
