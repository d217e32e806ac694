/*
 * env_paths: what output calls the environment of a lineage. Private to src/forensics: see
 * investigation_env_path(). Tables by lineage, since it is asked for every event.
 */
#ifndef REVIDENT_SRC_FORENSICS_ENV_PATHS_H
#define REVIDENT_SRC_FORENSICS_ENV_PATHS_H

#include "revident/forensics/investigation.h"

struct env_paths;

/* Borrows the investigation, whose tips have been looked at. */
struct env_paths *env_paths_new(struct investigation *inv);
void env_paths_free(struct env_paths *paths); /* takes NULL */

struct text env_paths_get(struct env_paths *paths, uint32_t lineage, uint32_t hint);

#endif
