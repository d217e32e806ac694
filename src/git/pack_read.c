#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "revident/base/xalloc.h"

enum {
	DELTA_HEADER = 20, /* two lengths of at most ten bytes */
	INFLATE_ROOM =
		320,      /* libdeflate goes byte by byte where less room than that is left: in most entries, always */
	HEAD_INPUT = 240, /* holds the header of nearly every commit, which then may go on with a long signature */
};

void pack_bytes_release(struct pack_bytes *bytes)
{
	if (bytes && --bytes->refs == 0)
		free(bytes);
}

struct pack_bytes *pack_bytes_new(size_t len)
{
	struct pack_bytes *bytes = xmalloc(sizeof(*bytes) + len + 1);

	bytes->refs = 1;
	bytes->is_hashed = false;
	bytes->position = PACK_NO_POSITION;
	bytes->len = len;
	return bytes;
}

void packs_release(struct packs *packs)
{
	size_t i;

	base_cache_free(packs->cache);
	for (i = 0; i < packs->count; i++)
		pack_close(&packs->items[i]);
	free(packs->items);
	if (packs->has_inflater)
		inflateEnd(&packs->inflater);
	libdeflate_free_decompressor(packs->decompressor);
	strbuf_release(&packs->delta);
	memset(packs, 0, sizeof(*packs));
}

/* Makes the inflater ready for the beginning of an entry's data. */
static bool start_inflating(struct packs *packs, const struct pack *pack, const struct pack_entry *entry)
{
	size_t room = pack->size - OID_BYTES - entry->data;

	if (packs->has_inflater ? inflateReset(&packs->inflater) != Z_OK : inflateInit(&packs->inflater) != Z_OK)
		return false;
	packs->has_inflater = true;
	packs->inflater.next_in =
		(unsigned char *)(uintptr_t)(pack->map + entry->data); /* read only, whatever its type */
	packs->inflater.avail_in = room > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)room;
	return true;
}

/*
 * Inflates an entry's data, which ends before *end and must have exactly the length that its header says. `out` has
 * INFLATE_ROOM bytes more than that.
 */
static bool inflate_entry(
	struct packs *packs, const struct pack *pack, const struct pack_entry *entry, unsigned char *out, uint64_t *end)
{
	size_t used, len;

	if (!packs->decompressor)
		packs->decompressor = libdeflate_alloc_decompressor();
	if (!packs->decompressor || libdeflate_zlib_decompress_ex(packs->decompressor, pack->map + entry->data,
					    pack->size - OID_BYTES - entry->data, out, entry->len + INFLATE_ROOM, &used,
					    &len) != LIBDEFLATE_SUCCESS)
		return false;
	*end = entry->data + used;
	return len == entry->len;
}

/* An entry that is no delta. NULL where it cannot be inflated. */
static struct pack_bytes *inflate_whole(
	struct packs *packs, const struct pack *pack, const struct pack_entry *entry, uint64_t *end)
{
	struct pack_bytes *bytes = pack_bytes_new(entry->len + INFLATE_ROOM);

	if (!inflate_entry(packs, pack, entry, bytes->bytes, end)) {
		pack_bytes_release(bytes);
		return NULL;
	}
	bytes->type = pack_entry_type(entry);
	bytes->len = entry->len;
	bytes->bytes[bytes->len] = '\0';
	return bytes;
}

/* A delta's own bytes, of which there are no more than of an object. They live until the next one's. */
static bool inflate_delta(struct packs *packs, const struct pack *pack, const struct pack_entry *entry,
	struct pack_delta *delta, uint64_t *end)
{
	unsigned char *room;

	if (entry->len > OBJECT_META_MAX)
		return false;
	strbuf_clear(&packs->delta);
	strbuf_reserve(&packs->delta, entry->len + INFLATE_ROOM);
	room = (unsigned char *)packs->delta.buf;
	*delta = (struct pack_delta){ room, entry->len };
	return inflate_entry(packs, pack, entry, room, end);
}

