#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "salvage_parts.h"

const struct ref *tip_above(const struct investigation *inv, uint32_t commit)
{
	bool *above = xcalloc(inv->commits.count, sizeof(*above));
	const struct ref *found = NULL;
	bool found_is_it = false;
	uint32_t i;
	size_t p, t;

	above[commit] = true;
	for (i = commit + 1; i < inv->commits.count; i++)
		for (p = 0; p < commit_parent_count(&inv->commits, i) && !above[i]; p++)
			above[i] = above[commit_parents(&inv->commits, i)[p]];
	for (t = 0; t < inv->tip_count; t++) {
		bool is_it = inv->tip_commits[t] == commit;

		if (inv->tip_commits[t] == COMMIT_NONE || !above[inv->tip_commits[t]])
			continue;
		if (!found || (is_it && !found_is_it)) {
			found = &inv->tips[t];
			found_is_it = is_it;
		}
	}
	free(above);
	return found;
}

/* Is it the later word on which version was held last? What was edited or moved after a replacement is the replacement. */
static bool displaces(const struct change *change, const struct change *other)
{
	if (!other || event_kind_is_loss(change->kind) || change->kind == EVENT_REPLACED)
		return true;
	return other->kind != EVENT_REPLACED || change->kind == EVENT_ADDED || change->kind == EVENT_RESTORED;
}

static bool holds_blob(const struct investigation *inv, struct place place, const struct oid *blob)
{
	return place.path != INTERN_NONE && place.blob != BLOB_NONE &&
	       oid_equal(&inv->study.blobs[place.blob].id, blob);
}

int path_in_history(struct salvager *s, const struct oid *blob, struct text *out)
{
	const struct investigation *inv = s->head;
	size_t i;

	for (i = inv->history.count; i-- > 0;) {
		const struct change *change = &inv->history.changes[i];
		const struct place *place = holds_blob(inv, change->after, blob)    ? &change->after
					    : holds_blob(inv, change->before, blob) ? &change->before
										    : NULL;

		if (place) {
			*out = arena_text(s->arena, study_path_text(&inv->study, place->path));
			return 1;
		}
	}
	return 0;
}

/* A version of a revision in a history. */
struct version {
	const struct change *change;
	bool is_before; /* as it was before the change */
};

static bool is_in_environment(struct investigation *inv, const struct change *change, struct text environment)
{
	uint32_t hint = change->after.path != INTERN_NONE ? change->after.path : change->before.path;

	return environment.ptr && text_equal(investigation_env_path(inv, change->lineage, hint), environment);
}

/*
 * The version that was held last, or the one that was asked for: of the environment where it has any, else of another.
 * Its change is NULL if there is none. Changes are in walk order.
 */
static struct version last_version(
	struct salvager *s, struct investigation *inv, uint32_t revision, struct text environment)
{
	struct version any = { 0 }, own = { 0 };
	uint32_t at;

	for (at = history_first(&inv->history, revision); at; at = inv->history.changes[at - 1].next) {
		const struct change *change = &inv->history.changes[at - 1];
		struct version found = { change, event_kind_is_loss(change->kind) || change->kind == EVENT_REPLACED };

		if (s->options.has_blob) {
			found.is_before = !holds_blob(inv, change->after, &s->options.blob);
			if (found.is_before && !holds_blob(inv, change->before, &s->options.blob))
				continue;
		}
		if (displaces(change, any.change))
			any = found;
		if (is_in_environment(inv, change, environment) && displaces(change, own.change))
			own = found;
	}
	return own.change ? own : any;
}

static bool is_executable(struct investigation *inv, uint32_t commit, struct text path)
{
	struct source *source = source_of_tree(&inv->study, &inv->commits.trees[commit]);
	struct source_entry entry;
	struct err why = { 0 };

	return source_find(source, path, &entry, &why) == 1 && entry.executable;
}

int pick_from_history(struct salvager *s, struct investigation *inv, struct text revision, struct text environment,
	struct salvage_source *out, uint32_t *commit, struct err *err)
{
	uint32_t number = intern_find(&inv->study.revisions, revision.ptr, revision.len);
	struct version version = { 0 };
	struct place place;

	memset(out, 0, sizeof(*out));
	if (number != INTERN_NONE)
		version = last_version(s, inv, number, environment);
	if (!version.change)
		return 0;
	place = version.is_before ? version.change->before : version.change->after;
	*commit = version.is_before ? version.change->parent : version.change->commit;
	if (place.path == INTERN_NONE || place.blob == BLOB_NONE || *commit == COMMIT_NONE)
		return 0;
	out->similarity = SIMILARITY_NULL;
	out->revision = arena_text(s->arena, revision);
	out->blob = inv->study.blobs[place.blob].id;
	out->path = arena_text(s->arena, study_path_text(&inv->study, place.path));
	out->environment = arena_text(s->arena, investigation_env_path(inv, version.change->lineage, place.path));
	out->executable = is_executable(inv, *commit, out->path);
	out->has_commit = true;
	out->commit = inv->commits.ids[*commit];
	return describe_source(s, out, err);
}
