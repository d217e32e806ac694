/*
 * text: bytes with a length, borrowed. Layer base.
 *
 * Whatever comes out of a repository travels as (pointer, length). A `struct text` owns nothing; it lives as long as
 * the arena or buffer that holds the bytes. `ptr` NULL means "there is none", which is not the same as empty.
 */
#ifndef REVIDENT_BASE_TEXT_H
#define REVIDENT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *ptr;
	size_t len;
};

#define TEXT_NONE ((struct text){ NULL, 0 })
#define TEXT_LITERAL(s) ((struct text){ (s), sizeof(s) - 1 })

static inline struct text text_of(const char *cstr)
{
	return (struct text){ cstr, cstr ? strlen(cstr) : 0 };
}

/* Both none, or the same bytes. */
static inline bool text_equal(struct text a, struct text b)
{
	if (!a.ptr || !b.ptr)
		return !a.ptr && !b.ptr;
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order, the shorter first where one is the other's beginning; none before all. */
static inline int text_compare(struct text a, struct text b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	if (order)
		return order;
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return (a.ptr != NULL) - (b.ptr != NULL);
}

/* Is the path anywhere below the directory? Below the empty one, the top, is every path but itself. */
static inline bool text_is_below(struct text path, struct text dir)
{
	if (dir.len == 0)
		return path.len > 0;
	return path.len > dir.len && path.ptr[dir.len] == '/' && memcmp(path.ptr, dir.ptr, dir.len) == 0;
}

/* text_compare() as qsort() and bsearch() want it. */
static inline int text_compare_items(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/*
 * Where `wanted` stands or would stand among `count` items of `size` bytes that are sorted by the text `at` bytes into
 * each: the first that is not before it.
 */
static inline size_t text_lower_bound(const void *items, size_t count, size_t size, size_t at, struct text wanted)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct text there;

		memcpy(&there, (const char *)items + middle * size + at, sizeof(there));
		if (text_compare(there, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many of the first `len` bytes are equal before the first that differs. */
static inline size_t bytes_in_common(const void *a, const void *b, size_t len)
{
	enum { MANY = 64, SOME = 8 };
	const unsigned char *x = a, *y = b;
	size_t at = 0;

	while (len - at >= MANY && memcmp(x + at, y + at, MANY) == 0)
		at += MANY;
	while (len - at >= SOME && memcmp(x + at, y + at, SOME) == 0)
		at += SOME;
	while (at < len && x[at] == y[at])
		at++;
	return at;
}

/* What follows the last slash; all of it without one. */
static inline struct text text_base_name(struct text path)
{
	const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

	return slash ? (struct text){ slash + 1, path.len - (size_t)(slash + 1 - path.ptr) } : path;
}

#endif
