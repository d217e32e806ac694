/*
 * casefile: everything that a report on lost revisions says, each fact once. Layer model; plain data.
 *
 * forensics/casefile.h writes it, the renderers of report/ read it. Facts of the history only: what a person must add
 * is no member here, the renderers mark a blank for it. Every list is in the order that output has.
 */
#ifndef REVIDENT_MODEL_CASEFILE_H
#define REVIDENT_MODEL_CASEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"
#include "revident/model/audit.h"
#include "revident/model/chain.h"
#include "revident/model/commit.h"
#include "revident/model/event.h"
#include "revident/model/excuse.h"
#include "revident/model/explain.h"
#include "revident/model/oid.h"
#include "revident/model/recover.h"
#include "revident/model/rule.h"
#include "revident/model/scan.h"

/* What a report holds of lists that history can make arbitrarily long; what is beyond is counted. */
enum {
	CASE_REFS_MAX = 50, /* branches that hold the original, as many tags, and as many of either with the damage */
	CASE_CHANGES_MAX = 200, /* paths that the commit of a loss changed */
	CASE_HEADS_MAX = 3,     /* heads that get a row in the table of stamps */
	CASE_CHILDREN_MAX = 3,  /* children likewise */
	CASE_FILE_MAX = 262144, /* bytes of a file that is shown */
	CASE_TRAILERS_MAX = 20,
};

/* What happened at one moment of a case. */
enum moment_kind {
	MOMENT_EVENT,   /* something happened to the revision */
	MOMENT_LANDED,  /* a commit of such an event reached a protected ref */
	MOMENT_TOUCHED, /* the next commit that changed a file at the path of the loss */
	MOMENT_AS_OF,   /* HEAD, up to which history was read */
};

/* A line like "Signed-off-by: A <a@example.com>" at the end of a message. */
struct trailer {
	struct text key, value;
};

struct moment {
	enum moment_kind kind;
	const struct commit_info *commit;
	const struct event *event; /* MOMENT_EVENT: it; MOMENT_LANDED: what landed; MOMENT_TOUCHED: what it did */
	bool in_head;
	struct text ref;     /* MOMENT_LANDED: where */
	struct text request; /* "#123" of a pull request, "!45" of a merge request; none */
	bool by_service;     /* the committer is a hosting service: no client hook ran */
	const struct trailer *trailers;
	size_t trailer_count;
};

/* What a commit did to one path, as `git diff --name-status --no-renames` has it. */
struct case_change {
	char status; /* A, D, M or T */
	struct text path;
	struct oid before, after; /* null where nothing was or is */
};

/* A branch or tag and what its tree has. */
struct case_ref {
	struct text name;
	struct oid commit;
	int64_t time; /* of the commit, for an order; 0 where it is not known */
	bool is_tag;
	bool means_deployed; /* the policy's deployRef names it */
};

struct case_refs {
	const struct case_ref *items;
	size_t count, more_branches, more_tags; /* what is not a tag counts as a branch */
	size_t tag_count;                       /* of all tags, held or not */
	struct case_ref first_tag, last_tag;    /* in time, of all tags; only if there is one */
};

/* A file that a report quotes. */
struct case_file {
	struct text path, revision;
	struct oid blob;
	size_t size;
	unsigned char sha256[32];
	bool is_read;      /* false: the object could not be read, size and sha256 are unknown */
	struct text bytes; /* the first CASE_FILE_MAX of them */
};

/* What a database may be stamped with. */
enum stamp_role { STAMP_NOTHING, STAMP_LOST, STAMP_PARENT, STAMP_CHILD, STAMP_HEAD };

/* A state of the migrations: as they are, or after one way of repair. */
enum repair_way {
	WAY_NOW,
	WAY_RESTORE, /* the lost file, byte for byte */
	WAY_RELINK,  /* the children name what the lost one named */
	WAY_STUB,    /* a stand-in with the lost id */
	WAY_SQUASH,  /* one new migration in place of all */
	WAYS
};

/* What `alembic upgrade head` says to a database: a chain of alembic/script/revision.py, read as Alembic reads it. */
enum stamp_answer {
	ANSWER_UNAVAILABLE,    /* this way of repair is not open */
	ANSWER_KEY_ERROR,      /* a parent is missing: the warning, and the KeyError */
	ANSWER_BARE_KEY_ERROR, /* a depends_on is missing: the KeyError alone */
	ANSWER_CYCLE,
	ANSWER_UNLOADABLE, /* a file that is no readable migration, or a label twice: nothing else is looked at */
	ANSWER_SEVERAL_HEADS,
	ANSWER_CANNOT_LOCATE,
	ANSWER_UP_TO_DATE,
	ANSWER_RUNS, /* `runs` migrations */
};

