#include "chain_fold.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

enum { RUN_MIN = 3 };

#define NONE UINT32_MAX

struct folding {
	const struct chain *chain;
	const struct fold_options *options;
	uint32_t *item_of; /* by node */
	struct chain_fold *out;
	size_t edge_cap;
};

static bool is_kept(const struct folding *f, struct text revision)
{
	size_t i;

	for (i = 0; i < f->options->keep_count; i++)
		if (text_equal(f->options->keep[i], revision))
			return true;
	return false;
}

static bool is_plain(const struct folding *f, const struct chain_node *node)
{
	return node->state == CHAIN_PRESENT && !node->is_shadowed && !node->is_head && !node->is_base &&
	       !node->is_in_cycle && node->parents.count == 1 && node->children.count == 1 && !node->depends.count &&
	       !node->dependents.count && !(node->member && node->member->label_count) && !is_kept(f, node->revision);
}

static uint32_t add_item(struct folding *f, const struct chain_node *node, const struct chain_node *last, size_t count)
{
	f->out->items[f->out->count] = (struct fold_item){ .node = node, .last = last, .count = count };
	return (uint32_t)f->out->count++;
}

static uint32_t number_of(const struct folding *f, const struct chain_node *node)
{
	return (uint32_t)(node - f->chain->nodes);
}

/* A run that begins at a plain node whose parent is none. */
static void fold_run(struct folding *f, uint32_t first)
{
	const struct chain_node *node = &f->chain->nodes[first], *last = node;
	size_t count = 1;
	uint32_t item, at;

	while (is_plain(f, &f->chain->nodes[last->children.to[0]])) {
		last = &f->chain->nodes[last->children.to[0]];
		count++;
	}
	if (count < RUN_MIN) {
		for (at = first; count--; at = f->chain->nodes[at].children.to[0])
			f->item_of[at] = add_item(f, &f->chain->nodes[at], &f->chain->nodes[at], 1);
		return;
	}
	item = add_item(f, node, last, count);
	for (at = first;; at = f->chain->nodes[at].children.to[0]) {
		f->item_of[at] = item;
		if (at == number_of(f, last))
			return;
	}
}

static void make_items(struct folding *f)
{
	bool folds = f->chain->count > f->options->unfolded_max;
	uint32_t i;

	for (i = 0; i < f->chain->count; i++) {
		const struct chain_node *node = &f->chain->nodes[i];

		if (f->item_of[i] != NONE)
			continue;
		if (!folds || !is_plain(f, node))
			f->item_of[i] = add_item(f, node, node, 1);
		else
			fold_run(f, i);
	}
}

/* --- where it is too much ---------------------------------------------------------------------------------------- */

static void visit(struct folding *f, uint32_t node, bool *shows, uint32_t *queue, size_t *queued)
{
	uint32_t item = f->item_of[node];

	if (shows[item] || *queued == f->options->items_max)
		return;
	shows[item] = true;
	queue[(*queued)++] = item;
}

static void visit_neighbours(struct folding *f, uint32_t item, bool *shows, uint32_t *queue, size_t *queued)
{
	const struct chain_node *const ends[] = { f->out->items[item].node, f->out->items[item].last };
	size_t e, k;

	for (e = 0; e < 2; e++) {
		const struct chain_links *const links[] = { &ends[e]->parents, &ends[e]->children, &ends[e]->depends };

		for (k = 0; k < sizeof(links) / sizeof(links[0]); k++) {
			size_t i;

			for (i = 0; i < links[k]->count; i++)
				visit(f, links[k]->to[i], shows, queue, queued);
		}
	}
}

