/*
 * def_index: which definitions have a directory at or below their versions directories. Private to
 * src/forensics. Answers by walking up from the directory, so that neither many definitions nor many directories are
 * compared with each other.
 */
#ifndef REVIDENT_SRC_FORENSICS_DEF_INDEX_H
#define REVIDENT_SRC_FORENSICS_DEF_INDEX_H

#include "revident/forensics/dir_set.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/study.h"

struct def_entry {
	uint32_t def; /* its place in the definitions */
	uint32_t next;
};

struct def_index {
	const struct study *study;
	const struct env_defs *defs;
	struct dir_set held; /* by definition: its versions directories */
	struct intern paths; /* versions directories */
	uint32_t *first;     /* by number in `paths`: an entry + 1, definitions in their order */
	size_t first_cap;
	struct def_entry *entries;
	size_t count, cap;
	bool *is_repeat; /* by definition: one before it has the same directories in the same way */
	uint32_t **dirs; /* by definition: its versions directories, sorted by number; none of one that is a repeat */
	size_t *within;  /* by definition: one before it that has all its directories, + 1 */
	uint32_t *marks; /* by definition, while two directories are compared */
	uint32_t mark;
	uint32_t *places; /* by path number, while units are grouped: the unit's place + 1. Zeroed in between */
	size_t place_cap;
};

/* Borrows both. A definition that repeats an earlier one is left out: it adds nothing. */
void def_index_init(struct def_index *index, const struct study *study, const struct env_defs *defs);
void def_index_release(struct def_index *index);

/* The entries of a versions directory, linked by `next` (entry + 1, 0 at the end); 0 if it is none. */
uint32_t def_index_first(const struct def_index *index, uint32_t dir);

/* Is the directory one of this definition's versions directories? */
bool def_index_has(const struct def_index *index, size_t def, uint32_t dir);

/* Is it at or below one of them? */
bool def_index_covers(const struct def_index *index, size_t def, uint32_t dir);

/* Does one definition have both at or below its versions directories? */
bool def_index_share(struct def_index *index, uint32_t a, uint32_t b);

/* Does none of the definitions seen before say the same? Adds it to them. */
bool def_is_new(struct intern *seen, const struct env_def *def);

static inline bool def_is_recursive(const struct env_def *def)
{
	return def->section && def->section->recursive_version_locations == SWITCH_ON;
}

#endif
