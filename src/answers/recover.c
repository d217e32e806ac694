#include "revident/answers/recover.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"

struct text plan_text(struct planner *p, struct text text)
{
	return arena_text(p->arena, text);
}

struct recover_step *add_step(struct planner *p, enum step_kind kind)
{
	struct recover_step *step;

	VEC_GROW(p->steps, p->step_count, p->step_cap);
	step = &p->steps[p->step_count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	return step;
}

void add_note(struct planner *p, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	VEC_GROW(p->notes, p->note_count, p->note_cap);
	p->notes[p->note_count++] = plan_text(p, (struct text){ text.buf, text.len });
	strbuf_release(&text);
}

void touch_environment(struct planner *p, struct text path)
{
	size_t i;

	for (i = 0; i < p->touched_count; i++)
		if (text_equal(p->touched[i], path))
			return;
	VEC_GROW(p->touched, p->touched_count, p->touched_cap);
	p->touched[p->touched_count++] = path;
}

static void give_up(struct planner *p, const struct wanted *wanted, const struct salvage_result *result)
{
	struct unrecoverable *lost;
	struct text *names;
	size_t i, count = wanted->missing ? wanted->missing->referencing_count : 0;

	VEC_GROW(p->lost, p->lost_count, p->lost_cap);
	lost = &p->lost[p->lost_count++];
	memset(lost, 0, sizeof(*lost));
	lost->revision = wanted->revision;
	names = arena_calloc(p->arena, count, sizeof(*names));
	for (i = 0; i < count; i++)
		names[i] = plan_text(p, study_revision_text(&p->inv.study, wanted->missing->referencing[i]->revision));
	if (count)
		qsort(names, count, sizeof(*names), text_compare_items);
	lost->referenced_by = names;
	lost->referenced_count = count;
	lost->searched = salvager_searched(p->salvager);
	lost->bytecode = result->bytecode;
	lost->bytecode_count = result->bytecode_count;
	lost->choices = result->choices;
	lost->choice_count = result->choice_count;
}

/* Ancestors that are lost, too, are wanted as well. */
static int enqueue_parents(struct planner *p, const struct wanted *wanted, const struct salvage_source *source)
{
	uint32_t number = study_blob_number(&p->inv.study, &source->blob);
	const struct blob *blob = study_blob(&p->inv.study, number, p->err);
	const struct tree_env *env;
	size_t i;

	if (!blob)
		return -1;
	if (!blob->migration || choose_environment(p, wanted, source, &env) != 1)
		return 0;
	for (i = 0; i < blob->migration->down_revision.count; i++) {
		struct text parent = blob->migration->down_revision.values[i];

		if (!plan_holds(p, env, parent))
			plan_enqueue(p, parent, env->path, NULL);
	}
	return 0;
}

/* The id named other content before the version that is put back: that may be the one that is wanted. */
static void note_other_content(struct planner *p, const struct salvage_source *source)
{
	const struct study *study = &p->inv.study;
	uint32_t number = intern_find(&study->revisions, source->revision.ptr, source->revision.len);
	const struct change *found = NULL;
	char hex[OID_HEX + 1];
	uint32_t at;

	for (at = history_first(&p->inv.history, number); at; at = p->inv.history.changes[at - 1].next) {
		const struct change *change = &p->inv.history.changes[at - 1];

		if (change->kind == EVENT_REPLACED && !oid_equal(&study->blobs[change->before.blob].id, &source->blob))
			found = change;
	}
	if (found && !p->options->has_blob)
		add_note(p, "%.*s named other content before it was replaced: --blob %s puts that back instead",
			(int)source->revision.len, source->revision.ptr,
			oid_hex(&study->blobs[found->before.blob].id, hex));
}

static int put_back(struct planner *p, const struct wanted *wanted)
{
	struct salvage_result result;
	int done;

	if (p->options->relink) {
		done = plan_relink(p, wanted);
		if (done != 0)
			return done < 0 ? -1 : 0;
	}
	if (salvage_find(p->salvager, wanted->revision, wanted->environment, &result, p->err) < 0)
		return -1;
	if (result.outcome == SALVAGE_NOTHING) {
		done = plan_complete(p, wanted);
		if (done != 0)
			return done < 0 ? -1 : 0;
	}
	if (result.outcome == SALVAGE_NOTHING && p->options->stub != STUB_NONE)
		return plan_stub(p, wanted);
	if (result.outcome != SALVAGE_FOUND) {
		give_up(p, wanted, &result);
		return 0;
	}
	if (plan_restore(p, wanted, &result.source) < 0)
		return -1;
	note_other_content(p, &result.source);
	VEC_GROW(p->sources, p->source_count, p->source_cap);
	p->sources[p->source_count++] = result.source;
	return enqueue_parents(p, wanted, &result.source);
}

/* Each --env must name an environment of HEAD: a typing error must not look like a whole chain. */
static int check_environments(struct planner *p)
{
	struct strbuf known = STRBUF_INIT, shown = STRBUF_INIT;
	const struct tree_envs *envs = &p->view->envs;
	size_t i, e;
	int rc = 0;

	for (i = 0; rc == 0 && i < p->options->env_count; i++) {
		const char *asked = p->options->envs[i];

		strbuf_clear(&known);
		for (e = 0; e < envs->count && !text_equal(envs->items[e].path, text_of(asked)); e++) {
			strbuf_addstr(&known, e ? ", \"" : "\"");
			strbuf_add_printable_text(&known, envs->items[e].path);
			strbuf_addch(&known, '"');
		}
		if (e < envs->count)
			continue;
		strbuf_add_printable(&shown, asked, strlen(asked));
		rc = err_set(p->err, ERR_USAGE, "\"%s\" is no environment here; %s%s", shown.buf,
			known.len ? "there is " : "there is none", known.buf);
	}
	strbuf_release(&known);
	strbuf_release(&shown);
	return rc;
}

static int open_head(struct planner *p)
{
	struct investigation_options how = { .only_head = true,
		.versions_dirs = p->options->versions_dirs,
		.versions_dir_count = p->options->versions_dir_count,
		.progress = p->options->progress };
	const struct salvage_options salvage = { .places = p->options->places,
		.notes = p->options->notes,
		.has_blob = p->options->has_blob,
		.blob = p->options->blob,
		.progress = p->options->progress };

	if (investigation_open(&p->inv, p->repo, p->arena, &how, p->err) < 0)
		return -1;
	p->view = investigation_head_view(&p->inv);
	if (!p->view)
		return err_set(p->err, ERR_UNDECIDED, "the tree of HEAD cannot be read: there is nothing to plan on");
	if (check_environments(p) < 0)
		return -1;
	if (verdict_reach(&p->inv, p->options->policy, false, &p->verdict, p->err) < 0 ||
		plan_tree_read(p, &p->inv.commits.trees[p->view->commit], &p->before) < 0)
		return -1;
	p->after.files = xreallocarray(NULL, p->before.count, sizeof(*p->after.files));
	p->after.count = p->after.cap = p->before.count;
	if (p->before.count)
		memcpy(p->after.files, p->before.files, p->before.count * sizeof(*p->after.files));
	p->salvager = salvager_new(&p->inv, &salvage);
	return 0;
}

static int compare_steps(const void *a, const void *b)
{
	const struct recover_step *x = a, *y = b;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	return text_compare(x->path, y->path);
}

static int compare_sources(const void *a, const void *b)
{
	return text_compare(((const struct salvage_source *)a)->revision, ((const struct salvage_source *)b)->revision);
}

static int compare_lost(const void *a, const void *b)
{
	return text_compare(((const struct unrecoverable *)a)->revision, ((const struct unrecoverable *)b)->revision);
}

static void *sorted(
	struct planner *p, void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count)
		qsort(items, count, size, compare);
	return arena_copy(p->arena, items, count, size);
}

