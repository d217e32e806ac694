/*
 * roots: what was joined to what, as places that point upward until one points to itself. Private to
 * src/forensics. Which of two becomes the root is for those who join to say: some keep the oldest, some the one with
 * most to move.
 */
#ifndef REVIDENT_SRC_FORENSICS_ROOTS_H
#define REVIDENT_SRC_FORENSICS_ROOTS_H

#include <stdint.h>

/* The root above a place. Halves the way for the next one who asks. */
static inline uint32_t root_of(uint32_t *up, uint32_t at)
{
	while (up[at] != at) {
		up[at] = up[up[at]];
		at = up[at];
	}
	return at;
}

/* Joins two; the lower root stays, so that the answer does not depend on the order. */
static inline void join_roots(uint32_t *up, uint32_t a, uint32_t b)
{
	a = root_of(up, a);
	b = root_of(up, b);
	if (a < b)
		up[b] = a;
	else
		up[a] = b;
}

#endif
