#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/forensics/policy.h"
#include "revident/forensics/policy_file.h"

#define OID_A "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
#define OID_B "257cc5642cb1a054f08cc83f2d943e56fd3ebe99"

struct fixture {
	struct arena arena;
	struct policy policy;
	struct err err;
	int rc;
};

static void parse_sources(struct fixture *f, const struct policy_source *sources, size_t count)
{
	arena_init(&f->arena);
	err_clear(&f->err);
	f->rc = policy_parse(sources, count, &f->arena, &f->policy, &f->err);
}

static void parse(struct fixture *f, const char *text)
{
	const struct policy_source source = { .name = ".revident", .bytes = text, .len = strlen(text) };

	parse_sources(f, &source, 1);
}

static void parse_good(struct fixture *f, const char *text)
{
	parse(f, text);
	if (f->rc < 0)
		fail_msg("%s", f->err.msg);
}

static struct oid oid_of(const char *hex)
{
	struct oid oid;

	assert_true(oid_parse(&oid, hex, OID_HEX));
	return oid;
}

static void policy_parse__nothing__gives_the_defaults(void **state)
{
	struct fixture f;

	(void)state;
	parse_sources(&f, NULL, 0);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.policy.protect, PROTECT_PUBLISHED);
	assert_int_equal(f.policy.protected_refs.count, 0);
	assert_int_equal(policy_level(&f.policy, RULE_MULTIPLE_HEADS), LEVEL_WARNING);
	assert_false(f.policy.has_level[RULE_MULTIPLE_HEADS]);
	arena_release(&f.arena);
}

static void policy_parse__every_key__is_read(void **state)
{
	const struct policy_environment *environment;
	const struct prune *prune;
	struct fixture f;

	(void)state;
	parse_good(&f,
		"[revident]\n\tprotect = all\n\tprotectedRef = refs/remotes/origin/main\n\tPROTECTEDREF = release/*\n"
		"\tdeployRef = refs/tags/v*\n\trequires = 0.1\n"
		"[rule \"multiple-heads\"]\n\tlevel = error\n"
		"[environment \"./svc//alembic/\"]\n\tversions = svc/alembic/versions\n\tversions = svc/more\n"
		"\theads = 2\n\texternal = 3fd0a1c2b4e5 # an id\n"
		"[environment \".\"]\n\tignore\n"
		"[prune \"5c1d0e2f3a4b\"]\n\treason = squashed\n");
	assert_int_equal(f.policy.protect, PROTECT_ALL);
	assert_int_equal(f.policy.protected_refs.count, 2);
	assert_string_equal(f.policy.protected_refs.items[1].ptr, "release/*");
	assert_string_equal(f.policy.deploy_refs.items[0].ptr, "refs/tags/v*");
	assert_int_equal(policy_level(&f.policy, RULE_MULTIPLE_HEADS), LEVEL_ERROR);
	assert_true(f.policy.has_level[RULE_MULTIPLE_HEADS]);
	environment = policy_environment(&f.policy, text_of("svc/alembic"));
	assert_non_null(environment);
	assert_int_equal(environment->versions.count, 2);
	assert_string_equal(environment->versions.items[1].ptr, "svc/more");
	assert_int_equal(environment->heads, 2);
	assert_string_equal(environment->external.items[0].ptr, "3fd0a1c2b4e5");
	assert_false(environment->ignore);
	assert_ptr_equal(policy_environment(&f.policy, text_of(".")), policy_environment(&f.policy, text_of("")));
	environment = policy_environment(&f.policy, text_of(""));
	assert_non_null(environment);
	assert_true(environment->ignore);
	prune = policy_prune(&f.policy, text_of("5c1d0e2f3a4b"));
	assert_non_null(prune);
	assert_string_equal(prune->reason.ptr, "squashed");
	assert_int_equal(prune->line, 17);
	assert_null(policy_prune(&f.policy, text_of("5c1d0e2f3a4c")));
	arena_release(&f.arena);
}

