#include "revident/git/merge_base.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

enum { OF_TIP = 1, OF_OTHERS = 2, BELOW = 4 /* an ancestor of a common one */ };

/* From the newest commit on, each passes what it is to its parents: all its children were there before it. */
static void spread(const struct commits *commits, unsigned char *marks, struct arena *arena, struct merge_bases *out)
{
	const uint32_t *parents;
	size_t i, n;
	uint32_t at;

	for (at = (uint32_t)commits->count; at-- > 0;) {
		bool is_common = (marks[at] & (OF_TIP | OF_OTHERS)) == (OF_TIP | OF_OTHERS);

		if (marks[at] && commits->flags[at] & COMMIT_CUT) {
			out->is_cut = true;
			out->is_doubtful = out->is_doubtful || !(marks[at] & OF_OTHERS);
		}
		if (is_common && !(marks[at] & BELOW))
			out->count++;
		n = commit_parent_count(commits, at);
		parents = commit_parents(commits, at);
		for (i = 0; i < n; i++)
			marks[parents[i]] |= (unsigned char)(marks[at] | (is_common ? BELOW : 0));
	}
	out->items = arena_calloc(arena, out->count + 1, sizeof(*out->items));
	out->count = 0;
	for (at = 0; at < commits->count; at++)
		if (marks[at] == (OF_TIP | OF_OTHERS))
			out->items[out->count++] = commits->ids[at];
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), oid_compare_items);
}

int merge_bases_find(struct repo *repo, struct arena *arena, const struct oid *tip, const struct oid *others,
	size_t count, const struct progress *progress, struct merge_bases *out, struct err *err)
{
	struct oid *tips = xcalloc(count + 1, sizeof(*tips));
	struct commits commits = { .count = 0 };
	unsigned char *marks = NULL;
	char hex[OID_HEX + 1];
	int rc = -1;
	size_t i;

	memset(out, 0, sizeof(*out));
	tips[0] = *tip;
	if (count)
		memcpy(tips + 1, others, count * sizeof(*others));
	if (commits_load(&commits, repo, tips, count + 1, progress, err) < 0)
		goto done;
	marks = xcalloc(commits.count + 1, sizeof(*marks));
	for (i = 0; i < count + 1; i++) {
		uint32_t at = commits_find(&commits, &tips[i]);

		if (at == COMMIT_NONE) {
			err_set(err, ERR_UNDECIDED, "commit %s is not in this clone; 'git fetch' may bring it",
				oid_hex(&tips[i], hex));
			goto done;
		}
		marks[at] |= i == 0 ? OF_TIP : OF_OTHERS;
	}
	spread(&commits, marks, arena, out);
	rc = 0;
done:
	free(marks);
	free(tips);
	commits_release(&commits);
	return rc;
}
