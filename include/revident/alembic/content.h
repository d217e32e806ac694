/*
 * content: how much of one migration goes on in another. Layer alembic.
 *
 * INTERFACE section 3, "Significant lines" and "Similarity". Where that leaves a choice: a file is taken as bytes, not
 * decoded, its byte order mark apart; lines end at LF, CRLF or CR; white space is ASCII's. Every pattern is held
 * against the trimmed line, but the assignments of the header, which count at column 0 only. An import that ends in `(`
 * takes the lines below it along through the first that holds a `)`; without such a line, through the end. All lines
 * that the docstring touches are dropped, whatever else stands on them.
 */
#ifndef REVIDENT_ALEMBIC_CONTENT_H
#define REVIDENT_ALEMBIC_CONTENT_H

#include <stdbool.h>

#include "revident/model/migration.h"

/*
 * Dice similarity of two contents: 2 * common / both, over multisets; 0 if only one side has lines; -1 (null) if
 * neither has.
 */
double content_similarity(struct content *a, struct content *b);

/*
 * Do two migrations hold much the same content? Similarity of 0.6 at least; or of 0.2 at least, or null, with an equal
 * `Create Date:` that has a time of day; or null with the same first docstring line (both without is the same).
 */
bool content_is_much_the_same(
	const struct migration *a, struct content *ca, const struct migration *b, struct content *cb);

/*
 * Does one hold other content than the other, so that an id they share was `replaced`? Similarity below 0.2 (null is
 * not), and either no equal `Create Date:` with a time of day, or at least five significant lines on both sides.
 */
bool content_is_other(const struct migration *a, struct content *ca, const struct migration *b, struct content *cb);

#endif
