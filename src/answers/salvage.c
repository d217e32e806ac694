#include "revident/answers/salvage.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/digest.h"
#include "revident/base/xalloc.h"
#include "lookup.h"
#include "revident/git/object.h"
#include "salvage_parts.h"

struct salvager *salvager_new(struct investigation *head, const struct salvage_options *options)
{
	struct salvager *s = xcalloc(1, sizeof(*s));

	s->head = head;
	s->arena = head->arena;
	s->options = *options;
	s->searched.commits = head->commits.count;
	return s;
}

void salvager_free(struct salvager *s)
{
	if (!s)
		return;
	if (s->refs_open)
		investigation_close(&s->refs);
	if (s->logs_open)
		investigation_close(&s->logs);
	if (s->lost_open)
		investigation_close(&s->lost);
	stray_list_release(&s->staged);
	stray_list_release(&s->dangling);
	free(s->lost_tips);
	free(s->holders);
	free(s);
}

struct searched salvager_searched(const struct salvager *s)
{
	return s->searched;
}

static size_t add_completions(const struct study *study, struct text beginning, struct text *out, size_t count)
{
	size_t b;

	for (b = 0; b < study->blob_ids.count; b++) {
		struct text id;

		if (study->blobs[b].revision == INTERN_NONE)
			continue;
		id = study_revision_text(study, study->blobs[b].revision);
		if (lookup_begins_with(id, beginning))
			out[count++] = id;
	}
	return count;
}

size_t salvager_completions(const struct salvager *s, struct text beginning, struct text **out)
{
	const struct study *studies[] = { &s->head->study, s->refs_open ? &s->refs.study : NULL,
		s->logs_open ? &s->logs.study : NULL, s->lost_open ? &s->lost.study : NULL };
	size_t i, most = s->dangling.count, count = 0, distinct = 0;

	for (i = 0; i < sizeof(studies) / sizeof(studies[0]); i++)
		most += studies[i] ? studies[i]->blob_ids.count : 0;
	*out = arena_calloc(s->arena, most, sizeof(**out));
	for (i = 0; i < sizeof(studies) / sizeof(studies[0]); i++)
		if (studies[i])
			count = add_completions(studies[i], beginning, *out, count);
	for (i = 0; i < s->dangling.count; i++) { /* of a pack that a note tells of, the blobs were not read */
		struct text id = study_revision_text(&s->head->study, s->dangling.items[i].revision);

		if (lookup_begins_with(id, beginning))
			(*out)[count++] = id;
	}
	if (count)
		qsort(*out, count, sizeof(**out), text_compare_items);
	for (i = 0; i < count; i++)
		if (distinct == 0 || !text_equal((*out)[distinct - 1], (*out)[i]))
			(*out)[distinct++] = (*out)[i];
	return distinct;
}

int describe_source(struct salvager *s, struct salvage_source *source, struct err *err)
{
	struct study *study = &s->head->study;
	struct object object;
	uint32_t number = study_blob_number(study, &source->blob);
	const struct blob *blob = study_blob(study, number, err);
	int found;

	if (!blob)
		return -1;
	if (blob->migration) {
		source->message = arena_text(s->arena, blob->migration->message);
		source->create_date = arena_text(s->arena, blob->migration->create_date);
	}
	found = object_read(s->head->repo, &source->blob, MIGRATION_BYTES_MAX, &object, err);
	if (found != 1)
		return found;
	source->size = object.len;
	sha256(object.bytes, object.len, source->sha256);
	object_release(&object);
	return 1;
}

static bool is_stash(struct text name)
{
	return text_equal(name, TEXT_LITERAL("refs/stash")) || text_equal(name, TEXT_LITERAL("stash"));
}

static int try_history(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	uint32_t commit;
	int found = pick_from_history(s, s->head, revision, environment, &out->source, &commit, err);

	out->source.where = SALVAGE_HISTORY;
	return found;
}

static int try_refs(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	const struct ref *tip;
	uint32_t commit;
	int found = search_refs(s, err) < 0 ? -1 : 0;

	if (found == 0 && s->refs_open)
		found = pick_from_history(s, &s->refs, revision, environment, &out->source, &commit, err);
	if (found != 1)
		return found;
	tip = tip_above(&s->refs, commit);
	out->source.where = tip && is_stash(tip->name) ? SALVAGE_STASH : SALVAGE_REFS;
	if (tip)
		out->source.ref = arena_text(s->arena, tip->name);
	return s->options.places & 1u << out->source.where ? 1 : 0;
}

