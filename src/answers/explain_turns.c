#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"
#include "verdict_lost.h"
#include "revident/alembic/config.h"
#include "revident/base/xalloc.h"

enum { SUCCESSORS_MAX = 50 }; /* ids that one content went through */

/* --- the turning points ---------------------------------------------------------------------------------------- */

static bool is_arrival(const struct event *event)
{
	return event->kind == EVENT_ADDED || event->kind == EVENT_RESTORED;
}

/* The last loss in HEAD's history; where HEAD never had it and nothing has it now, the last anywhere. */
static const struct event *find_loss(const struct life *life)
{
	const struct event *loss = NULL;
	bool in_head = false;
	size_t i;

	if (life->at_head)
		return NULL;
	for (i = 0; i < life->event_count; i++) {
		const struct life_event *e = &life->events[i];

		if (!event_kind_is_loss(e->event.kind) || (!e->in_head && (in_head || life->state == LIFE_PRESENT)))
			continue;
		loss = &e->event;
		in_head = e->in_head;
	}
	return loss;
}

/* What gave HEAD the revision: the first arrival behind the last loss, or if the loss was on a side that lost, any. */
static const struct event *find_arrival(const struct life *life)
{
	const struct event *first = NULL, *arrival = NULL;
	size_t i;

	if (!life->at_head)
		return NULL;
	for (i = 0; i < life->event_count; i++) {
		const struct life_event *e = &life->events[i];

		if (!e->in_head)
			continue;
		if (event_kind_is_loss(e->event.kind))
			arrival = NULL;
		if (!is_arrival(&e->event))
			continue;
		if (!first)
			first = &e->event;
		if (!arrival)
			arrival = &e->event;
	}
	return arrival ? arrival : first;
}

/* By time, then in walk order. */
static bool is_earlier(const struct commits *commits, uint32_t a, uint32_t b)
{
	if (commits->times[a] != commits->times[b])
		return commits->times[a] < commits->times[b];
	return a < b;
}

/* The first tag, by its commit's time, that contains the commit. */
static void find_first_tag(struct teller *t, const struct oid *commit, struct life *out)
{
	const struct commits *commits = &t->inv->commits;
	uint32_t c, from = commits_find(commits, commit), best = COMMIT_NONE;
	bool *contains;
	size_t i;

	if (from == COMMIT_NONE)
		return;
	contains = teller_descendants(t, from);
	for (i = 0; i < t->verdict.protection.tag_count; i++) {
		const struct ref *tag = &t->verdict.protection.tags[i];

		c = commits_find(commits, &tag->commit);
		if (c == COMMIT_NONE || !contains[c] || (best != COMMIT_NONE && !is_earlier(commits, c, best)))
			continue;
		best = c;
		out->first_tag =
			(struct text){ tag->name.ptr + strlen("refs/tags/"), tag->name.len - strlen("refs/tags/") };
	}
	free(contains);
}

/*
 * What took the original content away, where other content stands under the id since: the last replacement, or the loss
 * before the id was given to another migration. None where the content is much the same as one that was taken away.
 */
static int find_replacement(struct teller *t, struct life *out, struct err *err)
{
	struct study *study = &t->inv->study;
	const struct event *last = NULL, *loss = NULL;
	uint32_t now = study_blob_number(study, &out->blob);
	size_t i;

	for (i = 0; i < out->event_count; i++) {
		const struct event *event = &out->events[i].event, *taken = NULL;
		bool same = false;

		if (out->at_head && !out->events[i].in_head)
			continue;
		if (event_kind_is_loss(event->kind))
			loss = event;
		if (event_replaces_code(event))
			taken = event;
		else if (event->kind == EVENT_RESTORED && event->reused)
			taken = loss;
		if (!taken || oid_is_null(&taken->before.blob))
			continue;
		if (study_much_the_same(study, now, study_blob_number(study, &taken->before.blob), &same, err) < 0)
			return -1;
		if (same)
			return 0;
		last = taken;
	}
	out->replacement = last;
	return 0;
}

