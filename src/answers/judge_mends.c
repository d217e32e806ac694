#include "judge_parts.h"

/* Does a migration of that side name it, and none has it? */
static bool is_missing_on(const struct judging *j, const struct side_view *side, struct text name)
{
	size_t i, k;

	for (i = 0; i < side->envs.count; i++) {
		struct missing_name *missing;
		size_t count = tree_env_missing(j->study, &side->envs.items[i], NULL, 0, &missing);

		for (k = 0; k < count; k++)
			if (text_equal(missing[k].name, name))
				return true;
	}
	return false;
}

static bool was_missing(const struct judging *j, struct text name)
{
	size_t i;

	for (i = 0; i + 1 < j->side_count; i++)
		if (!is_missing_on(j, &j->sides[i], name))
			return false;
	return j->side_count > 1;
}

/* Only parents that were missing are given up, and those named instead are there. */
static bool leaves_missing_parents(const struct judging *j, const struct charge *charge)
{
	const struct migration *before = j->study->blobs[charge->before.blob].migration;
	const struct migration *after = j->study->blobs[charge->after.blob].migration;
	size_t i;

	if (!before || !after || before->down_revision.kind != BINDING_LITERAL ||
		after->down_revision.kind != BINDING_LITERAL || after->down_revision.count == 0)
		return false;
	for (i = 0; i < before->down_revision.count; i++)
		if (!binding_has(&after->down_revision, before->down_revision.values[i]) &&
			!was_missing(j, before->down_revision.values[i]))
			return false;
	for (i = 0; i < after->down_revision.count; i++)
		if (is_missing_on(j, judging_target(j), after->down_revision.values[i]))
			return false;
	return true;
}

/* Content gets back an id that was missing. */
static bool gives_back(const struct judging *j, const struct charge *charge)
{
	const struct migration *now =
		charge->continues_as.blob == BLOB_NONE ? NULL : j->study->blobs[charge->continues_as.blob].migration;

	return now && now->revision.count == 1 && was_missing(j, now->revision.values[0]);
}

enum level judge_at_most(const struct judging *j, const struct charge *charge)
{
	if (charge->rule == RULE_IDENTITY_EDITED && gives_back(j, charge))
		return LEVEL_NOTE;
	if (charge->rule == RULE_REPARENTED && charge->before.blob != BLOB_NONE && charge->after.blob != BLOB_NONE &&
		leaves_missing_parents(j, charge))
		return LEVEL_WARNING;
	return LEVEL_ERROR;
}
