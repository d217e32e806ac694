/*
 * digest: SHA-1, as git's ids and checksums have it, and SHA-256, as `sha256sum` prints it. Layer base;
 * src/base/digest.c alone includes <nettle/...>.
 *
 * nettle computes them, with the processor's own instructions where it has them: as fast as libcrypto, without the
 * millisecond that libcrypto takes to start and without memory of its own. SHA-1 tells damage here, not forgery.
 */
#ifndef REVIDENT_BASE_DIGEST_H
#define REVIDENT_BASE_DIGEST_H

#include <stddef.h>

#include "revident/base/text.h"

enum { SHA1_BYTES = 20, SHA256_BYTES = 32, SHA256_HEX = 64 };

/* The digest of `head` followed by the bytes; TEXT_NONE for no head. */
void sha1(struct text head, const void *bytes, size_t len, unsigned char out[SHA1_BYTES]);

void sha256(const void *bytes, size_t len, unsigned char out[SHA256_BYTES]);

/* Lower-case hexadecimal with a NUL into `out` (SHA256_HEX + 1 bytes); returns `out`. */
char *sha256_hex(const unsigned char digest[SHA256_BYTES], char *out);

#endif
