/*
 * commit: who made a commit, when, and what they said. Layer model; plain data, texts borrowed from an arena.
 */
#ifndef REVIDENT_MODEL_COMMIT_H
#define REVIDENT_MODEL_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"
#include "revident/model/oid.h"

struct signature {
	struct text name, email; /* as stored, not trusted; empty where malformed */
	bool has_time;           /* false where the time cannot be read: shown as unknown */
	int64_t time;            /* seconds since 1970 */
	int offset;              /* minutes east of UTC */
};

struct commit_info {
	struct oid id, tree;
	const struct oid *parents;
	size_t parent_count;
	struct signature author, committer;
	struct text summary; /* the message's first paragraph, lines joined by a space */
	struct text message; /* all of it */
	bool is_signed;      /* a gpgsig header is there; never verified */
};

/*
 * No real merge has more parents: what is beyond is only counted, since each of thousands of events shows its commit.
 */
enum { PARENTS_SHOWN = 100 };

/* Room for signature_time(): "2025-09-17T16:42:11+02:00" and a NUL, with years far out of the ordinary. */
enum { SIGNATURE_TIME_MAX = 40 };

/*
 * The time in ISO 8601 with its own offset, into `out` (SIGNATURE_TIME_MAX bytes); "" where it has none. An offset of a
 * day or more counts as none: the same moment in UTC.
 */
char *signature_time(const struct signature *sig, char *out);

/* The same moment in UTC, "2025-09-17T14:42:11Z". */
char *signature_time_utc(const struct signature *sig, char *out);

#endif
