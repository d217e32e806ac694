/*
 * dir_set: directories that somebody has, each owner known by a number. Layer forensics.
 *
 * What is at or below one of them is found by walking up from it, so that many owners cost nothing.
 */
#ifndef REVIDENT_FORENSICS_DIR_SET_H
#define REVIDENT_FORENSICS_DIR_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "revident/base/intern.h"
#include "revident/forensics/study.h"

struct dir_set {
	struct intern keys; /* (owner, path number) */
};

void dir_set_init(struct dir_set *set);
void dir_set_release(struct dir_set *set);

/* Returns whether the owner did not have the directory yet. */
bool dir_set_add(struct dir_set *set, uint32_t owner, uint32_t dir);

/*
 * Which of the owner's directories it is, from 0 in the order in which they were added; INTERN_NONE if it is not one.
 */
uint32_t dir_set_number(const struct dir_set *set, uint32_t owner, uint32_t dir);

bool dir_set_has(const struct dir_set *set, uint32_t owner, uint32_t dir);

/* Is the path at or below a directory that the owner has? */
bool dir_set_covers(const struct dir_set *set, const struct study *study, uint32_t owner, uint32_t path);

#endif
