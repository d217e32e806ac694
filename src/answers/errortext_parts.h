/*
 * errortext_parts: a pasted text made plain, and a pattern held against it. Private to src/answers; pure.
 */
#ifndef REVIDENT_SRC_ANSWERS_ERRORTEXT_PARTS_H
#define REVIDENT_SRC_ANSWERS_ERRORTEXT_PARTS_H

#include "revident/answers/errortext.h"

/* What a pattern took out of the text; words in the arena. */
struct captures {
	struct text words[ERROR_SUBJECTS_MAX];
	size_t count;
};

/*
 * The text without escape sequences, carriage returns and the escapes of JSON and HTML, with plain quotes and slashes
 * and with one space, or one newline, for each run of white space; at most ERROR_TEXT_MAX bytes of it.
 */
struct text errortext_clean(struct text text, struct arena *arena);

/*
 * The next place at or behind *at where the pattern stands (errortext.c says what patterns are), *at behind it then.
 * Letters count in either case, and a newline in the text is passed over.
 */
bool errortext_find(struct text clean, size_t *at, const char *pattern, struct arena *arena, struct captures *captures);

#endif
