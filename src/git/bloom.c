#include "commit_graph.h"

enum { SEED_FIRST = 0x293ae76f, SEED_SECOND = 0x7e646e2c };

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t scramble(uint32_t word)
{
	return rotate(word * 0xcc9e2d51U, 15) * 0x1b873593U;
}

/* MurmurHash3 for 32 bits, over unsigned bytes. */
static uint32_t murmur3(uint32_t hash, const unsigned char *p, size_t len)
{
	size_t left = len;
	uint32_t word = 0;

	for (; left >= 4; p += 4, left -= 4) {
		word = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		hash = rotate(hash ^ scramble(word), 13) * 5 + 0xe6546b64U;
	}
	word = 0;
	while (left > 0)
		word = word << 8 | p[--left];
	hash ^= scramble(word) ^ (uint32_t)len;
	hash = (hash ^ hash >> 16) * 0x85ebca6bU;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
	return hash ^ hash >> 16;
}

void bloom_key_make(struct bloom_key *key, const char *path, size_t len)
{
	const unsigned char *p = (const unsigned char *)path;
	unsigned char high = 0;
	size_t i;

	for (i = 0; i < len; i++)
		high |= p[i];
	key->first = murmur3(SEED_FIRST, p, len);
	key->second = murmur3(SEED_SECOND, p, len);
	key->is_ascii = high < 0x80;
}

bool bloom_may_contain(const struct bloom_filter *filter, const struct bloom_key *key)
{
	uint32_t bits = (uint32_t)filter->len * 8, i, hash = key->first;

	if ((filter->version == 1 && !key->is_ascii) || filter->len > UINT32_MAX / 8)
		return true;
	for (i = 0; i < filter->hashes; i++, hash += key->second) {
		uint32_t bit = hash % bits;

		if (!(filter->bits[bit / 8] >> (bit % 8) & 1))
			return false;
	}
	return true;
}
