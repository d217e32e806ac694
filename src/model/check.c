#include "revident/model/check.h"

const char *check_result_name(enum check_result result)
{
	static const char *const names[] = {
		[CHECK_CLEAN] = "clean",
		[CHECK_WARNED] = "warned",
		[CHECK_UNDECIDED] = "undecided",
		[CHECK_BLOCKED] = "blocked",
	};

	return names[result];
}