static int try_logs(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	const struct ref *tip;
	uint32_t commit;
	size_t i;
	int found = search_logs(s, err) < 0 ? -1 : 0;

	if (found == 0 && s->logs_open)
		found = pick_from_history(s, &s->logs, revision, environment, &out->source, &commit, err);
	if (found != 1)
		return found;
	out->source.where = SALVAGE_REFLOG;
	tip = tip_above(&s->logs, commit);
	for (i = 0; tip && i < s->reflogs.count; i++) {
		if (!oid_equal(&s->reflogs.items[i].id, &tip->commit))
			continue;
		out->source.ref = arena_text(s->arena, s->reflogs.items[i].name);
		break;
	}
	return 1;
}

static int compare_sources(const void *a, const void *b)
{
	const struct salvage_source *x = a, *y = b;
	int order = oid_compare(&x->blob, &y->blob);

	return order ? order : text_compare(x->path, y->path);
}

static bool is_asked_for(const struct salvager *s, const struct oid *blob)
{
	return !s->options.has_blob || oid_equal(&s->options.blob, blob);
}

/*
 * Does the blob of a stray declare the revision? A note about a pack may be wrong: only the blob's own word counts. 1,
 * 0, -1.
 */
static int declares(struct salvager *s, const struct stray *stray, uint32_t revision, struct err *err)
{
	const struct blob *blob = study_blob(&s->head->study, stray->blob, err);

	return blob ? blob->revision == revision : -1;
}

static int compare_choices(struct salvager *s, struct salvage_source *choices, size_t count, struct err *err)
{
	struct study *study = &s->head->study;
	size_t i;

	for (i = 0; i < count; i++) {
		choices[i].similarity = SIMILARITY_NULL;
		if (study_similarity(study, study_blob_number(study, &choices[0].blob),
			    study_blob_number(study, &choices[i].blob), &choices[i].similarity, err) < 0)
			return -1;
	}
	return 0;
}

/* Several strays of one revision: one blob is an answer, several are a choice. 1, 0, -1. */
static int settle_strays(struct salvager *s, const struct stray_list *list, struct text revision,
	enum salvage_place where, struct salvage_result *out, struct err *err)
{
	struct study *study = &s->head->study;
	uint32_t number = intern_find(&study->revisions, revision.ptr, revision.len);
	uint32_t first = number == INTERN_NONE ? 0 : first_stray(list, number), at;
	struct salvage_source *found;
	size_t i, n = 0, distinct = 0;

	for (at = first; at; at = list->items[at - 1].next)
		n++;
	if (n == 0)
		return 0;
	found = arena_calloc(s->arena, n, sizeof(*found));
	for (n = 0, at = first; at; at = list->items[at - 1].next) {
		const struct stray *stray = &list->items[at - 1];
		int declared = declares(s, stray, number, err);

		if (declared < 0)
			return -1;
		if (!declared || !is_asked_for(s, &study->blobs[stray->blob].id))
			continue;
		found[n] = (struct salvage_source){ .revision = arena_text(s->arena, revision),
			.blob = study->blobs[stray->blob].id,
			.where = where,
			.path = stray->path,
			.ref = stray->name,
			.executable = stray->executable,
			.similarity = SIMILARITY_NULL };
		if (describe_source(s, &found[n], err) < 0)
			return -1;
		n++;
	}
	if (n)
		qsort(found, n, sizeof(*found), compare_sources);
	for (i = 0; i < n; i++)
		if (distinct == 0 || !oid_equal(&found[distinct - 1].blob, &found[i].blob))
			found[distinct++] = found[i];
	if (distinct == 0)
		return 0;
	out->outcome = distinct == 1 ? SALVAGE_FOUND : SALVAGE_CHOICE;
	out->source = found[0];
	out->choices = found;
	out->choice_count = distinct;
	return distinct == 1 || compare_choices(s, found, distinct, err) == 0 ? 1 : -1;
}

static int try_index(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	(void)environment; /* a stray belongs to whoever names it */
	if (search_indexes(s, err) < 0)
		return -1;
	return settle_strays(s, &s->staged, revision, SALVAGE_INDEX, out, err);
}

