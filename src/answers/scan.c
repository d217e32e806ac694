#include "revident/answers/scan.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "verdict.h"
#include "excuse.h"
#include "model_writer.h"
#include "scan_parts.h"

struct writer {
	struct investigation *inv;
	struct arena *arena;
	struct model_writer model;
	const struct scan_options *options;
	struct verdict *verdict;
	struct prunings prunings;
	struct scan *out;
	struct err *err;
};

static bool is_shown(struct writer *w, const struct change *change)
{
	uint32_t hint = change->after.path != INTERN_NONE ? change->after.path : change->before.path;

	return (w->inv->is_live[change->lineage] || w->options->deep) &&
	       scan_wants(w->options, investigation_env_path(w->inv, change->lineage, hint));
}

static bool is_asked_for(const struct writer *w, const struct change *change)
{
	return w->options->events & 1u << change->kind;
}

static int write_events(struct writer *w)
{
	const struct history *history = &w->inv->history;
	struct event *events;
	size_t i, n = 0;

	for (i = 0; i < history->count; i++)
		n += is_asked_for(w, &history->changes[i]) && is_shown(w, &history->changes[i]);
	events = arena_calloc(w->arena, n, sizeof(*events));
	for (i = 0, n = 0; i < history->count; i++) {
		const struct change *change = &history->changes[i];

		if (!is_shown(w, change))
			continue;
		w->out->counts.events++;
		w->out->counts.losses += event_kind_is_loss(change->kind);
		if (!is_asked_for(w, change))
			continue;
		model_event(&w->model, change, &events[n]);
		if (model_what(&w->model, change, &events[n++], w->err) < 0)
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

/* The first that is missing under a name, or where it would stand: what is missing is sorted by name. */
static size_t first_missing(const struct verdict *verdict, struct text name)
{
	return text_lower_bound(verdict->missing, verdict->missing_count, sizeof(*verdict->missing),
		offsetof(struct missing_key, name), name);
}

/* The ids that name what is missing, sorted, each once. */
struct ids {
	struct text *items;
	size_t count, cap;
};

static void add_referencing(struct writer *w, const struct missing_key *missing, struct ids *ids)
{
	size_t i;

	for (i = 0; i < missing->referencing_count; i++) {
		VEC_GROW(ids->items, ids->count, ids->cap);
		ids->items[ids->count++] = model_revision(&w->model, missing->referencing[i]->revision);
	}
}

static const struct text *finish_ids(struct writer *w, struct ids *ids, size_t *count)
{
	const struct text *kept;
	size_t i, n = 0;

	if (ids->count)
		qsort(ids->items, ids->count, sizeof(*ids->items), text_compare_items);
	for (i = 0; i < ids->count; i++)
		if (n == 0 || !text_equal(ids->items[n - 1], ids->items[i]))
			ids->items[n++] = ids->items[i];
	kept = arena_copy(w->arena, ids->items, n, sizeof(*ids->items));
	free(ids->items);
	*count = n;
	return kept;
}

static const struct text *referencing_ids(struct writer *w, const struct missing_key *missing, size_t *count)
{
	struct ids ids = { 0 };

	add_referencing(w, missing, &ids);
	return finish_ids(w, &ids, count);
}

/* Who names a lost revision: one lineage may have several names at several tips, each with what is missing in it. */
static const struct text *children_of_lost(struct writer *w, const struct lost_key *lost, size_t *count)
{
	struct text name = study_revision_text(&w->inv->study, lost->revision);
	const struct missing_key *missing = w->verdict->missing;
	struct ids ids = { 0 };
	size_t i;

	for (i = first_missing(w->verdict, name); i < w->verdict->missing_count && text_equal(missing[i].name, name);
		i++)
		if (missing[i].lineage == lost->lineage && missing[i].tip_count)
			add_referencing(w, &missing[i], &ids);
	return finish_ids(w, &ids, count);
}

static void write_lost(struct writer *w, const struct lost_key *lost, struct lost_revision *out)
{
	struct event *loss = arena_alloc(w->arena, sizeof(*loss));

	model_event(&w->model, lost->loss, loss);
	memset(out, 0, sizeof(*out));
	out->revision = loss->revision;
	out->environment = loss->environment;
	out->referenced_by = children_of_lost(w, lost, &out->referenced_count);
	out->status = out->referenced_count ? LOST_BROKEN : LOST_RETIRED;
	out->cause = loss->kind;
	out->published = lost->published;
	out->waived = find_excuse(&w->prunings, loss, lost->revision, &lost->lineage, 1, &out->excuse);
	out->loss = loss;
	out->removed_by = loss->commit;
	out->last_commit = loss->parent;
	out->path = loss->before.path;
	out->blob = loss->before.blob;
	out->migration = loss->before.migration;
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
	out->revision = model_copy_text(&w->model, missing->name);
	out->environment = model_copy_text(&w->model, missing->environment);
	out->referenced_by = referencing_ids(w, missing, &out->referenced_count);
	out->referencing_path = model_path(&w->model, missing->referencing[0]->path);
	out->referencing_line = missing->line;
	out->in_depends_on = missing->in_depends_on;
	out->ever_in_history = missing->ever_in_history;
	if (missing->not_loaded != INTERN_NONE)
		out->not_loaded = model_path(&w->model, missing->not_loaded);
	out->decides = missing->decides;
	for (; out->present_on.count < missing->present_count && out->present_on.count < TIPS_SHOWN;
		out->present_on.count++)
		present[out->present_on.count] = missing->present_on[out->present_on.count];
	out->present_on.names = present;
	out->present_on.more = missing->present_count - out->present_on.count;
	out->tips = tip_names(w, missing->tips, missing->tip_count);
	if (missing->loss) {
		struct lost_key key = { .lineage = missing->lineage,
			.revision = missing->loss->revision,
			.loss = missing->loss,
			.published = missing->published };
		struct lost_revision *taken = arena_alloc(w->arena, sizeof(*taken));

		write_lost(w, &key, taken);
		out->taken = taken;
	}
}

static void write_all_missing(struct writer *w)
{
	struct missing_revision *all = arena_calloc(w->arena, w->verdict->missing_count, sizeof(*all));
	size_t i, n = 0;

	for (i = 0; i < w->verdict->missing_count; i++)
		if (w->verdict->missing[i].tip_count && scan_wants(w->options, w->verdict->missing[i].environment))
			write_missing(w, &w->verdict->missing[i], &all[n++]);
	w->out->missing = all;
	w->out->missing_count = n;
}

static int judge(struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err)
{
	struct verdict verdict = { 0 };
	struct writer w = {
		.inv = inv, .arena = inv->arena, .options = options, .verdict = &verdict, .out = out, .err = err
	};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	model_writer_init(&w.model, inv);
	out->all_refs = options->all;
	out->deep = options->deep;
	if (scan_write_environments(inv, options, out, err) < 0)
		goto done;
	if (verdict_reach(inv, options->policy, options->all, &verdict, err) < 0)
		goto done;
	if (write_events(&w) < 0)
		goto done;
	prunings_init(&w.prunings, inv, options->policy);
	write_all_lost(&w);
	write_all_missing(&w);
	if (options->with_worktree && scan_write_worktree(inv, options, out, err) < 0) {
		repo_add_limit(inv->repo, "the index or the work tree cannot be read: %s", err->msg);
		err_clear(err);
	}
	scan_write_facts(inv, out);
	rc = 0;
done:
	verdict_release(&verdict);
	model_writer_release(&w.model);
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
		.policy = options->policy,
		.progress = options->progress ? options->progress : &silent };
	struct investigation inv;
	int rc = investigation_open(&inv, repo, arena, &how, err);

	if (rc == 0)
		rc = judge(&inv, options, out, err);
	investigation_close(&inv);
	return rc;
}
