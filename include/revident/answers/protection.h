/*
 * protection: what is published. Layer answers.
 *
 * Protected refs: those the policy names; else the remotes' default branches (refs/remotes/<name>/HEAD); else
 * origin/main and origin/master; else every remote-tracking ref; without any, HEAD. A lost revision is published if a
 * protected ref's tree had it at some time (on its line of first parents) or a tag's tree has it.
 */
#ifndef REVIDENT_ANSWERS_PROTECTION_H
#define REVIDENT_ANSWERS_PROTECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/forensics/policy.h"
#include "revident/git/refs.h"

struct protection {
	struct ref *refs; /* the protected ones, sorted by name */
	size_t ref_count;
	struct ref *tags; /* every tag */
	size_t tag_count;
	bool is_default; /* no policy and no remote says it: HEAD is what counts */
};

/* The refs that protection_find() has to choose from: all of them only where the policy may name any. 0 or -1. */
int protection_refs(
	struct repo *repo, const struct policy *policy, struct arena *arena, struct ref_list *out, struct err *err);

/*
 * From those refs, or all (refs_all()), and HEAD (NULL: unborn). Refs are borrowed from the list; the arrays are in
 * `arena`.
 */
void protection_find(const struct policy *policy, const struct ref_list *refs, const struct ref *head,
	struct arena *arena, struct protection *out);

#endif
