/*
 * history_build: what one pass over the nodes leaves to be settled when all are known. Private to src/forensics.
 */
#ifndef REVIDENT_SRC_FORENSICS_HISTORY_BUILD_H
#define REVIDENT_SRC_FORENSICS_HISTORY_BUILD_H

#include "history_view.h"

/* A revision that came to a lineage at a node: added or restored, as its ancestors tell later. */
struct arrival {
	uint32_t key; /* number in history.held */
	uint32_t node;
	bool is_event; /* false: it only counts for its descendants (a move between environments, unknown parents) */
	struct change change;
};

/* A revision that a merge dropped: lost there if no parent that lacks it ever had it. */
struct dropped {
	uint32_t key, node;
	struct change change;
	uint32_t *having; /* parent nodes */
	size_t having_count;
};

struct builder {
	struct history *history;
	struct study *study;
	struct snapshots *snapshots;
	struct lineage *lineage;
	const struct commits *commits;
	struct err *err;

	struct arrival *arrivals;
	size_t arrival_count, arrival_cap;
	struct dropped *dropped;
	size_t dropped_count, dropped_cap;
	struct arena arena;

	/* Of the node at hand. */
	uint32_t *stamps; /* by revision: node + 1 if touched */
	size_t stamp_cap;
	struct holder *holders;
	size_t holder_count, holder_cap;
};

/* Adds a change to the history that is `data`. */
void emit_change(void *data, const struct change *change);

/* Tells added from restored, and real losses in merges from removals that one side made before. */
void settle_arrivals(struct builder *b);

/* What each restored revision was before it went. 0, or -1 with b->err set. */
int settle_restored(struct builder *b);

#endif
