/*
 * policy_load: a repository's policy, from where it stands. Layer forensics.
 */
#ifndef REVIDENT_FORENSICS_POLICY_LOAD_H
#define REVIDENT_FORENSICS_POLICY_LOAD_H

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/forensics/discover.h"
#include "revident/forensics/policy.h"
#include "revident/forensics/policy_file.h"
#include "revident/forensics/source.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/*
 * The policy that holds for a commit: .revident in its tree, overridden by git's own configuration. Without a commit
 * (NULL: unborn) the configuration alone. A .revident that is no regular file counts as none; one that cannot be read
 * is a limit of the repository. 0, or -1 with ERR_USAGE (a mistake in it, over POLICY_BYTES_MAX) or ERR_UNDECIDED.
 */
int policy_load_commit(
	struct repo *repo, const struct oid *commit, struct arena *arena, struct policy *out, struct err *err);

/* The same for any tree: the index's or the work tree's .revident. */
int policy_load_source(
	struct repo *repo, struct source *source, struct arena *arena, struct policy *out, struct err *err);

/* The same, overridden by pairs that the command line gave. `source` NULL: no file. *has_file: there was one. */
int policy_load_given(struct repo *repo, struct source *source, const struct policy_pair *given, size_t count,
	struct arena *arena, struct policy *out, bool *has_file, struct err *err);

/* Adds the versions directories that the policy names to `defs`. */
void policy_add_versions(const struct policy *policy, struct study *study, struct env_defs *defs);

#endif
