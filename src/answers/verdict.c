#include "verdict.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "verdict_lost.h"

/* `known` has what is there by name, lineage and environment. */
static struct missing_key *missing_entry(
	struct verdict *verdict, struct intern *known, struct text name, const struct tree_env *env, uint32_t lineage)
{
	struct strbuf key = STRBUF_INIT;
	struct missing_key *item;
	uint32_t number;

	strbuf_add(&key, &lineage, sizeof(lineage));
	strbuf_add(&key, &name.len, sizeof(name.len));
	strbuf_add(&key, name.ptr, name.len);
	strbuf_add(&key, env->path.ptr, env->path.len);
	number = intern_add(known, key.buf, key.len);
	strbuf_release(&key);
	if (number < verdict->missing_count)
		return &verdict->missing[number];
	VEC_GROW(verdict->missing, verdict->missing_count, verdict->missing_cap);
	item = &verdict->missing[verdict->missing_count++];
	memset(item, 0, sizeof(*item));
	item->name = name;
	item->environment = env->path;
	item->lineage = lineage;
	item->not_loaded = INTERN_NONE;
	return item;
}

static bool is_same_file(const struct tree_file *a, const struct tree_file *b)
{
	return a->path == b->path && a->revision == b->revision;
}

/* From one view to the next mostly the same files name it, in the same order. */
static void add_referencing(struct missing_key *item, const struct missing_name *name)
{
	size_t i, k, before = item->referencing_count;

	if (!item->referencing_count)
		item->line = name->line;
	item->in_depends_on = name->in_depends_on && (item->in_depends_on || !item->referencing_count);
	for (i = 0; i < name->count; i++) {
		if (i < before && is_same_file(item->referencing[i], name->all[i]))
			continue;
		for (k = 0; k < before && !is_same_file(item->referencing[k], name->all[i]); k++)
			;
		if (k < before)
			continue;
		VEC_GROW(item->referencing, item->referencing_count, item->referencing_cap);
		item->referencing[item->referencing_count++] = name->all[i];
	}
}

static bool is_protected(const struct verdict *verdict, struct text ref)
{
	size_t i;

	for (i = 0; i < verdict->protection.ref_count; i++)
		if (text_equal(verdict->protection.refs[i].name, ref))
			return true;
	return false;
}

/* The exit code looks at HEAD, at tips that were typed, and with --all at protected refs. */
static bool tip_decides(const struct verdict *verdict, struct text name, bool all)
{
	if (all)
		return text_equal(name, TEXT_LITERAL("HEAD")) || is_protected(verdict, name);
	return true;
}

static bool is_decisive(
	const struct investigation *inv, const struct verdict *verdict, const struct missing_key *item, bool all)
{
	size_t i;

	for (i = 0; i < item->tip_count; i++)
		if (tip_decides(verdict, inv->tips[item->tips[i]].name, all))
			return true;
	return false;
}

static void add_tips(const struct investigation *inv, size_t view, struct missing_key *item)
{
	size_t t;

	for (t = 0; t < inv->tip_count; t++) {
		if (inv->tip_views[t] != view)
			continue;
		VEC_GROW(item->tips, item->tip_count, item->tip_cap);
		item->tips[item->tip_count++] = (uint32_t)t;
	}
}

static void drop_tips(const struct investigation *inv, size_t view, struct missing_key *item)
{
	size_t i, n = 0;

	for (i = 0; i < item->tip_count; i++)
		if (inv->tip_views[item->tips[i]] != view)
			item->tips[n++] = item->tips[i];
	item->tip_count = n;
}

/* What an environment of a view misses, where files could not be read that may be it. */
struct doubt {
	size_t view, unread;
	const struct tree_env *env;
	uint32_t *items; /* by number in `missing` */
	size_t count, cap;
};

struct doubts {
	struct doubt *items;
	size_t count, cap;
};

static struct doubt *add_doubt(struct doubts *doubts, size_t view, const struct tree_env *env, size_t unread)
{
	VEC_GROW(doubts->items, doubts->count, doubts->cap);
	doubts->items[doubts->count] = (struct doubt){ .view = view, .unread = unread, .env = env };
	return &doubts->items[doubts->count++];
}

/*
 * No file that was not read can be what is seen to be taken from the history of a tip. Of the rest, no more can be
 * there than there are such files.
 */
