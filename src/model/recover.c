#include "revident/model/recover.h"

#include <assert.h>
#include <string.h>

static const char *const places[SALVAGE_PLACES] = {
	[SALVAGE_HISTORY] = "history",
	[SALVAGE_REFS] = "refs",
	[SALVAGE_STASH] = "stash",
	[SALVAGE_REFLOG] = "reflog",
	[SALVAGE_INDEX] = "index",
	[SALVAGE_UNREACHABLE] = "unreachable",
};

const char *salvage_place_name(enum salvage_place place)
{
	assert(place < SALVAGE_PLACES);
	return places[place];
}

int salvage_place_parse(const char *name, size_t len, enum salvage_place *place)
{
	size_t i;

	for (i = 0; i < SALVAGE_PLACES; i++) {
		if (strlen(places[i]) == len && memcmp(places[i], name, len) == 0) {
			*place = (enum salvage_place)i;
			return 1;
		}
	}
	return 0;
}

const char *step_kind_name(enum step_kind kind)
{
	static const char *const names[STEP_KINDS] = {
		[STEP_RENAME] = "rename",
		[STEP_RESTORE] = "restore",
		[STEP_RELINK] = "relink",
		[STEP_STUB] = "stub",
	};

	assert(kind < STEP_KINDS);
	return names[kind];
}
