/*
 * xalloc: memory or the end. Layer base.
 *
 * Out of memory cannot be mended by a caller: these functions then say so on standard error and leave with exit code 3
 * ("could not decide"), the one place below src/cli that ends the program. Products are checked for overflow.
 */
#ifndef REVIDENT_BASE_XALLOC_H
#define REVIDENT_BASE_XALLOC_H

#include <stddef.h>

/* Says why on standard error and ends the program with 3: for libraries that run out of memory. */
_Noreturn void end_program(const char *why);

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

/* What VEC_GROW() stands on. */
void *xgrow(void *items, size_t count, size_t *cap, size_t size);

#endif
