#include "model_writer.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/commit_info.h"

void model_writer_init(struct model_writer *w, struct investigation *inv)
{
	memset(w, 0, sizeof(*w));
	w->inv = inv;
	w->arena = inv->arena;
	w->infos = xcalloc(inv->commits.count, sizeof(*w->infos));
}

void model_writer_release(struct model_writer *w)
{
	free(w->infos);
	free(w->paths);
	free(w->revisions);
	free(w->migrations);
	memset(w, 0, sizeof(*w));
}

struct text model_copy_text(struct model_writer *w, struct text text)
{
	return arena_text(w->arena, text);
}

struct text model_path(struct model_writer *w, uint32_t path)
{
	VEC_REACH(w->paths, path, w->path_cap, 0);
	if (!w->paths[path].ptr)
		w->paths[path] = arena_text(w->arena, study_path_text(&w->inv->study, path));
	return w->paths[path];
}

struct text model_revision(struct model_writer *w, uint32_t revision)
{
	VEC_REACH(w->revisions, revision, w->revision_cap, 0);
	if (!w->revisions[revision].ptr)
		w->revisions[revision] = arena_text(w->arena, study_revision_text(&w->inv->study, revision));
	return w->revisions[revision];
}

/* Whoever an event names is first held against what a commit-graph said, which somebody may have forged. */
static void compare_with_object(struct model_writer *w, uint32_t commit)
{
	char hex[OID_HEX + 1];

	if (commits_agree(w->inv->repo, &w->inv->commits, commit))
		return;
	repo_add_limit(w->inv->repo,
		"the commit-graph says of commit %s what its object does not; 'git commit-graph verify' tells more, "
		"and --no-commit-graph reads every commit itself",
		oid_hex(&w->inv->commits.ids[commit], hex));
}

const struct commit_info *model_commit(struct model_writer *w, uint32_t commit)
{
	const struct commits *commits = &w->inv->commits;
	struct commit_info *info;
	struct err why = { 0 };
	int found;
	size_t i;

	if (w->infos[commit])
		return w->infos[commit];
	info = arena_alloc(w->arena, sizeof(*info));
	found = commit_info_read(w->inv->repo, w->arena, &w->inv->commits.ids[commit], info, &why);
	if (found < 1) { /* it was walked: the rest of it stays empty */
		info->id = w->inv->commits.ids[commit];
		object_add_limit(w->inv->repo, "commit", &info->id, found < 0 ? &why : NULL);
	}
	compare_with_object(w, commit);
	for (i = 0; i < commit_parent_count(commits, commit); i++)
		compare_with_object(w, commit_parents(commits, commit)[i]);
	w->infos[commit] = info;
	return info;
}

static void copy_binding(struct arena *arena, struct binding *binding)
{
	struct text *values = arena_calloc(arena, binding->count, sizeof(*values));
	size_t i;

	for (i = 0; i < binding->count; i++)
		values[i] = arena_text(arena, binding->values[i]);
	binding->values = values;
}

/* The study dies with the investigation: what reports read is copied. */
const struct migration *model_migration(struct model_writer *w, const struct migration *from)
{
	struct arena *arena = w->arena;
	struct migration *copy;

	if (!from)
		return NULL;
	copy = arena_alloc(arena, sizeof(*copy));
	*copy = *from;
	copy_binding(arena, &copy->revision);
	copy_binding(arena, &copy->down_revision);
	copy_binding(arena, &copy->branch_labels);
	copy_binding(arena, &copy->depends_on);
	copy->message = arena_text(arena, from->message);
	copy->doc_revision = arena_text(arena, from->doc_revision);
	copy->doc_revises = arena_text(arena, from->doc_revises);
	copy->create_date = arena_text(arena, from->create_date);
	return copy;
}

/* Many events have the same file on one side. */
static const struct migration *blob_migration(struct model_writer *w, uint32_t blob)
{
	VEC_REACH(w->migrations, blob, w->migration_cap, 0);
	if (!w->migrations[blob])
		w->migrations[blob] = model_migration(w, w->inv->study.blobs[blob].migration);
	return w->migrations[blob];
}

static struct text environment_text(struct model_writer *w, struct text path)
{
	if (!w->environment_copy.ptr || !text_equal(w->environment, path)) {
		w->environment = path;
		w->environment_copy = arena_text(w->arena, path);
	}
	return w->environment_copy;
}

static void write_side(struct model_writer *w, struct place place, struct event_side *out)
{
	const struct study *study = &w->inv->study;

	memset(out, 0, sizeof(*out));
	if (place.path == INTERN_NONE)
		return;
	out->path = model_path(w, place.path);
	if (place.blob == BLOB_NONE)
		return;
	out->blob = study->blobs[place.blob].id;
	out->migration = blob_migration(w, place.blob);
	if (study->blobs[place.blob].revision != INTERN_NONE)
		out->revision = model_revision(w, study->blobs[place.blob].revision);
}

static struct continuation write_continuation(struct model_writer *w, struct place place, double similarity)
{
	const struct study *study = &w->inv->study;
	struct continuation out = { .similarity = SIMILARITY_NULL };

	if (place.path == INTERN_NONE)
		return out;
	out.path = model_path(w, place.path);
	out.blob = study->blobs[place.blob].id;
	out.revision = model_revision(w, study->blobs[place.blob].revision);
	out.similarity = similarity;
	return out;
}

/* A symlink or a submodule has no number in the study; what stands there is looked up in the commit's tree. */
static void write_odd_entry(struct model_writer *w, const struct change *change, struct event_side *out)
{
	struct source *source = source_of_tree(&w->inv->study, &w->inv->commits.trees[change->commit]);
	struct source_entry entry;
	struct err why = { 0 };

	if (change->after.path != INTERN_NONE && change->after.blob == BLOB_NONE &&
		source_find(source, study_path_text(&w->inv->study, change->after.path), &entry, &why) == 1)
		out->blob = entry.id;
}

void model_event(struct model_writer *w, const struct change *change, struct event *out)
{
	struct investigation *inv = w->inv;
	uint32_t hint = change->after.path != INTERN_NONE ? change->after.path : change->before.path;

	memset(out, 0, sizeof(*out));
	out->kind = change->kind;
	out->environment = environment_text(w, investigation_env_path(inv, change->lineage, hint));
	out->revision = model_revision(w, change->revision);
	write_side(w, change->before, &out->before);
	write_side(w, change->after, &out->after);
	write_odd_entry(w, change, &out->after);
	out->similarity = change->similarity;
	out->continues_as = write_continuation(w, change->continues_as, change->continues_similarity);
	out->commit = model_commit(w, change->commit);
	out->has_parent = change->parent != COMMIT_NONE;
	if (out->has_parent)
		out->parent = inv->commits.ids[change->parent];
	out->content_changed = change->content_changed;
	out->same_content = change->same_content;
	out->reused = change->reused;
}

int model_what(struct model_writer *w, const struct change *change, struct event *out, struct err *err)
{
	struct study *study = &w->inv->study;

	out->has_what = change->kind == EVENT_EDITED;
	if (change->kind == EVENT_REPLACED &&
		study_same_code(study, change->before.blob, change->after.blob, &out->has_what, err) < 0)
		return -1;
	return out->has_what ? study_compare(study, change->before.blob, change->after.blob, &out->what, err) : 0;
}