static void settle_doubt(struct investigation *inv, struct verdict *verdict, const struct doubt *doubt)
{
	size_t i, open = 0;

	for (i = 0; i < doubt->count; i++)
		open += !verdict->missing[doubt->items[i]].loss;
	if (!open || open > doubt->unread)
		return;
	tree_env_say_too_large(&inv->study, doubt->env);
	for (i = 0; i < doubt->count; i++)
		if (!verdict->missing[doubt->items[i]].loss)
			drop_tips(inv, doubt->view, &verdict->missing[doubt->items[i]]);
}

static void settle_doubts(struct investigation *inv, struct verdict *verdict, struct doubts *doubts)
{
	size_t i;

	for (i = 0; i < doubts->count; i++) {
		settle_doubt(inv, verdict, &doubts->items[i]);
		free(doubts->items[i].items);
	}
	free(doubts->items);
}

/* Files of an environment that Alembic does not load, by the id that they have. */
struct idle_files {
	struct intern revisions;
	uint32_t *paths; /* by number in `revisions` */
	size_t cap;
};

static void idle_files_init(struct idle_files *idle, const struct tree_env *env)
{
	size_t i;

	memset(idle, 0, sizeof(*idle));
	intern_init(&idle->revisions);
	for (i = 0; i < env->file_count; i++) {
		const struct tree_file *file = &env->files[i];
		size_t before = idle->revisions.count;

		if (file->is_loaded || file->revision == INTERN_NONE)
			continue;
		intern_add(&idle->revisions, &file->revision, sizeof(file->revision));
		if (idle->revisions.count == before)
			continue;
		VEC_GROW(idle->paths, before, idle->cap);
		idle->paths[before] = file->path;
	}
}

static void idle_files_release(struct idle_files *idle)
{
	intern_release(&idle->revisions);
	free(idle->paths);
}

/* The first file that has the id, or INTERN_NONE. */
static uint32_t idle_file_find(const struct idle_files *idle, const struct study *study, struct text name)
{
	uint32_t revision = intern_find(&study->revisions, name.ptr, name.len), number;

	if (revision == INTERN_NONE)
		return INTERN_NONE;
	number = intern_find(&idle->revisions, &revision, sizeof(revision));
	return number == INTERN_NONE ? INTERN_NONE : idle->paths[number];
}

static void look_at_view(struct investigation *inv, const struct policy *policy, size_t view, struct verdict *verdict,
	struct intern *known, struct doubts *doubts)
{
	const struct tree_envs *envs = &inv->views[view].envs;
	size_t e, i;

	for (e = 0; e < envs->count; e++) {
		const struct tree_env *env = &envs->items[e];
		const struct policy_environment *said = policy_environment(policy, env->path);
		const size_t unread = investigation_unread(&inv->views[view], env);
		struct missing_name *names;
		struct idle_files idle;
		struct doubt *doubt;
		size_t count;

		if (said && said->ignore)
			continue;
		count = tree_env_missing(
			&inv->study, env, said ? said->external.items : NULL, said ? said->external.count : 0, &names);
		doubt = count && unread ? add_doubt(doubts, view, env, unread) : NULL;
		if (count)
			idle_files_init(&idle, env);
		for (i = 0; i < count; i++) {
			struct missing_key *item =
				missing_entry(verdict, known, names[i].name, env, inv->views[view].labels[e]);

			add_referencing(item, &names[i]);
			add_tips(inv, view, item);
			if (item->not_loaded == INTERN_NONE)
				item->not_loaded = idle_file_find(&idle, &inv->study, item->name);
			if (!doubt)
				continue;
			VEC_GROW(doubt->items, doubt->count, doubt->cap);
			doubt->items[doubt->count++] = (uint32_t)(item - verdict->missing);
		}
		if (count)
			idle_files_release(&idle);
	}
}

int row_holds(struct investigation *inv, uint32_t row, uint32_t lineage, uint32_t revision, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(inv->snapshots, row, err);
	int found = 0;
	size_t i;

	if (!snapshot)
		return -1;
	for (i = 0; i < snapshot->count && !found; i++)
		found = snapshot->files[i].revision == revision &&
			investigation_lineage(inv, &snapshot->files[i]) == lineage;
	snapshot_put(inv->snapshots, snapshot);
	return found;
}

