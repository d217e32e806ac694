/*
 * audit: what one tree says about its chains. Layer model; plain data, borrowed from the command's arena.
 * forensics/audit.h writes it, the renderers of report/ read it. Environments by path, migrations by path, findings in
 * the order of model/finding.h.
 */
#ifndef REVIDENT_MODEL_AUDIT_H
#define REVIDENT_MODEL_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/chain.h"
#include "revident/model/finding.h"
#include "revident/model/migration.h"
#include "revident/model/oid.h"

enum audit_tree { AUDIT_COMMIT, AUDIT_INDEX, AUDIT_WORKTREE };

/* A file that Alembic loads as a revision. */
struct audit_migration {
	struct text revision;
	const struct migration *declared; /* down_revision, depends_on, branch_labels and message */
	struct text path;
	struct oid blob;
	bool named_by_file; /* it binds no `revision`: the id is from its name, as Alembic takes it */
};

struct audit_environment {
	struct text path; /* "." at the top */
	const struct text *versions;
	size_t version_count;
	struct text found_by;
	const struct audit_migration *migrations;
	size_t migration_count;
	struct chain chain;
	const struct finding *findings;
	size_t finding_count;
};

struct audit {
	enum audit_tree tree;
	struct text expression; /* what was typed, for AUDIT_COMMIT */
	struct oid commit;      /* for AUDIT_COMMIT */
	const struct audit_environment *environments;
	size_t environment_count;
	const char *const *limits; /* why the tree could not be read whole, sentences in the order found */
	size_t limit_count;
};

#endif
