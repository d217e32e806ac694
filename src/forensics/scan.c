#include "revident/forensics/scan.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/verdict.h"
#include "revident/git/commit_info.h"
#include "scan_parts.h"

/* Turning the numbers of an investigation into the model. */
struct writer {
	struct investigation *inv;
	struct arena *arena;
	const struct scan_options *options;
	struct verdict *verdict;
	struct scan *out;
	const struct commit_info **infos; /* by commit number, read at first use */
	struct err *err;
};

static struct text copy_text(struct arena *arena, struct text text)
{
	if (!text.ptr)
		return TEXT_NONE;
	return (struct text){ arena_memdup(arena, text.ptr, text.len), text.len };
}

static struct text path_text(struct writer *w, uint32_t path)
{
	return copy_text(w->arena, study_path_text(&w->inv->study, path));
}

static struct text revision_text(struct writer *w, uint32_t revision)
{
	return copy_text(w->arena, study_revision_text(&w->inv->study, revision));
}

static const struct commit_info *info_of(struct writer *w, uint32_t commit)
{
	struct commit_info *info;
	struct err why = { 0 };

	if (w->infos[commit])
		return w->infos[commit];
	info = arena_alloc(w->arena, sizeof(*info));
	if (commit_info_read(w->inv->repo, w->arena, &w->inv->commits.ids[commit], info, &why) < 1)
		info->id = w->inv->commits.ids[commit]; /* it was walked: the rest of it stays empty */
	w->infos[commit] = info;
	return info;
}

static void copy_binding(struct arena *arena, struct binding *binding)
{
	struct text *values = arena_calloc(arena, binding->count, sizeof(*values));
	size_t i;

	for (i = 0; i < binding->count; i++)
		values[i] = copy_text(arena, binding->values[i]);
	binding->values = values;
}

/* The study dies with the investigation: what reports read is copied. */
static const struct migration *copy_migration(struct arena *arena, const struct migration *from)
{
	struct migration *copy;

	if (!from)
		return NULL;
	copy = arena_alloc(arena, sizeof(*copy));
	*copy = *from;
	copy_binding(arena, &copy->revision);
	copy_binding(arena, &copy->down_revision);
	copy_binding(arena, &copy->branch_labels);
	copy_binding(arena, &copy->depends_on);
	copy->message = copy_text(arena, from->message);
	copy->doc_revision = copy_text(arena, from->doc_revision);
	copy->doc_revises = copy_text(arena, from->doc_revises);
	copy->create_date = copy_text(arena, from->create_date);
	return copy;
}

static void write_side(struct writer *w, struct place place, struct event_side *out)
{
	const struct study *study = &w->inv->study;

	memset(out, 0, sizeof(*out));
	if (place.path == INTERN_NONE)
		return;
	out->path = path_text(w, place.path);
	if (place.blob == BLOB_NONE)
		return;
	out->blob = study->blobs[place.blob].id;
	out->migration = copy_migration(w->arena, study->blobs[place.blob].migration);
	if (study->blobs[place.blob].revision != INTERN_NONE)
		out->revision = revision_text(w, study->blobs[place.blob].revision);
}

static struct continuation write_continuation(struct writer *w, struct place place, double similarity)
{
	const struct study *study = &w->inv->study;
	struct continuation out = { .similarity = SIMILARITY_NULL };

	if (place.path == INTERN_NONE)
		return out;
	out.path = path_text(w, place.path);
	out.blob = study->blobs[place.blob].id;
	out.revision = revision_text(w, study->blobs[place.blob].revision);
	out.similarity = similarity;
	return out;
}

static void write_event(struct writer *w, const struct change *change, struct event *out)
{
	struct investigation *inv = w->inv;
	uint32_t hint = change->after.path != INTERN_NONE ? change->after.path : change->before.path;

	memset(out, 0, sizeof(*out));
	out->kind = change->kind;
	out->environment = copy_text(w->arena, investigation_env_path(inv, change->lineage, hint));
	out->revision = revision_text(w, change->revision);
	write_side(w, change->before, &out->before);
	write_side(w, change->after, &out->after);
	out->similarity = change->similarity;
	out->continues_as = write_continuation(w, change->continues_as, change->continues_similarity);
	out->commit = info_of(w, change->commit);
	out->has_parent = change->parent != COMMIT_NONE;
	if (out->has_parent)
		out->parent = inv->commits.ids[change->parent];
	out->content_changed = change->content_changed;
	out->same_content = change->same_content;
	out->reused = change->reused;
}

static int write_what(struct writer *w, const struct change *change, struct event *out)
{
	if (change->kind != EVENT_EDITED)
		return 0;
	out->has_what = true;
	return study_compare(&w->inv->study, change->before.blob, change->after.blob, &out->what, w->err);
}

