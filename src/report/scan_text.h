/*
 * scan_text: the parts of a scan's text, in the order in which they stand. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_SCAN_TEXT_H
#define REVIDENT_SRC_REPORT_SCAN_TEXT_H

#include "revident/model/scan.h"
#include "text.h"

struct scan_text {
	const struct scan *scan;
	struct strbuf *out;
	const struct styles *styles;
	bool can_recover; /* is there a command `recover`? */
	size_t deciding;  /* revisions missing where the exit code looks */
	size_t breaking;  /* changes of the index and the work tree that lose a revision of HEAD */
	bool has_folded;  /* does a line stand for several revisions? Set by scan_text_lost(). */
};

/* What is missing: who names it, what became of it, where the original is, and what to type. */
void scan_text_missing(struct scan_text *t);

/* What the index and the work tree do to HEAD. */
void scan_text_worktree(struct scan_text *t);

/* Revisions that were lost and that nothing names, then ids that were replaced, reused or duplicated; a line each. */
void scan_text_lost(struct scan_text *t);

/* Every event that the scan holds, oldest first, a line each. */
void scan_text_events(struct scan_text *t);

/* How many revisions that scan_text_lost() lists there are: lost on the tips that decide, not shown as missing. */
size_t scan_text_lost_count(const struct scan_text *t);

/* Was the lost revision shown by scan_text_missing()? */
bool scan_text_is_shown_as_missing(const struct scan_text *t, const struct lost_revision *lost);

#endif
