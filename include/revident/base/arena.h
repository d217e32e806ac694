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

/* A copy of `count` items of `size` bytes, aligned for any type. Never NULL, even of none. */
void *arena_copy(struct arena *arena, const void *items, size_t count, size_t size);

/*
 * Makes room for one more of `items`, `count` elements that were all added so: where that is a power of two they move
 * to a place for twice as many. Use: ARENA_GROW(arena, v->items, v->count); v->items[v->count++] = x;
 */
#define ARENA_GROW(arena, items, count) ((items) = arena_grow((arena), (items), (count), sizeof(*(items))))

/* For ARENA_GROW(). */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t size);

char *arena_strdup(struct arena *arena, const char *text);

/* A copy of the bytes, with a NUL behind them; none stays none. */
struct text arena_text(struct arena *arena, struct text text);

char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#endif
