/*
 * audit_tables: the tables that migrations create and assume, and those of the models beside them. Layer answers.
 *
 * Two rules: table-never-created, for a table that a migration assumes and that neither it, before that, nor any
 * of its ancestors creates; model-without-table, for a model whose table no migration creates. Where a migration may
 * create tables in a way that cannot be determined, what comes after it is not judged, and neither are the models.
 *
 * Which models are an environment's: target_metadata is not followed. They are those in the nearest directory above the
 * script directory that holds any, as long as no other environment lies in it. Tests, versions directories, hidden
 * directories and vendored packages are passed by, and no more than MODELS_BYTES_MAX bytes of Python are read.
 */
#ifndef REVIDENT_ANSWERS_AUDIT_TABLES_H
#define REVIDENT_ANSWERS_AUDIT_TABLES_H

#include "revident/base/err.h"
#include "revident/answers/audit.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"
#include "revident/model/audit.h"

/* All Python of one tree; larger files than the second are passed by. */
enum { MODELS_BYTES_MAX = 128 * 1024 * 1024, MODEL_FILE_MAX = 1024 * 1024 };

/*
 * Fills in the tables of every environment of `audit`, which audit_source() made of the same source, and adds the
 * findings of the two rules. Everything is in the study's arena. What cannot be read is a limit of the repository. 0 or
 * -1.
 */
int audit_tables(struct study *study, struct source *source, const struct audit_options *options, struct audit *audit,
	struct err *err);

/*
 * The tables that descendants of `revision` (which may be missing) assume and that no migration of `env` creates;
 * sorted, in the study's arena. 0 or -1.
 */
int audit_tables_after(struct study *study, struct source *source, const struct audit_environment *env,
	struct text revision, const struct text **out, size_t *count, struct err *err);

#endif