/* From the holes and the kept ones, then the heads, outwards. */
static void leave_out(struct folding *f)
{
	struct chain_fold *out = f->out;
	bool *shows = xcalloc(out->count, sizeof(*shows));
	uint32_t *queue = xcalloc(f->options->items_max + 1, sizeof(*queue)), i, *moved;
	size_t queued = 0, at = 0, n = 0;

	for (i = 0; i < f->chain->count; i++)
		if (is_kept(f, f->chain->nodes[i].revision))
			visit(f, i, shows, queue, &queued);
	for (i = 0; i < f->chain->count && queued < f->options->items_max / 2; i++)
		if (f->chain->nodes[i].state == CHAIN_MISSING)
			visit(f, i, shows, queue, &queued);
	for (i = 0; i < f->chain->count && queued < f->options->items_max * 3 / 4; i++)
		if (f->chain->nodes[i].is_head)
			visit(f, i, shows, queue, &queued);
	while (at < queued)
		visit_neighbours(f, queue[at++], shows, queue, &queued);
	moved = xcalloc(out->count, sizeof(*moved));
	for (i = 0; i < out->count; i++) {
		moved[i] = NONE;
		if (!shows[i]) {
			out->left_out += out->items[i].count;
			continue;
		}
		moved[i] = (uint32_t)n;
		out->items[n++] = out->items[i];
	}
	out->count = n;
	for (i = 0; i < f->chain->count; i++)
		f->item_of[i] = moved[f->item_of[i]];
	free(moved);
	free(queue);
	free(shows);
}

/* --- edges and columns ------------------------------------------------------------------------------------------- */

static void add_edges(struct folding *f, uint32_t to, const struct chain_links *links, bool by_dependency)
{
	size_t i;

	for (i = 0; i < links->count; i++) {
		uint32_t from = f->item_of[links->to[i]];

		if (from == NONE)
			continue;
		if (f->out->edge_count == f->options->edges_max)
			return;
		VEC_GROW(f->out->edges, f->out->edge_count, f->edge_cap);
		f->out->edges[f->out->edge_count++] = (struct fold_edge){ from, to, by_dependency };
	}
}

/* A column is taken by an item until its last child below it is placed; that one may take it over. */
static void place(struct chain_fold *fold)
{
	size_t *pending = xcalloc(fold->count + 1, sizeof(*pending));
	uint32_t *owner = xcalloc(fold->count + 1, sizeof(*owner)); /* by lane: item + 1 */
	size_t e, i, lane, at = 0;

	for (e = 0; e < fold->edge_count; e++)
		if (fold->edges[e].from < fold->edges[e].to)
			pending[fold->edges[e].from]++;
	for (i = 0; i < fold->count; i++) {
		size_t first = at, taken = SIZE_MAX;

		for (; at < fold->edge_count && fold->edges[at].to == i; at++)
			if (fold->edges[at].from < i)
				pending[fold->edges[at].from]--;
		for (e = first; e < at; e++) {
			uint32_t from = fold->edges[e].from;

			if (from >= i || pending[from])
				continue;
			lane = fold->items[from].lane;
			if (owner[lane] == from + 1)
				owner[lane] = 0;
			if (lane < taken)
				taken = lane;
		}
		for (lane = 0; taken == SIZE_MAX; lane++)
			if (!owner[lane])
				taken = lane;
		fold->items[i].lane = taken;
		if (pending[i])
			owner[taken] = (uint32_t)i + 1;
		if (taken + 1 > fold->lanes)
			fold->lanes = taken + 1;
	}
	free(owner);
	free(pending);
}

void chain_fold_make(const struct chain *chain, const struct fold_options *options, struct chain_fold *out)
{
	struct folding f = { .chain = chain, .options = options, .out = out };
	uint32_t i;

	memset(out, 0, sizeof(*out));
	out->items = xcalloc(chain->count + 1, sizeof(*out->items));
	f.item_of = xcalloc(chain->count + 1, sizeof(*f.item_of));
	for (i = 0; i < chain->count; i++)
		f.item_of[i] = NONE;
	make_items(&f);
	if (out->count > options->items_max)
		leave_out(&f);
	for (i = 0; i < out->count; i++) {
		add_edges(&f, i, &out->items[i].node->parents, false);
		add_edges(&f, i, &out->items[i].node->depends, true);
	}
	place(out);
	free(f.item_of);
}

void chain_fold_release(struct chain_fold *fold)
{
	free(fold->items);
	free(fold->edges);
	memset(fold, 0, sizeof(*fold));
}
