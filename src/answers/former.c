#include "revident/answers/former.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/investigation.h"

static size_t list_held(const struct investigation *inv, struct arena *arena, const struct text **out)
{
	size_t held = inv->history.held.count, i, n = 0;
	bool *is_listed = xcalloc(inv->study.revisions.count, sizeof(*is_listed));
	struct text *items = arena_calloc(arena, held + 1, sizeof(*items));

	for (i = 0; i < held; i++) {
		uint32_t pair[2]; /* lineage, revision */
		struct text id;

		memcpy(pair, intern_get(&inv->history.held, (uint32_t)i)->bytes, sizeof(pair));
		if (is_listed[pair[1]])
			continue;
		is_listed[pair[1]] = true;
		id = study_revision_text(&inv->study, pair[1]);
		items[n++] = arena_text(arena, id);
	}
	if (n)
		qsort(items, n, sizeof(*items), text_compare_items);
	free(is_listed);
	*out = items;
	return n;
}

int former_revisions(struct repo *repo, const char *tip, const struct policy *policy, const struct progress *progress,
	struct arena *arena, const struct text **out, size_t *count, struct err *err)
{
	struct investigation_options options = {
		.tips = &tip, .tip_count = tip ? 1 : 0, .policy = policy, .progress = progress
	};
	struct investigation inv;
	int rc = -1;

	if (investigation_open(&inv, repo, arena, &options, err) < 0)
		goto done;
	*count = list_held(&inv, arena, out);
	rc = 0;
done:
	investigation_close(&inv);
	return rc;
}
