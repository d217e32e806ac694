#include <stdlib.h>

#include "chain_parts.h"
#include "revident/base/xalloc.h"

/* Parents and children of all nodes, shadowed ones included, and how many parents each still waits for. */
struct sorting {
	const struct chain_node *nodes;
	size_t count;
	uint32_t *child_at, *children; /* those of node i: children[child_at[i]] to children[child_at[i + 1]] */
	uint32_t *waits;
	bool *placed;
	uint32_t *stack, *order;
	size_t stack_count, order_count;
};

static void list_children(struct sorting *s)
{
	uint32_t *next = xcalloc(s->count + 1, sizeof(*next));
	size_t i, k;

	for (i = 0; i < s->count; i++)
		for (k = 0; k < s->nodes[i].parents.count; k++)
			s->child_at[s->nodes[i].parents.to[k] + 1]++;
	for (i = 0; i < s->count; i++) {
		s->child_at[i + 1] += s->child_at[i];
		next[i] = s->child_at[i];
	}
	for (i = 0; i < s->count; i++) {
		s->waits[i] = (uint32_t)s->nodes[i].parents.count;
		for (k = 0; k < s->nodes[i].parents.count; k++)
			s->children[next[s->nodes[i].parents.to[k]]++] = (uint32_t)i;
	}
	free(next);
}

/* Places the node, and depth first all that waited for it alone. */
static void place(struct sorting *s, uint32_t node)
{
	s->stack[s->stack_count++] = node;
	s->placed[node] = true;
	while (s->stack_count) {
		uint32_t at = s->stack[--s->stack_count], i;

		s->order[s->order_count++] = at;
		for (i = s->child_at[at + 1]; i-- > s->child_at[at];) {
			uint32_t child = s->children[i];

			if (--s->waits[child] == 0 && !s->placed[child]) {
				s->placed[child] = true;
				s->stack[s->stack_count++] = child;
			}
		}
	}
}

void chain_sort(struct arena *arena, const struct chain_node *nodes, size_t count, uint32_t *order)
{
	struct sorting s = { .nodes = nodes, .count = count, .order = order };
	size_t i, links = 0;

	for (i = 0; i < count; i++)
		links += nodes[i].parents.count;
	s.child_at = arena_calloc(arena, count + 1, sizeof(*s.child_at));
	s.children = arena_calloc(arena, links + 1, sizeof(*s.children));
	s.waits = arena_calloc(arena, count + 1, sizeof(*s.waits));
	s.placed = arena_calloc(arena, count + 1, sizeof(*s.placed));
	s.stack = arena_calloc(arena, count + 1, sizeof(*s.stack));
	list_children(&s);
	for (i = 0; i < count; i++)
		if (nodes[i].state == CHAIN_PRESENT && s.waits[i] == 0 && !s.placed[i])
			place(&s, (uint32_t)i);
	for (i = 0; i < count; i++)
		if (nodes[i].state != CHAIN_PRESENT && !s.placed[i])
			place(&s, (uint32_t)i);
	for (i = 0; i < count; i++) /* only cycles and what is below them are left */
		if (nodes[i].is_in_cycle && !s.placed[i])
			place(&s, (uint32_t)i);
	for (i = 0; i < count; i++)
		if (!s.placed[i])
			place(&s, (uint32_t)i);
}