/* Marks what the trees on a protected ref's line of first parents had. 0 or -1. */
static int mark_line(struct teller *t, const struct ref *ref, bool *rows_seen, struct err *err)
{
	const struct commits *commits = &t->inv->commits;
	uint32_t c = commits_find(commits, &ref->commit);

	while (c != COMMIT_NONE) {
		uint32_t row = watch_row(t->inv->watch, c);

		if (row != WATCH_UNKNOWN && !rows_seen[row]) {
			rows_seen[row] = true;
			if (mark_row(t->inv, row, NULL, t->was_published, err) < 0)
				return -1;
		}
		c = commit_parent_count(commits, c) ? commit_parents(commits, c)[0] : COMMIT_NONE;
	}
	return 0;
}

/* Once for all revisions: a report may ask for thousands. 0 or -1. */
static int list_published(struct teller *t, struct err *err)
{
	bool *rows_seen;
	int rc = 0;
	size_t i;

	if (t->was_published)
		return 0;
	t->was_published = xcalloc(t->inv->history.held.count + 1, sizeof(*t->was_published));
	rows_seen = xcalloc(watch_row_count(t->inv->watch), sizeof(*rows_seen));
	for (i = 0; i < t->verdict.protection.ref_count && rc == 0; i++)
		rc = mark_line(t, &t->verdict.protection.refs[i], rows_seen, err);
	free(rows_seen);
	return rc;
}

static int find_published(struct teller *t, const struct identity *identity, struct life *out, struct err *err)
{
	size_t i;

	if (list_published(t, err) < 0)
		return -1;
	for (i = 0; i < identity->lineage_count && !out->published; i++) {
		uint32_t pair[2] = { identity->lineages[i], identity->revision };
		uint32_t key = intern_find(&t->inv->history.held, pair, sizeof(pair));

		out->published = key != INTERN_NONE && t->was_published[key];
	}
	return 0;
}

int tell_turns(struct teller *t, const struct identity *identity, struct life *out, struct err *err)
{
	out->loss = find_loss(out);
	out->arrival = find_arrival(out);
	if (!out->published && out->state == LIFE_LOST && find_published(t, identity, out, err) < 0)
		return -1;
	if (out->arrival && out->arrival->commit)
		find_first_tag(t, &out->arrival->commit->id, out);
	if (out->state == LIFE_LOST && out->loss) {
		out->path = out->loss->before.path;
		out->blob = out->loss->before.blob;
		out->migration = out->loss->before.migration;
	}
	return oid_is_null(&out->blob) ? 0 : find_replacement(t, out, err);
}

/* --- where the content went -------------------------------------------------------------------------------------- */

static const struct change *last_loss_of(const struct teller *t, struct text id)
{
	const struct history *history = &t->inv->history;
	uint32_t at = history_first(history, intern_find(&t->inv->study.revisions, id.ptr, id.len));
	const struct change *last = NULL;

	for (; at; at = history->changes[at - 1].next)
		if (event_kind_is_loss(history->changes[at - 1].kind))
			last = &history->changes[at - 1];
	return last;
}

/* The file of that id at a view, in whichever environment. */
static const struct tree_file *find_anywhere(const struct tip_view *view, uint32_t revision)
{
	size_t e, f;

	for (e = 0; e < view->envs.count; e++)
		for (f = 0; f < view->envs.items[e].file_count; f++)
			if (view->envs.items[e].files[f].revision == revision)
				return &view->envs.items[e].files[f];
	return NULL;
}

/* Is the id at HEAD, or else at some tip? Then its file is the successor's. */
static bool take_if_present(struct teller *t, struct text id, struct successor *out)
{
	uint32_t revision = intern_find(&t->inv->study.revisions, id.ptr, id.len), v, head = teller_head_view(t);
	const struct tree_file *file = head == INTERN_NONE ? NULL : find_anywhere(&t->inv->views[head], revision);

	out->at_head = file != NULL;
	for (v = 0; !file && v < t->inv->view_count; v++)
		file = find_anywhere(&t->inv->views[v], revision);
	if (!file || file->blob == BLOB_NONE)
		return false;
	out->revision = model_revision(&t->model, revision);
	out->path = model_path(&t->model, file->path);
	out->blob = t->inv->study.blobs[file->blob].id;
	return true;
}

