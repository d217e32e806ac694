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

struct joins {
	struct study *study;
	struct intern crossed; /* a unit that names what it lacks, and the units that hold it */
	struct intern shared;  /* pairs of units that held one id at the same time, the smaller path number first */
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
	const struct joins *joins, const struct env_defs *defs, const uint32_t *units, size_t count, uint32_t *group);

/* Did the two units ever hold one id at the same time, as far as was looked? */
bool joins_share(const struct joins *joins, uint32_t a, uint32_t b);

/* Says that they did, under names of another time. */
void joins_note_shared(struct joins *joins, uint32_t a, uint32_t b);

/* Does one definition have both units at or below its versions directories? */
bool joins_share_script_dir(const struct joins *joins, const struct env_defs *defs, uint32_t a, uint32_t b);

#endif
