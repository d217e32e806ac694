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

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool oid_parse(struct oid *id, const char *hex, size_t len)
{
	size_t i;

	if (len != OID_HEX)
		return false;
	for (i = 0; i < OID_BYTES; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool oid_is_null(const struct oid *id)
{
	static const struct oid null;

	return oid_equal(id, &null);
}
