/*
 * intern: a set of byte strings, each known by a small number. Layer base.
 *
 * Keys (paths, ids, object ids, vectors of numbers) are copied once and get the numbers 0, 1, 2 … in the order in which
 * they come; equal bytes always give the same number, so the rest of the program compares numbers. Numbers index the
 * caller's own arrays. The same input gives the same numbers on every run; what a key hashes to differs from run to
 * run, so that nobody can write a repository of keys that fall on one slot.
 */
#ifndef REVIDENT_BASE_INTERN_H
#define REVIDENT_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"

/* "no number": what intern_find() gives for an unknown key. */
#define INTERN_NONE UINT32_MAX

struct intern_key {
	const unsigned char *bytes; /* a NUL stands behind them */
	uint32_t len, hash;
};

struct intern {
	struct arena arena;
	struct intern_key *keys;
	size_t count, cap;
	uint64_t *slots; /* open addressing: a key's hash, then its number + 1; 0 is free */
	size_t mask;
};

void intern_init(struct intern *set);
void intern_release(struct intern *set);

/* The key's number, made where it is new. At most UINT32_MAX - 1 keys of at most 1 GiB each. */
uint32_t intern_add(struct intern *set, const void *bytes, size_t len);

/* The key's number, or INTERN_NONE. */
uint32_t intern_find(const struct intern *set, const void *bytes, size_t len);

/* The bytes of key `number`, which must exist; borrowed until intern_release(). */
const struct intern_key *intern_get(const struct intern *set, uint32_t number);

/* The same as a C string (keys hold no NUL where this is used). */
const char *intern_str(const struct intern *set, uint32_t number);

/*
 * The hash that the set uses, for what callers compare by it while they run: folded products of the words and a secret
 * (the way of wyhash). It is never written anywhere: the next run has another.
 */
uint64_t hash_bytes(const void *bytes, size_t len);

/* The same with another secret, for what is kept between runs; and this run's own, where none was kept. */
uint64_t hash_bytes_keyed(uint64_t key, const void *bytes, size_t len);
uint64_t hash_secret(void);

#endif
