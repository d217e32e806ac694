#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/arena.h"

static void arena_alloc__any_sizes__are_aligned_zeroed_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 100, 5000, 20000, 70000, 3, 300000, 1 };
	unsigned char *pieces[50][sizeof(sizes) / sizeof(sizes[0])];
	struct arena arena;
	size_t round, i, at;

	(void)state;
	arena_init(&arena);
	for (round = 0; round < 50; round++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *piece = pieces[round][i] = arena_alloc(&arena, sizes[i]);

			assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
			for (at = 0; at < sizes[i]; at++)
				assert_true(piece[at] == 0);
			memset(piece, (int)(round + i + 1), sizes[i]);
		}
	}
	for (round = 0; round < 50; round++)
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			for (at = 0; at < sizes[i]; at++)
				assert_true(pieces[round][i][at] == round + i + 1);
	arena_release(&arena);
}

static void arena_alloc__many_small_ones__share_blocks(void **state)
{
	struct arena arena;
	int i;

	(void)state;
	arena_init(&arena);
	for (i = 0; i < 10000; i++)
		arena_alloc(&arena, 16);
	assert_true(arena.total >= 160000);
	assert_true(arena.total < 300000);
	arena_release(&arena);
	assert_int_equal(arena.total, 0);
}

static void arena_memdup__bytes_and_nothing__are_terminated(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_memory_equal(arena_memdup(&arena, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_memdup(&arena, NULL, 0), "");
	assert_string_equal(arena_strdup(&arena, "versions"), "versions");
	assert_string_equal(arena_printf(&arena, "%s/%d", "versions", 7), "versions/7");
	arena_release(&arena);
}

static void arena_copy__items_and_none__are_there_and_aligned(void **state)
{
	static const uint64_t items[] = { 1, UINT64_MAX, 3 };
	struct arena arena;
	uint64_t *copy;

	(void)state;
	arena_init(&arena);
	arena_memdup(&arena, "x", 1);
	copy = arena_copy(&arena, items, 3, sizeof(*items));
	assert_int_equal((uintptr_t)copy % alignof(max_align_t), 0);
	assert_memory_equal(copy, items, sizeof(items));
	assert_non_null(arena_copy(&arena, NULL, 0, sizeof(*items)));
	arena_release(&arena);
}

static void arena_grow__one_by_one__keeps_what_is_there(void **state)
{
	struct arena arena;
	uint32_t *items = NULL;
	size_t i, count = 0;

	(void)state;
	arena_init(&arena);
	for (i = 0; i < 1000; i++) {
		ARENA_GROW(&arena, items, count);
		items[count++] = (uint32_t)i;
		arena_memdup(&arena, "behind it", 9);
	}
	for (i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_alloc__any_sizes__are_aligned_zeroed_and_apart),
		cmocka_unit_test(arena_alloc__many_small_ones__share_blocks),
		cmocka_unit_test(arena_memdup__bytes_and_nothing__are_terminated),
		cmocka_unit_test(arena_copy__items_and_none__are_there_and_aligned),
		cmocka_unit_test(arena_grow__one_by_one__keeps_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
