/*
 * casefile_stamps: what `alembic upgrade head` says to a database, in one state of the migrations. Private to
 * src/answers.
 *
 * The words are those of alembic/script/revision.py and alembic/script/base.py, and so is the order in which it looks
 * at things: files, labels, depends_on, parents, cycles, heads, and the database last.
 */
#ifndef REVIDENT_SRC_ANSWERS_CASEFILE_STAMPS_H
#define REVIDENT_SRC_ANSWERS_CASEFILE_STAMPS_H

#include "revident/base/arena.h"
#include "revident/model/casefile.h"

/* A state of the migrations, and what is known of it. */
struct state {
	enum repair_way way;
	bool is_open;
	const struct chain *chain;
	struct text relinked_to; /* WAY_RELINK: what the children name now; none: a base */
	bool goes_on;            /* and that is the lost content under another id */
};

struct table {
	struct arena *arena;
	struct arena scratch;       /* the chains of the states */
	const struct recover *plan; /* of WAY_RESTORE; NULL where it is only drawn */
	struct lost_case *c;
	struct state states[WAYS];
};

/* What the database is at; NULL for nothing, and for what the chain does not have. */
const struct chain_node *stamp_in(const struct chain *chain, const struct stamp_row *row);

/* Fills an outcome but for its command. */
void stamp_answer(struct table *t, const struct state *state, const struct stamp_row *row, struct stamp_outcome *out);

/* After a squash, whatever the chain was. */
void stamp_answer_squash(struct table *t, const struct stamp_row *row, struct stamp_outcome *out);

#endif
