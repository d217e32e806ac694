/*
 * casefile: everything that a report says, from an investigation of all refs. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_CASEFILE_H
#define REVIDENT_ANSWERS_CASEFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/forensics/investigation.h"
#include "revident/forensics/policy.h"
#include "revident/model/casefile.h"

struct casefile_options {
	const char *const *revisions; /* none: everything missing at HEAD */
	size_t revision_count;
	bool all_losses;         /* without revisions: every loss of every ref */
	bool redact_authors;     /* fill `secrets` */
	const char *const *envs; /* only these environments, by path; none: all */
	size_t env_count;
	const char *const *versions_dirs;
	size_t versions_dir_count;
	bool deep;
	const struct policy *policy;     /* never NULL */
	const struct progress *progress; /* never NULL */
};

/*
 * Fills `out`, which borrows from the investigation and its caller's arena and dies with the first of them; hooks are
 * left to the caller. The investigation is one of all refs. 0; -1 with ERR_USAGE (a revision that nobody knows, an
 * environment that is not there) or ERR_UNDECIDED.
 */
int casefile_build(
	struct investigation *inv, const struct casefile_options *options, struct casefile *out, struct err *err);

#endif
