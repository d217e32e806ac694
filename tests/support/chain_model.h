/*
 * chain_model: chains written down in a line a revision, for unit tests.
 *
 *	b2: a1 z9 | shop | c3 | add orders
 *
 * is revision b2 with down_revision (a1, z9), branch label shop, depends_on c3 and a message; what stands behind the
 * last part given may be left out. `b2: ?` has a down_revision that is no literal. Lines stand in load order; the file
 * of the n-th is v/n.py.
 */
#ifndef REVIDENT_TESTS_CHAIN_MODEL_H
#define REVIDENT_TESTS_CHAIN_MODEL_H

#include "revident/base/arena.h"
#include "revident/model/chain.h"

/* Builds the chain of such lines; `external` (may be NULL) is an id that another package provides. */
void chain_model_build(struct arena *arena, const char *lines, const char *external, struct chain *out);

#endif