/* Is the environment among those that were asked for, and not ignored by the policy? */
static bool is_wanted(const struct writer *w, struct text path)
{
	const struct policy_environment *said = policy_environment(w->options->policy, path);
	size_t i;

	if (said && said->ignore)
		return false;
	for (i = 0; i < w->options->env_count; i++)
		if (text_equal(text_of(w->options->envs[i]), path))
			return true;
	return w->options->env_count == 0;
}

static bool is_shown(struct writer *w, const struct change *change)
{
	uint32_t hint = change->after.path != INTERN_NONE ? change->after.path : change->before.path;

	return (w->inv->is_live[change->lineage] || w->options->deep) &&
	       is_wanted(w, investigation_env_path(w->inv, change->lineage, hint));
}

static int write_events(struct writer *w)
{
	const struct history *history = &w->inv->history;
	struct event *events = arena_calloc(w->arena, history->count, sizeof(*events));
	size_t i, n = 0;

	for (i = 0; i < history->count; i++) {
		const struct change *change = &history->changes[i];

		if (!is_shown(w, change))
			continue;
		w->out->counts.events++;
		w->out->counts.losses += event_kind_is_loss(change->kind);
		if (!(w->options->events & 1u << change->kind))
			continue;
		write_event(w, change, &events[n]);
		if (write_what(w, change, &events[n++]) < 0)
			return -1;
	}
	w->out->events = events;
	w->out->event_count = n;
	return 0;
}

static struct ref_names tip_names(struct writer *w, const uint32_t *tips, size_t count)
{
	struct ref_names out = { 0 };
	struct text *names = arena_calloc(w->arena, TIPS_SHOWN, sizeof(*names));

	for (; out.count < count && out.count < TIPS_SHOWN; out.count++)
		names[out.count] = w->inv->tips[tips[out.count]].name;
	out.names = names;
	out.more = count - out.count;
	return out;
}

static struct ref_names tag_names(struct writer *w, const struct lost_key *lost)
{
	struct ref_names out = { 0 };
	struct text *names = arena_calloc(w->arena, TIPS_SHOWN, sizeof(*names));

	for (; out.count < lost->tag_count && out.count < TIPS_SHOWN; out.count++) {
		struct text name = w->verdict->protection.tags[lost->tags[out.count]].name;

		names[out.count] = (struct text){ name.ptr + strlen("refs/tags/"), name.len - strlen("refs/tags/") };
	}
	out.names = names;
	out.more = lost->tag_count - out.count;
	return out;
}

static const struct missing_key *missing_of(const struct writer *w, const struct lost_key *lost)
{
	struct text name = study_revision_text(&w->inv->study, lost->revision);
	size_t i;

	for (i = 0; i < w->verdict->missing_count; i++)
		if (w->verdict->missing[i].lineage == lost->lineage && text_equal(w->verdict->missing[i].name, name))
			return &w->verdict->missing[i];
	return NULL;
}

