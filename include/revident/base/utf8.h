/*
 * utf8: bytes read as characters. Layer base; pure.
 *
 * Nothing that comes out of a repository need be UTF-8. What is not is reported byte by byte, in the runs that Unicode
 * 15, section 3.9 ("maximal subpart") defines, as Python's errors='replace' does.
 */
#ifndef REVIDENT_BASE_UTF8_H
#define REVIDENT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/strbuf.h"

struct utf8_char {
	uint32_t code; /* the character; U+FFFD where the bytes are not valid */
	unsigned len;  /* how many bytes it takes, 1 to 4 (1 to 3 where not valid) */
	bool valid;
};

/* The first character of `len` bytes, which must be at least one. No surrogates, no overlong forms. */
struct utf8_char utf8_next(const void *bytes, size_t len);

bool utf8_is_valid(const void *bytes, size_t len);

/* Appends the text; each run of bytes that is not valid becomes one U+FFFD. */
void strbuf_add_utf8(struct strbuf *sb, const void *bytes, size_t len);

/*
 * How many terminal cells the text takes: 2 for wide East Asian characters and emoji, 0 for the combining marks of the
 * scripts that commit messages use most, 1 for all else, bytes that are not valid included. It serves for padding.
 */
size_t utf8_width(const void *bytes, size_t len);

#endif
