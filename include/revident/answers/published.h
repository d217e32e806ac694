/*
 * published: is a revision on a protected ref or in a tag? Layer answers.
 *
 * Looked up only for revisions that a change alters. Trees that were looked at are remembered by their id.
 */
#ifndef REVIDENT_ANSWERS_PUBLISHED_H
#define REVIDENT_ANSWERS_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/policy.h"
#include "revident/answers/protection.h"
#include "revident/forensics/study.h"
#include "revident/git/commits.h"
#include "revident/model/oid.h"

struct published;

/* Reads the refs. NULL with `err` set on failure; published_free() takes NULL. */
struct published *published_new(
	struct study *study, struct discovery *discovery, const struct policy *policy, struct err *err);
void published_free(struct published *published);

const struct protection *published_protection(const struct published *published);

/* Where a revision is published: the first names of each kind, none where there is none. */
struct holding {
	struct text ref; /* a protected ref whose tree has it */
	struct text tag;
	size_t tag_count;
	struct text unclear; /* where it is not: a ref or tag that may have it all the same, in what cannot be read */
	struct oid missing;  /* the first such object there */
};

/*
 * Fills `out`. `path` is where a base has the revision, `defs` the environments that are known. 0 or -1.
 */
int published_holding(struct published *published, uint32_t revision, uint32_t path, const struct env_defs *defs,
	struct holding *out, struct err *err);

/*
 * Is the commit itself published: on a protected ref's line of first parents, or a tag's? Walks history at the first
 * question. 1, 0, -1.
 */
int published_commit(
	struct published *published, const struct oid *commit, const struct progress *progress, struct err *err);

#endif
