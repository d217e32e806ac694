#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/digest.h"

static void expect(const char *bytes, size_t len, const char *hex)
{
	unsigned char digest[SHA256_BYTES];
	char text[SHA256_HEX + 1];

	sha256(bytes, len, digest);
	assert_string_equal(sha256_hex(digest, text), hex);
}

/* FIPS 180-4's own examples, and the lengths around a block's end (checked with sha256sum). */
static void sha256__known_messages__give_their_digests(void **state)
{
	(void)state;
	expect("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sha256__lengths_around_a_block__are_padded_right(void **state)
{
	char bytes[65];

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	expect(bytes, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	expect(bytes, 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
	expect(bytes, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	expect(bytes, 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0");
}

static void sha1__lengths_around_a_block__give_their_digests(void **state)
{
	static const struct {
		size_t count;
		const char *hex;
	} cases[] = {
		{ 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ 1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8" },
		{ 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
		{ 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699" },
		{ 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
		{ 200, "e61cfffe0d9195a525fc6cf06ca2d77119c24a40" },
	};
	char bytes[200], hex[2 * SHA1_BYTES + 1];
	unsigned char sum[SHA1_BYTES], split[SHA1_BYTES];
	size_t i, k;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sha1(TEXT_NONE, bytes, cases[i].count, sum);
		for (k = 0; k < SHA1_BYTES; k++)
			snprintf(hex + 2 * k, 3, "%02x", sum[k]);
		assert_string_equal(hex, cases[i].hex);
		sha1((struct text){ bytes, cases[i].count / 2 }, bytes, cases[i].count - cases[i].count / 2, split);
		assert_memory_equal(split, sum, SHA1_BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256__known_messages__give_their_digests),
		cmocka_unit_test(sha256__lengths_around_a_block__are_padded_right),
		cmocka_unit_test(sha1__lengths_around_a_block__give_their_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
