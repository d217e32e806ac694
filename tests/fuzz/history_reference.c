#include "history_reference.h"

#include <string.h>

#include "place.h"

const struct kind_of_file contents[CONTENTS] = {
	{ NULL, NULL, 0, false },
	{ "aaa0", NULL, 'j', false },
	{ "aaa0", NULL, 'j', true },
	{ "aaa0", "bbb1", 'j', false },
	{ "aaa0", NULL, 'n', false },
	{ "bbb1", NULL, 'k', false },
	{ "bbb1", NULL, 'k', true },
	{ "bbb1", NULL, 'j', false },
	{ "bbb1", "ccc2", 'k', false },
	{ "ccc2", NULL, 'l', false },
	{ "ccc2", "aaa0", 'l', true },
	{ "ccc2", NULL, 'j', true },
	{ "ddd3", NULL, 'm', false },
	{ "ddd3", NULL, 'l', false },
	{ NULL, NULL, 'j', false },
	{ NULL, NULL, 'o', false },
};

/* The content of each path that holds one revision; 0 where it does not. */
struct holders {
	unsigned char at[PATHS];
	size_t count;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct holders holders_of(const struct made *commit, const char *id)
{
	struct holders out = { { 0 }, 0 };
	size_t p;

	for (p = 0; p < PATHS; p++)
		if (same_text(contents[commit->files[p]].id, id)) {
			out.at[p] = commit->files[p];
			out.count++;
		}
	return out;
}

static bool same_holders(const struct holders *a, const struct holders *b)
{
	return !memcmp(a->at, b->at, sizeof(a->at));
}

static size_t first_of(const struct holders *holders)
{
	size_t p = 0;

	while (p < PATHS && !holders->at[p])
		p++;
	return p;
}

/* 0, 4 or 5 of 5 lines. */
static unsigned alike(unsigned a, unsigned b)
{
	if (contents[a].body != contents[b].body)
		return 0;
	return contents[a].edited == contents[b].edited ? 5 : 4;
}

static bool ever_had(const struct model *model, unsigned commit, const char *id)
{
	unsigned all = model->commits[commit].ancestors | 1U << commit;
	size_t i;

	for (i = 0; i < model->count; i++)
		if (all >> i & 1 && holders_of(&model->commits[i], id).count)
			return true;
	return false;
}

/*
 * By path of old: the path of now under which it goes on. By path, then what is gone with what is new by content, by
 * order.
 */
static void pair(const struct holders *old, const struct holders *now, size_t *out)
{
	bool taken[PATHS] = { false };
	size_t a, b;
	int by_order;

	for (a = 0; a < PATHS; a++) {
		out[a] = old->at[a] && now->at[a] ? a : NOWHERE;
		taken[a] = now->at[a] && old->at[a];
	}
	for (by_order = 0; by_order < 2; by_order++)
		for (a = 0; a < PATHS; a++)
			for (b = 0; b < PATHS && old->at[a] && out[a] == NOWHERE; b++)
				if (now->at[b] && !taken[b] && (by_order || old->at[a] == now->at[b])) {
					out[a] = b;
					taken[b] = true;
				}
}

/* --- where content goes on --------------------------------------------------------------------------------------- */

/* Is the path's content what stood there before, or what its revision held at a path that it left? */
static bool continues_itself(const struct model *model, const struct made *commit, size_t path, const char *lost)
{
	unsigned here = commit->files[path];
	struct holders now = holders_of(commit, contents[here].id);
	size_t i, p;

	for (i = 0; i < commit->parent_count; i++) {
		const struct made *parent = &model->commits[commit->parents[i]];
		struct holders old = holders_of(parent, contents[here].id);
		unsigned stood = parent->files[path];

		if (stood && !same_text(contents[stood].id, lost) && alike(stood, here))
			return true;
		for (p = 0; p < PATHS; p++)
			if (old.at[p] && !now.at[p] && alike(old.at[p], here))
				return true;
	}
	return false;
}

static bool stood_before(const struct model *model, const struct made *commit, size_t path)
{
	size_t i;

	for (i = 0; i < commit->parent_count; i++)
		if (same_text(contents[model->commits[commit->parents[i]].files[path]].id,
			    contents[commit->files[path]].id))
			return true;
	return false;
}

/* The path to which this commit gave an id, and that goes on with the content of the lost one. */
static size_t continuation(const struct model *model, const struct made *commit, unsigned lost)
{
	size_t path, best = NOWHERE;

	for (path = 0; path < PATHS; path++) {
		unsigned here = commit->files[path];

		if (!contents[here].id || same_text(contents[here].id, contents[lost].id) || !alike(lost, here) ||
			stood_before(model, commit, path) || continues_itself(model, commit, path, contents[lost].id))
			continue;
		if (best == NOWHERE || alike(lost, here) > alike(lost, commit->files[best]))
			best = path;
	}
	return best;
}

/* --- one revision in one commit ---------------------------------------------------------------------------------- */

struct side {
	bool has;
	struct holders held;
};

struct turn {
	const struct model *model;
	const struct made *commit;
	const char *id;
	struct holders now;
	struct side then[PARENTS_MAX];
	size_t first; /* the first parent that has it; PARENTS_MAX */
	struct expected *out;
	size_t count;
};

static struct expected *add(struct turn *t, enum event_kind kind, size_t before, size_t after)
{
	struct expected *e = &t->out[t->count++];

