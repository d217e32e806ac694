/*
 * verdict_lost: the lost half of a verdict. Private to this folder.
 */
#ifndef REVIDENT_FORENSICS_VERDICT_LOST_H
#define REVIDENT_FORENSICS_VERDICT_LOST_H

#include "revident/forensics/verdict.h"

/* Fills verdict->lost: what history held and no tip has. 0 or -1. */
int find_lost(struct investigation *inv, struct verdict *verdict, struct err *err);

#endif
