#include "sha1.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64 };

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t load(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* FIPS 180-4, 6.1.2, with the schedule of words kept in a ring of sixteen. */
#define WORD(i) (w[(i)&15] = rotate(w[((i) + 13) & 15] ^ w[((i) + 8) & 15] ^ w[((i) + 2) & 15] ^ w[(i)&15], 1))
#define STEP(a, b, c, d, e, f, k, word)                     \
	do {                                                \
		(e) += rotate((a), 5) + (f) + (k) + (word); \
		(b) = rotate((b), 30);                      \
	} while (0)
#define CHOOSE(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define PARITY(b, c, d) ((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d) (((b) & (c)) | (((b) | (c)) & (d)))
#define FIVE(i, f, k, word)                                        \
	do {                                                       \
		STEP(a, b, c, d, e, f(b, c, d), k, word(i));       \
		STEP(e, a, b, c, d, f(a, b, c), k, word((i) + 1)); \
		STEP(d, e, a, b, c, f(e, a, b), k, word((i) + 2)); \
		STEP(c, d, e, a, b, f(d, e, a), k, word((i) + 3)); \
		STEP(b, c, d, e, a, f(c, d, e), k, word((i) + 4)); \
	} while (0)
#define FIRST(i) ((i) < 16 ? w[(i)&15] : WORD(i))

static void add_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], w[16];
	unsigned i;

	for (i = 0; i < 16; i++)
		w[i] = load(block + 4 * i);
	for (i = 0; i < 20; i += 5)
		FIVE(i, CHOOSE, 0x5a827999U, FIRST);
	for (; i < 40; i += 5)
		FIVE(i, PARITY, 0x6ed9eba1U, WORD);
	for (; i < 60; i += 5)
		FIVE(i, MAJORITY, 0x8f1bbcdcU, WORD);
	for (; i < 80; i += 5)
		FIVE(i, PARITY, 0xca62c1d6U, WORD);
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void sha1_of(const void *bytes, size_t len, struct oid *out)
{
	uint32_t state[5] = { 0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U };
	unsigned char tail[2 * BLOCK] = { 0 };
	const unsigned char *at = bytes;
	uint64_t bits = (uint64_t)len * 8;
	size_t left = len, padded;
	unsigned i;

	for (; left >= BLOCK; at += BLOCK, left -= BLOCK)
		add_block(state, at);
	if (left)
		memcpy(tail, at, left);
	tail[left] = 0x80;
	padded = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	for (i = 0; i < 8; i++)
		tail[padded - 1 - i] = (unsigned char)(bits >> (8 * i));
	add_block(state, tail);
	if (padded > BLOCK)
		add_block(state, tail + BLOCK);
	for (i = 0; i < OID_BYTES; i++)
		out->bytes[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
