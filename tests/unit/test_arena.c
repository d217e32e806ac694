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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_alloc__any_sizes__are_aligned_zeroed_and_apart),
		cmocka_unit_test(arena_alloc__many_small_ones__share_blocks),
		cmocka_unit_test(arena_memdup__bytes_and_nothing__are_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
