#include "pack_list.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

#define NONE UINT32_MAX

static int compare_offsets(const void *a, const void *b)
{
	const struct pack_listed *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The item at `offset` among the first `end`, looked for from behind: git stores a base shortly before its deltas. */
static uint32_t find_offset(const struct pack_list *list, uint32_t end, uint64_t offset)
{
	uint32_t low, high = end, step = 1;

	while (step < high && list->items[high - step].offset > offset) {
		high -= step;
		step *= 2;
	}
	low = step < high ? high - step : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list->items[middle].offset == offset)
			return middle;
		if (list->items[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NONE;
}

/* The type at the end of an entry's chain, which may lie behind the entry where bases are named by id. */
static uint8_t type_of_chain(const struct pack *pack, struct pack_entry entry)
{
	unsigned depth;

	for (depth = 0; depth < PACK_CHAIN_MAX; depth++) {
		if (!pack_entry_is_delta(&entry))
			return (uint8_t)pack_entry_type(&entry);
		if (!pack_entry_at(pack, entry.base, &entry))
			break;
	}
	return PACK_UNTYPED;
}

static uint8_t type_of_item(const struct pack_list *list, uint32_t at)
{
	struct pack_entry entry;
	uint32_t base;

	if (!pack_entry_at(list->pack, list->items[at].offset, &entry))
		return PACK_UNTYPED;
	if (!pack_entry_is_delta(&entry))
		return (uint8_t)pack_entry_type(&entry);
	base = entry.base < entry.offset ? find_offset(list, at, entry.base) : NONE;
	return base == NONE ? type_of_chain(list->pack, entry) : list->items[base].type;
}

void pack_list_read(const struct pack *pack, struct pack_list *out)
{
	uint32_t i;

	out->pack = pack;
	out->count = pack->count;
	out->items = xcalloc(pack->count, sizeof(*out->items));
	for (i = 0; i < pack->count; i++)
		out->items[i] = (struct pack_listed){ .offset = pack_offset_at(pack, i), .position = i };
	if (pack->count)
		qsort(out->items, pack->count, sizeof(*out->items), compare_offsets);
	for (i = 0; i < pack->count; i++)
		out->items[i].type = type_of_item(out, i);
}

void pack_list_release(struct pack_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

struct links {
	uint32_t child, sibling; /* deltas against this object; against the same one */
	bool is_child;
};

/* The objects of one type, and the trees that their deltas form. */
struct families {
	struct packs *packs;
	size_t number;
	struct pack_list members;
	struct links *links; /* by member */
	const struct family_visitor *visitor;
};

static void take_members(struct families *f, const struct pack_list *list)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		n += list->items[i].type == f->visitor->type;
	f->members = (struct pack_list){ list->pack, xcalloc(n, sizeof(*list->items)), n };
	for (i = n = 0; i < list->count; i++)
		if (list->items[i].type == f->visitor->type)
			f->members.items[n++] = list->items[i];
}

static void link_members(struct families *f)
{
	uint32_t i, count = (uint32_t)f->members.count;

	f->links = xcalloc(count, sizeof(*f->links));
	for (i = 0; i < count; i++)
		f->links[i].child = f->links[i].sibling = NONE;
	for (i = count; i-- > 0;) { /* backwards, so that children come by offset */
		struct pack_entry entry;
		uint32_t base;

		if (!pack_entry_at(f->members.pack, f->members.items[i].offset, &entry) || !pack_entry_is_delta(&entry))
			continue;
		base = find_offset(&f->members, entry.base < entry.offset ? i : count, entry.base);
		if (base == NONE)
			continue;
		f->links[i].sibling = f->links[base].child;
		f->links[i].is_child = true;
		f->links[base].child = i;
	}
}

/*
 * Reads one member. Where its base was not wanted or is too long, the length is looked up first: else the whole base
 * would be made for nothing. 1 if it was read, 0 if not, -1.
 */
static int visit_member(struct families *f, uint32_t at, bool base_is_read)
{
	const struct family_visitor *v = f->visitor;
	const struct pack_listed *item = &f->members.items[at];
	struct pack_bytes *bytes;
	size_t len = 0;
	int rc;

	if (!v->is_wanted(v->data, item->position))
		return 0;
	if (!base_is_read && packs_length_at(f->packs, f->number, item->position, &len) && len > v->max &&
		pack_position_fits(&f->packs->items[f->number], item->position, v->max))
		return 0;
	len = 0;
	bytes = packs_read_at(f->packs, f->number, item->position, v->max, f->links[at].child != NONE, &len);
	if (!bytes)
		return len > v->max ? 0 : v->unreadable(v->data, item->position);
	rc = bytes->len > v->max ? 0 : v->content(v->data, item->position, bytes);
	pack_bytes_release(bytes);
	return rc < 0 ? -1 : 1;
}

/* A member that is to be visited, and whether its base was read just before. */
struct due {
	uint32_t member;
	bool base_is_read;
};

static int visit_family(struct families *f, uint32_t root)
{
	struct due *due = NULL;
	size_t count = 0, cap = 0;
	int got = 0;

	VEC_GROW(due, count, cap);
	due[count++] = (struct due){ root, false };
	while (count && got >= 0) {
		struct due next = due[--count];
		const struct links *links = &f->links[next.member];

		if (links->sibling != NONE) {
			VEC_GROW(due, count, cap);
			due[count++] = (struct due){ links->sibling, next.base_is_read };
		}
		got = visit_member(f, next.member, next.base_is_read);
		if (links->child != NONE) {
			VEC_GROW(due, count, cap);
			due[count++] = (struct due){ links->child, got == 1 };
		}
	}
	free(due);
	return got < 0 ? -1 : 0;
}

int packs_visit_families(
	struct packs *packs, size_t number, const struct pack_list *list, const struct family_visitor *visitor)
{
	struct families f = { .packs = packs, .number = number, .visitor = visitor };
	uint32_t i;
	int rc = 0;

	take_members(&f, list);
	link_members(&f);
	for (i = 0; i < f.members.count && rc == 0; i++)
		if (!f.links[i].is_child)
			rc = visit_family(&f, i);
	free(f.links);
	pack_list_release(&f.members);
	return rc;
}
