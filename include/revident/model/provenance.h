/*
 * provenance: which state of which repository a result is about. Layer model; plain data, borrowed from the command's
 * arena. forensics/provenance.h writes it.
 */
#ifndef REVIDENT_MODEL_PROVENANCE_H
#define REVIDENT_MODEL_PROVENANCE_H

#include <stdbool.h>

#include "revident/base/text.h"
#include "revident/model/oid.h"

struct provenance {
	struct text
		remote; /* where the repository was cloned from: an absolute URI without a user; none if not known */
	bool has_commit;
	struct oid commit;
	struct text branch; /* that HEAD names, without refs/heads/; none if detached, or HEAD is at another commit */
};

#endif
