#include "revident/forensics/ancestry.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

bool key_batch_next(struct key_batch *batch, const uint32_t *wanted, size_t count, size_t *at)
{
	batch->count = 0;
	for (; *at < count && batch->count < 64; (*at)++)
		if (wanted[*at])
			batch->keys[batch->count++] = (uint32_t)*at;
	return batch->count > 0;
}

uint64_t key_batch_bit(const struct key_batch *batch, uint32_t key)
{
	size_t low = 0, high = batch->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (batch->keys[mid] == key)
			return (uint64_t)1 << mid;
		if (batch->keys[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

/* Revisions of lineages, 64 at a time, and which of them each row and layout holds. */
struct masks {
	struct lineage *lineage;
	struct snapshots *snapshots;
	const struct holder_query *wanted[64]; /* one query for each distinct revision */
	size_t count;
	unsigned char *first; /* by revision: the place in `wanted` of the first query for it, plus 1; 0: none */
	size_t first_cap;
	unsigned char next[64]; /* by place: that of the next one for the same revision, plus 1; 0: none */
	struct intern states;   /* (row, layout) */
	uint64_t *bits;         /* by state */
	size_t cap;
	struct err *err;
};

static uint64_t bits_of_file(struct masks *masks, uint32_t layout, const struct snap_file *file)
{
	uint64_t bits = 0;
	unsigned at;

	if (file->revision >= masks->first_cap)
		return 0;
	for (at = masks->first[file->revision]; at; at = masks->next[at - 1])
		if (masks->wanted[at - 1]->lineage == lineage_of_unit(masks->lineage, layout, file->unit))
			bits |= (uint64_t)1 << (at - 1);
	return bits;
}

/* Which of the wanted revisions the node's tree holds. 0 or -1. */
static int bits_of_node(struct masks *masks, const struct node *node, uint64_t *bits)
{
	uint32_t key[2] = { node->row, node->layout };
	size_t i, before = masks->states.count;
	uint32_t state = intern_add(&masks->states, key, sizeof(key));
	const struct snapshot *snapshot;

	if (state < before) {
		*bits = masks->bits[state];
		return 0;
	}
	snapshot = snapshots_get(masks->snapshots, node->row, masks->err);
	if (!snapshot)
		return -1;
	*bits = 0;
	for (i = 0; i < snapshot->count; i++)
		if (snapshot->files[i].revision != INTERN_NONE)
			*bits |= bits_of_file(masks, node->layout, &snapshot->files[i]);
	snapshot_put(masks->snapshots, snapshot);
	VEC_GROW(masks->bits, before, masks->cap);
	masks->bits[state] = *bits;
	return 0;
}

/* The first node that holds a revision; before it there is nothing to carry. */
static size_t first_holder(const struct lineage *lineage, const uint64_t *held, uint64_t bit)
{
	size_t n = 0;

	while (n < lineage->node_count && !(held[n] & bit))
		n++;
	return n;
}

/*
 * The last holder among the strict ancestors of each node's own commit, for one revision, from its first holder to the
 * node `end`; commit numbers + 1.
 */
static void carry(const struct lineage *lineage, const struct commits *commits, const uint64_t *held, uint64_t bit,
	size_t first, size_t end, uint32_t *last)
{
	size_t n, p;

	for (n = first; n <= end; n++) {
		uint32_t commit = lineage->nodes[n].commit;
		const uint32_t *parents = commit_parents(commits, commit);

		last[n] = 0;
		for (p = 0; p < commit_parent_count(commits, commit); p++) {
			uint32_t node = lineage->node_of[parents[p]];
			uint32_t at = held[node] & bit ? parents[p] + 1 : node < first ? 0 : last[node];

			if (at > last[n])
				last[n] = at;
		}
	}
}

static int compare_queries(const void *a, const void *b)
{
	const struct holder_query *x = a, *y = b;

	if (x->lineage != y->lineage)
		return x->lineage < y->lineage ? -1 : 1;
	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static bool same_revision(const struct holder_query *a, const struct holder_query *b)
{
	return a->lineage == b->lineage && a->revision == b->revision;
}

static void index_wanted(struct masks *masks)
{
	size_t i, cap = 0;

	for (i = 0; i < masks->count; i++)
		if (masks->wanted[i]->revision >= cap)
			cap = (size_t)masks->wanted[i]->revision + 1;
	free(masks->first);
	masks->first = xcalloc(cap, 1);
	masks->first_cap = cap;
	for (i = masks->count; i-- > 0;) {
		masks->next[i] = masks->first[masks->wanted[i]->revision];
		masks->first[masks->wanted[i]->revision] = (unsigned char)(i + 1);
	}
}

/* Takes the queries of the next 64 revisions; returns how many queries they are. */
static size_t take_batch(struct masks *masks, const struct holder_query *queries, size_t count)
{
	size_t i;

	masks->count = 0;
	for (i = 0; i < count; i++) {
		if (masks->count && same_revision(masks->wanted[masks->count - 1], &queries[i]))
			continue;
		if (masks->count == 64)
			break;
		masks->wanted[masks->count++] = &queries[i];
	}
	index_wanted(masks);
	return i;
}

static void answer(struct masks *masks, const struct commits *commits, const uint64_t *held, uint32_t *last,
	struct holder_query *queries, size_t count)
{
	size_t i, k, from = 0;

	for (i = 0; i < masks->count; i++, from = k) {
		uint64_t bit = (uint64_t)1 << i;
		size_t first = first_holder(masks->lineage, held, bit);

		for (k = from; k < count && same_revision(masks->wanted[i], &queries[k]); k++)
			queries[k].commit = COMMIT_NONE;
		carry(masks->lineage, commits, held, bit, first, queries[k - 1].node, last);
		for (k = from; k < count && same_revision(masks->wanted[i], &queries[k]); k++)
			if (queries[k].node >= first && last[queries[k].node])
				queries[k].commit = last[queries[k].node] - 1;
	}
}

int find_last_holders(struct lineage *lineage, struct snapshots *snapshots, const struct commits *commits,
	struct holder_query *queries, size_t count, struct err *err)
{
	struct masks masks = { .lineage = lineage, .snapshots = snapshots, .err = err };
	uint64_t *held = xcalloc(lineage->node_count, sizeof(*held));
	uint32_t *last = xcalloc(lineage->node_count, sizeof(*last));
	size_t at, n, taken;
	int rc = 0;

	if (count)
		qsort(queries, count, sizeof(*queries), compare_queries);
	for (at = 0; at < count && rc == 0; at += taken) {
		taken = take_batch(&masks, queries + at, count - at);
		intern_init(&masks.states);
		for (n = 0; n < lineage->node_count && rc == 0; n++)
			rc = bits_of_node(&masks, &lineage->nodes[n], &held[n]);
		if (rc == 0)
			answer(&masks, commits, held, last, queries + at, taken);
		intern_release(&masks.states);
	}
	free(masks.bits);
	free(masks.first);
	free(held);
	free(last);
	return rc;
}
