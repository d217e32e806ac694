#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "revident/base/xalloc.h"

/* More room would cost more in fresh pages, and in the processor's cache, than it saves in deltas. */
enum { BYTES_MAX = 4 * 1024 * 1024, ENTRY_BYTES_MAX = BYTES_MAX / 4, SLOTS = 4096, ENTRIES_MAX = 3000 };

#define NO_ENTRY UINT32_MAX

struct entry {
	uint64_t offset;
	size_t pack;
	struct pack_bytes *bytes;
	uint32_t next; /* with the same hash, or among the free ones */
	uint32_t newer, older;
};

struct base_cache {
	struct entry entries[ENTRIES_MAX];
	uint32_t slots[SLOTS];
	uint32_t newest, oldest, free;
	size_t total; /* bytes */
};

static uint32_t hash_of(size_t pack, uint64_t offset)
{
	return (uint32_t)((offset + pack * 0x9e3779b97f4a7c15ULL) * 0x9fb21c651e98df25ULL >> 40) % SLOTS;
}

struct base_cache *base_cache_new(void)
{
	struct base_cache *cache = xmalloc(sizeof(*cache));
	uint32_t i;

	memset(cache->slots, 0xff, sizeof(cache->slots));
	for (i = 0; i < ENTRIES_MAX; i++)
		cache->entries[i].next = i + 1 < ENTRIES_MAX ? i + 1 : NO_ENTRY;
	cache->free = 0;
	cache->newest = cache->oldest = NO_ENTRY;
	cache->total = 0;
	return cache;
}

/* Takes an entry out of the list by age. */
static void unlink_entry(struct base_cache *cache, uint32_t at)
{
	struct entry *entry = &cache->entries[at];

	if (entry->newer != NO_ENTRY)
		cache->entries[entry->newer].older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older != NO_ENTRY)
		cache->entries[entry->older].newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void make_newest(struct base_cache *cache, uint32_t at)
{
	struct entry *entry = &cache->entries[at];

	entry->newer = NO_ENTRY;
	entry->older = cache->newest;
	if (cache->newest != NO_ENTRY)
		cache->entries[cache->newest].newer = at;
	else
		cache->oldest = at;
	cache->newest = at;
}

static void drop_oldest(struct base_cache *cache)
{
	uint32_t at = cache->oldest, *link;
	struct entry *entry = &cache->entries[at];

	for (link = &cache->slots[hash_of(entry->pack, entry->offset)]; *link != at; link = &cache->entries[*link].next)
		;
	*link = entry->next;
	unlink_entry(cache, at);
	cache->total -= entry->bytes->len;
	pack_bytes_release(entry->bytes);
	entry->next = cache->free;
	cache->free = at;
}

void base_cache_free(struct base_cache *cache)
{
	if (!cache)
		return;
	while (cache->oldest != NO_ENTRY)
		drop_oldest(cache);
	free(cache);
}

struct pack_bytes *base_cache_get(struct base_cache *cache, size_t pack, uint64_t offset)
{
	uint32_t at = cache->slots[hash_of(pack, offset)];

	while (at != NO_ENTRY && (cache->entries[at].offset != offset || cache->entries[at].pack != pack))
		at = cache->entries[at].next;
	if (at == NO_ENTRY)
		return NULL;
	if (at != cache->newest) {
		unlink_entry(cache, at);
		make_newest(cache, at);
	}
	cache->entries[at].bytes->refs++;
	return cache->entries[at].bytes;
}

void base_cache_add(struct base_cache *cache, size_t pack, uint64_t offset, struct pack_bytes *bytes)
{
	uint32_t slot = hash_of(pack, offset), at;
	struct entry *entry;

	if (bytes->len > ENTRY_BYTES_MAX)
		return;
	while (cache->oldest != NO_ENTRY && (cache->free == NO_ENTRY || cache->total + bytes->len > BYTES_MAX))
		drop_oldest(cache);
	at = cache->free;
	entry = &cache->entries[at];
	cache->free = entry->next;
	entry->pack = pack;
	entry->offset = offset;
	entry->bytes = bytes;
	entry->next = cache->slots[slot];
	cache->slots[slot] = at;
	make_newest(cache, at);
	cache->total += bytes->len;
	bytes->refs++;
}
