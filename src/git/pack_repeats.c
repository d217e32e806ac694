#include <stdlib.h>
#include <string.h>

#include "pack_list.h"
#include "revident/base/xalloc.h"

/* One pack's mention of an object. */
struct mention {
	struct oid id;
	uint32_t rank, position;
};

struct mentions {
	struct mention *items;
	size_t count, cap;
};

static int compare_mentions(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;
	int order = oid_compare(&x->id, &y->id);

	return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

/* The objects of all packs whose ids begin with this byte. */
static void gather(const struct packs *packs, const size_t *order, uint8_t first, struct mentions *out)
{
	uint32_t rank, position, end;

	out->count = 0;
	for (rank = 0; rank < packs->count; rank++) {
		pack_range(&packs->items[order[rank]], first, &position, &end);
		for (; position < end; position++) {
			VEC_GROW(out->items, out->count, out->cap);
			out->items[out->count].rank = rank;
			out->items[out->count].position = position;
			pack_id_at(&packs->items[order[rank]], position, &out->items[out->count++].id);
		}
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_mentions);
}

unsigned char **packs_repeats(const struct packs *packs, const size_t *order, size_t *distinct)
{
	unsigned char **bits = xcalloc(packs->count, sizeof(*bits));
	struct mentions mentions = { .items = NULL };
	size_t rank, i;
	unsigned first;

	*distinct = 0;
	for (rank = 0; rank < packs->count; rank++) {
		bits[rank] = xcalloc(packs->items[order[rank]].count / 8 + 1, 1);
		*distinct += packs->items[order[rank]].count;
	}
	for (first = 0; packs->count > 1 && first < 256; first++) {
		gather(packs, order, (uint8_t)first, &mentions);
		for (i = 1; i < mentions.count; i++) {
			const struct mention *m = &mentions.items[i];

			if (!oid_equal(&m->id, &mentions.items[i - 1].id))
				continue;
			bits[m->rank][m->position / 8] |= (unsigned char)(1u << (m->position % 8));
			--*distinct;
		}
	}
	free(mentions.items);
	return bits;
}
