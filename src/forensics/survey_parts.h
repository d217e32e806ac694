/*
 * survey_parts: what a survey learns from a name or from one file. Private to src/forensics.
 *
 * What a blob says is remembered in the memo, so that each is read once however many trees have it. A configuration or
 * an env.py that cannot be read is a limit of the repository; such an env.py counts as empty.
 */
#ifndef REVIDENT_SRC_FORENSICS_SURVEY_PARTS_H
#define REVIDENT_SRC_FORENSICS_SURVEY_PARTS_H

#include "revident/forensics/survey.h"

/* A directory that no survey enters: git's own, caches, other people's packages. */
bool survey_is_skipped_dir(struct text name);

/* A directory that may hold migrations without a script directory around it: its name begins with "version". */
bool survey_is_versions_name(struct text name);

/* Is the entry a regular file of this name? */
bool survey_is_file_called(const struct source_entry *entry, const char *name);

/* Is a file of this name Alembic's by its name, so that it matters that it cannot be read? */
bool survey_is_alembic_config(struct text name);

/*
 * The configuration that the file holds. 1; 0 where it has no section of Alembic's, as most *.ini files have none; -1
 * where it cannot be read.
 */
int survey_read_config(struct survey_memo *memo, struct source *source, const struct source_entry *entry,
	enum config_format format, const struct config_file **out);

/* Does an env.py mention Alembic? Web frameworks have files of that name, too. */
bool survey_is_alembic_env(struct survey_memo *memo, struct source *source, const struct source_entry *entry);

/* Does the file bind a revision id? 1, 0, -1. */
int survey_is_migration(struct study *study, const struct source_entry *entry, struct err *err);

#endif
