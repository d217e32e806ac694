/*
 * bytes: numbers as git's files have them, the highest byte first, at any address. Private to src/git.
 */
#ifndef REVIDENT_SRC_GIT_BYTES_H
#define REVIDENT_SRC_GIT_BYTES_H

#include <stdint.h>

static inline uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

#endif