	require(t->count <= EVENTS_MAX);
	*e = (struct expected){ .kind = kind,
		.revision = t->id,
		.parent = t->first < PARENTS_MAX ? t->first : 0,
		.before = before,
		.after = after,
		.onward = NOWHERE };
	return e;
}

/* As the ancestor that comes last in the walk held it. */
static struct holders last_held(const struct turn *t)
{
	size_t n;

	for (n = t->model->count; n-- > 0;) {
		unsigned i = t->model->order[n];
		struct holders held = holders_of(&t->model->commits[i], t->id);

		if (t->commit->ancestors >> i & 1 && held.count)
			return held;
	}
	return (struct holders){ { 0 }, 0 };
}

static void appear(struct turn *t)
{
	struct holders last = last_held(t);
	size_t after = first_of(&t->now), before;
	struct expected *e;

	if (!last.count) {
		add(t, EVENT_ADDED, NOWHERE, after);
		return;
	}
	before = last.at[after] ? after : first_of(&last);
	e = add(t, EVENT_RESTORED, before, after);
	e->same_content = last.at[before] == t->now.at[after];
	e->reused = !alike(last.at[before], t->now.at[after]);
}

/* What of one kind this parent shows first: the path before, and after. */
static bool shows(const struct turn *t, const struct holders *old, enum event_kind kind, size_t *before, size_t *after)
{
	size_t a, onward[PATHS];

	pair(old, &t->now, onward);
	for (a = 0; a < PATHS; a++) {
		const struct kind_of_file *x = &contents[old->at[a]], *y = &contents[t->now.at[onward[a] % PATHS]];
		bool other_parent, is;

		if (!old->at[a] || onward[a] == NOWHERE)
			continue;
		other_parent = !same_text(x->down, y->down);
		is = kind == EVENT_MOVED        ? onward[a] != a
		     : kind == EVENT_REPARENTED ? other_parent
		     : kind == EVENT_REPLACED   ? x->body != y->body
						: x != y && onward[a] == a && !other_parent;
		if (is) {
			*before = a;
			*after = onward[a];
			return true;
		}
	}
	return false;
}

/* A change is one against every parent that has the revision; `replaced` takes the place of `edited`. */
static void change(struct turn *t)
{
	static const enum event_kind kinds[] = { EVENT_MOVED, EVENT_REPARENTED, EVENT_REPLACED, EVENT_EDITED };
	bool is_replaced = false;
	size_t k, i;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t before = 0, after = 0, b, a;
		bool holds = !(kinds[k] == EVENT_EDITED && is_replaced);
		struct expected *e;

		for (i = 0; i < t->commit->parent_count; i++)
			if (t->then[i].has)
				holds = shows(t, &t->then[i].held, kinds[k], i == t->first ? &before : &b,
						i == t->first ? &after : &a) &&
					holds;
		if (!holds)
			continue;
		e = add(t, kinds[k], before, after);
		e->content_changed = kinds[k] == EVENT_MOVED && t->then[t->first].held.at[before] != t->now.at[after];
		if (kinds[k] == EVENT_REPLACED) {
			is_replaced = true;
			e->onward = continuation(t->model, t->commit, t->then[t->first].held.at[before]);
		}
	}
}

