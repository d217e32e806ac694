#include "revident/model/table.h"

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool is_same_name(struct text a, struct text b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (folded(a.ptr[i]) != folded(b.ptr[i]))
			return false;
	return true;
}

bool table_is_same(struct text schema_a, struct text name_a, struct text schema_b, struct text name_b)
{
	return is_same_name(name_a, name_b) && (!schema_a.ptr || !schema_b.ptr || is_same_name(schema_a, schema_b));
}
