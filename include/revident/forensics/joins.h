/*
 * joins: which units are one environment although they are different directories. Layer forensics.
 *
 * Configuration joins the version locations of one section, and with recursive_version_locations all that is below one;
 * a down_revision joins two units when it names an id that its own unit lacks and the other has. Ids are unique within
 * an environment: groups of units that ever share one are never joined by a down_revision (sqlite and postgresql
 * variants of one chain are two environments).
 */
#ifndef REVIDENT_FORENSICS_JOINS_H
#define REVIDENT_FORENSICS_JOINS_H

#include <stdbool.h>
#include <stdint.h>

#include "revident/base/intern.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/snapshot.h"
#include "revident/forensics/study.h"

struct def_index;
struct shares;

struct joins {
	struct study *study;
	struct intern crossed; /* a unit that names what it lacks, and the units that hold it */
	struct shares *shares; /* which units held one id at the same time */
	struct intern seen;    /* rows that were looked at */
};

void joins_init(struct joins *joins, struct study *study);
void joins_release(struct joins *joins);

/* Notes what one snapshot with several units says. */
void joins_look(struct joins *joins, const struct snapshot *snapshot);

/*
 * Groups `count` units: group[i] is the index of the first unit that units[i] belongs together with. `defs` says which
 * directories configuration joins. Ask only after every snapshot was looked at.
 */
void joins_group(
	const struct joins *joins, struct def_index *defs, const uint32_t *units, size_t count, uint32_t *group);

#endif
