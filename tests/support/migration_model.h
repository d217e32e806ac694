/*
 * migration_model: trees of migrations written down as text, for unit tests of what reads a source.
 *
 *	== alembic.ini
 *	[alembic]
 *	script_location = m
 *	== m/versions/a1.py
 *	revision = 'a1'
 *	down_revision = None
 *
 * is a listed source of two files.
 */
#ifndef REVIDENT_TESTS_MIGRATION_MODEL_H
#define REVIDENT_TESTS_MIGRATION_MODEL_H

#include "revident/forensics/source.h"
#include "revident/forensics/study.h"

/* The source of such a text; everything is in the study's arena. */
struct source *migration_model_source(struct study *study, const char *files);

#endif
