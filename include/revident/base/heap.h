/*
 * heap: memory in large pages for what reads a whole history. Layer base.
 *
 * A history takes tens of mebibytes in small pieces. The first touch of each page of 4 KiB costs about two microseconds
 * in a virtual machine, which is a tenth of a scan's time; a huge page (2 MiB) costs little more than one of those.
 */
#ifndef REVIDENT_BASE_HEAP_H
#define REVIDENT_BASE_HEAP_H

/*
 * Announces that much memory will be asked for: the heap then grows by 64 MiB of addresses at a time, the first of
 * which are taken in huge pages where the system lets a program ask for them (madvise(2), MADV_HUGEPAGE). Pages that
 * are not touched cost nothing. For the whole process, once; a system without any of it goes on as before.
 */
void heap_expect_much(void);

#endif
