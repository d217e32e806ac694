/*
 * audit_parts: what the rules of an audit share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_AUDIT_PARTS_H
#define REVIDENT_SRC_ANSWERS_AUDIT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/answers/audit.h"

/* One environment under audit. */
struct auditing {
	struct study *study;
	const struct tree_env *env;
	const struct audit_options *options;
	const struct policy_environment *expected; /* what the policy says of the environment; NULL: nothing */
	const struct chain *chain;
	struct finding *items;
	size_t count, cap;
};

typedef void audit_rule_fn(struct auditing *a);

/* Notes a finding; sets its environment, and applies the policy's levels and waivers. `blob` may be NULL. */
void audit_add(struct auditing *a, struct finding finding, const struct oid *blob);

/* What the file declares; NULL for no regular file and for one that cannot be had. */
const struct migration *audit_declared(const struct auditing *a, const struct tree_file *file);

/* The blob's id; NULL for no regular file. */
const struct oid *audit_blob(const struct auditing *a, const struct tree_file *file);

struct text audit_path(const struct auditing *a, const struct tree_file *file);

/* The id that the file counts with; none if it has none. */
struct text audit_revision(const struct auditing *a, const struct tree_file *file);

/* Does Alembic load it as a revision? */
bool audit_is_revision(const struct tree_file *file);

/* Would Alembic try to import it: it is loaded, and lies where migrations lie. */
bool audit_is_imported(const struct auditing *a, const struct tree_file *file);

/* Why Python cannot parse the file, half a sentence; NULL where it can, and of Python 2, which is taken as it is. */
const char *audit_why_unparsable(const struct migration *m);

/* "a", "a and b", "a, b and c"; printable; of many the first few "and 17 more". */
const char *audit_listed(struct auditing *a, const struct text *items, size_t count);

audit_rule_fn audit_missing_revision, audit_duplicate_revision, audit_duplicate_label, audit_cycle,
	audit_multiple_heads, audit_multiple_bases;
audit_rule_fn audit_unreadable_migration, audit_not_loaded, audit_dynamic_revision, audit_invalid_revision,
	audit_long_revision;
audit_rule_fn audit_filename_mismatch, audit_docstring_mismatch;

#endif
