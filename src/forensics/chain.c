#include "revident/forensics/chain.h"

#include <stdlib.h>
#include <string.h>

#include "chain_parts.h"
#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

/* Building one chain. Node numbers are first those of the sorted nodes, then those of the final order. */
struct builder {
	struct arena *arena;
	const struct text *external;
	size_t external_count;
	struct chain_node *nodes;
	size_t count, cap;
	struct intern ids, labels;
	uint32_t *by_id;    /* by number in `ids`: the node that Alembic takes */
	uint32_t *by_label; /* by number in `labels` */
};

static uint32_t number_of(struct intern *set, struct text name)
{
	return intern_find(set, name.ptr, name.len);
}

static void add_node(struct builder *b, struct text revision, enum chain_state state, const struct chain_member *member)
{
	VEC_GROW(b->nodes, b->count, b->cap);
	b->nodes[b->count++] =
		(struct chain_node){ .revision = revision, .state = state, .member = member, .is_shadowed = false };
}

static bool is_external(const struct builder *b, struct text name)
{
	size_t i;

	for (i = 0; i < b->external_count; i++)
		if (text_equal(b->external[i], name))
			return true;
	return false;
}

/* A node for a name that no member answers to, unless there is one. */
static void add_absent(struct builder *b, struct text name, bool by_label)
{
	size_t before = b->ids.count;

	if (number_of(&b->ids, name) != INTERN_NONE)
		return;
	if (by_label && number_of(&b->labels, name) != INTERN_NONE)
		return;
	intern_add(&b->ids, name.ptr, name.len);
	if (b->ids.count > before)
		add_node(b, name, is_external(b, name) ? CHAIN_EXTERNAL : CHAIN_MISSING, NULL);
}

static void add_nodes(struct builder *b, const struct chain_member *members, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		add_node(b, members[i].revision, CHAIN_PRESENT, &members[i]);
		intern_add(&b->ids, members[i].revision.ptr, members[i].revision.len);
		for (k = 0; k < members[i].label_count; k++)
			intern_add(&b->labels, members[i].labels[k].ptr, members[i].labels[k].len);
	}
	for (i = 0; i < count; i++) {
		for (k = 0; k < members[i].parent_count; k++)
			add_absent(b, members[i].parents[k], false);
		for (k = 0; k < members[i].depends_count; k++)
			add_absent(b, members[i].depends_on[k], true);
	}
}

static int compare_nodes(const void *a, const void *b)
{
	const struct chain_node *x = a, *y = b;
	int order = text_compare(x->revision, y->revision);

	if (order || !x->member || !y->member)
		return order;
	return text_compare(x->member->path, y->member->path);
}

/* Whom each id and each label means: of several files with one id the last that is loaded. */
static void index_nodes(struct builder *b)
{
	size_t i, k;

	b->by_id = xcalloc(b->ids.count, sizeof(*b->by_id));
	b->by_label = xcalloc(b->labels.count, sizeof(*b->by_label));
	memset(b->by_id, 0xff, b->ids.count * sizeof(*b->by_id));
	memset(b->by_label, 0xff, b->labels.count * sizeof(*b->by_label));
	for (i = 0; i < b->count; i++) {
		uint32_t id = number_of(&b->ids, b->nodes[i].revision), other = b->by_id[id];

		if (other != INTERN_NONE && b->nodes[other].member > b->nodes[i].member) {
			b->nodes[i].is_shadowed = true;
			continue;
		}
		if (other != INTERN_NONE)
			b->nodes[other].is_shadowed = true;
		b->by_id[id] = (uint32_t)i;
	}
	for (i = 0; i < b->count; i++)
		for (k = 0; b->nodes[i].member && k < b->nodes[i].member->label_count; k++)
			b->by_label[number_of(&b->labels, b->nodes[i].member->labels[k])] = (uint32_t)i;
}

static uint32_t resolve(struct builder *b, uint32_t from, struct text name, bool by_label)
{
	uint32_t number;

	if (text_equal(name, b->nodes[from].revision))
		return from; /* a file that names its own id, be it shadowed or not */
	number = number_of(&b->ids, name);
	if (number != INTERN_NONE)
		return b->by_id[number];
	return by_label ? b->by_label[number_of(&b->labels, name)] : INTERN_NONE;
}

/* `seen[node]` is `stamp` for nodes that this call has met. */
static struct chain_links link_names(struct builder *b, uint32_t from, const struct text *names, size_t count,
	bool by_label, uint32_t *seen, uint32_t stamp)
{
	uint32_t *to = arena_calloc(b->arena, count + 1, sizeof(*to));
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		uint32_t node = resolve(b, from, names[i], by_label);

		if (seen[node] == stamp)
			continue;
		seen[node] = stamp;
		to[n++] = node;
	}
	return (struct chain_links){ to, n };
}

/*
 * What a node names. A shadowed one names nobody, Alembic has forgotten it, unless a label of its own still leads to
 * it.
 */
static struct chain_links named_by(const struct chain_node *node, bool dependency)
{
	if (node->is_shadowed && !node->member->label_count)
		return (struct chain_links){ NULL, 0 };
	return dependency ? node->depends : node->parents;
}

