/*
 * inquiry: small histories of migrations, made by a shell script and investigated. For unit tests.
 *
 * The script runs in a new repository whose only environment is `m` (alembic.ini is committed), with
 *
 *	put ID DOWN [PATH]	writes m/versions/ID.py (or PATH); DOWN is Python: None, "'a1'", "('a1', 'b1')"
 *	say WORDS		commits all there is
 */
#ifndef REVIDENT_TESTS_INQUIRY_H
#define REVIDENT_TESTS_INQUIRY_H

#include "revident/forensics/investigation.h"
#include "sandbox.h"

struct inquiry {
	struct repo *repo;
	struct arena arena;
	struct investigation inv;
};

/* Makes the repository "r" alone. */
void inquiry_make(struct sandbox *sandbox, const char *script);

/* Makes it and investigates HEAD, or with `all` every ref. Any failure ends the test. */
void inquiry_open(struct inquiry *inquiry, struct sandbox *sandbox, const char *script, bool all);
void inquiry_close(struct inquiry *inquiry);

/* The changes of history, "kind revision before > after" a line, "-" for no path; in the inquiry's arena. */
const char *inquiry_changes(struct inquiry *inquiry);

/* The number of a revision or path; the test ends where there is none. */
uint32_t inquiry_revision(struct inquiry *inquiry, const char *revision);
uint32_t inquiry_path(struct inquiry *inquiry, const char *path);

#endif