static void policy_parse__no_reason__does_not_count_and_is_said(void **state)
{
	struct fixture f;

	(void)state;
	parse_good(&f, "[waiver \"w\"]\nrule = moved\nrevision = a\n"
		       "[waiver \"v\"]\nrule = moved\nrevision = a\nreason = x\n"
		       "[waiver \"u\"]\nrevision = a\nreason =\n"
		       "[prune \"a\"]\nreason = \"  \"\n[prune \"b\"]\nreason = x\n");
	assert_int_equal(f.policy.waiver_count, 1);
	assert_true(text_equal(f.policy.waivers[0].name, TEXT_LITERAL("v")));
	assert_int_equal(f.policy.prune_count, 1);
	assert_true(text_equal(f.policy.prunes[0].revision, TEXT_LITERAL("b")));
	assert_int_equal(f.policy.ignored_count, 3);
	assert_string_equal(f.policy.ignored[0],
		"'.revident' line 2: the waiver 'w' has no reason and does not count: add `reason = ...` to it");
	assert_string_equal(f.policy.ignored[2],
		"'.revident' line 12: the prune 'a' has no reason and does not count: add `reason = ...` to it");
	arena_release(&f.arena);
}

static void policy_parse__mistakes__name_file_and_line(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "[revident]\nprotct = all\n", "'.revident' line 2: unknown key 'revident.protct'" },
		{ "[revident \"x\"]\nprotect = all\n", "'.revident' line 2: unknown key 'revident.x.protect'" },
		{ "[core]\nbare\n", "'.revident' line 2: unknown key 'core.bare'" },
		{ "[revident]\nprotect = some\n",
			"'.revident' line 2: 'revident.protect' is 'some', but must be 'published' or 'all'" },
		{ "[revident]\n\nprotect\n", "'.revident' line 3: no value for 'revident.protect'" },
		{ "[revident]\nrequires = soon\n",
			"'.revident' line 2: 'revident.requires' is 'soon', but must be a version such as '0.1.0'" },
		{ "[future]\nkey = 1\n[revident]\nrequires = 99.2\n",
			"'.revident' line 4: this repository requires revident 99.2 or later, and this is 0.1.0: "
			"install a newer one" },
		{ "[rule \"many-heads\"]\nlevel = off\n",
			"'.revident' line 2: there is no such rule (`revident check --list-rules` names them): "
			"'rule.many-heads.level'" },
		{ "[rule \"moved\"]\nlevel = fatal\n",
			"'.revident' line 2: 'rule.moved.level' is 'fatal', but must be 'error', 'warning', 'note' or "
			"'off'" },
		{ "[rule]\nlevel = off\n",
			"'.revident' line 2: its section must have a name, as in '[section \"name\"]': 'rule.level'" },
		{ "[environment \"../x\"]\nheads = 2\n",
			"'.revident' line 2: no path inside the repository in 'environment.../x.heads'" },
		{ "[environment \"x\"]\nheads = 0\n",
			"'.revident' line 2: 'environment.x.heads' is '0', but must be a number from 1 to 10000" },
		{ "[environment \"x\"]\nignore = perhaps\n",
			"'.revident' line 2: 'environment.x.ignore' is 'perhaps', but must be true or false" },
		{ "[waiver \"w\"]\nreason = x\n",
			"'.revident' line 2: the waiver 'w' has no rule and does not count: add `rule = ...` to it" },
		{ "[waiver \"w\"]\nreason = x\nrule = identity-deleted\n",
			"'.revident' line 2: the waiver 'w' has no revision and does not count: add `revision = ...` "
			"to "
			"it" },
		{ "[waiver \"w\"]\nblob = e69de29\n", "'.revident' line 2: 'waiver.w.blob' is 'e69de29', but must be a "
						      "whole object id, 40 hexadecimal "
						      "digits" },
		{ "[waiver \"\x1b[2J\"]\nreason = x\n", "'.revident' line 2: the waiver '\\x1b[2J' has no rule and "
							"does not count: add `rule = ...` to it" },
		{ "protect = all\n", "'.revident' line 1: a key stands before the first section" },
		{ "[revident\n", "'.revident' line 1: a section's name holds letters, digits, '-' and '.' only" },
		{ "[revident]\nprotect = \"all\n", "'.revident' line 2: a double quote in the value is not closed" },
		{ "<<<<<<< HEAD\n", "'.revident' line 1: a key begins with a letter" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fixture f;

		parse(&f, rows[i].text);
		assert_int_equal(f.rc, -1);
		assert_int_equal(f.err.kind, ERR_USAGE);
		assert_string_equal(f.err.msg, rows[i].message);
		arena_release(&f.arena);
	}
}

