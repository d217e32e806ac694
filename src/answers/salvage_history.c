#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "salvage_parts.h"

/* By commit number: is it that commit or a descendant? Freed with free(). */
static bool *mark_above(const struct investigation *inv, uint32_t commit)
{
	bool *above = xcalloc(inv->commits.count, sizeof(*above));
	uint32_t i;
	size_t p;

	above[commit] = true;
	for (i = commit + 1; i < inv->commits.count; i++)
		for (p = 0; p < commit_parent_count(&inv->commits, i) && !above[i]; p++)
			above[i] = above[commit_parents(&inv->commits, i)[p]];
	return above;
}

const struct ref *tip_above(const struct investigation *inv, uint32_t commit)
{
	bool *above = mark_above(inv, commit);
	const struct ref *found = NULL;
	bool found_is_it = false;
	size_t t;

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

/*
 * Is it the later word on which version was held last? What was edited or moved after a replacement is the replacement.
 */
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

/* Does the row have a file at the path that cannot be read? 1 with its id, 0, -1. */
static int is_unread_in(struct investigation *inv, uint32_t row, uint32_t path, struct oid *blob, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(inv->snapshots, row, err);
	const struct snap_file *file;
	int found = 0;

	if (!snapshot)
		return -1;
	file = snapshot_find(snapshot, path);
	if (file && study_blob_is_absent(&inv->study, file->blob)) {
		*blob = inv->study.blobs[file->blob].id;
		found = 1;
	}
	snapshot_put(inv->snapshots, snapshot);
	return found;
}

/*
 * Looks for a file at the version's path that came later and that nobody can read: it may be a newer version. 0 or -1.
 */
static int look_for_newer(
	struct investigation *inv, uint32_t commit, uint32_t path, struct salvage_source *out, struct err *err)
{
	const char *const *limits;
	bool *above;
	uint32_t i, row, last = WATCH_UNKNOWN;
	int found = 0;

	if (repo_limits(inv->repo, &limits) == 0)
		return 0;
	above = mark_above(inv, commit);
	for (i = (uint32_t)inv->commits.count; found == 0 && i-- > commit + 1;) {
		row = watch_row(inv->watch, i);
		if (!above[i] || row == last || row == WATCH_UNKNOWN)
			continue;
		found = is_unread_in(inv, row, path, &out->newer_blob, err);
		last = row;
		out->newer_commit = inv->commits.ids[i];
	}
	free(above);
	out->has_newer = found == 1;
	return found < 0 ? -1 : 0;
}

/* Notes the blobs of a row that no later commit has. 0 or -1. */
static int add_holders(struct salvager *s, uint32_t commit, uint32_t row, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(s->head->snapshots, row, err);
	size_t i;

	if (!snapshot)
		return -1;
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->blob < s->holder_count && s->holders[file->blob].commit == COMMIT_NONE)
			s->holders[file->blob] = (struct holder){ commit, file->path };
	}
	snapshot_put(s->head->snapshots, snapshot);
	return 0;
}

/* Where HEAD's history last has each blob: one look at every row, from the newest on. 0 or -1. */
static int list_holders(struct salvager *s, struct err *err)
{
	struct investigation *inv = s->head;
	uint32_t i, row, last = WATCH_UNKNOWN;

	if (s->holders)
		return 0;
	s->holder_count = inv->study.blob_ids.count;
	s->holders = xcalloc(s->holder_count + 1, sizeof(*s->holders));
	for (i = 0; i < s->holder_count; i++)
		s->holders[i].commit = COMMIT_NONE;
	for (i = (uint32_t)inv->commits.count; i-- > 0;) {
		row = watch_row(inv->watch, i);
		if (row == last || row == WATCH_UNKNOWN)
			continue;
		last = row;
		if (add_holders(s, i, row, err) < 0)
			return -1;
	}
	return 0;
}

int find_in_history(struct salvager *s, struct salvage_source *out, struct err *err)
{
	struct investigation *inv = s->head;
	const uint32_t blob = study_blob_number(&inv->study, &out->blob);
	const char *const *limits;
	struct holder holder;

	if (repo_limits(inv->repo, &limits) == 0 || !(s->options.places & 1u << SALVAGE_HISTORY))
		return 0;
	if (list_holders(s, err) < 0)
		return -1;
	if (blob >= s->holder_count || s->holders[blob].commit == COMMIT_NONE)
		return 0;
	holder = s->holders[blob];
	out->where = SALVAGE_HISTORY;
	out->path = arena_text(s->arena, study_path_text(&inv->study, holder.path));
	out->executable = is_executable(inv, holder.commit, out->path);
	out->has_commit = true;
	out->commit = inv->commits.ids[holder.commit];
	if (!s->options.has_blob && look_for_newer(inv, holder.commit, holder.path, out, err) < 0)
		return -1;
	return 1;
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
	if (!version.is_before && !s->options.has_blob && look_for_newer(inv, *commit, place.path, out, err) < 0)
		return -1;
	return describe_source(s, out, err);
}
