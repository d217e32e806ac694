/*
 * xalloc: allocation that does not fail. Layer base.
 *
 * No caller can do anything about a lack of memory: these functions then say so on standard error and exit with 3
 * ("could not decide"), the one place below src/cli that ends the program. Products are checked for overflow.
 */
#ifndef REVIDENT_BASE_XALLOC_H
#define REVIDENT_BASE_XALLOC_H

#include <stddef.h>

/* Never returns NULL; `size` 0 gives a pointer that can be freed. Freed with free(). */
void *xmalloc(size_t size);

/* `count` * `size` zeroed bytes. */
void *xcalloc(size_t count, size_t size);

/* Resizes to `count` * `size` bytes; `ptr` may be NULL. */
void *xreallocarray(void *ptr, size_t count, size_t size);

/* A copy of `len` bytes with a NUL behind them. */
char *xmemdup(const void *bytes, size_t len);

char *xstrdup(const char *text);

/*
 * Makes room for one more element: grows `items` (of `*cap` elements, `count` in use) by half where it is full.
 * Use: VEC_GROW(v->items, v->count, v->cap); v->items[v->count++] = x;
 */
#define VEC_GROW(items, count, cap) \
	((items) = (count) < (cap) ? (items) : xgrow((items), (count), &(cap), sizeof(*(items))))

/*
 * Makes room for element `index` of `items`, an array that is indexed by numbers and valid up to `cap`: grows it to
 * half more than is needed, with every new byte set to `fill`. Use: VEC_REACH(v->items, number, v->cap, 0);
 * v->items[number] = x;
 */
#define VEC_REACH(items, index, cap, fill) \
	((items) = (index) < (cap) ? (items) : xreach((items), (index), &(cap), sizeof(*(items)), (fill)))

/* For VEC_GROW() and VEC_REACH(). */
void *xgrow(void *items, size_t count, size_t *cap, size_t size);
void *xreach(void *items, size_t index, size_t *cap, size_t size, int fill);

#endif