/*
 * The entries from an object to one that is no delta, or whose content is cached (then that is `*base`). Each with the
 * position of the object that it should be: PACK_NO_POSITION where it was found by its offset.
 */
struct link {
	struct pack_entry entry;
	uint32_t position;
};

struct chain {
	struct link *items;
	size_t count, cap;
};

static bool follow_chain(
	struct packs *packs, size_t number, uint32_t position, struct chain *chain, struct pack_bytes **base)
{
	const struct pack *pack = &packs->items[number];
	uint64_t offset = pack_offset_at(pack, position);

	*base = NULL;
	for (;;) {
		struct pack_entry entry;

		*base = base_cache_get(packs->cache, number, offset);
		if (*base)
			return true;
		if (chain->count == PACK_CHAIN_MAX)
			return false;
		if (!pack_entry_at(pack, offset, &entry)) {
			*base = chain->count && packs->rescue ? packs->rescue(packs->rescue_data, number, offset)
							      : NULL;
			return *base != NULL;
		}
		VEC_GROW(chain->items, chain->count, chain->cap);
		chain->items[chain->count++] = (struct link){ entry, position };
		if (!pack_entry_is_delta(&entry))
			return true;
		offset = entry.base;
		position = entry.base_position;
	}
}

/*
 * Is what lies below a delta known to be what that was made against? An offset alone says so where it names the base.
 */
static bool is_known_base(const struct pack_entry *entry, const struct pack_bytes *below)
{
	return entry->base_position == PACK_NO_POSITION ? below->position != PACK_NO_POSITION
							: below->position == entry->base_position;
}

/* Finds out which object an entry is that ends before `end`, where the index's checksum says so. */
static uint32_t identify(struct pack *pack, const struct link *link, size_t len, uint64_t end)
{
	uint32_t position = link->position;
	uint64_t next;

	if (position == PACK_NO_POSITION &&
		(!pack_order_at_hand(pack, len) || !pack_find_offset(pack, link->entry.offset, &position, &next)))
		return PACK_NO_POSITION;
	return pack_entry_fits(pack, position, link->entry.offset, end) ? position : PACK_NO_POSITION;
}

/* The next object of a chain, upwards: the bottom's content itself, or a delta applied to what is below. */
static struct pack_bytes *build_entry(struct packs *packs, struct pack *pack, const struct link *link,
	const struct pack_bytes *below, size_t max, size_t *too_long)
{
	const struct pack_entry *entry = &link->entry;
	struct pack_bytes *out = NULL;
	struct pack_delta delta;
	uint64_t end;

	if (!pack_entry_is_delta(entry)) {
		if (entry->len > max)
			*too_long = entry->len;
		else
			out = inflate_whole(packs, pack, entry, &end);
		if (out)
			out->position = identify(pack, link, out->len, end);
		return out;
	}
	if (below && inflate_delta(packs, pack, entry, &delta, &end))
		out = pack_delta_apply(below, delta, max, too_long);
	if (out && is_known_base(entry, below))
		out->position = identify(pack, link, out->len, end);
	return out;
}

/*
 * A base of deltas as it was built, or, where that failed or is not what its id says, another copy of it. Without one,
 * what was built stays: it may be the index that is wrong, and what is made of it is held against its own id.
 */
static struct pack_bytes *settle_base(
	struct packs *packs, size_t number, const struct link *link, struct pack_bytes *built)
{
	struct pack *pack = &packs->items[number];
	uint32_t position = link->position;
	struct pack_bytes *other;
	uint64_t next;

	if (built &&
		(built->position != PACK_NO_POSITION || (position == PACK_NO_POSITION && !pack_order_is_there(pack))))
		return built;
	if (built && (position != PACK_NO_POSITION || pack_find_offset(pack, link->entry.offset, &position, &next)) &&
		pack_bytes_are(built, pack, position))
		return built;
	other = packs->rescue ? packs->rescue(packs->rescue_data, number, link->entry.offset) : NULL;
	if (!other)
		return built;
	pack_bytes_release(built);
	return other;
}

