#include "revident/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

/* Blocks grow with what the arena holds: many hold a few names only. */
enum { ARENA_FIRST_BLOCK = 4 * 1024 - 64, ARENA_BLOCK = 64 * 1024 - 64 };

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena)
{
	memset(arena, 0, sizeof(*arena));
}

void arena_release(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena_init(arena);
}

static struct arena_block *new_block(struct arena *arena, size_t size)
{
	struct arena_block *block = xmalloc(sizeof(*block) + size);

	block->next = NULL;
	arena->total += sizeof(*block) + size;
	return block;
}

static size_t next_block_size(const struct arena *arena)
{
	if (arena->total < ARENA_FIRST_BLOCK)
		return ARENA_FIRST_BLOCK;
	return arena->total < ARENA_BLOCK ? arena->total : ARENA_BLOCK;
}

/* `size` bytes that hold anything. */
static void *take(struct arena *arena, size_t size)
{
	struct arena_block *block;
	void *ptr;

	assert(size < SIZE_MAX / 4);
	size = size ? size : 1; /* a pointer of its own, which the first block must be there for */
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (size > arena->size - arena->used) {
		if (size >
			next_block_size(arena) / 4) { /* a block of its own, behind the newest, which keeps its room */
			block = new_block(arena, size);
			if (arena->blocks) {
				block->next = arena->blocks->next;
				arena->blocks->next = block;
			} else {
				arena->blocks = block;
				arena->used = arena->size = size;
			}
			return block->bytes;
		}
		arena->size = next_block_size(arena);
		block = new_block(arena, arena->size);
		block->next = arena->blocks;
		arena->blocks = block;
		arena->used = 0;
	}
	ptr = arena->blocks->bytes + arena->used;
	arena->used += size;
	return ptr;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(take(arena, size), 0, size);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	assert(size == 0 || count < SIZE_MAX / 4 / size);
	return arena_alloc(arena, count * size);
}

char *arena_memdup(struct arena *arena, const void *bytes, size_t len)
{
	char *copy = take(arena, len + 1);

	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

void *arena_copy(struct arena *arena, const void *items, size_t count, size_t size)
{
	void *copy;

	assert(size == 0 || count < SIZE_MAX / 4 / size);
	copy = take(arena, count * size);
	if (count)
		memcpy(copy, items, count * size);
	return copy;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t size)
{
	void *larger;

	if (count & (count - 1))
		return items;
	larger = arena_calloc(arena, count ? count * 2 : 1, size);
	if (count)
		memcpy(larger, items, count * size);
	return larger;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_memdup(arena, text, strlen(text));
}

struct text arena_text(struct arena *arena, struct text text)
{
	return text.ptr ? (struct text){ arena_memdup(arena, text.ptr, text.len), text.len } : TEXT_NONE;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	assert(n >= 0);
	text = take(arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return text;
}
