#include "revident/base/digest.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

_Static_assert((int)SHA1_BYTES == (int)SHA1_DIGEST_SIZE, "nettle's SHA-1 is git's");
_Static_assert((int)SHA256_BYTES == (int)SHA256_DIGEST_SIZE, "nettle's SHA-256 is sha256sum's");

void sha1(struct text head, const void *bytes, size_t len, unsigned char out[SHA1_BYTES])
{
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, head.len, (const uint8_t *)head.ptr);
	sha1_update(&ctx, len, bytes);
	sha1_digest(&ctx, SHA1_BYTES, out);
}

void sha256(const void *bytes, size_t len, unsigned char out[SHA256_BYTES])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, bytes);
	sha256_digest(&ctx, SHA256_BYTES, out);
}

char *sha256_hex(const unsigned char digest[SHA256_BYTES], char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < SHA256_BYTES; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[SHA256_HEX] = '\0';
	return out;
}
