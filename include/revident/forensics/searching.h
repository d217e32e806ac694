/*
 * searching: finding the environments of a whole history. Layer forensics; used by investigation.c alone.
 */
#ifndef REVIDENT_FORENSICS_SEARCHING_H
#define REVIDENT_FORENSICS_SEARCHING_H

#include "revident/forensics/investigation.h"

/*
 * Searches the whole tree of each tip; follows the versions directories and configurations found there through history
 * by tree id; searches again where one of them comes, goes or changes, until nothing new is found; with `deep`
 * searches every commit's tree. Leaves all definitions in inv->defs and every path resolved in inv->watch. 0 or -1.
 */
int search_history(struct investigation *inv, bool deep, const struct progress *progress, struct err *err);

/*
 * Is the tip's whole tree searched (a branch, a tag, what was typed), or is it followed like history (a forge's refs)?
 */
bool is_searched_tip(struct text ref);

#endif