/*
 * A checksum keeps damage out, not what was made to fit. Of each type so many bytes are held against their ids all the
 * same, which is all that a small repository has; beyond that hashing would cost a tenth of the time.
 */
static bool is_hashed_always(const struct packs *packs, enum object_type type)
{
	static const size_t first[] = { [OBJECT_COMMIT] = 12 * 1024,
		[OBJECT_TREE] = 24 * 1024,
		[OBJECT_BLOB] = 48 * 1024,
		[OBJECT_TAG] = 8 * 1024 };

	return packs->hashed[type] < first[type];
}

static bool is_what_its_id_says(
	struct packs *packs, const struct pack *pack, uint32_t position, struct pack_bytes *bytes)
{
	if (!bytes->is_hashed && is_hashed_always(packs, bytes->type)) {
		packs->hashed[bytes->type] += bytes->len;
		bytes->position = PACK_NO_POSITION;
	}
	return pack_bytes_are(bytes, pack, position);
}

struct pack_bytes *packs_read_at(
	struct packs *packs, size_t number, uint32_t position, size_t max, bool is_base, size_t *too_long)
{
	struct pack *pack = &packs->items[number];
	struct chain chain = { .items = NULL };
	struct pack_bytes *below = NULL;

	if (!packs->cache)
		packs->cache = base_cache_new();
	if (!follow_chain(packs, number, position, &chain, &below)) {
		free(chain.items);
		return NULL;
	}
	while (chain.count) {
		const struct link *link = &chain.items[--chain.count];
		struct pack_bytes *next =
			build_entry(packs, pack, link, below, chain.count ? OBJECT_META_MAX : max, too_long);

		if (chain.count)
			next = settle_base(packs, number, link, next);
		pack_bytes_release(below);
		below = next;
		if (!next)
			break;
		if (chain.count || is_base || next->type == OBJECT_TREE)
			base_cache_add(packs->cache, number, link->entry.offset, next);
	}
	free(chain.items);
	if (!below && *too_long > max && !pack_position_fits(pack, position, UINT64_MAX))
		*too_long = 0; /* nobody knows how long it is */
	if (below && !is_what_its_id_says(packs, pack, position, below)) {
		pack_bytes_release(below);
		below = NULL;
	}
	if (!below && *too_long <= max && pack_order_insist(pack)) {
		base_cache_free(packs->cache);
		packs->cache = NULL;
		return packs_read_at(packs, number, position, max, is_base, too_long);
	}
	return below;
}

/* The length of what a delta makes, from its first bytes. */
static bool delta_result(struct packs *packs, const struct pack *pack, const struct pack_entry *entry, size_t *len)
{
	unsigned char head[DELTA_HEADER];
	struct pack_delta delta;
	uint64_t base_len, out_len;
	int status;

	if (!start_inflating(packs, pack, entry))
		return false;
	packs->inflater.next_out = head;
	packs->inflater.avail_out = sizeof(head);
	status = inflate(&packs->inflater, Z_SYNC_FLUSH);
	delta = (struct pack_delta){ head, sizeof(head) - packs->inflater.avail_out };
	if ((status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) ||
		!pack_delta_take_lengths(&delta, &base_len, &out_len) || out_len > SIZE_MAX / 2 ||
		!pack_delta_can_make(entry->len, out_len))
		return false;
	*len = (size_t)out_len;
	return true;
}

void packs_expect_many(struct packs *packs)
{
	size_t i;

	for (i = 0; i < packs->count; i++)
		pack_order_expect(&packs->items[i]);
}

/* Which pack has an object, and where in its index. */
static bool find(struct packs *packs, const struct oid *id, size_t *number, uint32_t *position)
{
	size_t i;

	if (packs->count == 0)
		return false;
	if (pack_find(&packs->items[packs->last], id, position)) {
		*number = packs->last;
		return true;
	}
	for (i = 0; i < packs->count; i++)
		if (i != packs->last && pack_find(&packs->items[i], id, position)) {
			*number = packs->last = i;
			return true;
		}
	return false;
}

