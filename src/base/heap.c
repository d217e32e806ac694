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
	PIECES_MAX = 128,              /* a heap has less than so many of them left at its end */
	MAPPED_FROM = 4 * 1024 * 1024, /* larger blocks stay mappings of their own, which mremap(2) moves for nothing */
};

void heap_expect_much(void)
{
	static bool is_expected;
	void *volatile pieces[PIECES_MAX]; /* or the compiler leaves the allocations out */
	uintptr_t begin, end;
	size_t count;

	if (is_expected)
		return;
	is_expected = true;
	/* setting one of the three ends the adapting of the other two */
	mallopt(M_TOP_PAD, GROWTH);
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	mallopt(M_TRIM_THRESHOLD, 2 * GROWTH);
	begin = (uintptr_t)sbrk(0);
	for (count = 0; count < PIECES_MAX && (uintptr_t)sbrk(0) == begin; count++)
		pieces[count] = malloc(PIECE); /* until the heap grows; what it writes behind the last one stays near */
	while (count)
		free(pieces[--count]);
	end = (uintptr_t)sbrk(0) / HUGE_PAGE * HUGE_PAGE;
	begin = (begin + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	if (begin < end && end - begin <= 2 * (uintptr_t)GROWTH)
		madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

#else

void heap_expect_much(void)
{
}

#endif
