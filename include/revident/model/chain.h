/*
 * chain: the graph that the revisions of one environment make. Layer model; plain data, borrowed from an arena.
 *
 * forensics/chain.h builds it as Alembic would (alembic/script/revision.py, RevisionMap), and goes on where Alembic
 * stops: missing revisions are nodes, too. Pictures of it are drawn by report/.
 */
#ifndef REVIDENT_MODEL_CHAIN_H
#define REVIDENT_MODEL_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"

/* What one file puts into the chain. */
struct chain_member {
	struct text revision, path, message;
	const struct text *parents; /* its down_revision */
	size_t parent_count;
	const struct text *depends_on; /* ids or branch labels */
	size_t depends_count;
	const struct text *labels; /* that it declares */
	size_t label_count;
	bool parents_unknown; /* down_revision is no literal: it may have parents, nobody knows which */
};

enum chain_state {
	CHAIN_PRESENT,
	CHAIN_MISSING,  /* named, and not there */
	CHAIN_EXTERNAL, /* named, not there, and provided by another package */
};

/* Other nodes, by number; without repeats, in the order in which they are named. */
struct chain_links {
	const uint32_t *to;
	size_t count;
};

struct chain_node {
	struct text revision; /* for a missing one what it is called by */
	enum chain_state state;
	const struct chain_member *member;   /* NULL unless present */
	struct chain_links parents, depends; /* of a shadowed node: those that its file names */
	struct chain_links children;         /* by down_revision; ascending; of loaded nodes only */
	struct chain_links dependents;       /* by depends_on; ascending */
	bool is_shadowed; /* another file with the same id is loaded after it: Alembic forgets this one */
	bool is_head, is_base;
	bool is_in_cycle; /* by down_revision alone, or with depends_on */
};

/* Revisions that are each other's ancestors. */
struct chain_cycle {
	const uint32_t *nodes; /* ascending by revision */
	size_t count;          /* 1: it names itself */
	bool by_dependency;    /* only with depends_on */
};

struct chain {
	const struct chain_node *nodes; /* parents before children but in cycles; a branch is not torn apart */
	size_t count;
	const struct text *heads, *bases; /* sorted, without repeats; depends_on does not count for heads */
	size_t head_count, base_count;
	const struct chain_cycle *cycles; /* sorted by their first revision */
	size_t cycle_count;
	size_t missing_count; /* nodes that are CHAIN_MISSING */
};

#endif