void packs_expect(const struct packs *packs, const struct oid *id)
{
	if (packs->count)
		pack_expect(&packs->items[packs->last], id);
}

void packs_expect_entry(const struct packs *packs, const struct oid *id)
{
	enum { LINE = 64, LINES = 3 };
	const struct pack *pack = &packs->items[packs->last];
	uint32_t position;
	uint64_t offset;
	size_t i;

	if (!packs->count || !pack_find(pack, id, &position))
		return;
	offset = pack_offset_at(pack, position);
	for (i = 0; i < LINES && offset + i * LINE < pack->size; i++)
		__builtin_prefetch(pack->map + offset + i * LINE);
}

bool packs_length_at(struct packs *packs, size_t number, uint32_t position, size_t *len)
{
	const struct pack *pack = &packs->items[number];
	struct pack_entry entry;

	if (!pack_entry_at(pack, pack_offset_at(pack, position), &entry))
		return false;
	*len = entry.len;
	return !pack_entry_is_delta(&entry) || delta_result(packs, pack, &entry, len);
}

bool packs_header(struct packs *packs, const struct oid *id, enum object_type *type, size_t *len)
{
	const struct pack *pack;
	struct pack_entry entry;
	uint32_t position;
	uint64_t offset;
	size_t number;
	unsigned depth;

	if (!find(packs, id, &number, &position))
		return false;
	pack = &packs->items[number];
	if (len && !packs_length_at(packs, number, position, len))
		return false;
	if (!type)
		return true;
	offset = pack_offset_at(pack, position);
	for (depth = 0; depth < PACK_CHAIN_MAX; depth++) {
		if (!pack_entry_at(pack, offset, &entry))
			return false;
		if (!pack_entry_is_delta(&entry)) {
			*type = pack_entry_type(&entry);
			return true;
		}
		offset = entry.base;
	}
	return false;
}

enum pack_answer packs_read(struct packs *packs, const struct oid *id, size_t max, struct pack_bytes **out, size_t *len)
{
	size_t number, too_long = 0, i;
	uint32_t position;

	*out = NULL;
	if (!find(packs, id, &number, &position))
		return PACK_UNKNOWN;
	*out = packs_read_at(packs, number, position, max, false, &too_long);
	for (i = 0; !*out && too_long <= max && i < packs->count; i++) /* another pack may have a sound copy */
		if (i != number && pack_find(&packs->items[i], id, &position))
			*out = packs_read_at(packs, i, position, max, false, &too_long);
	if (*out && (*out)->len > max) { /* it was cached */
		too_long = (*out)->len;
		pack_bytes_release(*out);
		*out = NULL;
	}
	*len = *out ? (*out)->len : too_long;
	if (*out)
		return PACK_FOUND;
	return too_long > max ? PACK_TOO_LONG : PACK_UNKNOWN;
}

size_t packs_commit_head(struct packs *packs, const struct oid *id, unsigned char *out, size_t max)
{
	struct pack_entry entry;
	uint64_t offset, end;
	uint32_t position, at;
	struct pack *pack;
	size_t number;
	int status;

	if (is_hashed_always(packs, OBJECT_COMMIT) || !find(packs, id, &number, &position))
		return 0;
	pack = &packs->items[number];
	offset = pack_offset_at(pack, position);
	if (!pack_entry_at(pack, offset, &entry) || entry.type != PACK_ENTRY_COMMIT ||
		!pack_order_at_hand(pack, entry.len) || !pack_find_offset(pack, offset, &at, &end) ||
		!pack_entry_fits(pack, position, offset, end) || !start_inflating(packs, pack, &entry))
		return 0;
	if (packs->inflater.avail_in > HEAD_INPUT)
		packs->inflater.avail_in = HEAD_INPUT;
	packs->inflater.next_out = out;
	packs->inflater.avail_out = (uInt)max;
	status = inflate(&packs->inflater, Z_SYNC_FLUSH);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return 0;
	return max - packs->inflater.avail_out;
}
