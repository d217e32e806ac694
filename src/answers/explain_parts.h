/*
 * explain_parts: the pieces of an explanation. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_EXPLAIN_PARTS_H
#define REVIDENT_SRC_ANSWERS_EXPLAIN_PARTS_H

#include "model_writer.h"
#include "revident/answers/explain.h"
#include "lookup.h"
#include "revident/answers/scan.h"

/* What all lives are told from. */
struct teller {
	struct investigation *inv;
	struct arena *arena; /* the caller's */
	struct verdict verdict;
	struct model_writer model;
	struct scan facts; /* environments and what the work tree does; no more */
	bool *in_head;     /* by commit number: is it HEAD's or an ancestor? */
	uint32_t head;     /* index of the tip HEAD; INTERN_NONE without */
	/* by number in history.held, once it is asked for: did a protected ref's line of first parents have it? */
	unsigned char *was_published;
};

/*
 * Judges the investigation of all refs. 0; -1 with ERR_USAGE (an environment that is not there) or ERR_UNDECIDED.
 * teller_close() may be called on a failed one.
 */
int teller_open(struct teller *t, struct investigation *inv, const struct scan_options *options, struct err *err);
void teller_close(struct teller *t);

/* Is the view's environment the one that the identity belongs to? */
bool identity_is_in(const struct tip_view *view, size_t env, const struct identity *identity);

/* Where a view has a revision: the first of its files by path, or NULL. */
const struct tree_file *teller_find(const struct teller *t, uint32_t view, const struct identity *identity);

/* By commit number: is it that commit or a descendant? Freed with free(). */
bool *teller_descendants(const struct teller *t, uint32_t from);

/* The view of HEAD's tree; INTERN_NONE where there is none or it cannot be read. */
uint32_t teller_head_view(const struct teller *t);

/* Fills `out` with all that is known of the identity. 0 or -1. */
int tell_life(struct teller *t, const struct identity *identity, struct life *out, struct err *err);

/* Fills what names the revision: now, or where nothing does any more, at some time. */
void tell_children(struct teller *t, const struct identity *identity, struct life *out);

/* Fills what else the name of a missing revision may be, if it is something. */
void tell_meant(struct teller *t, struct life *out);

/* Fills arrival, loss, replacement and published, from the events that are there already. 0 or -1. */
int tell_turns(struct teller *t, const struct identity *identity, struct life *out, struct err *err);

/* Fills successor, return_path and usurper_path from the loss. 0 or -1. */
int tell_successor(struct teller *t, const struct identity *identity, struct life *out, struct err *err);

/* Fills lost_with, stand_in and lacks_parent from the loss. */
void tell_together(struct teller *t, const struct identity *identity, struct life *out);

/* The heads of HEAD's environments that were asked for. */
void tell_heads(struct teller *t, const struct lookup_options *options, struct explanation *out);

/* What fits, a row each, in the order of `items`. */
struct match *tell_matches(struct teller *t, const struct identity *items, size_t count);

/* How far the search went, and which remote has more. 0 or -1. */
int tell_searched(struct teller *t, struct life_search *out, struct err *err);

#endif