static int compare_texts(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The ids that name what is missing, sorted, each once. */
static const struct text *referencing_ids(struct writer *w, const struct missing_key *missing, size_t *count)
{
	struct text *ids;
	size_t i, n = 0;

	*count = 0;
	if (!missing)
		return NULL;
	ids = arena_calloc(w->arena, missing->referencing_count, sizeof(*ids));
	for (i = 0; i < missing->referencing_count; i++)
		ids[i] = revision_text(w, missing->referencing[i]->revision);
	if (missing->referencing_count)
		qsort(ids, missing->referencing_count, sizeof(*ids), compare_texts);
	for (i = 0; i < missing->referencing_count; i++)
		if (n == 0 || !text_equal(ids[n - 1], ids[i]))
			ids[n++] = ids[i];
	*count = n;
	return ids;
}

/* The rule that a loss of this kind breaks, which a waiver would name. */
static enum rule_id rule_of_loss(enum event_kind kind)
{
	switch (kind) {
	case EVENT_OVERWRITTEN:
		return RULE_IDENTITY_OVERWRITTEN;
	case EVENT_REIDENTIFIED:
		return RULE_IDENTITY_EDITED;
	case EVENT_STRIPPED:
		return RULE_IDENTITY_STRIPPED;
	case EVENT_LOST_IN_MERGE:
		return RULE_IDENTITY_LOST_IN_MERGE;
	default:
		return RULE_IDENTITY_DELETED;
	}
}

static void write_lost(struct writer *w, const struct lost_key *lost, struct lost_revision *out)
{
	const struct missing_key *missing = missing_of(w, lost);
	struct event *loss = arena_alloc(w->arena, sizeof(*loss));

	write_event(w, lost->loss, loss);
	memset(out, 0, sizeof(*out));
	out->revision = loss->revision;
	out->environment = loss->environment;
	out->status = missing ? LOST_BROKEN : LOST_RETIRED;
	out->cause = loss->kind;
	out->published = lost->published;
	out->waived = policy_waives(w->options->policy, rule_of_loss(loss->kind), loss->environment, loss->revision,
			      &loss->before.blob) != NULL;
	out->loss = loss;
	out->removed_by = loss->commit;
	out->last_commit = loss->parent;
	out->path = loss->before.path;
	out->blob = loss->before.blob;
	out->migration = loss->before.migration;
	out->referenced_by = referencing_ids(w, missing, &out->referenced_count);
	out->continues_as = loss->continues_as;
	out->at_head = lost->at_deciding_tip;
	out->tips = tip_names(w, lost->tips, lost->tip_count);
	out->tags = tag_names(w, lost);
}

static void write_all_lost(struct writer *w)
{
	struct lost_revision *all = arena_calloc(w->arena, w->verdict->lost_count, sizeof(*all));
	size_t i, n = 0;

	for (i = 0; i < w->verdict->lost_count; i++) {
		const struct lost_key *lost = &w->verdict->lost[i];

		if (!is_shown(w, lost->loss))
			continue;
		write_lost(w, lost, &all[n]);
		w->out->counts.broken += all[n++].status == LOST_BROKEN;
	}
	w->out->lost = all;
	w->out->lost_count = w->out->counts.lost = n;
}

static void write_missing(struct writer *w, const struct missing_key *missing, struct missing_revision *out)
{
	struct text *present = arena_calloc(w->arena, TIPS_SHOWN, sizeof(*present));

	memset(out, 0, sizeof(*out));
	out->revision = copy_text(w->arena, missing->name);
	out->environment = copy_text(w->arena, missing->environment);
	out->referenced_by = referencing_ids(w, missing, &out->referenced_count);
	out->referencing_path = path_text(w, missing->referencing[0]->path);
	out->referencing_line = missing->line;
	out->ever_in_history = missing->ever_in_history;
	out->decides = missing->decides;
	for (; out->present_on.count < missing->present_count && out->present_on.count < TIPS_SHOWN;
		out->present_on.count++)
		present[out->present_on.count] = missing->present_on[out->present_on.count];
	out->present_on.names = present;
	out->present_on.more = missing->present_count - out->present_on.count;
	out->tips = tip_names(w, missing->tips, missing->tip_count);
}

static void write_all_missing(struct writer *w)
{
	struct missing_revision *all = arena_calloc(w->arena, w->verdict->missing_count, sizeof(*all));
	size_t i, n = 0;

	for (i = 0; i < w->verdict->missing_count; i++)
		if (is_wanted(w, w->verdict->missing[i].environment))
			write_missing(w, &w->verdict->missing[i], &all[n++]);
	w->out->missing = all;
	w->out->missing_count = n;
}

int scan_judge(struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err)
{
	struct verdict verdict = { 0 };
	struct writer w = {
		.inv = inv, .arena = inv->arena, .options = options, .verdict = &verdict, .out = out, .err = err
	};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	w.infos = xcalloc(inv->commits.count, sizeof(const struct commit_info *));
	out->all_refs = options->all;
	out->deep = options->deep;
	if (scan_write_environments(inv, options, out, err) < 0)
		goto done;
	if (verdict_reach(inv, options->policy, options->all, &verdict, err) < 0)
		goto done;
	if (write_events(&w) < 0)
		goto done;
	write_all_lost(&w);
	write_all_missing(&w);
	if (options->with_worktree && scan_write_worktree(inv, options, out, err) < 0)
		goto done;
	scan_write_facts(inv, out);
	rc = 0;
done:
	verdict_release(&verdict);
	free(w.infos);
	return rc;
}

int scan_run(
	struct repo *repo, struct arena *arena, const struct scan_options *options, struct scan *out, struct err *err)
{
	static const struct progress silent;
	struct investigation_options how = { .tips = options->tips,
		.tip_count = options->tip_count,
		.all = options->all,
		.deep = options->deep,
		.versions_dirs = options->versions_dirs,
		.versions_dir_count = options->versions_dir_count,
		.progress = options->progress ? options->progress : &silent };
	struct investigation inv;
	int rc = investigation_open(&inv, repo, arena, &how, err);

	if (rc == 0)
		rc = scan_judge(&inv, options, out, err);
	investigation_close(&inv);
	return rc;
}
