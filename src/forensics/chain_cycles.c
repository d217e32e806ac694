#include <stdlib.h>
#include <string.h>

#include "chain_parts.h"
#include "revident/base/xalloc.h"

/* Tarjan's strongly connected components, without recursion: chains may be long. */
struct tarjan {
	struct arena *arena;
	struct chain_node *nodes;
	size_t count;
	bool with_dependencies;
	uint32_t *index, *low; /* index 0: not visited */
	bool *on_stack;
	uint32_t *stack, *path, *next; /* next[i]: how many links of node i were followed */
	size_t stack_count, path_count;
	uint32_t visited;
	struct chain_cycle *cycles;
	size_t cycle_count, cycle_cap;
};

static size_t link_count(const struct tarjan *t, uint32_t node)
{
	return t->nodes[node].parents.count + (t->with_dependencies ? t->nodes[node].depends.count : 0);
}

static uint32_t link_at(const struct tarjan *t, uint32_t node, size_t i)
{
	const struct chain_node *n = &t->nodes[node];

	return i < n->parents.count ? n->parents.to[i] : n->depends.to[i - n->parents.count];
}

static bool names_itself(const struct tarjan *t, uint32_t node)
{
	size_t i;

	for (i = 0; i < link_count(t, node); i++)
		if (link_at(t, node, i) == node)
			return true;
	return false;
}

/* The component on top of the stack, down to `root`. One that holds a cycle known already is not told again. */
static void close_component(struct tarjan *t, uint32_t root)
{
	size_t first = t->stack_count, i;
	bool is_known = false;
	uint32_t *members;

	do {
		first--;
		t->on_stack[t->stack[first]] = false;
		is_known |= t->nodes[t->stack[first]].is_in_cycle;
	} while (t->stack[first] != root);
	if (!is_known && (t->stack_count - first > 1 || names_itself(t, root))) {
		size_t count = t->stack_count - first;

		members = arena_copy(t->arena, t->stack + first, count, sizeof(*members));
		qsort(members, count, sizeof(*members), chain_compare_numbers);
		VEC_GROW(t->cycles, t->cycle_count, t->cycle_cap);
		t->cycles[t->cycle_count++] = (struct chain_cycle){ members, count, t->with_dependencies };
		for (i = 0; i < count; i++)
			t->nodes[members[i]].is_in_cycle = true;
	}
	t->stack_count = first;
}

static void enter(struct tarjan *t, uint32_t node)
{
	t->index[node] = t->low[node] = ++t->visited;
	t->stack[t->stack_count++] = node;
	t->on_stack[node] = true;
	t->path[t->path_count++] = node;
}

static void visit(struct tarjan *t, uint32_t start)
{
	enter(t, start);
	while (t->path_count) {
		uint32_t node = t->path[t->path_count - 1];

		if (t->next[node] < link_count(t, node)) {
			uint32_t to = link_at(t, node, t->next[node]++);

			if (!t->index[to])
				enter(t, to);
			else if (t->on_stack[to] && t->index[to] < t->low[node])
				t->low[node] = t->index[to];
			continue;
		}
		t->path_count--;
		if (t->path_count && t->low[node] < t->low[t->path[t->path_count - 1]])
			t->low[t->path[t->path_count - 1]] = t->low[node];
		if (t->low[node] == t->index[node])
			close_component(t, node);
	}
}

static void search(struct tarjan *t, bool with_dependencies)
{
	uint32_t i;

	t->with_dependencies = with_dependencies;
	t->visited = 0;
	memset(t->index, 0, t->count * sizeof(*t->index));
	memset(t->next, 0, t->count * sizeof(*t->next));
	for (i = 0; i < t->count; i++)
		if (!t->index[i])
			visit(t, i);
}

static int compare_cycles(const void *a, const void *b)
{
	return chain_compare_numbers(((const struct chain_cycle *)a)->nodes, ((const struct chain_cycle *)b)->nodes);
}

size_t chain_find_cycles(struct arena *arena, struct chain_node *nodes, size_t count, struct chain_cycle **out)
{
	struct tarjan t = { .arena = arena, .nodes = nodes, .count = count };

	*out = NULL;
	if (count == 0)
		return 0;
	t.index = xcalloc(count, sizeof(*t.index));
	t.low = xcalloc(count, sizeof(*t.low));
	t.on_stack = xcalloc(count, sizeof(*t.on_stack));
	t.stack = xcalloc(count, sizeof(*t.stack));
	t.path = xcalloc(count, sizeof(*t.path));
	t.next = xcalloc(count, sizeof(*t.next));
	search(&t, false);
	search(&t, true);
	if (t.cycle_count)
		qsort(t.cycles, t.cycle_count, sizeof(*t.cycles), compare_cycles);
	*out = arena_copy(arena, t.cycles, t.cycle_count, sizeof(*t.cycles));
	free(t.index);
	free(t.low);
	free(t.on_stack);
	free(t.stack);
	free(t.path);
	free(t.next);
	free(t.cycles);
	return t.cycle_count;
}
