#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/xalloc.h"

/* --- prunes ------------------------------------------------------------------------------------------------------ */

/* What a revision's file declares on one side: the first holder of it by path, or NULL. */
static const struct migration *declared_on(const struct judging *j, const struct side_view *side, struct text revision)
{
	size_t i, k;

	for (i = 0; i < side->envs.count; i++) {
		const struct tree_env *env = &side->envs.items[i];

		for (k = 0; k < env->file_count; k++)
			if (env->files[k].blob != BLOB_NONE && env->files[k].revision != INTERN_NONE &&
				text_equal(study_revision_text(j->study, env->files[k].revision), revision))
				return j->study->blobs[env->files[k].blob].migration;
	}
	return NULL;
}

/* Is `revision` an ancestor of `descendant` on that side, by down_revision? */
static bool is_ancestor(
	const struct judging *j, const struct side_view *side, struct text revision, struct text descendant)
{
	struct text *pending = NULL;
	size_t count = 0, cap = 0, at, i;
	struct intern seen;
	bool found = false;

	intern_init(&seen);
	VEC_GROW(pending, count, cap);
	pending[count++] = descendant;
	for (at = 0; at < count && !found; at++) {
		const struct migration *m = declared_on(j, side, pending[at]);

		for (i = 0; m && i < m->down_revision.count && !found; i++) {
			struct text parent = m->down_revision.values[i];
			size_t before = seen.count;

			found = text_equal(parent, revision);
			intern_add(&seen, parent.ptr, parent.len);
			if (seen.count == before)
				continue;
			VEC_GROW(pending, count, cap);
			pending[count++] = parent;
		}
	}
	free(pending);
	intern_release(&seen);
	return found;
}

static bool is_loss(enum rule_id rule)
{
	return rule == RULE_IDENTITY_OVERWRITTEN || rule == RULE_IDENTITY_EDITED || rule == RULE_IDENTITY_STRIPPED ||
	       rule == RULE_IDENTITY_DELETED || rule == RULE_IDENTITY_LOST_IN_MERGE;
}

/* The prune that lets this pass: a former ancestor of its revision goes, or the revision itself becomes a base. */
static const struct prune *find_prune(const struct judging *j, const struct charge *charge)
{
	const struct policy *policy = j->judge->options.policy;
	struct text revision = study_revision_text(j->study, charge->revision);
	size_t i, s;

	if (charge->rule == RULE_REPARENTED) {
		const struct migration *now = j->study->blobs[charge->after.blob].migration;

		if (now && now->down_revision.kind == BINDING_LITERAL && now->down_revision.count == 0)
			return policy_prune(policy, revision);
	}
	for (i = 0; is_loss(charge->rule) && i < policy->prune_count; i++) {
		const struct prune *prune = &policy->prunes[i];

		if (!declared_on(j, judging_target(j), prune->revision))
			continue;
		for (s = 0; s + 1 < j->side_count; s++)
			if (is_ancestor(j, &j->sides[s], revision, prune->revision))
				return prune;
	}
	return NULL;
}

/* --- levels ------------------------------------------------------------------------------------------------------ */

/* Is every base published as a whole? 1, 0, -1. */
static int bases_are_published(struct judging *j)
{
	const struct judge_case *judged = j->judged;
	size_t i;

	for (i = 0; i < judged->base_count; i++) {
		int published;

		if (oid_is_null(&judged->bases[i].commit))
			return 0;
		published = published_commit(
			j->judge->published, &judged->bases[i].commit, j->judge->options.progress, j->err);
		if (published < 1)
			return published;
	}
	return judged->base_count > 0;
}

/* Where it is published, and whether that or the policy protects it. 0 or -1. */
static int find_protection(struct judging *j, const struct charge *charge, struct holding *holding, bool *by_base)
{
	uint32_t path = charge->before.path != INTERN_NONE ? charge->before.path : charge->after.path;
	int published;

	*by_base = charge->is_protected_for_sure || j->judged->bases_are_protected ||
		   j->judge->options.policy->protect == PROTECT_ALL;
	if (published_holding(j->judge->published, charge->revision, path, &j->defs, holding, j->err) < 0)
		return -1;
	if (*by_base || holding->ref.ptr || holding->tag.ptr || charge->rule == RULE_IDENTITY_REUSED)
		return 0;
	published = bases_are_published(j);
	*by_base = published == 1;
	return published < 0 ? -1 : 0;
}

