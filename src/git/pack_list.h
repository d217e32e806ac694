/*
 * pack_list: all objects of one pack, as they lie in it, and reading them in the order that costs least. Private to
 * src/git.
 *
 * Deltas form families: an object stored whole, and below it what is stored as a difference to it. Visited with each
 * child directly behind its parent, a family is inflated once, and its parents are in the cache of bases when they are
 * needed. A list takes 16 bytes for each object, a visit 16 more for each one of its type.
 */
#ifndef REVIDENT_SRC_GIT_PACK_LIST_H
#define REVIDENT_SRC_GIT_PACK_LIST_H

#include "pack.h"

enum { PACK_UNTYPED = 0xff }; /* an entry that makes no sense here */

struct pack_listed {
	uint64_t offset;
	uint32_t position; /* in the index */
	uint8_t type;      /* enum object_type, or PACK_UNTYPED */
};

struct pack_list {
	const struct pack *pack;
	struct pack_listed *items; /* by offset */
	size_t count;
};

void pack_list_read(const struct pack *pack, struct pack_list *out);
void pack_list_release(struct pack_list *list);

/*
 * Which objects of several packs another one has, too: for each pack a bit for each position of its index, set in all
 * but the first of `order` that has the object. Both levels are freed by the caller. *distinct is how many objects
 * there are.
 */
unsigned char **packs_repeats(const struct packs *packs, const size_t *order, size_t *distinct);

static inline bool repeats_has(const unsigned char *bits, uint32_t position)
{
	return bits[position / 8] >> (position % 8) & 1;
}

/* What is done with the objects of one type. Functions return 0 to go on, -1 to stop. */
struct family_visitor {
	enum object_type type;
	size_t max; /* longer ones are passed over */
	bool (*is_wanted)(void *data, uint32_t position);
	int (*content)(void *data, uint32_t position, const struct pack_bytes *bytes);
	int (*unreadable)(void *data, uint32_t position);
	void *data;
};

/* Visits the wanted objects of a type in the list of pack `number`. 0; -1 where the visitor stopped. */
int packs_visit_families(
	struct packs *packs, size_t number, const struct pack_list *list, const struct family_visitor *visitor);

#endif
