/*
 * lookup: which revision a person means. Private to src/answers.
 *
 * An id, the beginning of one, or a branch label; known is what any walked commit declared and what any tip names. A
 * revision that only moved from one environment to another is one. Answers live in the study's arena.
 */
#ifndef REVIDENT_SRC_ANSWERS_LOOKUP_H
#define REVIDENT_SRC_ANSWERS_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/investigation.h"
#include "verdict.h"

enum { SIMILAR_SHOWN = 3 };

/* How what was asked for led to a revision. */
enum lookup_how { LOOKUP_EXACT, LOOKUP_LABEL, LOOKUP_PREFIX };

/* One revision in one environment. */
struct identity {
	struct text id;
	uint32_t revision;  /* its number; INTERN_NONE where nothing ever declared it */
	uint32_t *lineages; /* where it was declared, at least one unless only named */
	size_t lineage_count;
	struct text environment;
	const struct missing_key *missing; /* a tip names it and lacks it; NULL otherwise */
};

struct lookup {
	enum lookup_how how;
	struct identity *items; /* sorted by id, then environment; several ids only by a label or prefix */
	size_t count;
};

struct lookup_options {
	const char *const *envs; /* only these environments, by path; none: all */
	size_t env_count;
};

/* Is the environment one of those? */
bool lookup_wants(const struct lookup_options *options, struct text environment);

/*
 * Finds what `query` means: exactly an id, else a branch label, else the beginning of ids of at least four characters,
 * as Alembic resolves them (alembic/script/revision.py, _revision_for_ident). Environments that no tip has count where
 * no other has the id. Nothing found is a count of 0.
 */
void lookup_revision(struct investigation *inv, const struct verdict *verdict, const struct lookup_options *options,
	struct text query, struct lookup *out);

/* The same by exact id only. */
void lookup_id(struct investigation *inv, const struct verdict *verdict, const struct lookup_options *options,
	struct text id, struct lookup *out);

/* May the prefix stand for the id, as Alembic completes them? Not where it is all of it. */
bool lookup_begins_with(struct text id, struct text prefix);

/* How a file may be named. */
enum file_naming {
	NAMED_BY_PATH,   /* its path, or the end of it */
	NAMED_BY_MODULE, /* the name under which Alembic imports it */
	NAMED_BY_STEM,   /* its name without ".py" */
};

/* The ids of what ever stood at files that are named so. Sorted, without repeats; the number of them. */
size_t lookup_file(struct investigation *inv, struct text file, enum file_naming naming, struct text **out);

/* Is it one id in all of `out`? */
static inline bool lookup_is_one_id(const struct lookup *lookup)
{
	return lookup->count > 0 && text_equal(lookup->items[0].id, lookup->items[lookup->count - 1].id);
}

/* Is the identity declared in the lineage? */
bool identity_has_lineage(const struct identity *identity, uint32_t lineage);

/* The order of a lookup's items, for qsort(). */
int identity_compare_items(const void *a, const void *b);

/* Identities from several lookups, each once. `items` is freed by who owns the list. */
struct identities {
	struct identity *items; /* in the order in which they were added */
	size_t count, cap;
	size_t max;      /* how many it takes */
	size_t left_out; /* how many it did not take */
};

/* Adds what was found, in one environment or, with TEXT_NONE, in any. */
void identities_add(struct identities *list, const struct lookup *found, struct text environment);

/*
 * Known ids that a typing error of at most two characters makes `query`, sorted; the nearest where there are more. The
 * number of them.
 */
size_t lookup_similar(struct investigation *inv, struct text query, struct text out[SIMILAR_SHOWN]);

#endif
