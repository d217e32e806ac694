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
#include "revident/model/excuse.h"
#include "revident/model/finding.h"
#include "revident/model/migration.h"
#include "revident/model/oid.h"
#include "revident/model/provenance.h"
#include "revident/model/table.h"

enum audit_tree { AUDIT_COMMIT, AUDIT_INDEX, AUDIT_WORKTREE };

/* A file that Alembic loads as a revision. */
struct audit_migration {
	struct text revision;
	const struct migration *declared; /* down_revision, depends_on, branch_labels and message */
	struct text path;
	struct oid blob;
	bool named_by_file; /* it binds no `revision`: the id is from its name, as Alembic takes it */
};

/* A migration that may create tables in a way that cannot be determined. */
struct audit_opaque {
	struct text revision, path;
	unsigned line; /* 0 where no line says it */
	const char *reason;
};

/* The tables of one environment, each list sorted, as `schema.table` where a schema is given. */
struct audit_tables {
	const struct text *created, *assumed, *models;
	const struct text *uncreated; /* assumed or modelled, and what the two rules about tables are about */
	size_t created_count, assumed_count, model_count, uncreated_count;
	const struct audit_opaque *opaque; /* by path; what lies behind them in the chain is not judged */
	size_t opaque_count;
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
	const struct excuse *prunes; /* of the policy, whose base is here */
	size_t prune_count;
	struct audit_tables tables; /* once audit_tables() has read them */
};

struct audit {
	enum audit_tree tree;
	struct text expression; /* what was typed, for AUDIT_COMMIT */
	struct oid commit;      /* for AUDIT_COMMIT */
	const struct audit_environment *environments;
	size_t environment_count;
	const char *const *limits; /* why the tree could not be read whole, sentences in the order found */
	size_t limit_count;
	struct provenance provenance;
};

#endif
