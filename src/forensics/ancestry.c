#include "revident/forensics/ancestry.h"

#include <assert.h>
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

struct last_loss {
	const struct lineage *lineage;
	const struct change **changes; /* sorted by lineage, revision, commit once the first question came */
	size_t count, cap;
	bool is_sorted;
	uint32_t of_lineage, of_revision; /* whose answers are in `last` */
	uint32_t *last;                   /* by node: index + 1 of the last loss among it and its ancestors */
};

struct last_loss *last_loss_new(const struct lineage *lineage)
{
	struct last_loss *finder = xcalloc(1, sizeof(*finder));

	finder->lineage = lineage;
	finder->of_lineage = finder->of_revision = INTERN_NONE;
	return finder;
}

void last_loss_free(struct last_loss *finder)
{
	free(finder->changes);
	free(finder->last);
	free(finder);
}

void last_loss_add(struct last_loss *finder, const struct change *change)
{
	assert(!finder->is_sorted);
	VEC_GROW(finder->changes, finder->count, finder->cap);
	finder->changes[finder->count++] = change;
}

static int compare_pointers(const void *a, const void *b)
{
	const struct change *x = *(const struct change *const *)a;
	const struct change *y = *(const struct change *const *)b;

	if (x->lineage != y->lineage)
		return x->lineage < y->lineage ? -1 : 1;
	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	return x->commit < y->commit ? -1 : x->commit > y->commit;
}

static size_t first_of(const struct last_loss *finder, uint32_t lineage, uint32_t revision)
{
	size_t low = 0, high = finder->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct change *change = finder->changes[mid];

		if (change->lineage < lineage || (change->lineage == lineage && change->revision < revision))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Carries each node's last loss to its descendants; nodes are in walk order, so one pass does it. */
static void carry(struct last_loss *finder, uint32_t lineage, uint32_t revision)
{
	const struct lineage *l = finder->lineage;
	size_t i, n;
	uint32_t p;

	if (!finder->last)
		finder->last = xcalloc(l->node_count, sizeof(*finder->last));
	else
		memset(finder->last, 0, l->node_count * sizeof(*finder->last));
	for (i = first_of(finder, lineage, revision); i < finder->count; i++) {
		const struct change *change = finder->changes[i];

		if (change->lineage != lineage || change->revision != revision)
			break;
		finder->last[l->node_of[change->commit]] = (uint32_t)i + 1;
	}
	for (n = 0; n < l->node_count; n++) {
		if (finder->last[n])
			continue;
		for (p = 0; p < l->nodes[n].parent_count; p++) {
			uint32_t above = finder->last[node_parents(l, (uint32_t)n)[p]];

			if (above > finder->last[n])
				finder->last[n] = above;
		}
	}
	finder->of_lineage = lineage;
	finder->of_revision = revision;
}

const struct change *last_loss_before(struct last_loss *finder, uint32_t lineage, uint32_t revision, uint32_t node)
{
	uint32_t p, found = 0;

	if (!finder->is_sorted && finder->count)
		qsort(finder->changes, finder->count, sizeof(struct change *), compare_pointers);
	finder->is_sorted = true;
	if (finder->of_lineage != lineage || finder->of_revision != revision)
		carry(finder, lineage, revision);
	for (p = 0; p < finder->lineage->nodes[node].parent_count; p++) {
		uint32_t above = finder->last[node_parents(finder->lineage, node)[p]];

		if (above > found)
			found = above;
	}
	return found ? finder->changes[found - 1] : NULL;
}
