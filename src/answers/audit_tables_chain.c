#include <stdlib.h>
#include <string.h>

#include "audit_tables_parts.h"
#include "revident/base/xalloc.h"

enum {
	NO_MIGRATION = -1,
	VISITED_MAX = 100 * 1000 * 1000, /* ancestors, in all: a branch makes each node behind it ask for all of them */
};

/* A walk along the chain: which nodes come before the one at hand. */
struct chain_walk {
	const struct audit_environment *env;
	const struct table_uses *uses;
	long *migration_of; /* by node: of env->migrations, or NO_MIGRATION */
	size_t *node_of;    /* by migration */
	bool *before;       /* by node */
	uint32_t *stack;    /* of nodes */
	size_t stack_count;
	bool opaque;             /* one of those before may create what cannot be told */
	size_t last;             /* the node that was looked at last */
	size_t visited;          /* nodes, each time that they were marked */
	struct table_set makers; /* every table that a migration creates or provides, once for each */
};

static long find_migration(const struct audit_environment *env, struct text path)
{
	size_t low = 0, high = env->migration_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = text_compare(env->migrations[mid].path, path);

		if (!order)
			return (long)mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NO_MIGRATION;
}

static bool is_created(const struct table_use *use)
{
	return use->kind == TABLE_CREATED || use->kind == TABLE_PROVIDED;
}

static void walk_init(struct chain_walk *w, const struct audit_environment *env, const struct table_uses *uses)
{
	size_t count = env->chain.count, i, k;

	*w = (struct chain_walk){ .env = env, .uses = uses, .last = count };
	w->migration_of = xcalloc(count + 1, sizeof(*w->migration_of));
	w->node_of = xcalloc(env->migration_count + 1, sizeof(*w->node_of));
	w->before = xcalloc(count + 1, sizeof(*w->before));
	w->stack = xcalloc(count + 1, sizeof(*w->stack));
	table_set_init(&w->makers);
	for (i = 0; i < env->migration_count; i++)
		w->node_of[i] = count;
	for (i = 0; i < count; i++) {
		const struct chain_node *node = &env->chain.nodes[i];

		w->migration_of[i] = node->member ? find_migration(env, node->member->path) : NO_MIGRATION;
		if (w->migration_of[i] != NO_MIGRATION)
			w->node_of[w->migration_of[i]] = i;
	}
	for (i = 0; i < env->migration_count; i++)
		for (k = 0; k < uses[i].count; k++)
			if (is_created(&uses[i].items[k]))
				table_set_add(&w->makers, uses[i].items[k].schema, uses[i].items[k].name)->migration =
					i;
}

static void walk_release(struct chain_walk *w)
{
	free(w->migration_of);
	free(w->node_of);
	free(w->before);
	free(w->stack);
	table_set_release(&w->makers);
}

static void visit(struct chain_walk *w, uint32_t node)
{
	if (w->before[node])
		return;
	w->before[node] = true;
	w->stack[w->stack_count++] = node;
	if (w->migration_of[node] != NO_MIGRATION && w->uses[w->migration_of[node]].opaque)
		w->opaque = true;
}

static void visit_links(struct chain_walk *w, const struct chain_links *links)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		visit(w, links->to[i]);
}

/* Is the last one the node's only parent? Then but one more comes before it. */
static bool goes_on_to(const struct chain_walk *w, size_t node)
{
	const struct chain_node *at = &w->env->chain.nodes[node];

	return w->last < w->env->chain.count && at->parents.count == 1 && !at->depends.count &&
	       at->parents.to[0] == w->last;
}

/* Marks the ancestors of `node`. */
static void move_to(struct chain_walk *w, size_t node)
{
	const struct chain_node *nodes = w->env->chain.nodes;
	bool goes_on = goes_on_to(w, node);

	if (!goes_on) {
		memset(w->before, 0, w->env->chain.count * sizeof(*w->before));
		w->opaque = false;
	}
	visit_links(w, &nodes[node].parents);
	visit_links(w, &nodes[node].depends);
	while (w->stack_count) {
		uint32_t at = w->stack[--w->stack_count];

		w->visited++;
		if (goes_on)
			continue;
		visit_links(w, &nodes[at].parents);
		visit_links(w, &nodes[at].depends);
	}
	w->last = node;
}

static bool is_made_before(const struct chain_walk *w, const struct table_use *use)
{
	size_t next;

	for (next = table_set_first(&w->makers, use->name); next; next = w->makers.items[next - 1].next) {
		const struct table_place *maker = &w->makers.items[next - 1];

		if (table_is_same(maker->schema, maker->name, use->schema, use->name) &&
			w->node_of[maker->migration] < w->env->chain.count && w->before[w->node_of[maker->migration]])
			return true;
	}
	return false;
}

static void judge(struct chain_walk *w, size_t migration, struct table_set *uncreated)
{
	const struct table_uses *uses = &w->uses[migration];
	struct table_set own;
	size_t i, counted = uncreated->count;

	table_set_init(&own);
	for (i = 0; i < uses->count; i++) {
		const struct table_use *use = &uses->items[i];
		struct table_place *place;

		if (is_created(use))
			table_set_add(&own, use->schema, use->name);
		if (use->kind != TABLE_ASSUMED || table_set_find(&own, use->schema, use->name) ||
			is_made_before(w, use))
			continue;
		place = table_set_merge(uncreated, use->schema, use->name);
		if (uncreated->count > counted) {
			place->line = use->line;
			place->migration = migration;
			place->users = 1;
			counted = uncreated->count;
		} else if (place->last_user != migration) {
			place->users++;
		}
		place->last_user = migration;
	}
	table_set_release(&own);
}

static bool assumes_any(const struct table_uses *uses)
{
	size_t i;

	for (i = 0; i < uses->count; i++)
		if (uses->items[i].kind == TABLE_ASSUMED)
			return true;
	return false;
}

bool table_chain_judge(const struct audit_environment *env, const struct table_uses *uses, struct table_set *uncreated)
{
	struct chain_walk w;
	size_t i;

	walk_init(&w, env, uses);
	for (i = 0; i < env->chain.count && w.visited < VISITED_MAX; i++) {
		if (w.migration_of[i] == NO_MIGRATION || env->chain.nodes[i].is_shadowed)
			continue;
		if (!goes_on_to(&w, i) && !assumes_any(&uses[w.migration_of[i]]))
			continue;
		move_to(&w, i);
		if (!w.opaque && !uses[w.migration_of[i]].opaque)
			judge(&w, (size_t)w.migration_of[i], uncreated);
	}
	walk_release(&w);
	return i == env->chain.count;
}

void table_chain_after(const struct audit_environment *env, const struct table_uses *uses, struct text revision,
	const struct table_set *created, struct table_set *out)
{
	const struct chain_node *nodes = env->chain.nodes;
	struct chain_walk w;
	size_t i, k;

	walk_init(&w, env, uses);
	for (i = 0; i < env->chain.count; i++)
		if (text_equal(nodes[i].revision, revision))
			visit(&w, (uint32_t)i);
	while (w.stack_count) {
		uint32_t at = w.stack[--w.stack_count];
		long migration = w.migration_of[at];

		visit_links(&w, &nodes[at].children);
		visit_links(&w, &nodes[at].dependents);
		for (k = 0; migration != NO_MIGRATION && k < uses[migration].count; k++) {
			const struct table_use *use = &uses[migration].items[k];

			if (use->kind == TABLE_ASSUMED && !table_set_find(created, use->schema, use->name))
				table_set_merge(out, use->schema, use->name);
		}
	}
	walk_release(&w);
}
