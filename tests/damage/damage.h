/*
 * damage: damages each file of a repository in turn and holds what the commands say against what they said before.
 *
 * The commands run in forked children of one process that has the program linked in: thousands of cases take seconds.
 */
#ifndef REVIDENT_TESTS_DAMAGE_H
#define REVIDENT_TESTS_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "revident/base/strbuf.h"

/* src/cli/main.c's main(), by another name. */
int revident_main(int argc, char **argv);

/* A file of the fixture as it was. */
struct victim {
	char *path;     /* absolute */
	char *relative; /* below the repository */
	char *content;
	size_t len;
	mode_t mode;
};

enum damage_kind { DAMAGE_CONTENT, DAMAGE_GONE, DAMAGE_DIRECTORY, DAMAGE_FIFO, DAMAGE_LINK, DAMAGE_UNREADABLE };

/* One way to damage a file: what it is called and what stands there then. */
struct damage {
	enum damage_kind kind;
	char name[64];
	struct strbuf content; /* DAMAGE_CONTENT */
	const char *target;    /* DAMAGE_LINK */
};

/*
 * kinds.c: the next damage to `victim`, `*state` being 0 before the first. False after the last. `other` is another
 * file of the same sort, whose content is tried here, or NULL. `thorough`: more places in the file.
 */
bool damage_next(
	struct damage *damage, const struct victim *victim, const struct victim *other, bool thorough, unsigned *state);

/* forged.c: the same with checksums that fit what was changed. */
bool forged_next(struct damage *damage, const struct victim *victim, unsigned *state);

/* damage.c: is it an object in a file of its own? */
bool victim_is_loose_object(const struct victim *victim);

/* kinds.c: does it; puts the file back. 0, or -1 where the file system cannot do it. */
int damage_do(const struct damage *damage, const struct victim *victim);
void damage_undo(const struct victim *victim);

/* What a command answered. */
struct answer {
	int status; /* 128 + N: killed by signal N */
	struct strbuf out, said;
};

/* runs.c: runs the program with `args` (ended by NULL) in `directory`; kills it when it takes too long. */
void answer_get(struct answer *answer, const char *directory, const char *const *args);
void answer_release(struct answer *answer);

/*
 * verdict.c: what is wrong with an answer after the damage, or NULL. It must be the one before, or leave with 3 or with
 * the finding of before, say what could not be read, and accuse nobody who was not accused before.
 */
const char *verdict(const struct answer *before, const struct answer *after, const struct victim *victim,
	const struct damage *damage);

#endif