static void policy_parse__hostile_sizes__are_refused(void **state)
{
	static char text[POLICY_BYTES_MAX + 2];
	struct fixture f;

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	parse(&f, text);
	assert_string_equal(f.err.msg, "'.revident' is larger than 1048576 bytes");
	arena_release(&f.arena);

	strcpy(text, "[a]\n");
	for (size_t i = 4; i + 2 < 30000; i += 2)
		memcpy(text + i, "b\n", 2);
	text[30000] = '\0';
	parse(&f, text);
	assert_string_equal(f.err.msg, "'.revident' line 10002: too many keys");
	arena_release(&f.arena);
}

static void policy_parse__later_source__overrides(void **state)
{
	static const char text[] = "[revident]\nprotect = all\nprotectedRef = a\nprotectedRef = b\n"
				   "[rule \"moved\"]\nlevel = error\n[rule \"cycle\"]\nlevel = off\n";
	static const struct policy_pair config[] = {
		{ "user.name", "x" },
		{ "revident.protectedref", "c" },
		{ "revident.protectedref", "d" },
		{ "revident.rule.moved.level", "off" },
	};
	static const struct policy_pair options[] = { { "revident.protect", "published" } };
	const struct policy_source sources[] = {
		{ .name = ".revident", .bytes = text, .len = sizeof(text) - 1 },
		{ .name = "git config", .pairs = config, .pair_count = 4 },
		{ .name = "the command line", .pairs = options, .pair_count = 1 },
	};
	struct fixture f;

	(void)state;
	parse_sources(&f, sources, 3);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.policy.protect, PROTECT_PUBLISHED);
	assert_int_equal(f.policy.protected_refs.count, 2);
	assert_string_equal(f.policy.protected_refs.items[0].ptr, "c");
	assert_string_equal(f.policy.protected_refs.items[1].ptr, "d");
	assert_int_equal(policy_level(&f.policy, RULE_MOVED), LEVEL_OFF);
	assert_int_equal(policy_level(&f.policy, RULE_CYCLE), LEVEL_OFF);
	arena_release(&f.arena);
}

static void policy_parse__mistake_in_git_config__names_it(void **state)
{
	static const struct policy_pair config[] = { { "revident.protct", "all" } };
	const struct policy_source source = { .name = "git config", .pairs = config, .pair_count = 1 };
	struct fixture f;

	(void)state;
	parse_sources(&f, &source, 1);
	assert_string_equal(f.err.msg, "'git config': unknown key 'revident.protct'");
	arena_release(&f.arena);
}

static void policy_waives__each_condition__must_hold(void **state)
{
	struct text env = TEXT_LITERAL("svc"), rev = TEXT_LITERAL("189b1231afd4"), other = TEXT_LITERAL("x");
	struct oid a = oid_of(OID_A), b = oid_of(OID_B);
	const struct waiver *waiver;
	struct fixture f;

	(void)state;
	parse_good(&f,
		"[waiver \"INC-412\"]\n\trule = identity-deleted\n\trule = reparented\n\trevision = 189b1231afd4\n"
		"\trevision = y\n\tblob = " OID_A "\n\tenvironment = svc/\n\treason = never shipped, see INC-412\n"
		"[waiver \"heads\"]\n\trule = multiple-heads\n\treason = on purpose\n");
	waiver = policy_waives(&f.policy, RULE_IDENTITY_DELETED, env, rev, &a);
	assert_non_null(waiver);
	assert_string_equal(waiver->name.ptr, "INC-412");
	assert_string_equal(waiver->reason.ptr, "never shipped, see INC-412");
	assert_int_equal(waiver->line, 2);
	assert_non_null(policy_waives(&f.policy, RULE_REPARENTED, env, text_of("y"), &a));
	assert_null(policy_waives(&f.policy, RULE_MOVED, env, rev, &a));
	assert_null(policy_waives(&f.policy, RULE_IDENTITY_DELETED, other, rev, &a));
	assert_null(policy_waives(&f.policy, RULE_IDENTITY_DELETED, env, other, &a));
	assert_null(policy_waives(&f.policy, RULE_IDENTITY_DELETED, env, TEXT_NONE, &a));
	assert_null(policy_waives(&f.policy, RULE_IDENTITY_DELETED, env, rev, &b));
	assert_null(policy_waives(&f.policy, RULE_IDENTITY_DELETED, env, rev, NULL));
	assert_non_null(policy_waives(&f.policy, RULE_MULTIPLE_HEADS, other, TEXT_NONE, NULL));
	arena_release(&f.arena);
}

