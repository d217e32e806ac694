/*
 * Which revisions a plan is to put back: what is missing, or what somebody named.
 */
#include "recover_parts.h"
#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "lookup.h"

enum { MATCHES_SHOWN = 20 };

/* Keys of what is queued: an id wherever it is wanted, an id of no known environment, an id of one. */
enum queue_key { ANYWHERE, NOWHERE, SOMEWHERE };

static void build_queue_key(struct strbuf *key, enum queue_key kind, struct text revision, struct text environment)
{
	strbuf_addch(key, (char)kind);
	strbuf_add(key, &revision.len, sizeof(revision.len));
	strbuf_add(key, revision.ptr, revision.len);
	strbuf_add(key, environment.ptr, environment.len);
}

/* Whether it was not there yet. */
static bool add_queue_key(struct planner *p, enum queue_key kind, struct text revision, struct text environment)
{
	struct strbuf key = STRBUF_INIT;
	size_t before = p->queued.count;

	build_queue_key(&key, kind, revision, environment);
	intern_add(&p->queued, key.buf, key.len);
	strbuf_release(&key);
	return p->queued.count > before;
}

static bool has_queue_key(const struct planner *p, enum queue_key kind, struct text revision)
{
	struct strbuf key = STRBUF_INIT;
	bool found;

	build_queue_key(&key, kind, revision, TEXT_NONE);
	found = intern_find(&p->queued, key.buf, key.len) != INTERN_NONE;
	strbuf_release(&key);
	return found;
}

bool plan_enqueue(struct planner *p, struct text revision, struct text environment, const struct missing_key *missing)
{
	bool is_first = add_queue_key(p, ANYWHERE, revision, TEXT_NONE);

	if (!environment.ptr) {
		if (!is_first)
			return false;
		add_queue_key(p, NOWHERE, revision, TEXT_NONE);
	} else if (has_queue_key(p, NOWHERE, revision) || !add_queue_key(p, SOMEWHERE, revision, environment)) {
		return false;
	}
	VEC_GROW(p->queue, p->queue_count, p->queue_cap);
	p->queue[p->queue_count++] = (struct wanted){
		.revision = plan_text(p, revision), .environment = plan_text(p, environment), .missing = missing
	};
	return true;
}

static bool is_asked_environment(const struct planner *p, struct text path)
{
	const struct lookup_options asked = { p->options->envs, p->options->env_count };

	return lookup_wants(&asked, path);
}

/*
 * What cannot be read of HEAD, and may be or place what is missing: that is put back first. NULL for what is seen to be
 * taken away, which is not there.
 */
static const char *hiding_place(const struct planner *p, const struct missing_key *missing)
{
	if (missing->loss)
		return NULL;
	if (p->view->defs.is_incomplete)
		return "where a configuration of HEAD says, which cannot be read";
	return missing->tip_count ? NULL : "in a file of HEAD that cannot be read";
}

/* A second file beside it would be one too many as soon as Alembic reads it again. */
static void leave_where_it_is(struct planner *p, const struct missing_key *missing)
{
	struct study *study = &p->inv.study;

	add_note(p,
		"%s is in '%s', a directory that Alembic does not read: move the file, or let version_locations name "
		"its directory",
		study_shown(study, missing->name), study_shown(study, study_path_text(study, missing->not_loaded)));
	p->out->is_left = true;
}

static void enqueue_or_doubt(struct planner *p, const struct missing_key *missing)
{
	const char *place = hiding_place(p, missing);

	if (missing->not_loaded != INTERN_NONE)
		leave_where_it_is(p, missing);
	else if (place)
		add_note(p, "%s may be %s: put that back first, since nothing is planned before",
			study_shown(&p->inv.study, missing->name), place);
	else
		plan_enqueue(p, missing->name, missing->environment, missing);
}

/* Whether any was missing. */
static bool enqueue_missing(struct planner *p, const struct text *revision)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->verdict.missing_count; i++) {
		const struct missing_key *missing = &p->verdict.missing[i];

		if (is_asked_environment(p, missing->environment) &&
			(!revision || text_equal(*revision, missing->name))) {
			enqueue_or_doubt(p, missing);
			any = true;
		}
	}
	return any;
}

/* The environment of HEAD, among those that were asked for, which holds the revision; NULL if none does. */
static const struct tree_env *holding_environment(struct planner *p, struct text revision)
{
	size_t e;

	for (e = 0; e < p->view->envs.count; e++)
		if (is_asked_environment(p, p->view->envs.items[e].path) &&
			plan_holds(p, &p->view->envs.items[e], revision))
			return &p->view->envs.items[e];
	return NULL;
}

