/*
 * check: whether a change alters a revision that is there already. Layer model; plain data, borrowed from an arena.
 * forensics/judge.h writes it, the renderers of report/ read it. Violations in the order of model/finding.h.
 */
#ifndef REVIDENT_MODEL_CHECK_H
#define REVIDENT_MODEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/finding.h"
#include "revident/model/oid.h"
#include "revident/model/provenance.h"

/* From the mildest to the gravest; the gravest counts. */
enum check_result {
	CHECK_CLEAN,
	CHECK_WARNED,
	CHECK_UNDECIDED, /* something that the answer depends on could not be read */
	CHECK_BLOCKED,
};

/* "clean", "warned", "undecided" or "blocked". */
const char *check_result_name(enum check_result result);

/* A violation that the policy lets pass. */
struct waived {
	struct finding finding; /* with the level that it would have had */
	bool by_prune;
	struct text name, reason; /* of the waiver; of a prune its revision */
};

/* A tree that was judged against others. */
struct comparison {
	struct text name;        /* of the target: "the index", a ref, an expression */
	const struct oid *bases; /* commits; none: everything is new */
	size_t base_count;
	struct oid target; /* a commit; null for what is no commit yet */
};

struct check {
	enum check_result result;
	const struct comparison
		*comparisons; /* several where several refs are pushed, none where nothing is to be judged */
	size_t comparison_count;
	const struct finding *violations;
	size_t violation_count;
	const struct waived *waived;
	size_t waived_count;
	struct text policy;      /* where it was read: ".revident in the index"; none: there is none */
	struct text protection;  /* a clause: what counts as protected here */
	const struct text *refs; /* the protected ones, by name */
	size_t ref_count, tag_count;
	const char *const *limits; /* why it could not be decided, sentences */
	size_t limit_count;
	const char *const *notes; /* what a reader should know and nothing blocks on, sentences */
	size_t note_count;
	struct provenance provenance;
};

#endif
