/*
 * scan_parts: the pieces of a scan besides events, losses and what is missing. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_SCAN_PARTS_H
#define REVIDENT_SRC_ANSWERS_SCAN_PARTS_H

#include "revident/answers/scan.h"

/* Is the environment among those that were asked for, and not ignored by the policy? */
bool scan_wants(const struct scan_options *options, struct text path);

/* Fills environments and skipped environments; ERR_USAGE where an environment that was asked for is none. 0 or -1. */
int scan_write_environments(
	struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err);

/* Fills tips, counts of commits and blobs, and what is known of the repository; last, since it ends with the limits. */
void scan_write_facts(struct investigation *inv, struct scan *out);

/* Fills what the index and the work tree do to HEAD's revisions. 0 or -1. */
int scan_write_worktree(
	struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err);

#endif
