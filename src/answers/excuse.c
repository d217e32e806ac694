#include "excuse.h"

#include <stdlib.h>

#include "revident/base/xalloc.h"

struct pruning {
	uint32_t base;   /* its number; INTERN_NONE where nothing ever declared it */
	bool *is_former; /* by revision number: was it ever above the base? */
};

/* --- what was above a base --------------------------------------------------------------------------------------- */

struct climb {
	bool *seen;
	uint32_t *pending;
	size_t count;
};

/* Adds what any file that ever declared the revision names as its parent. */
static void climb_from(const struct study *study, uint32_t revision, struct climb *climb)
{
	size_t b, i;

	for (b = 0; b < study->blob_ids.count; b++) {
		const struct migration *m = study->blobs[b].revision == revision ? study->blobs[b].migration : NULL;

		for (i = 0; m && i < m->down_revision.count; i++) {
			struct text parent = m->down_revision.values[i];
			uint32_t number = intern_find(&study->revisions, parent.ptr, parent.len);

			if (number == INTERN_NONE || climb->seen[number])
				continue;
			climb->seen[number] = true;
			climb->pending[climb->count++] = number;
		}
	}
}

static bool *former_ancestors(const struct investigation *inv, uint32_t base)
{
	size_t n = inv->study.revisions.count, at;
	struct climb climb = { .seen = arena_calloc(inv->arena, n + 1, sizeof(*climb.seen)),
		.pending = xcalloc(n + 1, sizeof(*climb.pending)) };

	if (base != INTERN_NONE) {
		climb.seen[base] = true;
		climb.pending[climb.count++] = base;
	}
	for (at = 0; at < climb.count; at++)
		climb_from(&inv->study, climb.pending[at], &climb);
	if (base != INTERN_NONE)
		climb.seen[base] = false; /* the base itself may not go */
	free(climb.pending);
	return climb.seen;
}

void prunings_init(struct prunings *prunings, const struct investigation *inv, const struct policy *policy)
{
	size_t i;

	prunings->inv = inv;
	prunings->policy = policy;
	prunings->items = arena_calloc(inv->arena, policy->prune_count + 1, sizeof(*prunings->items));
	for (i = 0; i < policy->prune_count; i++) {
		struct text base = policy->prunes[i].revision;

		prunings->items[i].base = intern_find(&inv->study.revisions, base.ptr, base.len);
		prunings->items[i].is_former = former_ancestors(inv, prunings->items[i].base);
	}
}

/* --- one loss ---------------------------------------------------------------------------------------------------- */

static bool view_has(const struct tip_view *view, uint32_t revision, const uint32_t *lineages, size_t lineage_count)
{
	size_t e, i;

	for (e = 0; e < view->envs.count; e++) {
		const struct tree_env *env = &view->envs.items[e];
		bool is_asked = false;

		for (i = 0; i < lineage_count; i++)
			is_asked = is_asked || view->labels[e] == lineages[i];
		for (i = 0; is_asked && i < env->file_count; i++)
			if (env->files[i].revision == revision)
				return true;
	}
	return false;
}

static bool is_at_base(const struct investigation *inv, uint32_t base, const uint32_t *lineages, size_t lineage_count)
{
	const struct tip_view *head = investigation_head_view(inv);
	size_t v;

	if (head)
		return view_has(head, base, lineages, lineage_count);
	for (v = 0; v < inv->view_count; v++)
		if (view_has(&inv->views[v], base, lineages, lineage_count))
			return true;
	return false;
}

bool find_excuse(const struct prunings *prunings, const struct event *loss, uint32_t revision, const uint32_t *lineages,
	size_t lineage_count, struct excuse *out)
{
	const struct policy *policy = prunings->policy;
	const struct waiver *waiver =
		policy_waives(policy, loss_rule(loss->kind), loss->environment, loss->revision, &loss->before.blob);
	size_t i;

	*out = (struct excuse){ .by_prune = false };
	if (waiver) {
		*out = (struct excuse){ false, waiver->name, waiver->reason };
		return true;
	}
	for (i = 0; event_kind_is_loss(loss->kind) && revision != INTERN_NONE && i < policy->prune_count; i++) {
		const struct pruning *pruning = &prunings->items[i];

		if (!pruning->is_former[revision] || !is_at_base(prunings->inv, pruning->base, lineages, lineage_count))
			continue;
		*out = (struct excuse){ true, policy->prunes[i].revision, policy->prunes[i].reason };
		return true;
	}
	return false;
}
