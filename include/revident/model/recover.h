/*
 * recover: where lost revisions still are, and how the chain is put back. Layer model; plain data, borrowed from the
 * command's arena. forensics/recover.h writes it, report/ and the repair read it.
 */
#ifndef REVIDENT_MODEL_RECOVER_H
#define REVIDENT_MODEL_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"
#include "revident/model/chain.h"
#include "revident/model/oid.h"

/* Where a file was found, from the nearest place to the farthest. */
enum salvage_place {
	SALVAGE_HISTORY,     /* the history of HEAD */
	SALVAGE_REFS,        /* another ref, or its history */
	SALVAGE_STASH,       /* a stash, its index or its untracked files */
	SALVAGE_REFLOG,      /* a commit that only a reflog or a file like ORIG_HEAD remembers */
	SALVAGE_INDEX,       /* staged in some work tree */
	SALVAGE_UNREACHABLE, /* an object that nothing leads to any more */
	SALVAGE_PLACES
};

const char *salvage_place_name(enum salvage_place place);
int salvage_place_parse(const char *name, size_t len, enum salvage_place *place); /* 1 or 0 */

/* One version of a revision's file. */
struct salvage_source {
	struct text revision;
	struct oid blob;
	unsigned char sha256[32];
	size_t size; /* bytes */
	enum salvage_place where;
	struct text path;        /* that it had; none if nothing remembers */
	struct text environment; /* that it lived in, by the path it has or last had; none where no history tells */
	bool executable;
	bool is_among_all; /* unreachable: not every nearer place was searched, so something may lead to it */
	bool has_commit;
	struct oid commit; /* that holds it at this path */
	struct text ref;   /* the ref, log or index that leads there; none for HEAD's history */
	struct text message, create_date;
	double similarity; /* to the first version of a choice; SIMILARITY_NULL where it is the only one */
	bool has_newer;    /* a later file at its path cannot be read: this may not be the last version */
	struct oid newer_blob, newer_commit; /* the last such file, and the last commit that has it */
};

struct searched {
	size_t commits, refs, reflog_entries, unreachable_objects, index_entries, bytecode_files;
};

/* A compiled file whose constants hold the id: the source existed when it was compiled. */
struct bytecode {
	struct text path;
	bool has_time;
	int64_t source_time; /* of the source's last change, seconds since 1970, as the header has it */
	bool is_compile_known;
	int64_t compile_time; /* when the compiled file was written, the same way */
};

/* A revision of which no object was found, or several that nothing orders. */
struct unrecoverable {
	struct text revision;
	const struct text *referenced_by;
	size_t referenced_count;
	struct searched searched;
	const struct bytecode *bytecode;
	size_t bytecode_count;
	const struct salvage_source *choices; /* several versions: one is to be named with --blob */
	size_t choice_count;
};

enum step_kind {
	STEP_RENAME,  /* a file that stands in the way gets a name of its own; first of all */
	STEP_RESTORE, /* the blob, byte for byte */
	STEP_RELINK,  /* a child names the id under which the content goes on */
	STEP_STUB,    /* a stand-in with the lost id */
	STEP_KINDS
};

const char *step_kind_name(enum step_kind kind);

struct recover_step {
	enum step_kind kind;
	struct text from;     /* rename: the old path */
	struct text path;     /* that the file has afterwards */
	struct text revision; /* of the file; none if it declares none */
	struct oid blob;      /* restore: of the file; else what stands at the path (or at `from`) before */
	bool has_blob;        /* false: a stub, which replaces nothing */
	bool replaces;        /* restore: over what stands there, which `replaced_blob` is */
	struct oid replaced_blob;
	bool executable;
	struct text bytes;                /* relink, stub: the whole new content */
	const struct text *down_revision; /* restore, stub: its parents */
	size_t down_count;
	struct text reason; /* half a sentence */
};

/* A chain as it is or will be. */
struct chain_summary {
	const struct text *heads, *bases, *missing;
	size_t head_count, base_count, missing_count;
	size_t duplicate_count, cycle_count;
};

/* One environment that the plan changes. */
struct recover_environment {
	struct text path;
	struct chain before, after;
};

struct recover {
	bool applied;
	bool staged;                /* and entered into the index */
	const struct text *written; /* files written elsewhere instead */
	size_t written_count;
	bool is_sparse;                   /* a sparse checkout: git adds what it leaves out only when told to */
	bool in_work_tree;                /* the work tree held all of it before: only the commit is left */
	const struct recover_step *steps; /* in the order in which they are done */
	size_t step_count;
	const struct salvage_source *sources; /* by revision */
	size_t source_count;
	const struct unrecoverable *unrecoverable; /* by revision */
	size_t unrecoverable_count;
	struct chain_summary before, after; /* of the environments concerned, together */
	const struct recover_environment *environments;
	size_t environment_count;
	const struct text *notes; /* sentences that a person should read before applying */
	size_t note_count;
	bool is_left;             /* something missing is in the tree where Alembic does not read it: a note says so */
	struct text refusal;      /* why the plan is not to be applied; none if it makes things better */
	struct searched searched; /* by all searches together */
	const char *const *limits;
	size_t limit_count;
};

#endif
