/*
 * salvage: the versions of a lost file that git still has. Layer answers.
 *
 * Places are searched from the nearest to the farthest, each only if the nearer ones had nothing, and each at most
 * once for all revisions: HEAD's history, every ref, what reflogs remember, every work tree's index, objects that
 * nothing leads to. Last come compiled files, which prove and restore nothing.
 */
#ifndef REVIDENT_ANSWERS_SALVAGE_H
#define REVIDENT_ANSWERS_SALVAGE_H

#include <stdbool.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/investigation.h"
#include "revident/git/commits.h"
#include "revident/model/event.h"
#include "revident/model/recover.h"

/* A set of places: bit 1 << place. */
#define SALVAGE_EVERYWHERE ((1u << SALVAGE_PLACES) - 1)

/* Whether notes of earlier sweeps about packs (git/pack_notes.h) are used. */
enum salvage_notes {
	NOTES_IGNORED,
	NOTES_READ,
	NOTES_KEPT, /* and new ones are written */
};

struct salvage_options {
	unsigned places;
	enum salvage_notes notes;
	bool has_blob; /* among several versions, this one */
	struct oid blob;
	const struct progress *progress; /* never NULL */
};

struct salvager;

/* `head` is the investigation of HEAD, which outlives the salvager; results live in its caller's arena. */
struct salvager *salvager_new(struct investigation *head, const struct salvage_options *options);
void salvager_free(struct salvager *salvager); /* takes NULL */

/* What one search came to. */
enum salvage_outcome { SALVAGE_NOTHING, SALVAGE_FOUND, SALVAGE_CHOICE };

struct salvage_result {
	enum salvage_outcome outcome;
	struct salvage_source source;         /* SALVAGE_FOUND */
	const struct salvage_source *choices; /* SALVAGE_CHOICE */
	size_t choice_count;
	const struct bytecode *bytecode; /* SALVAGE_NOTHING */
	size_t bytecode_count;
};

/* Looks for `revision` of the environment at path `environment` (none: of any). 0 or -1. */
int salvage_find(struct salvager *salvager, struct text revision, struct text environment, struct salvage_result *out,
	struct err *err);

/*
 * The ids that files in the places searched so far declare and that begin so, sorted, without repeats; the number of
 * them. They live as long as the salvager.
 */
size_t salvager_completions(const struct salvager *salvager, struct text beginning, struct text **out);

/* What was searched so far. */
struct searched salvager_searched(const struct salvager *salvager);

#endif
