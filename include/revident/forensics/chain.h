/*
 * chain: the graph of one environment's revisions, as Alembic would load it. Layer forensics; pure.
 *
 * alembic/script/revision.py, RevisionMap._revision_map: the last file of an id wins; a head is nobody's down_revision
 * (depends_on does not count); a base has none; depends_on goes by id or branch label, down_revision by id alone.
 */
#ifndef REVIDENT_FORENSICS_CHAIN_H
#define REVIDENT_FORENSICS_CHAIN_H

#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/text.h"
#include "revident/model/chain.h"

/*
 * Builds the graph of `members`, which stand in the order in which Alembic loads them and must outlive `out`.
 * `external` are ids that another package provides. Everything else is in the arena. Linear but for sorting.
 */
void chain_build(struct arena *arena, const struct chain_member *members, size_t count, const struct text *external,
	size_t external_count, struct chain *out);

/* The node that the id names to Alembic, or NULL; a missing or external one, too. */
const struct chain_node *chain_find(const struct chain *chain, struct text revision);

#endif
