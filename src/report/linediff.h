/*
 * linediff: two texts, line by line beside each other. Private to src/report; pure.
 */
#ifndef REVIDENT_SRC_REPORT_LINEDIFF_H
#define REVIDENT_SRC_REPORT_LINEDIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"

/* Longer files are compared up to here only. */
enum { LINEDIFF_MAX = 600 };

/* One row: on both sides the same line, or a line on one side only (the other is TEXT_NONE). Line numbers from 1. */
struct linediff_row {
	struct text before, after;
	size_t before_line, after_line;
	bool is_same;
	size_t folded; /* so many rows like this one are left out here; 0: it is a row itself */
};

struct linediff {
	struct linediff_row *rows;
	size_t count;
	size_t before_more, after_more; /* lines that were left out */
};

/* The longest common subsequence of lines; what was removed stands in front of what came. */
void linediff_make(struct text before, struct text after, struct linediff *out);
void linediff_release(struct linediff *diff);

/* Leaves out equal lines more than `context` away from a difference, and all but `run_max` lines of a one-sided run. */
void linediff_fold(struct linediff *diff, size_t context, size_t run_max);

/* What the lines are that a row stands for: "equal", "more removed", "more added". */
const char *linediff_words(const struct linediff_row *row);

#endif