static void count_copies(struct turn *t)
{
	bool has_been[PATHS] = { false };
	size_t most = 1, i, p, after = NOWHERE;

	for (i = 0; i < t->commit->parent_count; i++) {
		if (t->then[i].held.count > most)
			most = t->then[i].held.count;
		for (p = 0; p < PATHS; p++)
			has_been[p] = has_been[p] || t->then[i].held.at[p];
	}
	if (t->now.count <= most)
		return;
	for (p = PATHS; p-- > 0;)
		if (t->now.at[p] && !has_been[p])
			after = p;
	add(t, EVENT_DUPLICATED, t->first < PARENTS_MAX ? first_of(&t->then[t->first].held) : NOWHERE,
		after == NOWHERE ? first_of(&t->now) : after);
}

static void lose(struct turn *t)
{
	const struct holders *held = &t->then[t->first].held;
	size_t path = first_of(held), i, onward;
	unsigned here = t->commit->files[path];
	bool is_everywhere = true;

	for (i = 0; i < t->commit->parent_count; i++) {
		is_everywhere = is_everywhere && t->then[i].has;
		if (!t->then[i].has && ever_had(t->model, t->commit->parents[i], t->id))
			return; /* that side removed it, and the merge inherits that */
	}
	onward = continuation(t->model, t->commit, held->at[path]);
	if (!is_everywhere)
		add(t, EVENT_LOST_IN_MERGE, path, here ? path : NOWHERE);
	else if (here && !contents[here].id)
		add(t, EVENT_STRIPPED, path, path);
	else if (here && alike(held->at[path], here))
		add(t, EVENT_REIDENTIFIED, path, path)->onward = path;
	else if (here)
		add(t, EVENT_OVERWRITTEN, path, path)->onward = onward;
	else
		add(t, onward == NOWHERE ? EVENT_DELETED : EVENT_REIDENTIFIED, path, NOWHERE)->onward = onward;
}

static void judge(struct turn *t)
{
	bool is_same = t->commit->parent_count > 0;
	size_t i;

	t->now = holders_of(t->commit, t->id);
	t->first = PARENTS_MAX;
	for (i = 0; i < t->commit->parent_count; i++) {
		struct side *side = &t->then[i];

		side->held = holders_of(&t->model->commits[t->commit->parents[i]], t->id);
		side->has = side->held.count > 0;
		if (side->has && t->first == PARENTS_MAX)
			t->first = i;
		is_same = is_same && same_holders(&side->held, &t->now);
	}
	if (is_same)
		return;
	if (t->now.count && t->first == PARENTS_MAX)
		appear(t);
	else if (t->now.count)
		change(t);
	else if (t->first < PARENTS_MAX)
		lose(t);
	if (t->now.count)
		count_copies(t);
}

size_t model_events(const struct model *model, const struct made *commit, struct expected *out)
{
	static const char *const ids[] = { "aaa0", "bbb1", "ccc2", "ddd3" };
	size_t i, count = 0;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct turn turn = { .model = model, .commit = commit, .id = ids[i], .out = out, .count = count };

		judge(&turn);
		count = turn.count;
	}
	return count;
}

void model_put_in_order(struct model *model)
{
	unsigned listed = 0;
	size_t n, i, k;

	for (n = 0; n < model->count; n++) {
		size_t best = COMMITS_MAX;

		for (i = 0; i < model->count; i++) {
			const struct made *c = &model->commits[i], *b = &model->commits[best % COMMITS_MAX];
			bool ready = !(listed >> i & 1);

			for (k = 0; k < c->parent_count; k++)
				ready = ready && (listed >> c->parents[k] & 1);
			if (ready && (best == COMMITS_MAX || c->time < b->time ||
					     (c->time == b->time && oid_compare(&c->id, &b->id) < 0)))
				best = i;
		}
		model->order[n] = (unsigned)best;
		listed |= 1U << best;
	}
}
