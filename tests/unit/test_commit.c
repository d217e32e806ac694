#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/model/commit.h"

static void signature_time__moments_and_offsets__are_iso_8601(void **state)
{
	static const struct {
		int64_t time;
		int offset;
		const char *local, *utc;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z" },
		{ 1758120131, 120, "2025-09-17T16:42:11+02:00", "2025-09-17T14:42:11Z" },
		{ 1758120131, -570, "2025-09-17T05:12:11-09:30", "2025-09-17T14:42:11Z" },
		{ 1709164800, 0, "2024-02-29T00:00:00+00:00", "2024-02-29T00:00:00Z" },
		{ 951782399, 1, "2000-02-29T00:00:59+00:01", "2000-02-28T23:59:59Z" },
		{ 4107542399, 0, "2100-02-28T23:59:59+00:00", "2100-02-28T23:59:59Z" },
		{ 4107542400, 0, "2100-03-01T00:00:00+00:00", "2100-03-01T00:00:00Z" },
		{ -1, 0, "1969-12-31T23:59:59+00:00", "1969-12-31T23:59:59Z" },
		{ 0, 1440, "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z" },
		{ 0, -31080, "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00Z" },
		{ 922337203685477580, 1439, "29227704432-09-11T01:32:00+23:59", "29227704432-09-10T01:33:00Z" },
	};
	char out[SIGNATURE_TIME_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct signature sig = { .has_time = true, .time = cases[i].time, .offset = cases[i].offset };

		assert_string_equal(signature_time(&sig, out), cases[i].local);
		assert_string_equal(signature_time_utc(&sig, out), cases[i].utc);
	}
}

static void signature_time__no_time__is_empty(void **state)
{
	struct signature none = { .time = 5 }, huge = { .has_time = true, .time = INT64_MAX };
	char out[SIGNATURE_TIME_MAX];

	(void)state;
	assert_string_equal(signature_time(&none, out), "");
	assert_string_equal(signature_time_utc(&none, out), "");
	assert_string_equal(signature_time(&huge, out), "");
	assert_string_equal(signature_time_utc(&huge, out), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_time__moments_and_offsets__are_iso_8601),
		cmocka_unit_test(signature_time__no_time__is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
