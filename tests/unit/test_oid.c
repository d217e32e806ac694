#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/model/oid.h"

static void oid_parse__forty_digits__round_trips_in_lower_case(void **state)
{
	static const char hex[] = "0123456789abcdefABCDEF987654321000ff10a0";
	char out[OID_HEX + 1];
	struct oid id;

	(void)state;
	assert_true(oid_parse(&id, hex, OID_HEX));
	assert_int_equal(id.bytes[0], 0x01);
	assert_int_equal(id.bytes[19], 0xa0);
	assert_string_equal(oid_hex(&id, out), "0123456789abcdefabcdef987654321000ff10a0");
}

static void oid_parse__anything_else__is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"0123456789abcdef0123456789abcdef0123456",
		"0123456789abcdef0123456789abcdef012345678",
		"g123456789abcdef0123456789abcdef01234567",
		"0123456789abcdef0123456789abcdef0123456 ",
		"0123456789abcdef0123456789abcdef0123456\xff",
	};
	struct oid id;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(oid_parse(&id, wrong[i], strlen(wrong[i])));
}

static void oid_compare__two_ids__orders_by_bytes(void **state)
{
	struct oid a = { { 1 } }, b = { { 1, 0, 0xff } }, null = { { 0 } };

	(void)state;
	assert_true(oid_compare(&a, &b) < 0);
	assert_true(oid_compare(&b, &a) > 0);
	assert_true(oid_equal(&a, &a));
	assert_false(oid_equal(&a, &b));
	assert_true(oid_is_null(&null));
	assert_false(oid_is_null(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oid_parse__forty_digits__round_trips_in_lower_case),
		cmocka_unit_test(oid_parse__anything_else__is_refused),
		cmocka_unit_test(oid_compare__two_ids__orders_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
