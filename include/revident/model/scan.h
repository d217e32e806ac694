/*
 * scan: what the history of a repository says about its revisions. Layer model; plain data, borrowed from the command's
 * arena. forensics/scan.h writes it, the renderers of report/ read it. Every list is in the order that output has:
 * events in walk order, then by revision and kind; all else by name.
 */
#ifndef REVIDENT_MODEL_SCAN_H
#define REVIDENT_MODEL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/commit.h"
#include "revident/model/event.h"
#include "revident/model/excuse.h"
#include "revident/model/oid.h"
#include "revident/model/provenance.h"

/* The repository as it was read. */
struct repo_facts {
	bool is_bare;
	struct text head; /* the ref that HEAD names; none if detached */
	bool has_commit;
	struct oid commit;         /* HEAD's */
	const char *const *limits; /* why history could not be read whole, sentences in the order found */
	size_t limit_count;
	bool is_shallow;
	bool is_sparse;        /* a sparse checkout: git adds what it leaves out only when told to */
	bool has_replacements; /* replace refs or grafts are there and were ignored */
};

struct tip {
	struct text ref; /* "HEAD", a ref's full name, or the expression that was typed */
	struct oid commit;
};

struct environment {
	struct text path; /* "." at the top */
	const struct text *versions;
	size_t version_count;
	struct text found_by;
};

/* An environment that was passed by: gone from every tip, and not moved. */
struct skipped_environment {
	struct text path;
	const struct text *versions;
	size_t version_count;
	struct oid last_commit; /* the last in walk order that had it */
};

/* Names of refs, cut at TIPS_SHOWN. */
enum { TIPS_SHOWN = 20 };
struct ref_names {
	const struct text *names;
	size_t count; /* shown */
	size_t more;  /* and as many again that are not */
};

enum lost_status { LOST_BROKEN, LOST_RETIRED };

struct lost_revision {
	struct text revision, environment;
	enum lost_status status;
	enum event_kind cause;
	bool published;
	bool waived;              /* by the policy; counts for --strict only */
	struct excuse excuse;     /* by what of it */
	const struct event *loss; /* the last loss in walk order */
	const struct commit_info *removed_by;
	struct oid last_commit; /* the parent that still held it */
	struct text path;
	struct oid blob;
	const struct migration *migration; /* what the lost file declared; NULL if unreadable */
	const struct text *referenced_by;  /* revisions that name it at a tip */
	size_t referenced_count;
	struct continuation continues_as; /* path none where it does not go on */
	bool at_head;                     /* HEAD (or a tip that was typed) is among the tips whose history had it */
	struct ref_names tips, tags;
};

struct missing_revision {
	struct text revision, environment;
	const struct text *referenced_by;
	size_t referenced_count;
	struct text referencing_path; /* of the first of them, and the line of the binding that names it */
	unsigned referencing_line;
	bool in_depends_on; /* only there, not in any down_revision */
	bool ever_in_history;
	struct text not_loaded; /* path of a file that has it at a tip, where Alembic does not look; none */
	bool decides;           /* missing where the exit code looks: HEAD, a typed tip, with --all a protected ref */
	struct ref_names present_on, tips;
	const struct lost_revision
		*taken; /* what took it from a tip's history, though another tip has it; NULL if nothing did */
};

/* What the index or the work tree does to a revision of HEAD. */
enum worktree_kind {
	WORKTREE_ADDED, /* staged (where: index), or untracked */
	WORKTREE_DELETED,
	WORKTREE_IGNORED,      /* a migration that git ignores */
	WORKTREE_OVERWRITTEN,  /* another revision stands at its path */
	WORKTREE_REIDENTIFIED, /* the same content under another id */
	WORKTREE_STRIPPED,
	WORKTREE_UNTRACKED,
	WORKTREE_KINDS
};

struct worktree_change {
	bool in_index; /* else only in the work tree */
	enum worktree_kind kind;
	struct text environment, revision, path;
	struct text new_revision; /* that stands there now; none */
	bool breaks;              /* HEAD holds the revision, and with this change nothing does */
};

const char *worktree_kind_name(enum worktree_kind kind);

struct scan {
	struct repo_facts repository;
	const struct tip *tips;
	size_t tip_count;
	bool all_refs; /* --all */
	bool deep;
	struct {
		size_t commits, blobs, events, losses, lost, broken;
	} counts;
	const struct environment *environments;
	size_t environment_count;
	const struct skipped_environment *skipped;
	size_t skipped_count;
	const struct worktree_change *worktree;
	size_t worktree_count;
	const struct event *events; /* of the kinds that were asked for */
	size_t event_count;
	const struct lost_revision *lost;
	size_t lost_count;
	const struct missing_revision *missing;
	size_t missing_count;
	struct provenance provenance;
};

#endif
