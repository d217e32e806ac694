/*
 * provenance: which state of which repository a result is about. Layer answers.
 */
#ifndef REVIDENT_ANSWERS_PROVENANCE_H
#define REVIDENT_ANSWERS_PROVENANCE_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/git/repo.h"
#include "revident/model/provenance.h"

/* Of `commit`; NULL, or the null id: of HEAD, where it can be read. Texts are in the arena. 0 or -1. */
int provenance_read(
	struct repo *repo, struct arena *arena, const struct oid *commit, struct provenance *out, struct err *err);

#endif
