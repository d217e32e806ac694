#include "revident/model/event.h"

#include <assert.h>
#include <string.h>

static const char *const names[EVENT_KINDS] = {
	[EVENT_ADDED] = "added",
	[EVENT_DELETED] = "deleted",
	[EVENT_DUPLICATED] = "duplicated",
	[EVENT_EDITED] = "edited",
	[EVENT_LOST_IN_MERGE] = "lost_in_merge",
	[EVENT_MOVED] = "moved",
	[EVENT_OVERWRITTEN] = "overwritten",
	[EVENT_REIDENTIFIED] = "reidentified",
	[EVENT_REPARENTED] = "reparented",
	[EVENT_REPLACED] = "replaced",
	[EVENT_RESTORED] = "restored",
	[EVENT_STRIPPED] = "stripped",
};

const char *event_kind_name(enum event_kind kind)
{
	assert(kind < EVENT_KINDS);
	return names[kind];
}

int event_kind_parse(const char *name, size_t len, enum event_kind *kind)
{
	size_t i;

	for (i = 0; i < EVENT_KINDS; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
			*kind = (enum event_kind)i;
			return 1;
		}
	}
	return 0;
}

bool event_kind_is_loss(enum event_kind kind)
{
	return EVENTS_LOSSES & 1u << kind;
}

bool event_replaces_code(const struct event *event)
{
	return event->kind == EVENT_REPLACED && !event->has_what;
}

bool event_rewrites_code(const struct event *event)
{
	return event->kind == EVENT_REPLACED && event->has_what;
}

const char *edit_name(enum edit edit)
{
	static const char *const edits[] = {
		[EDIT_COSMETIC] = "cosmetic",
		[EDIT_UPGRADE] = "upgrade",
		[EDIT_DOWNGRADE] = "downgrade",
		[EDIT_OTHER] = "other",
	};

	return edits[edit];
}

enum rule_id loss_rule(enum event_kind kind)
{
	switch (kind) {
	case EVENT_OVERWRITTEN:
		return RULE_IDENTITY_OVERWRITTEN;
	case EVENT_REIDENTIFIED:
		return RULE_IDENTITY_EDITED;
	case EVENT_STRIPPED:
		return RULE_IDENTITY_STRIPPED;
	case EVENT_LOST_IN_MERGE:
		return RULE_IDENTITY_LOST_IN_MERGE;
	case EVENT_REPLACED:
		return RULE_IDENTITY_REPLACED;
	default:
		return RULE_IDENTITY_DELETED;
	}
}
