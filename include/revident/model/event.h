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

/* In the order of their names, so that sorting by kind is sorting by name. */
enum event_kind {
	EVENT_ADDED,
	EVENT_DELETED,
	EVENT_DUPLICATED,
	EVENT_EDITED,
	EVENT_LOST_IN_MERGE,
	EVENT_MOVED,
	EVENT_OVERWRITTEN,
	EVENT_REIDENTIFIED,
	EVENT_REPARENTED,
	EVENT_REPLACED,
	EVENT_RESTORED,
	EVENT_STRIPPED,
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
	bool has_what;        /* edited, where it was asked for */
	enum edit what;
};

#endif
