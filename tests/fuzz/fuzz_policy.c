/*
 * Reads bytes as a .revident, asks the policy everything, and uses its values as patterns of refs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "revident/forensics/policy.h"
#include "revident/forensics/policy_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static void try_values(const struct policy_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		struct text value = file->entries[i].value;

		if (value.ptr && value.len < 200) {
			require(policy_ref_match(TEXT_LITERAL("**"), value));
			policy_ref_match(value, TEXT_LITERAL("refs/remotes/origin/feature/a-b/c"));
		}
	}
}

static void try_policy(const struct policy *policy)
{
	static const struct text revision = { "189b1231afd4", 12 };

	for (int rule = 0; rule < RULE_COUNT; rule++) {
		const struct waiver *waiver;

		require(policy_level(policy, (enum rule_id)rule) <= LEVEL_ERROR);
		waiver = policy_waives(policy, (enum rule_id)rule, TEXT_LITERAL(""), revision, NULL);
		require(!waiver || (waiver->rules[rule] && waiver->reason.len > 0 && !waiver->has_blob));
	}
	policy_prune(policy, revision);
	policy_environment(policy, TEXT_LITERAL("a/b"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy_source source = { .name = ".revident", .bytes = (const char *)data, .len = size };
	struct policy_file file = { 0 };
	struct policy policy;
	struct arena arena;
	struct err err;

	arena_init(&arena);
	err_clear(&err);
	if (policy_file_parse((const char *)data, size, source.name, &arena, &file, &err) == 0)
		try_values(&file);
	else
		require(err.kind == ERR_USAGE && err.msg[0]);
	err_clear(&err);
	if (policy_parse(&source, 1, &arena, &policy, &err) == 0)
		try_policy(&policy);
	else
		require(err.kind == ERR_USAGE && err.msg[0]);
	arena_release(&arena);
	return 0;
}
