/*
 * policy: what a repository protects, forgives and expects, as .revident and `git config revident.*` say. Layer
 * forensics; pure. A policy lives as long as the arena it was read into.
 *
 * Keys, by section: [revident] protect, protectedRef, deployRef, requires; [rule "NAME"] level;
 * [environment "PATH"] versions, heads, external, ignore; [waiver "NAME"] rule, revision, environment, blob, reason;
 * [prune "REVISION"] reason. In git's own configuration the same keys have `revident.` in front:
 * `revident.protect`, `revident.rule.multiple-heads.level`.
 *
 * Paths are relative to the top, normalised as in alembic/config.h; the top is the empty path (`.` in the file).
 */
#ifndef REVIDENT_FORENSICS_POLICY_H
#define REVIDENT_FORENSICS_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/model/oid.h"
#include "revident/model/rule.h"

/* The name of the file at the top of the repository. */
#define POLICY_FILE_NAME ".revident"

/* Where a policy comes from: a file's bytes, or pairs as `git config --list` has them. Later sources override. */
struct policy_pair {
	const char *key;   /* "revident.protectedref" */
	const char *value; /* NULL: the key has no `=` */
};

struct policy_source {
	const char *name;  /* what messages call it: ".revident", "git config", "the command line" */
	const char *bytes; /* NULL: not a file */
	size_t len;
	const struct policy_pair *pairs; /* those whose key does not begin with `revident.` are passed over */
	size_t pair_count;
};

enum protect {
	PROTECT_PUBLISHED, /* what a protected ref or a tag holds */
	PROTECT_ALL,       /* everything in the base tree */
};

struct text_list {
	struct text *items;
	size_t count;
	unsigned layer; /* the reader's own: which source filled it */
};

struct policy_environment {
	struct text path;
	struct text_list versions; /* paths; none: what the configuration says */
	struct text_list external; /* ids that another package provides */
	unsigned heads;            /* how many are allowed; 0: not said */
	bool ignore;
};

struct waiver {
	struct text name;
	bool rules[RULE_COUNT];     /* those it waives */
	unsigned rules_layer;       /* the reader's own: which source named them */
	struct text_list revisions; /* none: every one (only where no rule of a change is waived) */
	bool has_environment, has_blob;
	struct text environment; /* the only one it counts in */
	struct oid blob;         /* the only content it counts for */
	struct text reason;
	const char *source; /* where it stands, with `line` (0: no file) */
	unsigned line;
};

struct prune {
	struct text revision; /* the new base: its former ancestors may go */
	struct text reason;
	const char *source;
	unsigned line;
};

struct policy {
	enum protect protect;
	struct text_list protected_refs; /* patterns for policy_ref_matches(); none: the default */
	struct text_list deploy_refs;    /* likewise: refs that mean "deployed" */
	enum level levels[RULE_COUNT];
	bool has_level[RULE_COUNT]; /* set by the configuration */
	struct policy_environment *environments;
	size_t environment_count;
	struct waiver *waivers;
	size_t waiver_count;
	struct prune *prunes;
	size_t prune_count;
	const char **ignored; /* sentences, printable: waivers and prunes without a reason, which do not count */
	size_t ignored_count;
};

/*
 * Reads the sources in their order; 0 of them give the defaults. A later source overrides an earlier one key by key: a
 * key that may be repeated loses its earlier values. Unknown sections, keys, rules and levels, malformed values, a
 * waiver without a rule or, where it needs one, a revision, and a `requires` above REVIDENT_VERSION are mistakes,
 * looked for in this order: syntax, requires, all else. A waiver or prune without a reason is left out, and said to be.
 * `out` borrows from nothing but `arena` and the sources' names. 0, or -1 with `err` (ERR_USAGE, the file and line in
 * it).
 */
int policy_parse(
	const struct policy_source *sources, size_t count, struct arena *arena, struct policy *out, struct err *err);

/* The level that the configuration gives a rule, else the rule's own. */
enum level policy_level(const struct policy *policy, enum rule_id rule);

/*
 * The waiver that covers a violation of `rule` by `revision` (none: by the environment as a whole) in `environment`,
 * the content in question being `blob` (NULL: there is none, which no waiver with a blob covers); NULL if none does.
 */
const struct waiver *policy_waives(const struct policy *policy, enum rule_id rule, struct text environment,
	struct text revision, const struct oid *blob);

/* The prune whose new base is `revision`, or NULL. */
const struct prune *policy_prune(const struct policy *policy, struct text revision);

/* What is said about the environment at `path`, or NULL. Here and in policy_waives() the top may also be ".". */
const struct policy_environment *policy_environment(const struct policy *policy, struct text path);

/* Does one of the patterns match this full ref name ("refs/heads/main")? */
bool policy_ref_matches(const struct text_list *patterns, struct text ref);

/*
 * Does the pattern match the ref? `*` and `?` match anything but `/`, `**` also that (and with a `/` behind it also
 * nothing), `[a-z]` and `[!a-z]` one character, `\` takes the next character as it is; without any of these it has to
 * be equal. A pattern that does not begin with `refs/` is held against the name below refs/, refs/heads/, refs/tags/
 * and refs/remotes/, as git resolves short names.
 */
bool policy_ref_match(struct text pattern, struct text ref);

/*
 * Compares versions such as "0.1.0": numbers between dots, missing ones are 0. True with *order < 0, 0 or > 0; false
 * where one of the two is no version.
 */
bool policy_version_compare(struct text a, struct text b, int *order);

#endif
