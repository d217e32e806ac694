/*
 * digest: SHA-1, as git's ids and checksums have it, and SHA-256, as `sha256sum` prints it. Layer base; the only room
 * with <openssl/evp.h>.
 *
 * libcrypto computes them, with the processor's own instructions where it has them. SHA-1 tells damage here, not forgery.
 * Where libcrypto cannot (no memory, or a system that forbids the function) the program ends with exit code 3.
 */
#ifndef REVIDENT_BASE_DIGEST_H
#define REVIDENT_BASE_DIGEST_H

#include <stddef.h>

#include "revident/base/text.h"

enum { SHA1_BYTES = 20, SHA256_BYTES = 32, SHA256_HEX = 64 };

/* Of `head` and the bytes behind it, as if they were one; TEXT_NONE for no head. */
void sha1(struct text head, const void *bytes, size_t len, unsigned char out[SHA1_BYTES]);

void sha256(const void *bytes, size_t len, unsigned char out[SHA256_BYTES]);

/* Lower-case hexadecimal with a NUL into `out` (SHA256_HEX + 1 bytes); returns `out`. */
char *sha256_hex(const unsigned char digest[SHA256_BYTES], char *out);

#endif
