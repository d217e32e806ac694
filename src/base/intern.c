#include "revident/base/intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

__extension__ typedef unsigned __int128 uint128;

/* Both halves of the product, which depend on every bit of both. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	uint128 product = (uint128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word_at(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t half_word_at(const unsigned char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Where the program was loaded is random for each process (PIE): a secret that costs neither a call nor a variable. */
uint64_t hash_secret(void)
{
	static const char anchor;

	return ((uint64_t)(uintptr_t)&anchor * 0x9fb21c651e98df25ULL) ^ 0xa0761d6478bd642fULL;
}

uint64_t hash_bytes_keyed(uint64_t key, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t h = fold(key, 0x9e3779b97f4a7c15ULL ^ len), a = 0, b = 0;
	size_t left = len;

	for (; left > 16; p += 16, left -= 16)
		h = fold(word_at(p) ^ key, word_at(p + 8) ^ h);
	if (left >= 8) { /* the two may overlap: together they have all that is left */
		a = word_at(p);
		b = word_at(p + left - 8);
	} else if (left >= 4) {
		a = half_word_at(p);
		b = half_word_at(p + left - 4);
	} else if (left) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 | p[left - 1];
	}
	h = fold(a ^ key, b ^ h);
	return h ^ h >> 32;
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
	return hash_bytes_keyed(hash_secret(), bytes, len);
}

void intern_init(struct intern *set)
{
	memset(set, 0, sizeof(*set));
	arena_init(&set->arena);
}

void intern_release(struct intern *set)
{
	arena_release(&set->arena);
	free(set->keys);
	free(set->slots);
	intern_init(set);
}

/* A slot has a key's hash above its number and one: most keys that are not it are told apart without a look at them. */
static uint64_t slot_for(uint32_t hash, size_t number)
{
	return (uint64_t)hash << 32 | (uint32_t)(number + 1);
}

static uint32_t number_in(uint64_t slot)
{
	return (uint32_t)slot - 1;
}

static void grow_slots(struct intern *set)
{
	size_t size = set->slots ? (set->mask + 1) * 2 : 64;
	uint64_t *slots = xcalloc(size, sizeof(*slots));
	size_t i, at;

	for (i = 0; i < set->count; i++) {
		for (at = set->keys[i].hash & (size - 1); slots[at]; at = (at + 1) & (size - 1))
			;
		slots[at] = slot_for(set->keys[i].hash, i);
	}
	free(set->slots);
	set->slots = slots;
	set->mask = size - 1;
}

/* The slot that holds the key, or the free one where it would go. */
static size_t find_slot(const struct intern *set, const void *bytes, size_t len, uint32_t hash)
{
	size_t at = hash & set->mask;

	for (; set->slots[at]; at = (at + 1) & set->mask) {
		const struct intern_key *key = &set->keys[number_in(set->slots[at])];

		if (set->slots[at] >> 32 == hash && key->len == len &&
			(len == 0 || memcmp(key->bytes, bytes, len) == 0))
			break;
	}
	return at;
}

uint32_t intern_add(struct intern *set, const void *bytes, size_t len)
{
	uint32_t hash = (uint32_t)hash_bytes(bytes, len);
	struct intern_key *key;
	size_t at;

	assert(len <= UINT32_MAX / 4);
	if (!set->slots || set->count * 2 > set->mask)
		grow_slots(set);
	at = find_slot(set, bytes, len, hash);
	if (set->slots[at])
		return number_in(set->slots[at]);
	assert(set->count < UINT32_MAX - 1);
	VEC_GROW(set->keys, set->count, set->cap);
	key = &set->keys[set->count];
	key->bytes = (unsigned char *)arena_memdup(&set->arena, bytes, len);
	key->len = (uint32_t)len;
	key->hash = hash;
	set->slots[at] = slot_for(hash, set->count);
	return (uint32_t)set->count++;
}

uint32_t intern_find(const struct intern *set, const void *bytes, size_t len)
{
	size_t at;

	if (!set->slots)
		return INTERN_NONE;
	at = find_slot(set, bytes, len, (uint32_t)hash_bytes(bytes, len));
	return set->slots[at] ? number_in(set->slots[at]) : INTERN_NONE;
}

const struct intern_key *intern_get(const struct intern *set, uint32_t number)
{
	assert(number < set->count);
	return &set->keys[number];
}

const char *intern_str(const struct intern *set, uint32_t number)
{
	return (const char *)intern_get(set, number)->bytes;
}