static enum level level_of(const struct charge *charge, enum level level, bool is_protected)
{
	if (level > charge->most)
		level = charge->most;
	return !is_protected && level > LEVEL_WARNING ? LEVEL_WARNING : level;
}

/* --- keeping ----------------------------------------------------------------------------------------------------- */

static void add_violation(struct judge *judge, const struct finding *finding)
{
	VEC_GROW(judge->violations, judge->violation_count, judge->violation_cap);
	judge->violations[judge->violation_count++] = *finding;
}

static void add_waived(
	struct judge *judge, const struct finding *finding, bool by_prune, struct text name, struct text reason)
{
	VEC_GROW(judge->waived, judge->waived_count, judge->waived_cap);
	judge->waived[judge->waived_count] = (struct waived){ *finding, by_prune, name, reason };
	judge->waived[judge->waived_count++].finding.hint = TEXT_NONE;
}

bool judge_keep(struct judging *j, struct finding finding, const struct oid *blob)
{
	const struct waiver *waiver =
		policy_waives(j->judge->options.policy, finding.rule, finding.environment, finding.revision, blob);

	if (waiver) {
		add_waived(j->judge, &finding, false, waiver->name, waiver->reason);
		return false;
	}
	finding.hint = judge_add_waiver(j, finding.hint, &finding, blob);
	add_violation(j->judge, &finding);
	return true;
}

static unsigned line_of(const struct judging *j, const struct charge *charge)
{
	const struct migration *now =
		charge->after.blob == BLOB_NONE ? NULL : j->study->blobs[charge->after.blob].migration;

	if (!now)
		return 0;
	return charge->rule == RULE_REPARENTED ? now->down_revision.line : now->revision.line;
}

/* Nobody knows whether it is published: then it cannot be told whether this may be done to it. */
static void say_unclear(struct judging *j, const struct charge *charge, const struct holding *holding)
{
	char hex[OID_HEX + 1];

	judge_add_limit(j->judge,
		"whether %s is published cannot be told: %s has object %s, which cannot be read; 'git cat-file -p %s' "
		"fetches it in a partial clone, 'git fsck' tells more in any other",
		study_shown(j->study, study_revision_text(j->study, charge->revision)),
		study_shown(j->study, holding->unclear), oid_hex(&holding->missing, hex), hex);
}

int judge_bring(struct judging *j, const struct charge *charge)
{
	enum level level = policy_level(j->judge->options.policy, charge->rule);
	struct text where =
		study_path_text(j->study, charge->after.path != INTERN_NONE ? charge->after.path : charge->before.path);
	const bool is_pinned = charge->pinned != BLOB_NONE;
	const struct oid pinned =
		is_pinned ? j->study->blobs[charge->pinned].id : (struct oid){ { 0 } }; /* they move */
	struct holding holding = { .tag_count = 0 };
	struct verdict_words words;
	const struct prune *prune;
	struct finding finding;
	bool by_base = false, is_unclear;

	if (level == LEVEL_OFF || judge_leaves_out(j, charge->environment))
		return 0;
	if (level > LEVEL_NOTE && find_protection(j, charge, &holding, &by_base) < 0)
		return -1;
	is_unclear = holding.unclear.ptr && !by_base && level_of(charge, level, true) == LEVEL_ERROR;
	level = level_of(charge, level, by_base || holding.ref.ptr || holding.tag.ptr);
	judge_describe(j, charge, &holding, by_base, level, &words);
	finding = (struct finding){
		.rule = charge->rule,
		.level = level,
		.environment = charge->environment,
		.revision = study_revision_text(j->study, charge->revision),
		.path = where,
		.line = line_of(j, charge),
		.message = words.message,
		.hint = words.hint,
	};
	prune = find_prune(j, charge);
	if (prune)
		add_waived(j->judge, &finding, true, prune->revision, prune->reason);
	else if (judge_keep(j, finding, is_pinned ? &pinned : NULL) && is_unclear)
		say_unclear(j, charge, &holding);
	return 0;
}
