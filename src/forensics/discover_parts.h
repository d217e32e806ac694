/*
 * discover_parts: a search for environments, which discover.c does by structure and discover_config.c by configuration;
 * both add to the definitions of discover_defs.c. Private to src/forensics.
 */
#ifndef REVIDENT_SRC_FORENSICS_DISCOVER_PARTS_H
#define REVIDENT_SRC_FORENSICS_DISCOVER_PARTS_H

#include "revident/forensics/discover.h"
#include "revident/forensics/survey.h"

struct discovery {
	struct study *study;
	struct survey_memo memo;
	struct intern surveys; /* digests of what surveys said so far, for discover_new() */
};

/* Finding the environments of one source. */
struct search {
	struct discovery *discovery;
	struct study *study;
	struct source *source;
	struct survey survey;
	struct env_defs *out;
	size_t first; /* of this search in out->items */
	bool is_past; /* of a tree that only history has: what it does not tell is no gap in today's answer */
	struct err *err;
};

/* Makes it a limit of the repository that there are more environments than are looked at. */
void search_say_too_many(const struct search *search);

/*
 * A new definition, borrowed until the next one is added; NULL, and a limit of the repository, where there are too
 * many.
 */
struct env_def *search_add_def(struct search *search, uint32_t dir, struct text found_by);

/* Adds a versions directory unless the definition has it. */
void env_def_add_versions(struct study *study, struct env_def *def, uint32_t path);

/*
 * Adds the child directories of the script directory that hold migrations, but for those of another script directory.
 * 0, or -1 with `search->err` set.
 */
int search_add_children(struct search *search, struct env_def *def);

/* Adds the environments that one configuration names. 0, or -1 with `search->err` set. */
int search_add_config(struct search *search, const struct survey_config *config);

#endif
