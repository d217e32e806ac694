#include "revident/base/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__ /* which the headers above tell */
#include <malloc.h>
#endif

#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)

enum {
	HUGE_PAGE = 2 * 1024 * 1024,
	GROWTH = 64 * 1024 * 1024,
	PIECE = 32 * 1024,
	MARK = 64,                     /* what malloc() writes behind a block, and more */
	PIECES_MAX = 128,              /* a heap has less than so many of them left at its end */
	MAPPED_FROM = 4 * 1024 * 1024, /* larger blocks stay mappings of their own, which mremap(2) moves for nothing */
};

struct piece {
	struct piece *before;
	char room[PIECE];
};

/*
 * Makes the heap grow, in pieces so small that what is written behind the last of them stays near the old end: one byte
 * in a huge page, and the kernel would fill it page by page. Returns the last piece, which lies where the growth
 * begins.
 */
static void *grow_heap(void)
{
	const void *const end = sbrk(0);
	struct piece *last = NULL, *piece, *before;
	unsigned count;

	for (count = 0; count < PIECES_MAX && sbrk(0) == end; count++) {
		piece = malloc(sizeof(*piece));
		if (!piece)
			break;
		piece->before = last;
		last = piece;
	}
	for (piece = last ? last->before : NULL; piece; piece = before) {
		before = piece->before;
		free(piece);
	}
	return last;
}

void heap_expect_much(void)
{
	static void *before; /* the room before the first huge page, which stays unused: it would come page by page */
	uintptr_t begin, end;
	void *longer;

	if (before)
		return;
	/* setting one of the three ends the adapting of the other two */
	mallopt(M_TOP_PAD, GROWTH);
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	mallopt(M_TRIM_THRESHOLD, 2 * GROWTH);
	before = grow_heap();
	begin = ((uintptr_t)before + sizeof(struct piece) + HUGE_PAGE) / HUGE_PAGE * HUGE_PAGE;
	end = (uintptr_t)sbrk(0) / HUGE_PAGE * HUGE_PAGE;
	if (!before || begin >= end || end - begin > 2 * (uintptr_t)GROWTH)
		return;
	longer = realloc(before, begin - (uintptr_t)before - MARK);
	before = longer ? longer : before;
	madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

#else

void heap_expect_much(void)
{
}

#endif
