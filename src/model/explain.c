#include "revident/model/explain.h"

const char *life_state_name(enum life_state state)
{
	switch (state) {
	case LIFE_PRESENT:
		return "present";
	case LIFE_LOST:
		return "lost";
	case LIFE_MISSING:
		return "missing";
	case LIFE_UNKNOWN:
		break;
	}
	return "unknown";
}

bool life_is_named(const struct life *life)
{
	size_t i;

	for (i = 0; i < life->child_count; i++)
		if (life->children[i].at_head && !life->children[i].by_dependency)
			return true;
	return false;
}
