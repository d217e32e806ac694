/*
 * excuse: what in the policy allows a loss in history, as `check` allowed the change that made it. Private to
 * src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_EXCUSE_H
#define REVIDENT_SRC_ANSWERS_EXCUSE_H

#include "revident/forensics/investigation.h"
#include "revident/forensics/policy.h"
#include "revident/model/scan.h"

/* The prunes of a policy, each with the former ancestors of its base. */
struct prunings {
	const struct investigation *inv;
	const struct policy *policy;
	struct pruning *items; /* by number in the policy */
};

/* Reads off the history, into inv->arena, what was ever above each base. `inv` and `policy` must outlive it. */
void prunings_init(struct prunings *prunings, const struct investigation *inv, const struct policy *policy);

/*
 * The waiver that covers the loss of that revision (its number in the study), else the prune whose base HEAD has in one
 * of the lineages; without HEAD any tip. False without either.
 */
bool find_excuse(const struct prunings *prunings, const struct event *loss, uint32_t revision, const uint32_t *lineages,
	size_t lineage_count, struct excuse *out);

#endif
