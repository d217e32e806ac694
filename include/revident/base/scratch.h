/*
 * scratch: a directory for files that are not to outlive what they are made for. Layer base.
 *
 * While there is one, signals wait (signals.h), so that none leaves it behind. What a program leaves that is killed, or
 * out of memory, the next one removes that makes such a directory at the same place: nobody holds its lock any more.
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
