/*
 * policy_parts: what each key of a policy means, for policy.c, which goes through the sources. Private to
 * src/forensics.
 *
 * A policy is built entry by entry. An entry of a later source overrides those of earlier ones; which source it is of
 * is told by its number.
 */
#ifndef REVIDENT_SRC_FORENSICS_POLICY_PARTS_H
#define REVIDENT_SRC_FORENSICS_POLICY_PARTS_H

#include "revident/forensics/policy.h"
#include "revident/forensics/policy_file.h"

/* One source, read into entries. */
struct policy_layer {
	const char *name;
	const struct policy_entry *entries;
	size_t count;
};

struct policy_builder {
	struct arena *arena;
	struct policy *policy;
	const struct policy_layer *layer;
	unsigned layer_number; /* from 1 */
	const struct policy_entry *entry;
	struct err *err;
};

/*
 * Does to b->policy what b->entry says. 0, or -1 with b->err set (ERR_USAGE): an unknown key, or a value that is none.
 */
int policy_apply(struct policy_builder *b);

/* Puts source and line (0: it has none) in front of the message that is there. Returns -1. */
int policy_blame(const char *source, unsigned line, struct err *err);

#endif
