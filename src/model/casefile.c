#include "revident/model/casefile.h"

const char *repair_way_name(enum repair_way way)
{
	static const char *const names[] = {
		[WAY_NOW] = "now",
		[WAY_RESTORE] = "restore",
		[WAY_RELINK] = "re-link",
		[WAY_STUB] = "stub",
		[WAY_SQUASH] = "squash",
	};

	return names[way];
}
