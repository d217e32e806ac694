/*
 * lineage: history reduced to the commits that matter, and the environments in it followed through moves. Layer
 * forensics.
 *
 * A node stands for a commit and all its descendants that change nothing below the watched paths and merge nothing.
 * Nodes are in walk order, parents first. Every unit (snapshot.h) of a node has a label; labels that turn out to be the
 * same environment (one path, a versions directory that vanished and one that is new sharing half of the ids,
 * directories that configuration joins or a down_revision crosses) are one lineage.
 */
#ifndef REVIDENT_FORENSICS_LINEAGE_H
#define REVIDENT_FORENSICS_LINEAGE_H

#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/joins.h"
#include "revident/forensics/snapshot.h"
#include "revident/forensics/study.h"
#include "revident/git/commits.h"
#include "revident/git/watch.h"

struct node {
	uint32_t commit; /* the first of its commits in walk order: the one that changed something */
	uint32_t row;
	uint32_t layout;    /* which label each unit has */
	uint32_t parent_at; /* where its parents begin in lineage.parents */
	uint32_t parent_count;
};

struct lineage {
	bool is_bounded; /* so many directories came and went that not all is known of what belongs together */
	struct node *nodes;
	size_t node_count, node_cap;
	uint32_t *parents; /* node numbers, without repeats, in the commit's order */
	size_t parent_count, parent_cap;
	uint32_t *node_of;     /* by commit number */
	struct intern layouts; /* (unit, label) pairs, sorted by unit */
	uint32_t *up;          /* by label: towards the lineage's own label */
	size_t label_count, label_cap;
	uint32_t *label_of_path; /* by path number: the label its unit had last; INTERN_NONE */
	size_t path_cap;
	struct joins joins; /* which units belong together */
};

/*
 * Builds nodes and labels. `defs` says which directories configuration joins. 0, or -1 with `err` set;
 * lineage_release() may be called on a failed one.
 */
int lineage_build(struct lineage *lineage, struct study *study, struct snapshots *snapshots,
	const struct commits *commits, const struct watch *watch, const struct env_defs *defs, struct err *err);
void lineage_release(struct lineage *lineage);

/* The lineage that a unit belongs to in a layout; INTERN_NONE if the layout has no such unit. */
uint32_t lineage_of_unit(struct lineage *lineage, uint32_t layout, uint32_t unit);

/* The lineage that a unit of this path belongs to, as of the last commit that had it; INTERN_NONE if none had. */
uint32_t lineage_of_path(struct lineage *lineage, uint32_t unit);

/* The last commit in walk order that changed something and had a unit of this lineage. */
uint32_t lineage_last_commit(struct lineage *lineage, uint32_t label);

static inline const uint32_t *node_parents(const struct lineage *lineage, uint32_t node)
{
	return lineage->parents + lineage->nodes[node].parent_at;
}

#endif
