/*
 * verdict: what is lost and what is missing at the tips of an investigation. Private to src/answers.
 *
 * In numbers of the investigation; scan.c turns them into the model. Arrays are in the study's arena.
 */
#ifndef REVIDENT_SRC_ANSWERS_VERDICT_H
#define REVIDENT_SRC_ANSWERS_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/investigation.h"
#include "revident/forensics/policy.h"
#include "revident/answers/protection.h"

struct lost_key {
	uint32_t lineage, revision;
	uint32_t key;              /* in history.held */
	const struct change *loss; /* the last in walk order; NULL where none is known */
	bool published;
	bool at_deciding_tip; /* HEAD's or a typed tip's history had it */
	uint32_t *tips;       /* indexes of tips whose history had it */
	size_t tip_count;
	uint32_t *tags; /* indexes in protection.tags of those whose tree has it */
	size_t tag_count;
};

struct missing_key {
	struct text name;
	struct text environment;
	uint32_t lineage;                     /* of the environment */
	const struct tree_file **referencing; /* without repeats of path and revision */
	size_t referencing_count, referencing_cap;
	unsigned line;
	bool in_depends_on; /* only there, not in any down_revision */
	bool ever_in_history, decides, published;
	uint32_t not_loaded; /* path of a file that has it at such a tip, where Alembic does not look; INTERN_NONE */
	const struct change *loss; /* the last in walk order that a tip where it is missing descends from; NULL: none */
	uint32_t *tips;            /* none: it may be in a file that could not be read, wherever it is named */
	size_t tip_count, tip_cap;
	struct text *present_on; /* names of refs */
	size_t present_count, present_cap;
};

struct verdict {
	struct lost_key *lost; /* sorted by revision, then lineage */
	size_t lost_count;
	struct missing_key *missing; /* sorted by name, then environment */
	size_t missing_count, missing_cap;
	struct protection protection;
};

/* 0 or -1. verdict_release() frees what is not in an arena. */
int verdict_reach(
	struct investigation *inv, const struct policy *policy, bool all, struct verdict *out, struct err *err);
void verdict_release(struct verdict *verdict);

/* Is the revision of a lineage in the row's tree? 1, 0, -1. */
int row_holds(struct investigation *inv, uint32_t row, uint32_t lineage, uint32_t revision, struct err *err);

#endif
