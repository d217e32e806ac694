/*
 * plain_token: the tokens that most of a source is made of, told without a match of the pattern. Private to
 * src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_PLAIN_TOKEN_H
#define REVIDENT_SRC_ALEMBIC_PLAIN_TOKEN_H

#include <stddef.h>
#include <string.h>

#include "byte_class.h"

/* Where the name or number ends that goes on at `at`. */
static inline size_t word_end(const char *bytes, size_t len, size_t at)
{
	const char *p = bytes + at, *end = bytes + len;

	while (p < end && byte_is(*p, BYTE_WORD))
		p++;
	return (size_t)(p - bytes);
}

/* A string on one line without escapes, or one in three quotes without any: where it ends; 0 for every other. */
static inline size_t plain_string_end(const char *bytes, size_t len, size_t at)
{
	const char quote[3] = { bytes[at], bytes[at], bytes[at] };
	const char *first = bytes + at, *end;
	size_t i = at + 1;

	if (len - at >= 3 && first[1] == quote[0] && first[2] == quote[0]) {
		end = memmem(first + 3, len - at - 3, quote, 3);
		return end && !memchr(first, '\\', (size_t)(end - first)) ? (size_t)(end - bytes) + 3 : 0;
	}
	for (;; i++) {
		while (i < len && byte_is(bytes[i], BYTE_IN_STRING))
			i++;
		if (i == len || bytes[i] == '\\' || byte_is(bytes[i], BYTE_LINE_END))
			return 0;
		if (bytes[i] == quote[0])
			return i + 1;
	}
}

/* A number in decimal digits alone. 0 for every other. */
static inline size_t plain_number_end(const char *bytes, size_t len, size_t at)
{
	size_t end = at + 1;

	while (end < len && byte_is(bytes[end], BYTE_DIGIT))
		end++;
	return end < len && (byte_is(bytes[end], BYTE_WORD) || bytes[end] == '.') ? 0 : end;
}

/*
 * The end of what most of a source is made of: words, comments, plain strings and numbers; 0 where only the pattern can
 * tell.
 */
static inline size_t plain_token_end(const char *bytes, size_t len, size_t at)
{
	size_t end = at + 1;

	if (byte_is(bytes[at], BYTE_DIGIT))
		return plain_number_end(bytes, len, at);
	if (byte_is(bytes[at], BYTE_WORD))
		return word_end(bytes, len, at);
	if (bytes[at] == '"' || bytes[at] == '\'')
		return plain_string_end(bytes, len, at);
	if (bytes[at] != '#')
		return 0;
	while (end < len && !byte_is(bytes[end], BYTE_LINE_END))
		end++;
	return end;
}

#endif
