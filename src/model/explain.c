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
