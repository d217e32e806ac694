#include "revident/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "revident/base/xalloc.h"

/* libcrypto crashes on some ends of memory: for it, too, the program ends there. It takes these before its first use. */
static void *take_memory(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xmalloc(size);
}

static void *resize_memory(void *ptr, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xreallocarray(ptr, size, 1);
}

static void give_memory_back(void *ptr, const char *file, int line)
{
	(void)file;
	(void)line;
	free(ptr);
}

/* A function of libcrypto's and its state, which are kept: looking one up takes longer than most contents. */
struct function {
	const char *name;
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

static bool prepare(struct function *function)
{
	if (function->ctx)
		return true;
	(void)CRYPTO_set_mem_functions(take_memory, resize_memory, give_memory_back);
	/* no file of the system's says which functions there are; the table of all their old names is half of the start */
	if (OPENSSL_init_crypto(
		    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
		    NULL) != 1)
		return false;
	if (!function->md)
		function->md = EVP_MD_fetch(NULL, function->name, NULL);
	if (function->md)
		function->ctx = EVP_MD_CTX_new();
	return function->ctx;
}

static bool compute(struct function *function, struct text head, const void *bytes, size_t len, unsigned char *out)
{
	return prepare(function) && EVP_DigestInit_ex(function->ctx, function->md, NULL) == 1 &&
	       EVP_DigestUpdate(function->ctx, head.ptr, head.len) == 1 &&
	       EVP_DigestUpdate(function->ctx, bytes, len) == 1 && EVP_DigestFinal_ex(function->ctx, out, NULL) == 1;
}

void sha1(struct text head, const void *bytes, size_t len, unsigned char out[SHA1_BYTES])
{
	static struct function function = { .name = "SHA1" };

	if (!compute(&function, head, bytes, len, out))
		end_program("libcrypto cannot compute SHA-1: out of memory, or this system forbids it");
}

void sha256(const void *bytes, size_t len, unsigned char out[SHA256_BYTES])
{
	static struct function function = { .name = "SHA256" };

	if (!compute(&function, TEXT_NONE, bytes, len, out))
		end_program("libcrypto cannot compute SHA-256: out of memory, or this system forbids it");
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