static bool descends(const struct investigation *inv, uint32_t commit, uint32_t ancestor)
{
	bool *above = xcalloc(inv->commits.count, sizeof(*above));
	uint32_t i;
	size_t p;
	bool found;

	above[ancestor] = true;
	for (i = ancestor + 1; i <= commit; i++)
		for (p = 0; p < commit_parent_count(&inv->commits, i) && !above[i]; p++)
			above[i] = above[commit_parents(&inv->commits, i)[p]];
	found = above[commit];
	free(above);
	return found;
}

/* Was the blob the revision's file in an ancestor of the commit? Then the commit's version is the later one. */
static bool came_before(struct salvager *s, uint32_t commit, const struct oid *blob)
{
	struct investigation *inv = &s->lost;
	size_t i;

	for (i = 0; i < inv->history.count; i++) {
		const struct change *change = &inv->history.changes[i];

		if (change->after.blob != BLOB_NONE && change->commit <= commit &&
			oid_equal(&inv->study.blobs[change->after.blob].id, blob) &&
			descends(inv, commit, change->commit))
			return true;
	}
	return false;
}

/* Is the commit's version later than every other one that any object holds? 1, 0, -1. */
static int is_last_of_all(struct salvager *s, const struct salvage_source *source, uint32_t commit, struct err *err)
{
	struct study *study = &s->head->study;
	uint32_t number = intern_find(&study->revisions, source->revision.ptr, source->revision.len);
	uint32_t at = number == INTERN_NONE ? 0 : first_stray(&s->dangling, number);

	for (; at; at = s->dangling.items[at - 1].next) {
		int declared = declares(s, &s->dangling.items[at - 1], number, err);
		const struct oid *blob = &study->blobs[s->dangling.items[at - 1].blob].id;

		if (declared < 0)
			return -1;
		if (declared && !oid_equal(blob, &source->blob) && !came_before(s, commit, blob))
			return 0;
	}
	return 1;
}

static int find_object(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	uint32_t commit;
	int found, in_history;

	if (search_objects(s, err) < 0)
		return -1;
	found = s->lost_open ? pick_from_history(s, &s->lost, revision, environment, &out->source, &commit, err) : 0;
	if (found == 1)
		found = !is_asked_for(s, &out->source.blob) ? 0
			: s->options.has_blob               ? 1
							    : is_last_of_all(s, &out->source, commit, err);
	out->source.where = SALVAGE_UNREACHABLE;
	if (found != 0)
		return found;
	found = settle_strays(s, &s->dangling, revision, SALVAGE_UNREACHABLE, out, err);
	if (found != 1 || out->outcome != SALVAGE_FOUND)
		return found;
	in_history = find_in_history(s, &out->source, err);
	if (in_history == 0 && !path_in_history(s, &out->source.blob, &out->source.path) &&
		name_in_trees(s, &out->source.blob, &out->source.path, err) < 0)
		return -1;
	return in_history < 0 ? -1 : 1;
}

static int try_objects(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	int found = find_object(s, revision, environment, out, err);

	out->source.is_among_all = out->source.where == SALVAGE_UNREACHABLE && s->options.places != SALVAGE_EVERYWHERE;
	return found;
}

typedef int try_fn(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err);

int salvage_find(
	struct salvager *s, struct text revision, struct text environment, struct salvage_result *out, struct err *err)
{
	static const struct {
		unsigned places;
		try_fn *look;
	} order[] = {
		{ 1u << SALVAGE_HISTORY, try_history },
		{ 1u << SALVAGE_REFS | 1u << SALVAGE_STASH, try_refs },
		{ 1u << SALVAGE_REFLOG, try_logs },
		{ 1u << SALVAGE_INDEX, try_index },
		{ 1u << SALVAGE_UNREACHABLE, try_objects },
	};
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		int found;

		if (!(s->options.places & order[i].places))
			continue;
		found = order[i].look(s, revision, environment, out, err);
		if (found < 0)
			return -1;
		if (found == 1 && out->outcome != SALVAGE_CHOICE && !is_asked_for(s, &out->source.blob))
			found = 0;
		if (found == 1) {
			if (out->outcome == SALVAGE_NOTHING)
				out->outcome = SALVAGE_FOUND;
			return 0;
		}
		memset(out, 0, sizeof(*out));
	}
	return find_bytecode(s, revision, out, err);
}