/* Follows the content from id to id until one is there. */
static int follow(struct teller *t, const struct event *loss, struct successor *out, struct err *err)
{
	struct text id = loss->continues_as.revision;
	struct study *study = &t->inv->study;
	size_t steps;

	for (steps = 0; id.ptr && steps < SUCCESSORS_MAX && !take_if_present(t, id, out); steps++) {
		const struct change *change = last_loss_of(t, id);

		if (!change || change->continues_as.path == INTERN_NONE)
			return 0;
		id = study_revision_text(study, study->blobs[change->continues_as.blob].revision);
	}
	if (!out->path.ptr)
		return 0;
	if (study_similarity(study, study_blob_number(study, &loss->before.blob), study_blob_number(study, &out->blob),
		    &out->similarity, err) < 0)
		return -1;
	out->unchanged = out->similarity < 0 || out->similarity >= 1;
	return 0;
}

/* --- how to put it back ------------------------------------------------------------------------------------------ */

/* HEAD's environment of the identity, or NULL. */
static const struct tree_env *find_env_at_head(const struct teller *t, const struct identity *identity)
{
	uint32_t view = teller_head_view(t);
	size_t e;

	if (view == INTERN_NONE)
		return NULL;
	for (e = 0; e < t->inv->views[view].envs.count; e++)
		if (identity_has_lineage(identity, t->inv->views[view].labels[e]))
			return &t->inv->views[view].envs.items[e];
	return NULL;
}

/* The directory that the environment loads a file of `dir` from today: that one itself, or its first. */
static uint32_t dir_today(const struct study *study, const struct tree_env *env, uint32_t dir)
{
	size_t i;

	for (i = 0; i < env->version_count; i++)
		if (env->versions[i] == dir)
			return dir;
	for (i = 0; i < env->file_count; i++)
		if (env->files[i].is_loaded && study_path_dir(study, env->files[i].path) == dir)
			return dir;
	return env->version_count ? env->versions[0] : dir;
}

static struct text join_path(struct teller *t, uint32_t dir, struct text name)
{
	struct text above = study_path_text(&t->inv->study, dir);

	return text_of(arena_printf(
		t->arena, "%.*s%s%.*s", (int)above.len, above.ptr, above.len ? "/" : "", (int)name.len, name.ptr));
}

/* A name of its own for the migration that stands where the lost one belongs. */
static void name_usurper(struct teller *t, const struct tree_file *usurper, uint32_t dir, struct life *out)
{
	static const struct create_date undated;
	const struct migration *m = usurper->blob == BLOB_NONE ? NULL : t->inv->study.blobs[usurper->blob].migration;
	struct err ignored = { 0 };
	struct text name;

	if (config_migration_name(NULL, study_revision_text(&t->inv->study, usurper->revision),
		    m && m->message.ptr ? m->message : TEXT_LITERAL(""), &undated, t->arena, &name, &ignored) >= 0)
		out->usurper_path = join_path(t, dir, name);
}

/* Only what the environment would load there is of use; a content that goes on in its own place is written over. */
static void plan_return(struct teller *t, const struct identity *identity, struct life *out)
{
	const struct study *study = &t->inv->study;
	const struct tree_env *env = find_env_at_head(t, identity);
	const char *slash = memrchr(out->path.ptr, '/', out->path.len);
	uint32_t path = intern_find(&study->paths, out->path.ptr, out->path.len), dir;
	struct text name = out->path;
	size_t i;

	out->return_path = out->path;
	if (!env || path == INTERN_NONE)
		return;
	if (slash)
		name = (struct text){ slash + 1, out->path.len - (size_t)(slash + 1 - out->path.ptr) };
	dir = dir_today(study, env, study_path_dir(study, path));
	if (dir != study_path_dir(study, path))
		out->return_path = join_path(t, dir, name);
	if (out->loss->kind == EVENT_REIDENTIFIED && text_equal(out->loss->continues_as.path, out->return_path))
		return;
	for (i = 0; i < env->file_count; i++)
		if (env->files[i].revision != INTERN_NONE &&
			text_equal(study_path_text(study, env->files[i].path), out->return_path))
			name_usurper(t, &env->files[i], dir, out);
}

int tell_successor(struct teller *t, const struct identity *identity, struct life *out, struct err *err)
{
	if (out->state != LIFE_LOST || !out->loss)
		return 0;
	if (out->path.len)
		plan_return(t, identity, out);
	return follow(t, out->loss, &out->successor, err);
}
