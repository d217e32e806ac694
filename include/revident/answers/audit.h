/*
 * audit: what is wrong with one tree. Layer answers.
 *
 * Each environment's migrations as Alembic would load them, their chain, and every finding of the rules about one tree
 * (model/rule.h). `revident audit` shows it; `check` compares it between two trees.
 */
#ifndef REVIDENT_ANSWERS_AUDIT_H
#define REVIDENT_ANSWERS_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/forensics/policy.h"
#include "revident/forensics/source.h"
#include "revident/forensics/study.h"
#include "revident/forensics/tree_envs.h"
#include "revident/model/audit.h"

struct audit_options {
	const struct policy *policy; /* NULL: the defaults */
	const struct text *former;   /* ids that history had: a file may be named after one */
	size_t former_count;
	const struct text *only; /* paths of the only environments to look at; none: all */
	size_t only_count;
};

/*
 * One environment, findings in their order. Never fails: files that could not be read are limits of the repository
 * already. Everything is in the study's arena.
 */
void audit_environment(struct study *study, const struct tree_env *env, const struct audit_options *options,
	struct audit_environment *out);

/*
 * All environments of a source but those that the policy ignores. `extra` as in tree_envs_of_source(). Fills
 * `environments` of `out` and leaves the rest alone. 0; -1 with `err`: ERR_USAGE where one of `only` is not there.
 */
int audit_source(struct discovery *discovery, struct study *study, struct source *source, const struct env_defs *extra,
	const struct audit_options *options, struct audit *out, struct err *err);

/* The environment of that path, or NULL. */
const struct audit_environment *audit_find_environment(const struct audit *audit, struct text path);

/*
 * Is there a file whose name lacks its own id and holds something that looks like one, so that the ids of history
 * matter? Reading them takes as long as a scan.
 */
bool audit_wants_former(const struct audit_environment *env);

/*
 * Is the finding about a file that binds no `revision` and whose name is none? Alembic has words of its own for that.
 */
bool audit_is_without_id(const struct finding *finding);

#endif
