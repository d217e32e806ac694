#include <stdlib.h>
#include <string.h>

#include "history_build.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/ancestry.h"

void emit_change(void *data, const struct change *change)
{
	struct history *history = data;

	if (history->count == CHANGES_MAX) {
		history->is_cut = true;
		return;
	}
	VEC_GROW(history->changes, history->count, history->cap);
	history->changes[history->count++] = *change;
}

/* Which of 64 keys each node's ancestors ever had, the node itself included. */
static void spread_held(struct builder *b, const struct key_batch *batch, uint64_t *bits)
{
	size_t i, n;
	uint32_t p;

	memset(bits, 0, b->lineage->node_count * sizeof(*bits));
	for (i = 0; i < b->arrival_count; i++)
		bits[b->arrivals[i].node] |= key_batch_bit(batch, b->arrivals[i].key);
	for (n = 0; n < b->lineage->node_count; n++)
		for (p = 0; p < b->lineage->nodes[n].parent_count; p++)
			bits[n] |= bits[node_parents(b->lineage, (uint32_t)n)[p]];
}

/* How many parents of one node ever had each of the 64 keys. */
struct parent_counts {
	uint32_t node, of[64];
};

static void count_parents(const struct builder *b, uint32_t node, const uint64_t *bits, struct parent_counts *out)
{
	const uint32_t *parents = node_parents(b->lineage, node);
	uint32_t p;

	memset(out, 0, sizeof(*out));
	out->node = node;
	for (p = 0; p < b->lineage->nodes[node].parent_count; p++) {
		uint64_t word = bits[parents[p]];

		for (; word; word &= word - 1)
			out->of[__builtin_ctzll(word)]++;
	}
}

/* Did a parent that lacks it ever have it? Merges may have as many parents as they drop revisions. */
static bool was_had_by_lacking(
	const struct dropped *dropped, uint64_t bit, const uint64_t *bits, const struct parent_counts *counts)
{
	uint32_t ever = counts->of[__builtin_ctzll(bit)];
	size_t i;

	for (i = 0; i < dropped->having_count; i++)
		ever -= (bits[dropped->having[i]] & bit) != 0;
	return ever > 0;
}

static void settle_batch(struct builder *b, const struct key_batch *batch, const uint64_t *bits)
{
	struct parent_counts counts = { .node = UINT32_MAX };
	size_t i;
	uint32_t p;

	for (i = 0; i < b->arrival_count; i++) {
		struct arrival *arrival = &b->arrivals[i];
		uint64_t bit = key_batch_bit(batch, arrival->key);

		for (p = 0; bit && p < b->lineage->nodes[arrival->node].parent_count; p++)
			if (bits[node_parents(b->lineage, arrival->node)[p]] & bit)
				arrival->change.kind = EVENT_RESTORED;
	}
	for (i = 0; i < b->dropped_count; i++) {
		struct dropped *dropped = &b->dropped[i];
		uint64_t bit = key_batch_bit(batch, dropped->key);

		if (bit && counts.node != dropped->node)
			count_parents(b, dropped->node, bits, &counts);
		if (bit && !was_had_by_lacking(dropped, bit, bits, &counts))
			emit_change(b->history, &dropped->change);
	}
}

void settle_arrivals(struct builder *b)
{
	uint32_t *wanted = xcalloc(b->history->held.count, sizeof(*wanted));
	uint64_t *bits = xcalloc(b->lineage->node_count, sizeof(*bits));
	struct key_batch batch;
	size_t i;

	for (i = 0; i < b->arrival_count; i++) {
		b->arrivals[i].change.kind = EVENT_ADDED;
		wanted[b->arrivals[i].key]++;
	}
	for (i = 0; i < b->history->held.count; i++)
		wanted[i] = wanted[i] > 1;
	for (i = 0; i < b->dropped_count; i++)
		wanted[b->dropped[i].key] = 1;
	for (i = 0; key_batch_next(&batch, wanted, b->history->held.count, &i);) {
		spread_held(b, &batch, bits);
		settle_batch(b, &batch, bits);
	}
	free(wanted);
	free(bits);
}

/* The holder in a commit's tree: at `path` where that one held it, else the first by path. 0 or -1. */
static int holder_in(struct builder *b, uint32_t commit, const struct change *change, uint32_t path, struct place *out)
{
	const struct node *node = &b->lineage->nodes[b->lineage->node_of[commit]];
	const struct snapshot *snapshot = snapshots_get(b->snapshots, node->row, b->err);
	size_t i;

	if (!snapshot)
		return -1;
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		if (file->revision != change->revision ||
			lineage_of_unit(b->lineage, node->layout, file->unit) != change->lineage)
			continue;
		if (out->path == INTERN_NONE || file->path == path ||
			(out->path != path && study_compare_paths(b->study, file->path, out->path) < 0))
			*out = (struct place){ file->path, file->blob };
	}
	snapshot_put(b->snapshots, snapshot);
	return 0;
}

static int describe_restored(struct builder *b, struct change *change, uint32_t last_holder)
{
	bool same;

	if (last_holder == COMMIT_NONE)
		return 0;
	if (holder_in(b, last_holder, change, change->after.path, &change->before) < 0)
		return -1;
	if (change->before.path == INTERN_NONE)
		return 0;
	change->same_content = change->before.blob == change->after.blob;
	if (study_similarity(b->study, change->before.blob, change->after.blob, &change->similarity, b->err) < 0 ||
		study_much_the_same(b->study, change->before.blob, change->after.blob, &same, b->err) < 0)
		return -1;
	change->reused = !same;
	return 0;
}

static bool is_restored(const struct arrival *arrival)
{
	return arrival->is_event && arrival->change.kind == EVENT_RESTORED;
}

static int compare_query_to_arrival(const struct holder_query *query, const struct arrival *arrival)
{
	const struct change *change = &arrival->change;

	if (query->lineage != change->lineage)
		return query->lineage < change->lineage ? -1 : 1;
	if (query->revision != change->revision)
		return query->revision < change->revision ? -1 : 1;
	return query->node < arrival->node ? -1 : query->node > arrival->node;
}

static uint32_t answer_for(const struct holder_query *queries, size_t count, const struct arrival *arrival)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = compare_query_to_arrival(&queries[mid], arrival);

		if (order == 0)
			return queries[mid].commit;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return COMMIT_NONE;
}

int settle_restored(struct builder *b)
{
	struct holder_query *queries = xcalloc(b->arrival_count, sizeof(*queries));
	size_t i, n = 0;
	int rc;

	for (i = 0; i < b->arrival_count; i++)
		if (is_restored(&b->arrivals[i]))
			queries[n++] = (struct holder_query){ .lineage = b->arrivals[i].change.lineage,
				.revision = b->arrivals[i].change.revision,
				.node = b->arrivals[i].node,
				.commit = COMMIT_NONE };
	rc = find_last_holders(b->lineage, b->snapshots, b->commits, queries, n, b->err);
	for (i = 0; i < b->arrival_count && rc == 0; i++)
		if (is_restored(&b->arrivals[i]))
			rc = describe_restored(b, &b->arrivals[i].change, answer_for(queries, n, &b->arrivals[i]));
	free(queries);
	return rc;
}
