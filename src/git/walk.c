#include "walk.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

/* Commits that are ready to be listed, the next one first: a binary heap by time, then id. */
struct heap {
	const struct walk *walk;
	uint32_t *items;
	size_t count, cap;
};

static bool comes_before(const struct walk *walk, uint32_t a, uint32_t b)
{
	if (walk->times[a] != walk->times[b])
		return walk->times[a] < walk->times[b];
	return oid_compare(&walk->ids[a], &walk->ids[b]) < 0;
}

static void heap_add(struct heap *heap, uint32_t commit)
{
	size_t at = heap->count;

	VEC_GROW(heap->items, heap->count, heap->cap);
	heap->count++;
	while (at > 0 && comes_before(heap->walk, commit, heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = commit;
}

static uint32_t heap_take(struct heap *heap)
{
	uint32_t first = heap->items[0], last = heap->items[--heap->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < heap->count) {
		if (child + 1 < heap->count && comes_before(heap->walk, heap->items[child + 1], heap->items[child]))
			child++;
		if (!comes_before(heap->walk, heap->items[child], last))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = last;
	return first;
}

/* The parent at place `at`, or WALK_NONE where it was left out. */
static uint32_t parent_at(const struct walk *walk, uint32_t at)
{
	uint32_t parent = walk->parents[at] & ~WALK_LAST;

	return parent == WALK_DROPPED || !(walk->states[parent] & STATE_DONE) ? WALK_NONE : parent;
}

/* The place behind `at` among the same commit's parents, or WALK_NONE at the end. */
static uint32_t next_place(const struct walk *walk, uint32_t at)
{
	return walk->parents[at] & WALK_LAST ? WALK_NONE : at + 1;
}

/*
 * For each commit the places of its children in one list: `child_at[c]` to `child_at[c + 1]`. `waiting[c]` counts the
 * parents of `c` that are not listed yet.
 */
static uint32_t *list_children(const struct walk *walk, uint32_t **child_at, uint32_t *waiting)
{
	uint32_t *starts = xcalloc(walk->count + 2, sizeof(*starts)), *children;
	uint32_t at, parent;
	size_t i;

	for (i = 0; i < walk->order_count; i++)
		for (at = walk->first_parent[walk->order[i]]; at != WALK_NONE; at = next_place(walk, at))
			if ((parent = parent_at(walk, at)) != WALK_NONE) {
				starts[parent + 2]++;
				waiting[walk->order[i]]++;
			}
	for (i = 2; i < walk->count + 2; i++)
		starts[i] += starts[i - 1];
	children = xcalloc(starts[walk->count + 1], sizeof(*children));
	for (i = 0; i < walk->order_count; i++)
		for (at = walk->first_parent[walk->order[i]]; at != WALK_NONE; at = next_place(walk, at))
			if ((parent = parent_at(walk, at)) != WALK_NONE)
				children[starts[parent + 1]++] = walk->order[i];
	*child_at = starts;
	return children;
}

/* The commits in the walk order; `numbers` gets each one's place. */
static uint32_t *sort_commits(const struct walk *walk, uint32_t *numbers)
{
	uint32_t *sorted = xcalloc(walk->order_count, sizeof(*sorted));
	uint32_t *waiting = xcalloc(walk->count, sizeof(*waiting));
	uint32_t *child_at, *children = list_children(walk, &child_at, waiting);
	struct heap heap = { .walk = walk };
	size_t i, count = 0;

	for (i = 0; i < walk->order_count; i++)
		if (waiting[walk->order[i]] == 0)
			heap_add(&heap, walk->order[i]);
	while (heap.count) {
		uint32_t commit = heap_take(&heap), at;

		numbers[commit] = (uint32_t)count;
		sorted[count++] = commit;
		for (at = child_at[commit]; at < child_at[commit + 1]; at++)
			if (--waiting[children[at]] == 0)
				heap_add(&heap, children[at]);
	}
	free(heap.items);
	free(child_at);
	free(children);
	free(waiting);
	return sorted;
}

/* A new array with the elements of `items` in the order of `sorted`; frees the old one. */
static void *permute(void *items, size_t size, const uint32_t *sorted, size_t count)
{
	unsigned char *from = items, *to = xcalloc(count, size);
	size_t i;

	for (i = 0; i < count; i++)
		memcpy(to + i * size, from + sorted[i] * size, size);
	free(items);
	return to;
}

static void number_parents(struct walk *walk, struct commits *out, const uint32_t *sorted, const uint32_t *numbers)
{
	size_t i, count = 0;

	out->parent_at = xcalloc(out->count + 1, sizeof(*out->parent_at));
	out->parents = xcalloc(walk->parent_count, sizeof(*out->parents));
	for (i = 0; i < out->count; i++) {
		uint32_t at, parent;

		for (at = walk->first_parent[sorted[i]]; at != WALK_NONE; at = next_place(walk, at))
			if ((parent = parent_at(walk, at)) != WALK_NONE)
				out->parents[count++] = numbers[parent];
		out->parent_at[i + 1] = (uint32_t)count;
	}
	free(walk->parents);
	walk->parents = NULL;
}

void walk_number(struct walk *walk, struct commits *out)
{
	uint32_t *numbers = xcalloc(walk->count, sizeof(*numbers));
	uint32_t *sorted;
	size_t i;

	free(walk->slots);
	walk->slots = NULL;
	free(walk->index_of);
	walk->index_of = NULL;
	sorted = sort_commits(walk, numbers);
	out->count = walk->order_count;
	number_parents(walk, out, sorted, numbers);
	out->flags = xcalloc(out->count, 1);
	for (i = 0; i < out->count; i++)
		out->flags[i] = walk->states[sorted[i]] & STATE_CUT ? COMMIT_CUT : 0;
	for (i = 0; i < out->count; i++)
		walk->order[i] = numbers[walk->order[i]];
	out->read_order = walk->order;
	free(numbers);
	out->ids = permute(walk->ids, sizeof(*walk->ids), sorted, out->count);
	out->trees = permute(walk->trees, sizeof(*walk->trees), sorted, out->count);
	out->times = permute(walk->times, sizeof(*walk->times), sorted, out->count);
	if (walk->graph)
		out->graph_at = permute(walk->graph_at, sizeof(*walk->graph_at), sorted, out->count);
	walk->graph_at = NULL;
	walk->order = NULL;
	walk->ids = walk->trees = NULL;
	walk->times = NULL;
	free(sorted);
}

void walk_release(struct walk *walk)
{
	free(walk->ids);
	free(walk->trees);
	free(walk->times);
	free(walk->first_parent);
	free(walk->states);
	free(walk->parents);
	free(walk->slots);
	free(walk->order);
	free(walk->graph_at);
	free(walk->index_of);
	memset(walk, 0, sizeof(*walk));
}
