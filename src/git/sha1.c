#include "sha1.h"

#include <stdio.h>

#include "revident/base/digest.h"

void sha1_of(const void *bytes, size_t len, struct oid *out)
{
	sha1(TEXT_NONE, bytes, len, out->bytes);
}

void sha1_of_object(const char *type, const void *bytes, size_t len, struct oid *out)
{
	enum { HEAD_MAX = 64 };
	char head[HEAD_MAX]; /* "TYPE LENGTH" and a NUL */
	int used = snprintf(head, sizeof(head), "%s %zu", type, len);

	sha1((struct text){ head, (size_t)used + 1 }, bytes, len, out->bytes);
}