static void write_out(struct planner *p)
{
	struct recover *out = p->out;
	const char *const *limits;
	const char **copies;
	size_t i;

	out->steps = sorted(p, p->steps, p->step_count, sizeof(*p->steps), compare_steps);
	out->step_count = p->step_count;
	out->sources = sorted(p, p->sources, p->source_count, sizeof(*p->sources), compare_sources);
	out->source_count = p->source_count;
	out->unrecoverable = sorted(p, p->lost, p->lost_count, sizeof(*p->lost), compare_lost);
	out->unrecoverable_count = p->lost_count;
	out->notes = arena_copy(p->arena, p->notes, p->note_count, sizeof(*p->notes));
	out->note_count = p->note_count;
	out->searched = salvager_searched(p->salvager);
	out->is_sparse = index_has_sparse_checkout(p->repo);
	out->limit_count = repo_limits(p->repo, &limits);
	copies = arena_calloc(p->arena, out->limit_count, sizeof(*copies));
	for (i = 0; i < out->limit_count; i++)
		copies[i] = arena_strdup(p->arena, limits[i]);
	out->limits = copies;
}

static void release(struct planner *p)
{
	salvager_free(p->salvager);
	verdict_release(&p->verdict);
	investigation_close(&p->inv);
	plan_tree_release(&p->before);
	plan_tree_release(&p->after);
	free(p->queue);
	intern_release(&p->queued);
	free(p->steps);
	free(p->sources);
	free(p->lost);
	free(p->notes);
	free(p->touched);
}

int recover_plan(struct repo *repo, struct arena *arena, const struct recover_options *options, struct recover *out,
	struct err *err)
{
	struct planner p = { .repo = repo, .arena = arena, .options = options, .out = out, .err = err };
	size_t i;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (open_head(&p) < 0)
		goto done;
	if (plan_choose_targets(&p) < 0)
		goto done;
	for (i = 0; i < p.queue_count; i++) { /* grows while ancestors are found to be lost */
		struct wanted wanted = p.queue[i];

		if (put_back(&p, &wanted) < 0)
			goto done;
	}
	if (plan_prove(&p) < 0 || plan_note_uncommitted(&p) < 0)
		goto done;
	write_out(&p);
	rc = 0;
done:
	release(&p);
	return rc;
}
