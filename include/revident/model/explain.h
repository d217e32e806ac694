/*
 * explain: the answer to "what about this revision?". Layer model; plain data, borrowed from the command's arena.
 * forensics/explain.h writes it, the renderers of report/ read it.
 */
#ifndef REVIDENT_MODEL_EXPLAIN_H
#define REVIDENT_MODEL_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/commit.h"
#include "revident/model/event.h"
#include "revident/model/migration.h"
#include "revident/model/oid.h"
#include "revident/model/scan.h"

enum life_state {
	LIFE_PRESENT, /* HEAD has it, or a ref that does not have it merely because it is older than its loss */
	LIFE_LOST,    /* some walked commit had it; HEAD does not, and no ref can give it back */
	LIFE_MISSING, /* no walked commit had it, and a tip names it */
	LIFE_UNKNOWN, /* no walked commit had it, and no tip names it */
};

/* "present", "lost", "missing", "unknown" */
const char *life_state_name(enum life_state state);

/* What a name that no migration has as its id may be instead. */
enum meant_kind {
	MEANT_NOTHING,
	MEANT_LABEL,  /* a branch label that a migration has, or once had */
	MEANT_PREFIX, /* the beginning of an id, which Alembic does not complete in a migration */
	MEANT_FILE,   /* the name of a migration's file */
};

/* A file at a tip that names the revision. */
struct child {
	struct text revision; /* none where the file has no id that can be known */
	struct text path;
	unsigned line;
	bool by_dependency; /* in depends_on, not in down_revision */
	bool at_head;       /* in HEAD's tree; otherwise only in another ref's */
};

/* An event, and whether HEAD's history has it. */
struct life_event {
	struct event event;
	bool in_head;
};

/* Where a lost content is today, if it goes on under another id. */
struct successor {
	struct text revision, path; /* none: it does not, or is lost as well */
	struct oid blob;
	bool unchanged;    /* all its significant lines are the same */
	double similarity; /* of one step, where there was only one; else the least of all steps */
	bool at_head;
};

/* What one revision of one environment lived through. */
struct life {
	struct text revision, environment;
	enum life_state state;
	bool may_be_unread; /* not seen at HEAD, which never lost it, and not all that HEAD holds could be read */
	bool broken;        /* a tip names it and lacks it, and HEAD does not have it */
	bool at_head;       /* HEAD's tree has it */
	struct text path;   /* where it is: at HEAD, else at the best other ref; where it last was; none */
	struct oid blob;    /* what is there, null where nothing is */
	const struct migration *migration; /* what that declares; NULL */
	const char *why_unparsable; /* half a sentence, where HEAD has it in a file that Alembic cannot load; NULL */
	bool is_not_loaded;         /* then: the file is whole, and stands where Alembic does not look */
	const struct text *paths;   /* every path that has it at HEAD, or at that ref */
	size_t path_count;
	struct ref_names refs; /* whose tree has it */
	struct oid refs_blob;  /* that all of those trees have of it; null where they do not have the same */
	struct text best_ref;  /* the one of them to take it from; none where HEAD has it */
	const struct child *children;
	size_t child_count;
	enum meant_kind meant;        /* missing ones: what the name may be */
	const struct text *meant_ids; /* and of which revisions */
	size_t meant_count;
	const struct text *former_children; /* ids that named it at some time, where nothing does now */
	size_t former_child_count;
	const struct life_event *events; /* in walk order */
	size_t event_count;
	/* The last that took it from HEAD's history, else from any. NULL: present at HEAD, or never held. */
	const struct event *loss;
	bool published;                  /* lost ones: a protected ref had it once, or a tag has it */
	const struct event *arrival;     /* what gave it to HEAD's history as it is now; NULL */
	struct text first_tag;           /* the first tag that contains the arrival; none */
	const struct event *replacement; /* took away the content that the id once named, and names no more; NULL */
	struct successor successor;
	size_t lost_with;        /* lost: how many others of its environment the same commit took away */
	struct text stand_in;    /* then: the one new base that this commit gave it, which may stand in for all; none */
	bool lacks_parent;       /* lost: a parent that its file names is not at HEAD either */
	struct text return_path; /* lost: where its file belongs today; none */
	struct text usurper_path; /* the name of its own for the migration that stands there; none if none does */
	const struct worktree_change *worktree; /* what the index and the work tree do to it */
	size_t worktree_count;
};

/* What was asked, and what it was taken for. */
struct question {
	struct text text;            /* as it was given */
	const char *message;         /* the name of the message of Alembic's in it; NULL: none */
	const char *meaning;         /* a sentence or two on that */
	const struct text *subjects; /* what was looked for */
	size_t subject_count;
	bool is_key_error;       /* the message is a bare KeyError */
	bool is_other_traceback; /* its traceback does not pass through Alembic's revision.py */
	bool is_about_file;      /* the subjects are names of files */
	bool asks_for_heads;
	bool is_about_several_heads; /* the message says that there are */
	bool is_about_absence;       /* code that lacks the revision prints the message */
};

/* A head of an environment of HEAD's tree. */
struct head_revision {
	struct text revision, environment, path, message;
};

struct match {
	struct text revision, environment;
	enum life_state state;
	bool at_head;
	struct text path, message;
};

/* What was looked at. */
struct life_search {
	size_t commits, refs, revisions, environments;
	struct text remote;         /* whose branches are not all fetched, or the first remote; none without remotes */
	bool is_single_branch;      /* no remote has all its branches fetched */
	struct text fetched_branch; /* the only one that is; none */
};

struct explanation {
	struct question question;
	struct repo_facts repository;
	struct life_search searched;
	const struct match *matches; /* everything that fits */
	size_t match_count;
	bool is_ambiguous; /* several ids fit: `lives` is empty */
	const struct life *lives;
	size_t life_count;
	struct text nearest[3]; /* known ids that are almost what was asked for */
	size_t nearest_count;
	const struct head_revision *heads;
	size_t head_count;
};

/* Does a migration of HEAD name it in down_revision? Alembic then loads no chain without it. */
bool life_is_named(const struct life *life);

#endif
