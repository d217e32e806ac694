#include "revident/model/oid.h"

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

/* The value of a hexadecimal digit of either case; anything else has a bit above the low four set. */
static unsigned digit(unsigned char c)
{
	static const unsigned char values[256] = {
		['0'] = 1,
		['1'] = 2,
		['2'] = 3,
		['3'] = 4,
		['4'] = 5,
		['5'] = 6,
		['6'] = 7,
		['7'] = 8,
		['8'] = 9,
		['9'] = 10,
		['a'] = 11,
		['b'] = 12,
		['c'] = 13,
		['d'] = 14,
		['e'] = 15,
		['f'] = 16,
		['A'] = 11,
		['B'] = 12,
		['C'] = 13,
		['D'] = 14,
		['E'] = 15,
		['F'] = 16,
	};

	return values[c] - 1U;
}

bool oid_parse(struct oid *id, const char *hex, size_t len)
{
	unsigned bad = 0;
	size_t i;

	if (len != OID_HEX)
		return false;
	for (i = 0; i < OID_BYTES; i++) {
		unsigned high = digit((unsigned char)hex[2 * i]), low = digit((unsigned char)hex[2 * i + 1]);

		bad |= high | low;
		id->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return bad <= 15;
}

bool oid_is_null(const struct oid *id)
{
	static const struct oid null;

	return oid_equal(id, &null);
}