/* The links of all nodes turned round: who names whom. */
static void turn_links(struct builder *b, bool dependency)
{
	uint32_t *counts = xcalloc(b->count, sizeof(*counts)), **to = xcalloc(b->count, sizeof(*to));
	size_t i, k;

	for (i = 0; i < b->count; i++)
		for (k = 0; k < named_by(&b->nodes[i], dependency).count; k++)
			counts[named_by(&b->nodes[i], dependency).to[k]]++;
	for (i = 0; i < b->count; i++) {
		to[i] = arena_calloc(b->arena, counts[i] + 1, sizeof(**to));
		counts[i] = 0;
	}
	for (i = 0; i < b->count; i++) {
		struct chain_links links = named_by(&b->nodes[i], dependency);

		for (k = 0; k < links.count; k++)
			to[links.to[k]][counts[links.to[k]]++] = (uint32_t)i;
	}
	for (i = 0; i < b->count; i++)
		*(dependency ? &b->nodes[i].dependents : &b->nodes[i].children) =
			(struct chain_links){ to[i], counts[i] };
	free(counts);
	free(to);
}

static void link_nodes(struct builder *b)
{
	uint32_t *seen = xcalloc(b->count, sizeof(*seen)), i;

	for (i = 0; i < b->count; i++) {
		const struct chain_member *m = b->nodes[i].member;

		if (!m)
			continue;
		b->nodes[i].parents = link_names(b, i, m->parents, m->parent_count, false, seen, 2 * i + 1);
		b->nodes[i].depends = link_names(b, i, m->depends_on, m->depends_count, true, seen, 2 * i + 2);
	}
	free(seen);
	turn_links(b, false);
	turn_links(b, true);
	for (i = 0; i < b->count; i++) {
		struct chain_node *node = &b->nodes[i];

		if (!node->member)
			continue;
		node->is_base = node->parents.count == 0 && !node->member->parents_unknown;
		node->is_head = node->is_shadowed || node->children.count == 0;
	}
}

static void renumber(struct arena *arena, struct chain_links *links, const uint32_t *places, bool sort)
{
	uint32_t *to = arena_calloc(arena, links->count + 1, sizeof(*to));
	size_t i;

	for (i = 0; i < links->count; i++)
		to[i] = places[links->to[i]];
	if (sort && links->count > 1)
		qsort(to, links->count, sizeof(*to), chain_compare_numbers);
	links->to = to;
}

/* Puts the nodes into their final order. */
static void place_nodes(struct builder *b, struct chain_cycle *cycles, size_t cycle_count, struct chain *out)
{
	struct chain_node *nodes = arena_calloc(b->arena, b->count + 1, sizeof(*nodes));
	uint32_t *order = arena_calloc(b->arena, b->count + 1, sizeof(*order));
	uint32_t *places = arena_calloc(b->arena, b->count + 1, sizeof(*places));
	size_t i;

	chain_sort(b->arena, b->nodes, b->count, order);
	for (i = 0; i < b->count; i++)
		places[order[i]] = (uint32_t)i;
	for (i = 0; i < b->count; i++) {
		nodes[i] = b->nodes[order[i]];
		renumber(b->arena, &nodes[i].parents, places, false);
		renumber(b->arena, &nodes[i].depends, places, false);
		renumber(b->arena, &nodes[i].children, places, true);
		renumber(b->arena, &nodes[i].dependents, places, true);
	}
	for (i = 0; i < cycle_count; i++) {
		struct chain_links links = { cycles[i].nodes, cycles[i].count };

		renumber(b->arena, &links, places, false);
		cycles[i].nodes = links.to;
	}
	*out = (struct chain){ .nodes = nodes, .count = b->count, .cycles = cycles, .cycle_count = cycle_count };
}

/* The ids of the marked nodes; they stand in the order of their ids. */
static size_t list_ids(struct builder *b, bool heads, const struct text **out)
{
	struct text *ids = arena_calloc(b->arena, b->count + 1, sizeof(*ids));
	size_t i, n = 0;

	for (i = 0; i < b->count; i++) {
		if (!(heads ? b->nodes[i].is_head : b->nodes[i].is_base))
			continue;
		if (n == 0 || !text_equal(ids[n - 1], b->nodes[i].revision))
			ids[n++] = b->nodes[i].revision;
	}
	*out = ids;
	return n;
}

void chain_build(struct arena *arena, const struct chain_member *members, size_t count, const struct text *external,
	size_t external_count, struct chain *out)
{
	struct builder b = { .arena = arena, .external = external, .external_count = external_count };
	struct chain_cycle *cycles;
	size_t cycle_count, i;

	intern_init(&b.ids);
	intern_init(&b.labels);
	add_nodes(&b, members, count);
	if (b.count)
		qsort(b.nodes, b.count, sizeof(*b.nodes), compare_nodes);
	index_nodes(&b);
	link_nodes(&b);
	cycle_count = chain_find_cycles(arena, b.nodes, b.count, &cycles);
	place_nodes(&b, cycles, cycle_count, out);
	out->head_count = list_ids(&b, true, &out->heads);
	out->base_count = list_ids(&b, false, &out->bases);
	for (i = 0; i < b.count; i++)
		out->missing_count += b.nodes[i].state == CHAIN_MISSING;
	intern_release(&b.ids);
	intern_release(&b.labels);
	free(b.by_id);
	free(b.by_label);
	free(b.nodes);
}

const struct chain_node *chain_find(const struct chain *chain, struct text revision)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		if (!chain->nodes[i].is_shadowed && text_equal(chain->nodes[i].revision, revision))
			return &chain->nodes[i];
	return NULL;
}
