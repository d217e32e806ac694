#include "revident/base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No allocation may happen on this way out. */
static _Noreturn void out_of_memory(void)
{
	static const char text[] = "revident: out of memory\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written; /* nothing is left to be done about a closed standard error */
	_exit(3);      /* "could not decide", as the command line documents it */
}

void *xmalloc(size_t size)
{
	void *ptr = malloc(size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xcalloc(size_t count, size_t size)
{
	void *ptr = calloc(count ? count : 1, size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xreallocarray(void *ptr, size_t count, size_t size)
{
	void *grown;

	if (count == 0 || size == 0)
		count = size = 1;
	grown = reallocarray(ptr, count, size);
	if (!grown)
		out_of_memory();
	return grown;
}

char *xmemdup(const void *bytes, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return xmemdup(text, strlen(text));
}

void *xgrow(void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	if (*cap > SIZE_MAX / 2)
		out_of_memory();
	*cap = *cap < 8 ? 8 : *cap + *cap / 2;
	return xreallocarray(items, *cap, size);
}

void *xreach(void *items, size_t index, size_t *cap, size_t size, int fill)
{
	size_t before = *cap;

	if (index < before)
		return items;
	if (index > SIZE_MAX / 4)
		out_of_memory();
	*cap = index + index / 2 + 64;
	items = xreallocarray(items, *cap, size);
	memset((char *)items + before * size, fill, (*cap - before) * size);
	return items;
}
