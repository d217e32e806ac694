#include "revident/model/oid.h"

#include <stdint.h>

char *oid_hex(const struct oid *id, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < OID_BYTES; i++) {
		out[2 * i] = digits[id->bytes[i] >> 4];
		out[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	out[OID_HEX] = '\0';
	return out;
}

#define EACH(byte) ((uint64_t)(byte)*0x0101010101010101ULL)

/*
 * Eight digits of either case at once, the first in the lowest byte, to four bytes in the low half of *out, the first
 * lowest. A digit's value is its low four bits, and nine more for a letter; writing the values out again shows whether
 * they were digits.
 */
static bool parse_eight(uint64_t text, uint32_t *out)
{
	uint64_t values = (text & EACH(0x0f)) + (text >> 6 & EACH(1)) * 9;
	uint64_t letters = (values + EACH(6)) >> 4 & EACH(1);
	bool valid =
		(values & EACH(0xf0)) == 0 && (text | letters << 5) == values + EACH('0') + letters * ('a' - '0' - 10);

	values = (values << 4 | values >> 8) & 0x00ff00ff00ff00ffULL;
	values = (values | values >> 8) & 0x0000ffff0000ffffULL;
	*out = (uint32_t)(values | values >> 16);
	return valid;
}

bool oid_parse(struct oid *id, const char *hex, size_t len)
{
	size_t i;

	if (len != OID_HEX)
		return false;
	for (i = 0; i < OID_BYTES; i += 4, hex += 8) {
		uint64_t text;
		uint32_t value;

		memcpy(&text, hex, sizeof(text));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		text = __builtin_bswap64(text);
#endif
		if (!parse_eight(text, &value))
			return false;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		value = __builtin_bswap32(value);
#endif
		memcpy(id->bytes + i, &value, sizeof(value));
	}
	return true;
}

int oid_compare_items(const void *a, const void *b)
{
	return oid_compare(a, b);
}

bool oid_is_null(const struct oid *id)
{
	static const struct oid null;

	return oid_equal(id, &null);
}