static void policy_ref_match__patterns__as_git_matches_paths(void **state)
{
	static const struct {
		const char *pattern, *ref;
		bool matches;
	} rows[] = {
		{ "refs/heads/main", "refs/heads/main", true },
		{ "refs/heads/main", "refs/heads/main2", false },
		{ "refs/heads/main", "refs/heads/main/x", false },
		{ "refs/remotes/*/main", "refs/remotes/origin/main", true },
		{ "refs/remotes/*/main", "refs/remotes/a/b/main", false },
		{ "refs/remotes/**/main", "refs/remotes/a/b/main", true },
		{ "refs/remotes/**/main", "refs/remotes/main", true },
		{ "refs/remotes/**/main", "refs/remotes/xmain", false },
		{ "refs/heads/*", "refs/heads/a/b", false },
		{ "refs/heads/**", "refs/heads/a/b", true },
		{ "refs/heads/r*-*x", "refs/heads/r1-2-3x", true },
		{ "refs/heads/r*-*x", "refs/heads/r1-2-3y", false },
		{ "refs/heads/**/v*/x", "refs/heads/v1/y/v2/x", true },
		{ "refs/tags/v[0-9].?", "refs/tags/v1.2", true },
		{ "refs/tags/v[!0-9]", "refs/tags/v1", false },
		{ "refs/tags/v[!0-9]", "refs/tags/vx", true },
		{ "refs/tags/[]a]", "refs/tags/]", true },
		{ "refs/tags/[a", "refs/tags/[a", false },
		{ "refs/tags/\\*", "refs/tags/*", true },
		{ "refs/tags/\\*", "refs/tags/x", false },
		{ "refs?heads", "refs/heads", false },
		{ "main", "refs/heads/main", true },
		{ "main", "refs/remotes/origin/main", false },
		{ "origin/main", "refs/remotes/origin/main", true },
		{ "heads/release/*", "refs/heads/release/1", true },
		{ "*", "refs/heads/main", true },
		{ "", "refs/heads/", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (policy_ref_match(text_of(rows[i].pattern), text_of(rows[i].ref)) != rows[i].matches)
			fail_msg("%s against %s", rows[i].pattern, rows[i].ref);
}

static void policy_version_compare__numbers__by_value(void **state)
{
	static const struct {
		const char *a, *b;
		int order; /* 9: one is no version */
	} rows[] = {
		{ "0.1.0", "0.1", 0 },
		{ "0.2", "0.1.9", 1 },
		{ "0.10", "0.9", 1 },
		{ "1", "1.0.1", -1 },
		{ "01.1", "1.1", 0 },
		{ "", "1", 9 },
		{ "1.", "1", 9 },
		{ "v1", "1", 9 },
		{ "1.0-rc1", "1.0", 9 },
		{ "1..2", "1", 9 },
		{ "1.99999999999999999999", "1", 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int order = 9;

		if (!policy_version_compare(text_of(rows[i].a), text_of(rows[i].b), &order))
			order = 9;
		if (order != rows[i].order)
			fail_msg("%s and %s: %d", rows[i].a, rows[i].b, order);
	}
}

static void rule_find__every_rule__finds_itself(void **state)
{
	(void)state;
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule *rule = rule_get((enum rule_id)i);
		enum rule_id found;

		assert_true(rule_find(text_of(rule->name), &found));
		assert_int_equal(found, i);
		assert_true(rule->level != LEVEL_OFF);
		assert_true(strlen(rule->summary) > 0 && strlen(rule->help) > 0);
	}
}

static void level_find__names__are_exact(void **state)
{
	enum level level;

	(void)state;
	assert_true(level_find(text_of("warning"), &level));
	assert_int_equal(level, LEVEL_WARNING);
	assert_string_equal(level_name(level), "warning");
	assert_false(level_find(text_of("Warning"), &level));
	assert_false(level_find(text_of(""), &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_parse__nothing__gives_the_defaults),
		cmocka_unit_test(policy_parse__every_key__is_read),
		cmocka_unit_test(policy_parse__no_reason__does_not_count_and_is_said),
		cmocka_unit_test(policy_parse__mistakes__name_file_and_line),
		cmocka_unit_test(policy_parse__hostile_sizes__are_refused),
		cmocka_unit_test(policy_parse__later_source__overrides),
		cmocka_unit_test(policy_parse__mistake_in_git_config__names_it),
		cmocka_unit_test(policy_waives__each_condition__must_hold),
		cmocka_unit_test(policy_ref_match__patterns__as_git_matches_paths),
		cmocka_unit_test(policy_version_compare__numbers__by_value),
		cmocka_unit_test(rule_find__every_rule__finds_itself),
		cmocka_unit_test(level_find__names__are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
