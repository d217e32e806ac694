/*
 * ancestry: questions about ancestors, asked for many revisions at once. Layer forensics; used by history.c.
 */
#ifndef REVIDENT_FORENSICS_ANCESTRY_H
#define REVIDENT_FORENSICS_ANCESTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/forensics/history.h"
#include "revident/forensics/lineage.h"

/* Up to 64 keys that travel through history together, a bit each. */
struct key_batch {
	uint32_t keys[64]; /* ascending */
	size_t count;
};

/* The next keys whose `wanted` is set, from *at on, which moves behind them. False when none is left. */
bool key_batch_next(struct key_batch *batch, const uint32_t *wanted, size_t count, size_t *at);

/* The key's bit, 0 if it is not in the batch. */
uint64_t key_batch_bit(const struct key_batch *batch, uint32_t key);

/* Finds, for a revision and a node, the last loss in walk order among the node's ancestors. */
struct last_loss;

struct last_loss *last_loss_new(const struct lineage *lineage);
void last_loss_free(struct last_loss *finder);

/* Notes a loss; borrowed until last_loss_free(). */
void last_loss_add(struct last_loss *finder, const struct change *change);

/* The answer, or NULL. The first question closes the list: nothing may be added behind it. */
const struct change *last_loss_before(struct last_loss *finder, uint32_t lineage, uint32_t revision, uint32_t node);

#endif
