/*
 * scratch: a temporary directory. Layer base.
 *
 * While there is one, signals are held back (signals.h), so that none leaves it behind. If a program is killed or runs
 * out of memory, its directory is removed by the next one that makes a directory at the same place and finds that
 * nobody holds its lock.
 */
#ifndef REVIDENT_BASE_SCRATCH_H
#define REVIDENT_BASE_SCRATCH_H

#include <signal.h>

#include "revident/base/err.h"

/* All zero is none. */
struct scratch {
	char *path; /* of the directory; NULL: there is none */
	int lock;
	sigset_t before;
};

/* Makes a directory of our own in `below` whose name begins with `prefix`. 0 or -1. */
int scratch_make(struct scratch *scratch, const char *below, const char *prefix, struct err *err);

/* Removes it with all that is in it, and lets signals through. */
void scratch_remove(struct scratch *scratch);

#endif
