/*
 * event: what a commit did to a revision. Layer model; plain data, texts borrowed from the command's arena.
 */
#ifndef REVIDENT_MODEL_EVENT_H
#define REVIDENT_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/text.h"
#include "revident/model/commit.h"
#include "revident/model/migration.h"
#include "revident/model/oid.h"
#include "revident/model/rule.h"

/*
 * A commit is compared with its parents (a root commit with an empty tree), revision by revision. A merge changed
 * something only where it differs from every parent, lost_in_merge apart: what it merely inherits is no event. Five
 * kinds are losses, of which a revision has exactly one in a commit: the first that fits of lost_in_merge, stripped,
 * reidentified or overwritten at its own path, reidentified at another path, deleted. "Much the same" and "other"
 * content are defined in alembic/content.h.
 *
 * In the order of their names, so that sorting by kind is sorting by name.
 */
enum event_kind {
	EVENT_ADDED,         /* in the commit, in none of its parents and in none of its ancestors */
	EVENT_DELETED,       /* loss: its path is gone, and its content goes on nowhere */
	EVENT_DUPLICATED,    /* held by more paths of one environment than in any parent, and by two at least */
	EVENT_EDITED,        /* same revision, path and down_revision, other blob */
	EVENT_LOST_IN_MERGE, /* loss: one parent has it, and those that lack it never had it */
	EVENT_MOVED,         /* a path that held it does not any more, and one that did not now does */
	EVENT_OVERWRITTEN,   /* loss: its path holds another revision, whose content is not much the same */
	EVENT_REIDENTIFIED,  /* loss: much the same content goes on under another id */
	EVENT_REPARENTED,    /* other down_revision, compared as a set */
	EVENT_REPLACED,      /* same revision, other content: the id names something else now */
	EVENT_RESTORED,      /* in the commit, in none of its parents, but in an ancestor */
	EVENT_STRIPPED,      /* loss: its path holds no migration any more */
	EVENT_KINDS
};

/* The name that users and JSON see. */
const char *event_kind_name(enum event_kind kind);

/* 1 with *kind set; 0 if no kind has that name. */
int event_kind_parse(const char *name, size_t len, enum event_kind *kind);

/* The same for what an edit changed. */
const char *edit_name(enum edit edit);

/* Is the revision gone by this event? */
bool event_kind_is_loss(enum event_kind kind);

/* The rule about changes that a loss of this kind breaks, which a waiver would name. */
enum rule_id loss_rule(enum event_kind kind);

/* A set of kinds: bit 1 << kind. */
#define EVENTS_ALL ((1u << EVENT_KINDS) - 1)
#define EVENTS_LOSSES                                                                                           \
	(1u << EVENT_DELETED | 1u << EVENT_LOST_IN_MERGE | 1u << EVENT_OVERWRITTEN | 1u << EVENT_REIDENTIFIED | \
		1u << EVENT_STRIPPED)
#define EVENTS_DEFAULT (EVENTS_LOSSES | 1u << EVENT_REPLACED | 1u << EVENT_RESTORED | 1u << EVENT_DUPLICATED)

/* A similarity that is null: neither side has significant lines, or there is nothing to compare. */
#define SIMILARITY_NULL (-1.0)

/* A file before or after the commit. `path` is none where nothing was there. */
struct event_side {
	struct text path;
	struct oid blob;
	struct text revision;              /* none if the file declares none */
	const struct migration *migration; /* NULL where the file is no regular file or could not be read */
};

/* Where the content of a revision goes on under another id. `path` is none if it does not. */
struct continuation {
	struct text path, revision;
	struct oid blob;
	double similarity;
};

struct event {
	enum event_kind kind;
	struct text environment; /* path of the environment; "." at the top */
	struct text revision;
	struct event_side before, after;
	double similarity;
	struct continuation continues_as;
	const struct commit_info *commit;
	bool has_parent; /* false: a root commit, or a parent that is not known */
	struct oid parent;

	bool content_changed; /* moved */
	bool same_content;    /* restored */
	bool reused;          /* restored */
	bool has_what;        /* edited, where it was asked for; replaced, where the code is the same */
	enum edit what;
};

/* Replaced, and the code is another; or by its lines alone, as a formatter does: no database is worse off for that. */
bool event_replaces_code(const struct event *event);
bool event_rewrites_code(const struct event *event);

#endif
