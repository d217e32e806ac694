#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/xalloc.h"
#include "revident/git/watch.h"

/* The commits: ancestors first, each base a child of all of them, the target a child of all bases. */
static void make_commits(struct judging *j)
{
	const struct judge_case *judged = j->judged;
	size_t ancestors = judged->ancestor_count, bases = judged->base_count, count = ancestors + bases + 1, i, k;
	struct commits *c = &j->small.commits;
	uint32_t n = 0;

	c->count = count;
	c->ids = xcalloc(count, sizeof(*c->ids));
	c->trees = xcalloc(count, sizeof(*c->trees));
	c->times = xcalloc(count, sizeof(*c->times));
	c->flags = xcalloc(count, sizeof(*c->flags));
	c->read_order = xcalloc(count, sizeof(*c->read_order));
	c->parent_at = xcalloc(count + 1, sizeof(*c->parent_at));
	c->parents = xcalloc(ancestors * bases + bases + 1, sizeof(*c->parents));
	for (i = 0; i < count; i++) {
		c->read_order[i] = (uint32_t)i;
		c->parent_at[i] = n;
		if (i < ancestors)
			c->trees[i] = judged->ancestors[i];
		else
			c->trees[i] = j->sides[i - ancestors].tree;
		if (i >= ancestors && i < ancestors + bases)
			for (k = 0; k < ancestors; k++)
				c->parents[n++] = (uint32_t)k;
		if (i == count - 1)
			for (k = 0; k < bases; k++)
				c->parents[n++] = (uint32_t)(ancestors + k);
	}
	c->parent_at[count] = n;
	j->small.first_base = (uint32_t)ancestors;
	j->small.target = (uint32_t)count - 1;
}

int small_history_build(struct judging *j)
{
	static const struct progress quiet = { NULL, NULL };
	struct small_history *s = &j->small;
	size_t *versions = NULL, count = 0, cap = 0, i, k;
	int rc = -1;

	make_commits(j);
	watch_init(&s->watch, j->study->repo);
	for (i = 0; i < j->watched.count; i++) {
		for (k = 0; k < j->watched.items[i].version_count; k++) {
			struct text path = study_path_text(j->study, j->watched.items[i].versions[k]);
			size_t index = watch_add(s->watch, path.ptr, path.len), m;

			assert(versions || !count);
			for (m = 0; m < count && versions[m] != index; m++)
				;
			if (m < count)
				continue;
			VEC_GROW(versions, count, cap);
			assert(versions);
			versions[count++] = index;
		}
	}
	if (watch_resolve(s->watch, &s->commits, &quiet, j->err) < 0)
		goto done;
	s->snapshots = snapshots_new(j->study, s->watch, versions, count);
	if (lineage_build(&s->lineage, j->study, s->snapshots, &s->commits, s->watch, &j->watched, j->err) < 0 ||
		history_build(&s->history, j->study, s->snapshots, &s->lineage, &s->commits, &quiet, j->err) < 0)
		goto done;
	if (s->history.is_cut)
		judge_add_limit(j->judge, "more than %d changes: not all of them were judged", CHANGES_MAX);
	rc = 0;
done:
	free(versions);
	return rc;
}

void small_history_release(struct small_history *s)
{
	if (s->snapshots) {
		history_release(&s->history);
		lineage_release(&s->lineage);
	}
	snapshots_free(s->snapshots);
	watch_free(s->watch);
	commits_release(&s->commits);
}

void judge_say_absent(struct judging *j, uint32_t path, uint32_t number)
{
	const struct blob *blob = &j->study->blobs[number];
	const char *shown = study_shown(j->study, study_path_text(j->study, path));
	char hex[OID_HEX + 1];

	oid_hex(&blob->id, hex);
	if (blob->unreadable)
		judge_add_limit(j->judge, "'%s': %s; 'git fsck' tells more", shown, blob->unreadable);
	else
		judge_add_limit(j->judge,
			"'%s' (blob %s) is not in this clone: 'git cat-file -p %s' fetches it in a partial clone, "
			"'git fsck' tells more in any other",
			shown, hex, hex);
}

int small_history_check(struct judging *j)
{
	uint32_t commit;
	size_t i;

	for (commit = j->small.first_base; commit <= j->small.target; commit++) {
		const struct snapshot *snapshot =
			snapshots_get(j->small.snapshots, watch_row(j->small.watch, commit), j->err);

		if (!snapshot)
			return -1;
		if (snapshot->incomplete)
			judge_add_limit(j->judge, "a directory of migrations cannot be read; 'git fetch' or 'git "
						  "fsck' tells more");
		for (i = 0; i < snapshot->count; i++)
			if (study_blob_is_absent(j->study, snapshot->files[i].blob))
				judge_say_absent(j, snapshot->files[i].path, snapshot->files[i].blob);
		snapshot_put(j->small.snapshots, snapshot);
	}
	return 0;
}
