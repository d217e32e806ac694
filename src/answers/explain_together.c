/*
 * What else the commit did that took a revision away: one file of a squash is not to be put back by itself.
 */
#include <stdlib.h>

#include "explain_parts.h"
#include "revident/base/xalloc.h"

/* A base that the commit gave the environment: where it takes others away, it stands in for them. */
static bool is_new_base(const struct teller *t, const struct change *change)
{
	const struct study *study = &t->inv->study;
	const struct migration *m = change->kind == EVENT_ADDED && change->after.blob != BLOB_NONE
					    ? study->blobs[change->after.blob].migration
					    : NULL;

	return m && m->down_revision.kind == BINDING_LITERAL && m->down_revision.count == 0;
}

/* Is one of the parents that the lost file names gone from HEAD as well? */
static bool lacks_parent(const struct teller *t, const struct identity *identity, const struct life *life)
{
	const struct migration *m = life->migration;
	uint32_t head = teller_head_view(t);
	size_t i;

	for (i = 0; m && head != INTERN_NONE && i < m->down_revision.count; i++) {
		struct identity parent = *identity;

		parent.id = m->down_revision.values[i];
		parent.revision = intern_find(&t->inv->study.revisions, parent.id.ptr, parent.id.len);
		if (parent.revision == INTERN_NONE || !teller_find(t, head, &parent))
			return true;
	}
	return false;
}

/* The place of the commit's first change: they are in walk order. */
static size_t first_change_of(const struct history *history, uint32_t commit)
{
	size_t low = 0, high = history->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (history->changes[middle].commit < commit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void tell_together(struct teller *t, const struct identity *identity, struct life *out)
{
	const struct history *history = &t->inv->history;
	uint32_t commit;
	size_t i, bases = 0;

	if (out->state != LIFE_LOST || !out->loss)
		return;
	out->lacks_parent = lacks_parent(t, identity, out);
	commit = commits_find(&t->inv->commits, &out->loss->commit->id);
	for (i = first_change_of(history, commit); i < history->count && history->changes[i].commit == commit; i++) {
		const struct change *change = &history->changes[i];

		if (!identity_has_lineage(identity, change->lineage))
			continue;
		if (event_kind_is_loss(change->kind))
			out->lost_with += change->revision != identity->revision;
		else if (is_new_base(t, change) && bases++ == 0)
			out->stand_in =
				model_copy_text(&t->model, study_revision_text(&t->inv->study, change->revision));
	}
	if (bases != 1 || out->lost_with == 0)
		out->stand_in = TEXT_NONE;
}
