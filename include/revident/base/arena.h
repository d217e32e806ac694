/*
 * arena: memory that is freed all at once. Layer base.
 *
 * A command owns one arena; the model lives in it and dies with it. Pointers stay valid until arena_release().
 */
#ifndef REVIDENT_BASE_ARENA_H
#define REVIDENT_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "revident/base/text.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used, size;          /* of the newest block, bytes */
	size_t total;               /* bytes taken from the system so far */
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);

/* `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` * `size` zeroed bytes; the product is checked. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A copy of `len` bytes with a NUL behind them. */
char *arena_memdup(struct arena *arena, const void *bytes, size_t len);

char *arena_strdup(struct arena *arena, const char *text);

/* A copy of the bytes, with a NUL behind them; none stays none. */
struct text arena_text(struct arena *arena, struct text text);

char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#endif
