/*
 * explain_text: the parts of an explanation's text. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_EXPLAIN_TEXT_H
#define REVIDENT_SRC_REPORT_EXPLAIN_TEXT_H

#include "revident/model/explain.h"
#include "text.h"

struct explain_text {
	const struct explanation *explanation;
	struct strbuf *out;
	const struct styles *styles;
	bool limits_said; /* what could not be read was told */
};

/* Bytes of prose that are shown at most, in cells, and names of a list. */
enum { EXPLAIN_PROSE_CELLS = 100, EXPLAIN_NAME_CELLS = 40, EXPLAIN_NAMES_SHOWN = 4 };

/* What happened to it, a paragraph an event. */
void explain_text_events(struct explain_text *t, const struct life *life);

/* What to type, for each state. */
void explain_text_next(struct explain_text *t, const struct life *life);

/* Does only the index or the work tree have it? */
bool explain_text_is_uncommitted(const struct life *life);

/* What could not be read, unless it was told already. */
void explain_text_limits(struct explain_text *t);

/* A time as "2025-09-17T16:42:11+02:00". */
void explain_text_add_time(struct paragraph *p, const struct signature *sig);

#endif
