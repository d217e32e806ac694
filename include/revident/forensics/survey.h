/*
 * survey: the places of a tree where an Alembic environment may be. Layer forensics; discover.c searches with it.
 */
#ifndef REVIDENT_FORENSICS_SURVEY_H
#define REVIDENT_FORENSICS_SURVEY_H

#include "revident/alembic/config.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"

struct survey_config {
	uint32_t path, dir; /* path numbers of the file and of its directory */
	struct oid blob;
	const struct config_file *file;
};

struct survey_script {
	uint32_t dir;
	struct oid tree; /* what the directory holds, at any depth; null in a listed source */
};

struct survey {
	struct survey_config *configs; /* only those that hold a configuration of Alembic's */
	size_t config_count, config_cap;
	struct survey_script *scripts; /* directories with an env.py that mentions Alembic */
	size_t script_count, script_cap;
	uint32_t *loose; /* directories called version* that hold migrations, or whose subdirectories do */
	size_t loose_count, loose_cap;
	size_t unread_count; /* configurations that are there, or were meant to be, and that nobody can read */
};

/* What is known of subtrees and configuration files, across trees; those with nothing in them are in study.dull. */
struct survey_memo {
	struct study *study;
	struct intern trees;  /* directories that hold something: path and tree id */
	struct survey *found; /* by number in `trees`: what is in it and below */
	size_t found_cap;
	size_t kept_items;          /* in all of `found` */
	struct intern configs;      /* blob ids */
	struct config_file **files; /* by number in `configs`; NULL: nothing of Alembic's, or unread */
	bool *is_unread;            /* by number in `configs` */
	size_t file_cap, unread_cap;
	struct intern env_files; /* blob ids of env.py files */
	bool *env_is_alembic;
	size_t env_cap;
	struct intern looked; /* trees that were searched for a migration, and how deep */
	bool *holds;          /* by number in `looked`: was there one? */
	size_t holds_cap;
	struct repeats repeats;
	struct intern places; /* path numbers of the directories in which any source showed something */
};

void survey_memo_init(struct survey_memo *memo, struct study *study);
void survey_memo_release(struct survey_memo *memo);

/* Searches the whole source. What cannot be read becomes a limit. 0, or -1 with `err` set. */
int survey_source(struct survey_memo *memo, struct source *source, struct survey *out, struct err *err);
void survey_release(struct survey *survey);

/*
 * Searches only where earlier sources had something, so what this source has elsewhere is not found. With more than
 * SURVEY_PLACES_MAX such places the whole source is searched.
 */
enum { SURVEY_PLACES_MAX = 200 };
int survey_places(struct survey_memo *memo, struct source *source, struct survey *out, struct err *err);

/* May a file at this path be what a survey looks for, as far as its name tells? */
bool survey_path_matters(struct text path);

/* Does the name of a directory on the path begin with "version"? The last component does not count as one. */
bool survey_is_in_versions(struct text path);

/* Does the directory, or one at most `depth` levels below it, hold a migration? 1, 0, -1. */
int survey_holds_migrations(
	struct survey_memo *memo, struct source *source, uint32_t dir, unsigned depth, struct err *err);

#endif
