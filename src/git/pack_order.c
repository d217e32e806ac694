/*
 * Which object begins at an offset of a pack: what the index tells the other way around. git may have written it down
 * in a file beside the index (".rev"); that is used where it fits, and believed in nothing: who is not found through it
 * is looked for in an order of our own, which takes a sort of the whole index.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "revident/base/xalloc.h"

enum {
	REV_HEADER = 12,
	REV_TRAILER = 2 * OID_BYTES,
	DIGIT_BITS = 11, /* of an offset, for each round of sorting */
	DIGITS = 1 << DIGIT_BITS,
	HASH_START = 512,   /* hashing costs as much as that of so many bytes before the first */
	SORT_AN_ENTRY = 12, /* and sorting as much as that of so many for each entry */
	SAMPLE_STEP = 32,
};

static uint32_t position_at(const struct pack *pack, uint32_t rank)
{
	return pack->order.sorted ? pack->order.sorted[rank] : be32(pack->order.rev + REV_HEADER + (size_t)rank * 4);
}

/* The offset of the object that is this many behind the first; behind the last it is the end of them all. */
static uint64_t offset_at(const struct pack *pack, uint32_t rank)
{
	uint32_t position = rank < pack->count ? position_at(pack, rank) : PACK_NO_POSITION;

	return position < pack->count ? pack_offset_at(pack, position) : pack->size - OID_BYTES;
}

static bool is_reverse_index(const struct pack *pack, const unsigned char *map, size_t size)
{
	static const unsigned char head[REV_HEADER] = { 'R', 'I', 'D', 'X', 0, 0, 0, 1, 0, 0, 0, 1 };

	return size == REV_HEADER + (size_t)pack->count * 4 + REV_TRAILER && memcmp(map, head, sizeof(head)) == 0 &&
	       memcmp(map + size - REV_TRAILER, pack->map + pack->size - OID_BYTES, OID_BYTES) == 0;
}

static void take_reverse_index(struct pack *pack)
{
	size_t len = strlen(pack->path) - strlen("idx");
	const unsigned char *map = NULL;
	struct strbuf path = STRBUF_INIT;
	size_t size = 0;

	strbuf_add(&path, pack->path, len);
	strbuf_addstr(&path, "rev");
	if (pack_map_file(path.buf, &map, &size, NULL) == NULL) {
		if (is_reverse_index(pack, map, size)) {
			pack->order.rev = map;
			pack->order.rev_size = size;
		} else {
			pack_unmap(map, size);
		}
	}
	strbuf_release(&path);
}

/* One round: by the digit of the offsets above `shift` bits, all else in the order that it has. */
static void sort_by_digit(const struct pack *pack, unsigned shift, const uint32_t *from, uint32_t *to)
{
	uint32_t begins[DIGITS] = { 0 }, sum = 0, i;

	for (i = 0; i < pack->count; i++)
		begins[pack_offset_at(pack, i) >> shift & (DIGITS - 1)]++;
	for (i = 0; i < DIGITS; i++) {
		uint32_t n = begins[i];

		begins[i] = sum;
		sum += n;
	}
	for (i = 0; i < pack->count; i++)
		to[begins[pack_offset_at(pack, from[i]) >> shift & (DIGITS - 1)]++] = from[i];
}

static void sort_positions(struct pack *pack)
{
	uint32_t *from = xcalloc(pack->count, sizeof(*from)), *to = xcalloc(pack->count, sizeof(*to)), *done, i;
	unsigned shift;

	for (i = 0; i < pack->count; i++)
		from[i] = i;
	for (shift = 0; pack->size >> shift; shift += DIGIT_BITS) {
		sort_by_digit(pack, shift, from, to);
		done = to;
		to = from;
		from = done;
	}
	free(to);
	assert(from); /* xcalloc() gives no NULL */
	pack->order.sorted = from;
}

/* So few offsets that they stay near the processor: a search through all of them waits for memory at every step. */
static void take_samples(struct pack *pack)
{
	uint32_t i, count = pack->count / SAMPLE_STEP + 1;

	pack->order.samples = xcalloc(count, sizeof(*pack->order.samples));
	for (i = 0; i < count; i++)
		pack->order.samples[i] = offset_at(pack, i * SAMPLE_STEP);
}

/* The first sample that is not below `offset`, or their count. */
static uint32_t find_sample(const struct pack *pack, uint64_t offset)
{
	uint32_t low = 0, high = pack->count / SAMPLE_STEP + 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pack->order.samples[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first rank whose object does not begin before `offset`. */
static uint32_t find_rank(const struct pack *pack, uint64_t offset)
{
	uint32_t sample = find_sample(pack, offset), low = sample ? (sample - 1) * SAMPLE_STEP + 1 : 0,
		 high = sample * SAMPLE_STEP < pack->count ? sample * SAMPLE_STEP : pack->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (offset_at(pack, middle) < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool find(struct pack *pack, uint64_t offset, uint32_t *position, uint64_t *end)
{
	uint32_t rank;

	if (!pack->order.samples)
		take_samples(pack);
	rank = find_rank(pack, offset);
	if (rank >= pack->count || offset_at(pack, rank) != offset)
		return false;
	*position = position_at(pack, rank);
	*end = offset_at(pack, rank + 1);
	return *position<pack->count && * end> offset; /* else two have one place, or the order is none */
}

bool pack_find_offset(struct pack *pack, uint64_t offset, uint32_t *position, uint64_t *end)
{
	struct pack_order *order = &pack->order;

	if (!order->sorted && !order->rev)
		take_reverse_index(pack);
	if (order->rev && find(pack, offset, position, end))
		return true;
	if (!order->sorted) {
		if (order->rev)
			pack_unmap(order->rev, order->rev_size);
		free(order->samples);
		order->rev = NULL;
		order->samples = NULL;
		sort_positions(pack);
	}
	return find(pack, offset, position, end);
}

bool pack_order_is_there(const struct pack *pack)
{
	return pack->order.sorted || pack->order.rev;
}

bool pack_order_at_hand(struct pack *pack, size_t len)
{
	struct pack_order *order = &pack->order;

	if (!pack_order_is_there(pack) && !order->was_looked_for)
		take_reverse_index(pack);
	order->was_looked_for = true;
	if (pack_order_is_there(pack) || order->spent >= (uint64_t)pack->count * SORT_AN_ENTRY)
		return true;
	order->spent += len + HASH_START;
	order->has_doubts = true;
	return false;
}

void pack_order_expect(struct pack *pack)
{
	pack->order.spent = UINT64_MAX;
}

bool pack_order_insist(struct pack *pack)
{
	bool has_doubts = pack->order.has_doubts;

	pack_order_expect(pack);
	pack->order.has_doubts = false;
	return has_doubts;
}

void pack_order_release(struct pack_order *order)
{
	free(order->sorted);
	free(order->samples);
	if (order->rev)
		pack_unmap(order->rev, order->rev_size);
	memset(order, 0, sizeof(*order));
}
