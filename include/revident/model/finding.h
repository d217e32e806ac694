/*
 * finding: one thing that is wrong, by which rule, and where. Layer model; plain data, texts borrowed from the arena of
 * whoever found it. Messages and hints are printable (base/printable.h): bytes of the repository in them are escaped.
 */
#ifndef REVIDENT_MODEL_FINDING_H
#define REVIDENT_MODEL_FINDING_H

#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/oid.h"
#include "revident/model/rule.h"

struct finding {
	enum rule_id rule;
	enum level level;        /* in this case; never LEVEL_OFF */
	struct text environment; /* "." at the top */
	struct text revision;    /* that it is about; none where it is about a file or the whole environment */
	struct text path;        /* none where it is about the whole environment */
	unsigned line;           /* from 1; 0 where no line says it */
	struct text message;     /* one sentence */
	struct text hint;        /* what to do about it; none where the message says it all */
};

/* Errors first, then by environment, path, line, rule, revision, message: the one order in every format. */
int finding_compare(const struct finding *a, const struct finding *b);

/* Sorts by finding_compare(). */
void findings_sort(struct finding *findings, size_t count);

/* How many there are of each level, by enum level. */
void findings_count(const struct finding *findings, size_t count, size_t counts[LEVEL_ERROR + 1]);

#endif
