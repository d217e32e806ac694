/*
 * lineage_parts: what the files that build a lineage share. Private to src/forensics.
 */
#ifndef REVIDENT_SRC_FORENSICS_LINEAGE_PARTS_H
#define REVIDENT_SRC_FORENSICS_LINEAGE_PARTS_H

#include "def_index.h"
#include "revident/forensics/lineage.h"

/* A unit and the label that it has in a layout. */
struct pair {
	uint32_t unit, label;
};

/* Building one lineage. */
struct builder {
	struct lineage *lineage;
	struct study *study;
	struct snapshots *snapshots;
	struct def_index defs;
	struct pair *pairs; /* of the node at hand */
	size_t pair_count, pair_cap;
	uint32_t *place_of_unit; /* by path number: its place in `pairs`, where that is the unit's */
	size_t place_cap;
	size_t apart_left; /* of APART_MAX */
	struct err *err;
};

/* Steps in finding out which units must stay apart; how many it takes to compare the definitions of two. */
enum { APART_MAX = 64 * 1000 * 1000, APART_DEFS = 64 };

uint32_t find_label(struct lineage *lineage, uint32_t label);

/* Gives the unit a label, or makes its label and that one the same lineage. */
void give_label(struct builder *b, struct pair *pair, uint32_t label);

/* The pairs of a layout, sorted by unit. */
const struct pair *layout_pairs(const struct lineage *lineage, uint32_t layout, size_t *count);
const struct pair *find_unit(const struct lineage *lineage, uint32_t layout, uint32_t unit);

/* The pair of a unit of the node at hand, or NULL. */
struct pair *pair_of(struct builder *b, uint32_t unit);

/* Labels that units of the node take over from units that vanished on the way from its parents. 0 or -1. */
int follow_moves(struct builder *b, const struct node *node, const struct snapshot *snapshot);

/*
 * Lineages that ever shared an id did not lie in one environment before, under the names they had then, either: spreads
 * what units share to the other units of their labels.
 */
void spread_shares(struct lineage *lineage);

#endif
