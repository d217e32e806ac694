/*
 * history: every change of a revision's identity, from the lineages' nodes. Layer forensics.
 *
 * Commit by commit against its parents, over the revisions in each tree. Changes are in numbers of the study and of the
 * commits; scan.h turns them into what reports read.
 */
#ifndef REVIDENT_FORENSICS_HISTORY_H
#define REVIDENT_FORENSICS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/lineage.h"
#include "revident/forensics/snapshot.h"
#include "revident/forensics/study.h"
#include "revident/git/commits.h"
#include "revident/model/event.h"

/* One holder of a revision, or none: path INTERN_NONE. The blob may be BLOB_NONE where no regular file stands there. */
struct place {
	uint32_t path, blob;
};

#define PLACE_NONE ((struct place){ INTERN_NONE, BLOB_NONE })

struct change {
	enum event_kind kind;
	uint32_t commit;
	uint32_t parent;  /* commit number, COMMIT_NONE at a root */
	uint32_t lineage; /* label; of a move between environments, the new one */
	uint32_t revision;
	struct place before, after;
	double similarity;
	struct place continues_as;
	double continues_similarity;
	bool content_changed, same_content, reused;
	uint32_t next; /* of the same revision: its place + 1; 0 for the last */
};

/* A node in which a held pair is and in none of its parents. */
struct arrived {
	uint32_t key, node;
};

/* A revision that left its lineage for another in one commit; in walk order. */
struct departure {
	uint32_t from, to, revision, commit;
};

/*
 * A thousand ids that come and go in each of a thousand commits fit in 300 KB: what is more is left out, as a limit
 * says.
 */
enum { CHANGES_MAX = 1000 * 1000 };

struct history {
	struct change *changes; /* in walk order, then by revision and kind */
	size_t count, cap;
	bool is_cut;     /* there were more than CHANGES_MAX */
	uint32_t *first; /* by revision: the place + 1 of its first change */
	size_t first_count;
	struct intern held; /* (lineage, revision) pairs, two uint32_t: every pair that some walked commit had */
	struct arrived *arrivals;
	size_t arrival_count, arrival_cap;
	struct departure *departures;
	size_t departure_count, departure_cap;
};

/* Finds every change. 0, or -1 with `err` set; history_release() may be called on a failed one. */
int history_build(struct history *history, struct study *study, struct snapshots *snapshots, struct lineage *lineage,
	const struct commits *commits, const struct progress *progress, struct err *err);
void history_release(struct history *history);

/* The place + 1 of a revision's first change, which has `next`; 0 if it has none. */
uint32_t history_first(const struct history *history, uint32_t revision);

#endif
