#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/intern.h"

static void intern_add__new_and_known_keys__numbers_them_in_order(void **state)
{
	struct intern set;

	(void)state;
	intern_init(&set);
	assert_int_equal(intern_add(&set, "one", 3), 0);
	assert_int_equal(intern_add(&set, "two", 3), 1);
	assert_int_equal(intern_add(&set, "one", 3), 0);
	assert_int_equal(intern_add(&set, "", 0), 2);
	assert_int_equal(intern_add(&set, "one\0", 4), 3);
	assert_int_equal(set.count, 4);
	assert_string_equal(intern_str(&set, 1), "two");
	assert_int_equal(intern_get(&set, 3)->len, 4);
	intern_release(&set);
}

static void intern_find__unknown_key_or_empty_set__is_none(void **state)
{
	struct intern set;

	(void)state;
	intern_init(&set);
	assert_int_equal(intern_find(&set, "one", 3), INTERN_NONE);
	intern_add(&set, "one", 3);
	assert_int_equal(intern_find(&set, "one", 3), 0);
	assert_int_equal(intern_find(&set, "on", 2), INTERN_NONE);
	assert_int_equal(set.count, 1);
	intern_release(&set);
}

static void intern_add__many_keys__are_found_again(void **state)
{
	struct intern set;
	char key[32];
	uint32_t i;

	(void)state;
	intern_init(&set);
	for (i = 0; i < 20000; i++) {
		int len = snprintf(key, sizeof(key), "versions/%08x_x.py", i * 2654435761u);

		assert_int_equal(intern_add(&set, key, (size_t)len), i);
	}
	for (i = 0; i < 20000; i++) {
		int len = snprintf(key, sizeof(key), "versions/%08x_x.py", i * 2654435761u);

		assert_int_equal(intern_find(&set, key, (size_t)len), i);
		assert_string_equal(intern_str(&set, i), key);
	}
	intern_release(&set);
}

static void hash_bytes__every_length_and_bit__matters(void **state)
{
	unsigned char bytes[24] = { 0 };
	size_t len, bit;

	(void)state;
	for (len = 1; len <= sizeof(bytes); len++) {
		uint64_t plain = hash_bytes(bytes, len);

		assert_true(plain != hash_bytes(bytes, len - 1));
		for (bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] = (unsigned char)(1 << bit % 8);
			assert_true(hash_bytes(bytes, len) != plain);
			bytes[bit / 8] = 0;
		}
	}
}

/*
 * What one word flips, a hash of single products lets the next flip back: two keys for each pair of words, all alike.
 */
static void hash_bytes__flips_that_would_cancel_each_other__matter(void **state)
{
	static const unsigned char flips[16] = { [7] = 0x80, [11] = 0x80, [15] = 0x80 };
	unsigned char bytes[10 * sizeof(flips)], plain[sizeof(bytes)];
	struct intern hashes;
	size_t i, k;

	(void)state;
	intern_init(&hashes);
	memset(plain, 'a', sizeof(plain));
	for (i = 0; i < 1024; i++) {
		uint64_t hash;

		memcpy(bytes, plain, sizeof(bytes));
		for (k = 0; k < sizeof(bytes); k++)
			if (i >> k / sizeof(flips) & 1)
				bytes[k] ^= flips[k % sizeof(flips)];
		hash = hash_bytes(bytes, sizeof(bytes));
		assert_int_equal(intern_add(&hashes, &hash, sizeof(hash)), i);
	}
	intern_release(&hashes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intern_add__new_and_known_keys__numbers_them_in_order),
		cmocka_unit_test(intern_find__unknown_key_or_empty_set__is_none),
		cmocka_unit_test(intern_add__many_keys__are_found_again),
		cmocka_unit_test(hash_bytes__every_length_and_bit__matters),
		cmocka_unit_test(hash_bytes__flips_that_would_cancel_each_other__matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