static bool was_held(const struct investigation *inv, uint32_t lineage, uint32_t revision)
{
	uint32_t pair[2] = { lineage, revision };

	return revision != INTERN_NONE && intern_find(&inv->history.held, pair, sizeof(pair)) != INTERN_NONE;
}

/* What is missing, by lineage and revision: several environments may miss the same. */
struct missing_index {
	struct intern pairs;  /* (lineage, revision), two uint32_t */
	size_t *first;        /* by number in `pairs`: place + 1 in `missing` */
	size_t *next;         /* by place in `missing` */
	bool *is_there;       /* by place: in the tree at hand */
	struct sought sought; /* its revisions, in whatever lineage */
};

static void index_missing(const struct investigation *inv, const struct verdict *verdict, struct missing_index *out)
{
	size_t i;

	intern_init(&out->pairs);
	out->first = xcalloc(verdict->missing_count, sizeof(*out->first));
	out->next = xcalloc(verdict->missing_count, sizeof(*out->next));
	out->is_there = xcalloc(verdict->missing_count, sizeof(*out->is_there));
	sought_init(&out->sought, inv, verdict); /* nothing is lost yet */
	for (i = 0; i < verdict->missing_count; i++) {
		const struct missing_key *item = &verdict->missing[i];
		uint32_t pair[2] = { item->lineage,
			intern_find(&inv->study.revisions, item->name.ptr, item->name.len) };
		uint32_t number;

		if (pair[1] == INTERN_NONE)
			continue;
		number = intern_add(&out->pairs, pair, sizeof(pair));
		out->next[i] = out->first[number];
		out->first[number] = i + 1;
	}
}

static void missing_index_release(struct missing_index *index)
{
	intern_release(&index->pairs);
	free(index->first);
	free(index->next);
	free(index->is_there);
	sought_release(&index->sought);
}

/* Marks what the row has of it. 0 or -1. */
static int mark_there(
	struct investigation *inv, uint32_t row, struct missing_index *index, size_t count, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(inv->snapshots, row, err);
	size_t i, at;

	if (!snapshot)
		return -1;
	memset(index->is_there, 0, count * sizeof(*index->is_there));
	for (i = 0; i < snapshot->count; i++) {
		uint32_t pair[2] = { INTERN_NONE, snapshot->files[i].revision }, number;

		if (!is_sought(&index->sought, pair[1]))
			continue;
		pair[0] = investigation_lineage(inv, &snapshot->files[i]);
		number = intern_find(&index->pairs, pair, sizeof(pair));
		for (at = number == INTERN_NONE ? 0 : index->first[number]; at; at = index->next[at - 1])
			index->is_there[at - 1] = true;
	}
	snapshot_put(inv->snapshots, snapshot);
	return 0;
}

/* Which refs' trees have what is missing here. */
static int look_on_refs(struct investigation *inv, struct verdict *verdict, struct err *err)
{
	struct missing_index index;
	uint32_t row, last = WATCH_UNKNOWN;
	size_t r, i;
	int found = 0;

	if (investigation_refs(inv, err) < 0)
		return -1;
	index_missing(inv, verdict, &index);
	for (r = 0; index.pairs.count && r < inv->refs.count && found >= 0; r++) {
		const struct ref *ref = &inv->refs.items[r];

		found = investigation_row(inv, &ref->commit, &row, err);
		if (found == 1 && row != last && mark_there(inv, row, &index, verdict->missing_count, err) < 0)
			found = -1;
		last = found == 1 ? row : last;
		for (i = 0; found == 1 && i < verdict->missing_count; i++) {
			struct missing_key *item = &verdict->missing[i];

			if (!index.is_there[i])
				continue;
			VEC_GROW(item->present_on, item->present_count, item->present_cap);
			item->present_on[item->present_count++] = ref->name;
		}
	}
	missing_index_release(&index);
	return found < 0 ? -1 : 0;
}

