/*
 * ancestry: questions about ancestors, asked for many revisions at once. Layer forensics.
 */
#ifndef REVIDENT_FORENSICS_ANCESTRY_H
#define REVIDENT_FORENSICS_ANCESTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/lineage.h"
#include "revident/forensics/snapshot.h"
#include "revident/git/commits.h"

/* Up to 64 keys that travel through history together, a bit each. */
struct key_batch {
	uint32_t keys[64]; /* ascending */
	size_t count;
};

/* The next keys whose `wanted` is set, from *at on, which moves behind them. False when none is left. */
bool key_batch_next(struct key_batch *batch, const uint32_t *wanted, size_t count, size_t *at);

/* The key's bit, 0 if it is not in the batch. */
uint64_t key_batch_bit(const struct key_batch *batch, uint32_t key);

/* Which of a node's ancestors held a revision last, in walk order? */
struct holder_query {
	uint32_t lineage, revision, node;
	uint32_t commit; /* the answer: a commit number; COMMIT_NONE if none did */
};

/*
 * Answers all queries, which are sorted on the way. Rows are read once for every 64 revisions. 0, or -1 with `err` set.
 */
int find_last_holders(struct lineage *lineage, struct snapshots *snapshots, const struct commits *commits,
	struct holder_query *queries, size_t count, struct err *err);

#endif
