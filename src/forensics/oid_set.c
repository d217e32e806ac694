#include "oid_set.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

enum { SLOTS_FIRST = 256 };

/* The slot that holds the id, or the free one where it would go. */
static size_t slot_of(const struct oid_set *set, const struct oid *id)
{
	uint64_t hash;
	size_t at;

	memcpy(&hash, id->bytes, sizeof(hash));
	for (at = (size_t)hash & set->mask; set->slots[at]; at = (at + 1) & set->mask)
		if (oid_equal(&set->ids[set->slots[at] - 1], id))
			break;
	return at;
}

static void grow(struct oid_set *set)
{
	size_t size = set->slots ? (set->mask + 1) * 2 : SLOTS_FIRST, i;

	free(set->slots);
	set->slots = xcalloc(size, sizeof(*set->slots));
	set->mask = size - 1;
	for (i = 0; i < set->count; i++)
		set->slots[slot_of(set, &set->ids[i])] = (uint32_t)i + 1;
}

void oid_set_add(struct oid_set *set, const struct oid *id)
{
	size_t at;

	if (!set->slots || set->count * 2 > set->mask)
		grow(set);
	at = slot_of(set, id);
	if (set->slots[at])
		return;
	VEC_GROW(set->ids, set->count, set->cap);
	set->ids[set->count++] = *id;
	set->slots[at] = (uint32_t)set->count;
}

bool oid_set_has(const struct oid_set *set, const struct oid *id)
{
	return set->slots && set->slots[slot_of(set, id)];
}

void oid_set_release(struct oid_set *set)
{
	free(set->ids);
	free(set->slots);
	memset(set, 0, sizeof(*set));
}