/* Which commits the tips where it is missing descend from, themselves included; of HEAD alone if it is one of them. */
static bool *ancestors_of(const struct investigation *inv, const struct missing_key *item)
{
	const struct commits *commits = &inv->commits;
	bool *reached = xcalloc(commits->count, sizeof(*reached));
	bool at_head = false;
	uint32_t i;
	size_t t;

	for (t = 0; t < item->tip_count && !at_head; t++)
		at_head = text_equal(inv->tips[item->tips[t]].name, TEXT_LITERAL("HEAD"));
	for (t = 0; t < item->tip_count; t++)
		if (!at_head || text_equal(inv->tips[item->tips[t]].name, TEXT_LITERAL("HEAD")))
			reached[inv->tip_commits[item->tips[t]]] = true;
	for (i = (uint32_t)commits->count; i-- > 0;)
		for (t = 0; reached[i] && t < commit_parent_count(commits, i); t++)
			reached[commit_parents(commits, i)[t]] = true;
	return reached;
}

/* The ancestors that were asked for last: what is missing at the same tips asks for the same. */
struct reaching {
	const struct missing_key *item;
	bool *reached;
};

static const bool *reach(const struct investigation *inv, struct reaching *r, const struct missing_key *item)
{
	if (r->item && r->item->tip_count == item->tip_count &&
		memcmp(r->item->tips, item->tips, item->tip_count * sizeof(*item->tips)) == 0)
		return r->reached;
	free(r->reached);
	r->item = item;
	r->reached = ancestors_of(inv, item);
	return r->reached;
}

/* What took it from there: on the way to a tip where it is missing, whatever other tips have. */
static void find_loss(const struct investigation *inv, struct reaching *reaching, struct missing_key *item)
{
	uint32_t revision = intern_find(&inv->study.revisions, item->name.ptr, item->name.len);
	const bool *reached = item->ever_in_history ? reach(inv, reaching, item) : NULL;
	uint32_t at = reached ? history_first(&inv->history, revision) : 0;

	for (; at; at = inv->history.changes[at - 1].next) {
		const struct change *change = &inv->history.changes[at - 1];

		if (event_kind_is_loss(change->kind) && change->lineage == item->lineage && reached[change->commit])
			item->loss = change;
	}
}

static int compare_missing(const void *a, const void *b)
{
	const struct missing_key *x = a, *y = b;
	int order = text_compare(x->name, y->name);

	return order ? order : text_compare(x->environment, y->environment);
}

static int find_missing(
	struct investigation *inv, const struct policy *policy, bool all, struct verdict *verdict, struct err *err)
{
	struct reaching reaching = { 0 };
	struct doubts doubts = { 0 };
	struct intern known;
	size_t v, i;

	intern_init(&known);
	for (v = 0; v < inv->view_count; v++)
		look_at_view(inv, policy, v, verdict, &known, &doubts);
	intern_release(&known);
	for (i = 0; i < verdict->missing_count; i++) {
		struct missing_key *item = &verdict->missing[i];

		item->ever_in_history = was_held(
			inv, item->lineage, intern_find(&inv->study.revisions, item->name.ptr, item->name.len));
		find_loss(inv, &reaching, item);
	}
	free(reaching.reached);
	settle_doubts(inv, verdict, &doubts);
	for (i = 0; i < verdict->missing_count; i++)
		verdict->missing[i].decides = is_decisive(inv, verdict, &verdict->missing[i], all);
	if (verdict->missing_count)
		qsort(verdict->missing, verdict->missing_count, sizeof(*verdict->missing), compare_missing);
	return verdict->missing_count ? look_on_refs(inv, verdict, err) : 0;
}

int verdict_reach(
	struct investigation *inv, const struct policy *policy, bool all, struct verdict *out, struct err *err)
{
	struct ref_list refs;

	memset(out, 0, sizeof(*out));
	if (!inv->has_refs && protection_refs(inv->repo, policy, inv->arena, &refs, err) < 0)
		return -1;
	protection_find(policy, inv->has_refs ? &inv->refs : &refs, inv->has_head ? &inv->head : NULL, inv->arena,
		&out->protection);
	if (find_missing(inv, policy, all, out, err) < 0)
		return -1;
	return find_lost(inv, out, err);
}

void verdict_release(struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->missing_count; i++) {
		free(verdict->missing[i].referencing);
		free(verdict->missing[i].tips);
		free(verdict->missing[i].present_on);
	}
	free(verdict->missing);
	memset(verdict, 0, sizeof(*verdict));
}