struct stamp_outcome {
	enum stamp_answer answer;
	const struct text *says; /* lines of Alembic's */
	size_t say_count;
	const struct text *runs; /* ids, in an order in which they can run; the new one of a squash is TEXT_NONE */
	size_t run_count;
	bool runs_stub;       /* the stand-in is among them: its upgrade() raises */
	bool leaves_lost_out; /* the database never ran the lost migration, and never will */
	struct text command;  /* what such a database then needs; none */
};

struct stamp_row {
	enum stamp_role role;
	struct text revision; /* none for STAMP_NOTHING */
	bool is_also_head;    /* of the whole chain, and has another role besides */
	struct stamp_outcome outcomes[WAYS];
};

/* What betrays a loss besides the history: in the file that is there now. */
struct telltales {
	bool name_has_lost_id;       /* its name holds the lost id, and it declares another */
	bool docstring_has_lost_id;  /* `Revision ID:` is the lost one */
	struct text doc_revision;    /* what it says there; none */
	struct text lost_date, date; /* `Create Date:` of the lost file and of the one there; none */
};

/* What the loss means for tables, each list sorted, as `schema.table` where a schema is given. */
struct case_tables {
	bool is_known;              /* false: the lost file could not be read */
	const struct text *created; /* by the lost migration */
	size_t created_count;
	const char *opaque;         /* how it may create others that cannot be told, half a sentence; NULL */
	const struct text *assumed; /* by its descendants at HEAD, where nothing creates them */
	size_t assumed_count;
	const struct text *left; /* assumed or modelled at HEAD, and created neither there nor by the lost migration */
	size_t left_count;
};

/* One revision. */
struct lost_case {
	const struct life *life;
	const struct event *loss;     /* what took it; NULL where history has none */
	bool is_missing;              /* HEAD's tree names it and lacks it */
	bool is_replaced;             /* HEAD's tree has the id, for other content; `loss` took the original away */
	bool is_planned;              /* the plan of the repair is for it, too */
	const struct moment *moments; /* in walk order */
	size_t moment_count;
	const struct commit_info *restored; /* the first commit of HEAD's history that gave it back; NULL */
	const struct commit_info *reused;   /* or that gave a lost one's id to other content; NULL */
	bool has_exposure;
	int64_t exposure;                  /* seconds from the loss to the repair, or to HEAD; committer time */
	struct case_refs damaged;          /* whose history has the loss and whose tree lacks the revision */
	struct case_refs holding;          /* whose tree has it */
	size_t older;                      /* refs that have neither */
	const struct case_change *changes; /* of the commit of the loss against `loss->parent` */
	size_t change_count, change_more;
	bool has_changes;                    /* false: one of the trees could not be read */
	struct case_file lost, usurper;      /* `path` none where there is none */
	const struct salvage_source *source; /* where the plan takes it from; NULL */
	struct telltales telltales;
	struct case_tables tables;
	const struct audit_environment *environment; /* as it is at HEAD; NULL where HEAD has it no more */
	const struct chain *should_be;               /* NULL where it is not known */
	bool is_whole_plan; /* `should_be` is the plan's, proven; else only drawn from what the lost file says */
	const struct stamp_row *rows;
	size_t row_count;
	const struct text *also_missing; /* what HEAD's chain names and lacks beside this one, sorted */
	size_t also_missing_count;
	bool has_rule; /* a rule of `check` is about this loss */
	enum rule_id rule;
	enum level rule_level; /* in this repository's configuration */
	bool is_excused;
	struct excuse excuse; /* what in that lets the loss pass */
};

enum exhibit_kind { EXHIBIT_COMMIT, EXHIBIT_TREE, EXHIBIT_BLOB, EXHIBIT_REF };

/* A git object that the report stands on. */
struct exhibit {
	enum exhibit_kind kind;
	struct oid id;
	struct text name; /* a ref's name, a blob's path; none */
	const char *what; /* half a sentence */
	bool is_signed;   /* a commit with a signature; never verified */
	bool has_content; /* a blob that was read: size and sha256 are known */
	bool is_withheld; /* its content holds a secret: a redacted report does not give it away */
	size_t size;
	unsigned char sha256[32];
};

/* A hook of this clone. */
struct case_hook {
	const char *name, *state; /* "installed", "not installed", ... */
};

struct casefile {
	struct repo_facts repository;
	const struct commit_info *head; /* NULL: unborn, or it cannot be read */
	struct life_search searched;
	bool protects_all; /* the policy: of every revision, published or not */
	const struct lost_case *cases;
	size_t case_count;
	size_t losses; /* revisions that were lost at some time, in the history that was read */
	bool has_plan;
	struct recover plan;
	const char *plan_failure; /* why there is none; NULL */
	const struct case_hook *hooks;
	size_t hook_count;
	const struct exhibit *exhibits;
	size_t exhibit_count;
	const struct text *secrets; /* with --redact-authors: what must not appear, longest first */
	size_t secret_count;
};

#endif
