/*
 * excuse: what in the policy allows a loss, and the reason that it gives. Layer model; plain data.
 */
#ifndef REVIDENT_MODEL_EXCUSE_H
#define REVIDENT_MODEL_EXCUSE_H

#include <stdbool.h>

#include "revident/base/text.h"

struct excuse {
	bool by_prune;    /* else by a waiver */
	struct text name; /* of the waiver; of a prune its base; none: nothing does */
	struct text reason;
};

#endif
