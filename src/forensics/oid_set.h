/*
 * oid_set: object ids, each once, to be looked up by the hundred thousand. Private to src/forensics.
 *
 * An id is a hash: its own first bytes spread it. Somebody could make objects whose ids begin alike, a few thousand of
 * them with much work, and each look-up among them would then take that many steps, no more.
 */
#ifndef REVIDENT_SRC_FORENSICS_OID_SET_H
#define REVIDENT_SRC_FORENSICS_OID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/model/oid.h"

/* Zeroed before use. */
struct oid_set {
	struct oid *ids;
	size_t count, cap;
	uint32_t *slots; /* place in `ids` + 1; 0 is free */
	size_t mask;
};

void oid_set_add(struct oid_set *set, const struct oid *id);
bool oid_set_has(const struct oid_set *set, const struct oid *id);
void oid_set_release(struct oid_set *set);

#endif
