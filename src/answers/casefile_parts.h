/*
 * casefile_parts: what the files that write a casefile share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_CASEFILE_PARTS_H
#define REVIDENT_SRC_ANSWERS_CASEFILE_PARTS_H

#include "excuse.h"
#include "explain_parts.h"
#include "revident/answers/casefile.h"

/* One casefile in the making. */
struct clerk {
	struct investigation *inv;
	struct arena *arena; /* the caller's */
	const struct casefile_options *options;
	struct teller teller;
	struct prunings prunings;
	struct audit head; /* HEAD's tree */
	struct casefile *out;
};

/*
 * The revisions that the report is about, in the order of its cases: those that were named, else what is missing at
 * HEAD, with --all-losses followed by all that was ever lost. Counts the losses of the whole history. `*items` is freed
 * by the caller, also after a failure. 0; -1 with ERR_USAGE or ERR_UNDECIDED for a name that is none.
 */
int casefile_choose_subjects(struct clerk *clerk, struct identity **items, size_t *count, struct err *err);

/* Is it missing in the tree of HEAD? */
bool missing_is_at_head(const struct clerk *clerk, const struct missing_key *missing);

/* Fills which refs hold the damage, which the original, and how many are older than both. */
void casefile_write_refs(struct clerk *clerk, const struct identity *identity, struct lost_case *c);

/* Fills moments, restored and exposure. */
void casefile_write_times(struct clerk *clerk, struct lost_case *c);

/* Fills the table of stamps from the chains; `plan` is what `should_be` stands on, or NULL. Pure but for the arena. */
void casefile_write_stamps(struct arena *arena, const struct recover *plan, struct lost_case *c);

/* The chain with the lost revision back in it, from what its file declares. False where that is not known. */
bool casefile_chain_with(struct arena *arena, const struct chain *chain, const struct lost_case *c, struct chain *out);

/* Fills the tables that the lost migration creates and later ones assume. 0 or -1. */
int casefile_write_tables(struct clerk *clerk, struct lost_case *c, struct err *err);

/* Fills the list of exhibits. */
void casefile_write_exhibits(struct clerk *clerk);

/* Fills the names, addresses and parts of them that a redacted report must not hold. */
void casefile_write_secrets(struct clerk *clerk);

#endif
