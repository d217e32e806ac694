/*
 * discover: which Alembic environments a tree holds. Layer forensics.
 *
 * By configuration (alembic.ini and its like, [tool.alembic] of a pyproject.toml, Flask-Migrate's ini beside env.py),
 * else by structure: an env.py that mentions Alembic beside directories that hold migrations, or a directory called
 * version* that holds migrations. The configuration is that of the tree in question, never today's. One discovery
 * serves many trees: subtrees and configurations seen before cost nothing.
 */
#ifndef REVIDENT_FORENSICS_DISCOVER_H
#define REVIDENT_FORENSICS_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/alembic/config.h"
#include "revident/base/err.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"

enum {
	SURVEY_DEPTH_MAX = 100,  /* levels of directories that are searched */
	VERSIONS_DEPTH_MAX = 16, /* levels below a versions directory */
	ENVIRONMENTS_MAX = 1000, /* of one discovery; more are a limit */
};

/* One environment as a tree's configuration or structure has it. */
struct env_def {
	uint32_t dir;         /* the script directory, a path number of the study */
	struct text found_by; /* the path of the configuration, of env.py or of the directory; or the option's name */
	uint32_t config;      /* path number of the configuration; INTERN_NONE if found by structure */
	bool is_explicit;     /* the configuration alone says where the versions are, not the structure */
	const struct config_section *section; /* NULL if found by structure */
	uint32_t *versions; /* versions directories, in Alembic's order; some may not exist in the tree */
	size_t version_count;
};

struct env_defs {
	struct env_def *items;
	size_t count, cap;
	uint32_t *configs; /* path numbers of the configurations that were read */
	size_t config_count, config_cap;
	bool is_incomplete; /* a configuration could not be read: it may name more, and join what is here */
};

struct discovery;

struct discovery *discovery_new(struct study *study);
void discovery_free(struct discovery *discovery); /* takes NULL */

/*
 * Adds the environments of a source to `out`, sorted by script directory. What cannot be read becomes a limit of the
 * repository. 0 or -1. Definitions live in the study's arena.
 */
int discover(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err);

/* The same, but looks only where environments were found before: for a tree that is history, not a tip. */
int discover_known(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err);

/*
 * The same as discover() for one of many trees of a history: adds nothing where an earlier tree had the same
 * configurations, script directories and loose versions directories with the same content, since it could add nothing
 * new.
 */
int discover_new(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err);

/* As an option or the policy says: PATH is a versions directory, its parent the script directory. */
void env_defs_add_versions(struct study *study, struct env_defs *defs, const char *path, const char *said_by);

/* Adds copies of all of `from`, which may be NULL; what they point to is shared. */
void env_defs_append(struct env_defs *defs, const struct env_defs *from);

/* Is the path a versions directory of any of them, or below one? */
bool env_defs_cover(const struct env_defs *defs, const struct study *study, uint32_t path);

void env_defs_release(struct env_defs *defs);

#endif