static bool is_rewritten(struct planner *p, const struct change *change)
{
	struct err ignored = { 0 };
	bool same = false;

	return study_same_code(&p->inv.study, change->before.blob, change->after.blob, &same, &ignored) == 0 && same;
}

/* Did the last change that says what the id names give it other content? */
static bool is_replaced(struct planner *p, struct text revision, const struct tree_env *env)
{
	uint32_t number = intern_find(&p->inv.study.revisions, revision.ptr, revision.len);
	const uint32_t label = p->view->labels[env - p->view->envs.items];
	bool replaced = false;
	uint32_t at;

	for (at = history_first(&p->inv.history, number); at; at = p->inv.history.changes[at - 1].next) {
		const struct change *change = &p->inv.history.changes[at - 1];

		if (change->lineage != label)
			continue;
		if (change->kind == EVENT_REPLACED && !is_rewritten(p, change))
			replaced = true;
		else if (change->kind == EVENT_ADDED || change->kind == EVENT_RESTORED)
			replaced = false;
	}
	return replaced;
}

static int fits_several(struct planner *p, struct text query, const struct text *ids, size_t count)
{
	struct strbuf list = STRBUF_INIT, shown = STRBUF_INIT;
	size_t i;

	for (i = 0; i < count && i < MATCHES_SHOWN; i++) {
		strbuf_addstr(&list, i ? ", " : "");
		strbuf_add_printable_text(&list, ids[i]);
	}
	if (count > MATCHES_SHOWN)
		strbuf_addf(&list, " and %zu more", count - MATCHES_SHOWN);
	strbuf_add_printable_text(&shown, query);
	err_set(p->err, ERR_USAGE, "\"%s\" fits several revisions: %s", shown.buf, list.buf);
	strbuf_release(&list);
	strbuf_release(&shown);
	return -1;
}

/* The id that was meant, as far as HEAD's history knows; else what was typed. 0 or -1. */
static int resolve(struct planner *p, struct text query, struct text *out, bool *is_known)
{
	const struct lookup_options options = { .envs = p->options->envs, .env_count = p->options->env_count };
	struct lookup found;
	struct text *ids;
	size_t i, count = 0;

	lookup_revision(&p->inv, &p->verdict, &options, query, &found);
	*is_known = found.count > 0;
	*out = *is_known ? found.items[0].id : query;
	if (!*is_known || lookup_is_one_id(&found))
		return 0;
	ids = arena_calloc(p->arena, found.count, sizeof(*ids));
	for (i = 0; i < found.count; i++)
		if (count == 0 || !text_equal(ids[count - 1], found.items[i].id))
			ids[count++] = found.items[i].id;
	return fits_several(p, query, ids, count);
}

/* What to do about a revision that somebody named. */
static int choose_target(struct planner *p, struct text query)
{
	struct text revision;
	const struct tree_env *env;
	bool is_known;

	if (resolve(p, query, &revision, &is_known) < 0)
		return -1;
	if (enqueue_missing(p, &revision))
		return 0;
	env = holding_environment(p, revision);
	if (!env) {
		if (plan_enqueue(
			    p, revision, p->options->env_count == 1 ? text_of(p->options->envs[0]) : TEXT_NONE, NULL))
			p->queue[p->queue_count - 1].is_typed = !is_known;
	} else if (p->options->has_blob || is_replaced(p, revision, env)) {
		add_note(p,
			"%.*s is in HEAD: this plan puts the version below in the place of what its file holds now, "
			"which stays in history; give that an id of its own if it is to stay, too",
			(int)revision.len, revision.ptr);
		plan_enqueue(p, revision, env->path, NULL);
	} else {
		add_note(p, "%.*s is in HEAD: there is nothing to put back", (int)revision.len, revision.ptr);
	}
	return 0;
}

int plan_choose_targets(struct planner *p)
{
	size_t i;

	if (p->options->revision_count == 0)
		enqueue_missing(p, NULL);
	for (i = 0; i < p->options->revision_count; i++)
		if (choose_target(p, text_of(p->options->revisions[i])) < 0)
			return -1;
	return 0;
}

int plan_complete(struct planner *p, const struct wanted *wanted)
{
	struct text *ids;
	size_t count = wanted->is_typed ? salvager_completions(p->salvager, wanted->revision, &ids) : 0;

	if (count == 0)
		return 0;
	if (count > 1)
		return fits_several(p, wanted->revision, ids, count);
	return choose_target(p, ids[0]) < 0 ? -1 : 1;
}
