/*
 * sha256: the digest that `sha256sum` prints (FIPS 180-4). Layer base.
 */
#ifndef REVIDENT_BASE_SHA256_H
#define REVIDENT_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 64 };

void sha256(const void *bytes, size_t len, unsigned char out[SHA256_BYTES]);

/* Lower-case hexadecimal with a NUL into `out` (SHA256_HEX + 1 bytes); returns `out`. */
char *sha256_hex(const unsigned char digest[SHA256_BYTES], char *out);

#endif
