/*
 * An object as the difference from another one: gitformat-pack(5), "Deltified representation".
 */
#include <stdlib.h>
#include <string.h>

#include "pack.h"

static bool take_length(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
	unsigned shift = 0;

	*out = 0;
	do {
		if (*at == end || shift > 56)
			return false;
		*out |= (uint64_t)(**at & 0x7f) << shift;
		shift += 7;
	} while (*(*at)++ & 0x80);
	return true;
}

bool pack_delta_take_lengths(struct pack_delta *delta, uint64_t *base_len, uint64_t *len)
{
	const unsigned char *at = delta->bytes, *end = at + delta->len;

	if (!take_length(&at, end, base_len) || !take_length(&at, end, len))
		return false;
	*delta = (struct pack_delta){ at, (size_t)(end - at) };
	return true;
}

/* "Copy from the base": offset and length in the bytes that the instruction's bits announce. */
static bool take_copy(const unsigned char **at, const unsigned char *end, unsigned op, size_t *from, size_t *len)
{
	unsigned bit;

	*from = *len = 0;
	for (bit = 0; bit < 7; bit++) {
		if (!(op >> bit & 1))
			continue;
		if (*at == end)
			return false;
		if (bit < 4)
			*from |= (size_t) * (*at)++ << (8 * bit);
		else
			*len |= (size_t) * (*at)++ << (8 * (bit - 4));
	}
	if (*len == 0)
		*len = 0x10000;
	return true;
}

struct pack_bytes *pack_delta_apply(
	const struct pack_bytes *base, struct pack_delta delta, size_t max, size_t *too_long)
{
	const unsigned char *at, *end;
	uint64_t base_len, len;
	struct pack_bytes *out;
	size_t used = 0;

	if (!pack_delta_take_lengths(&delta, &base_len, &len) || base_len != base->len ||
		!pack_delta_can_make(delta.len, len))
		return NULL;
	if (len > max) {
		*too_long = len > SIZE_MAX ? SIZE_MAX : (size_t)len;
		return NULL;
	}
	out = pack_bytes_new((size_t)len);
	out->type = base->type;
	at = delta.bytes;
	end = at + delta.len;
	while (at < end) {
		unsigned op = *at++;
		const unsigned char *source = at;
		size_t from, n = op;

		if (op & 0x80) {
			if (!take_copy(&at, end, op, &from, &n) || from > base->len || n > base->len - from)
				break;
			source = base->bytes + from;
		} else if (op == 0 || n > (size_t)(end - at)) {
			break;
		} else {
			at += n;
		}
		if (n > out->len - used)
			break;
		memcpy(out->bytes + used, source, n);
		used += n;
		if (at == end && used == out->len) {
			out->bytes[used] = '\0';
			return out;
		}
	}
	free(out);
	return NULL;
}
