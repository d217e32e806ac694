/*
 * content: how much of one migration's content another one has. Layer alembic.
 *
 * Compared are significant lines, which are trimmed, with runs of white space made one blank and `"` made `'`. These
 * lines are not significant: blank ones; those of the module docstring, whatever else stands on them; comments; at
 * column 0, assignments to revision, down_revision, branch_labels and depends_on; imports (one that ends in `(` through
 * the first line with a `)`, or the end); what begins with `def upgrade` or `def downgrade`; and lines that are just
 * `pass` or closing brackets. A file is taken as bytes, not decoded, without its byte order mark; lines end at LF, CRLF
 * or CR; white space is ASCII's.
 */
#ifndef REVIDENT_ALEMBIC_CONTENT_H
#define REVIDENT_ALEMBIC_CONTENT_H

#include <stdbool.h>

#include "revident/model/migration.h"

/*
 * Dice's coefficient of the two multisets of lines, 2 * common / (lines of a + lines of b): from 0 to 1; 0 if only one
 * side has lines; -1 (null in JSON) if neither has.
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
