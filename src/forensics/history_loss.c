#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "history_view.h"

/* From here on content counts as going on elsewhere (and a path as continuing its own predecessor). */
static const double GOES_ON = 0.6;

static int goes_on(struct view *view, uint32_t before, uint32_t after, bool *out)
{
	double similarity;

	if (before == BLOB_NONE || view->study->blobs[before].state != BLOB_READ)
		return 0;
	if (study_similarity(view->study, before, after, &similarity, view->err) < 0)
		return -1;
	*out = *out || similarity >= GOES_ON;
	return 0;
}

/* Is the file one that held the candidate's revision, and does so no more, since the candidate does? */
static bool moved_here(const struct view *view, const struct snap_file *old, const struct candidate *candidate)
{
	const struct snap_file *now;

	if (old->revision != candidate->revision || old->path == candidate->place.path)
		return false;
	now = snapshot_find(view->here, old->path);
	return !now || now->revision != candidate->revision;
}

/*
 * Does the candidate merely continue its own predecessor: what stood at its path before (unless that is what was lost),
 * or what its revision held elsewhere?
 */
static int continues_own(struct view *view, const struct candidate *candidate, uint32_t lost, bool *out)
{
	uint32_t p;
	size_t i;

	*out = false;
	for (p = 0; p < view->parent_count && !*out; p++) {
		const struct snapshot *before = view->parents[p];
		const struct snap_file *file = snapshot_find(before, candidate->place.path);

		if (file && file->revision != lost && goes_on(view, file->blob, candidate->place.blob, out) < 0)
			return -1;
		for (i = 0; i < before->count && !*out; i++)
			if (moved_here(view, &before->files[i], candidate) &&
				goes_on(view, before->files[i].blob, candidate->place.blob, out) < 0)
				return -1;
	}
	return 0;
}

/* Does some parent hold the same revision at the same path? Then the commit did not put it there. */
static bool stood_before(const struct view *view, const struct snap_file *file)
{
	uint32_t p;

	for (p = 0; p < view->parent_count; p++) {
		const struct snap_file *old = snapshot_find(view->parents[p], file->path);

		if (old && old->revision == file->revision)
			return true;
	}
	return false;
}

static void list_candidates(struct view *view)
{
	uint32_t layout = view->lineage->nodes[view->node].layout;
	size_t i, cap = 0;

	view->has_candidates = true;
	for (i = 0; i < view->here->count; i++) {
		const struct snap_file *file = &view->here->files[i];
		struct candidate candidate;

		if (file->revision == INTERN_NONE || stood_before(view, file))
			continue;
		candidate.revision = file->revision;
		candidate.lineage = lineage_of_unit(view->lineage, layout, file->unit);
		candidate.place = (struct place){ file->path, file->blob };
		VEC_GROW(view->candidates, view->candidate_count, cap);
		view->candidates[view->candidate_count++] = candidate;
	}
}

void view_release_candidates(struct view *view)
{
	free(view->candidates);
	view->candidates = NULL;
	view->candidate_count = 0;
	view->has_candidates = false;
}

static bool is_better(
	const struct view *view, double similarity, const struct candidate *candidate, const struct change *best)
{
	if (best->continues_as.path == INTERN_NONE || similarity > best->continues_similarity)
		return true;
	return similarity == best->continues_similarity &&
	       study_compare_paths(view->study, candidate->place.path, best->continues_as.path) < 0;
}

int find_continuation(struct view *view, const struct holders *holders, struct place place, struct change *change)
{
	int same_lineage;
	size_t i;

	change->continues_as = PLACE_NONE;
	change->continues_similarity = SIMILARITY_NULL;
	if (!view->has_candidates)
		list_candidates(view);
	for (same_lineage = 1; same_lineage >= 0 && change->continues_as.path == INTERN_NONE; same_lineage--) {
		for (i = 0; i < view->candidate_count; i++) {
			const struct candidate *candidate = &view->candidates[i];
			double similarity;
			bool own;

			if (candidate->revision == holders->revision ||
				(candidate->lineage == holders->lineage) != same_lineage)
				continue;
			if (study_similarity(view->study, place.blob, candidate->place.blob, &similarity, view->err) <
				0)
				return -1;
			if (similarity < GOES_ON || !is_better(view, similarity, candidate, change))
				continue;
			if (continues_own(view, candidate, holders->revision, &own) < 0)
				return -1;
			if (own)
				continue;
			change->continues_as = candidate->place;
			change->continues_similarity = similarity;
		}
	}
	return 0;
}

/* What stands at the path now: 1 with a file, 0 if it is gone. */
static int path_after(const struct view *view, uint32_t path, const struct snap_file **out)
{
	*out = snapshot_find(view->here, path);
	return *out != NULL;
}

int classify_loss(struct view *view, const struct holders *holders, struct change *change)
{
	size_t count;
	const struct holder *first = holders_on(holders, 1, &count);
	const struct snap_file *now;
	bool same;

	assert(count > 0);
	change->before = first->place;
	change->after = PLACE_NONE;
	change->similarity = SIMILARITY_NULL;
	if (!path_after(view, first->place.path, &now)) {
		if (find_continuation(view, holders, first->place, change) < 0)
			return -1;
		change->kind = change->continues_as.path == INTERN_NONE ? EVENT_DELETED : EVENT_REIDENTIFIED;
		change->similarity = change->continues_similarity;
		return 0;
	}
	change->after = (struct place){ now->path, now->blob };
	change->kind = EVENT_STRIPPED;
	if (now->blob == BLOB_NONE)
		return 0;
	if (study_similarity(view->study, first->place.blob, now->blob, &change->similarity, view->err) < 0)
		return -1;
	if (now->revision == INTERN_NONE)
		return 0;
	if (study_much_the_same(view->study, first->place.blob, now->blob, &same, view->err) < 0)
		return -1;
	if (same) {
		change->kind = EVENT_REIDENTIFIED;
		change->continues_as = change->after;
		change->continues_similarity = change->similarity;
		return 0;
	}
	change->kind = EVENT_OVERWRITTEN;
	return find_continuation(view, holders, first->place, change);
}

int describe_merge_loss(struct view *view, const struct holders *holders, struct change *change)
{
	uint32_t side = first_side_with(holders);
	const struct snap_file *now;
	size_t count;

	change->kind = EVENT_LOST_IN_MERGE;
	change->before = holders_on(holders, side, &count)->place;
	change->after = PLACE_NONE;
	change->similarity = SIMILARITY_NULL;
	if (!path_after(view, change->before.path, &now))
		return 0;
	change->after = (struct place){ now->path, now->blob };
	if (now->blob == BLOB_NONE)
		return 0;
	return study_similarity(view->study, change->before.blob, now->blob, &change->similarity, view->err);
}
