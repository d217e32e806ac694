/*
 * verdict_lost: the lost half of a verdict. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_VERDICT_LOST_H
#define REVIDENT_SRC_ANSWERS_VERDICT_LOST_H

#include "verdict.h"

/*
 * The revisions that are lost or missing, as far as the verdict goes: most files that are looked through have none of
 * them, which one look here tells.
 */
struct sought {
	bool *revisions; /* by number; sought_release() frees it */
	size_t count;    /* that were known when the list was made: a tree that is read later may bring more */
};

void sought_init(struct sought *sought, const struct investigation *inv, const struct verdict *verdict);
void sought_release(struct sought *sought);

static inline bool is_sought(const struct sought *sought, uint32_t revision)
{
	return revision < sought->count && sought->revisions[revision];
}

/*
 * Marks in `present`, by number in history.held, every pair of what is sought (NULL: of all) that the row has. 0 or -1.
 */
int mark_row(
	struct investigation *inv, uint32_t row, const struct sought *sought, unsigned char *present, struct err *err);

/* Fills verdict->lost: what history held and no tip has. 0 or -1. */
int find_lost(struct investigation *inv, struct verdict *verdict, struct err *err);

#endif
