/*
 * touched: may a change concern an environment at all? Layer forensics.
 *
 * Decided by names, trees and configurations. Of files with other names the small ones are read, for an alembic.ini may
 * be a link to one of them. A commit that changes no migration is done here.
 */
#ifndef REVIDENT_FORENSICS_TOUCHED_H
#define REVIDENT_FORENSICS_TOUCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/study.h"
#include "revident/git/tree_diff.h"

/* A file that changed where migrations may be: judged elsewhere, unless no environment is known there. */
struct suspect {
	uint32_t path;
	struct oid ids[2]; /* null where nothing stands, or no regular file */
};

struct touched {
	bool any; /* something that may be a migration, or a configuration, changed */
	/* What cannot be read: a configuration that may name where the change is, or a directory that may hold one. */
	struct text unreadable;
	const char *unreadable_kind; /* "blob" or "tree" */
	struct oid unreadable_id;
	struct text why; /* it cannot be read */
	struct suspect *suspects;
	size_t suspect_count, suspect_cap;
};

/* Adds what differs between two trees (`before` NULL: the empty one). `extra` as in tree_envs_of_source(). 0 or -1. */
int touched_look(struct study *study, const struct oid *before, const struct oid *after, const struct env_defs *extra,
	struct touched *touched, struct err *err);
void touched_release(struct touched *touched);

#endif
