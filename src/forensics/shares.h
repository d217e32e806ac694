/*
 * shares: which units ever held one id at the same time. Private to src/forensics.
 *
 * Kept as circles: everyone in a circle shares an id with everyone else in it. A template that a thousand services were
 * started from gives them all one id, which is one circle of a thousand, not half a million pairs. Members that a
 * circle has in one part (the same environment under two names) do not share with each other.
 */
#ifndef REVIDENT_SRC_FORENSICS_SHARES_H
#define REVIDENT_SRC_FORENSICS_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/intern.h"

struct share_member {
	uint32_t part;
	uint32_t next; /* the unit's membership before this one, + 1 */
};

struct share_unit {
	uint32_t last; /* membership + 1 */
	uint32_t count;
};

enum { SHARE_MEMBERS_MAX = 500 * 1000 };

struct shares {
	bool is_full;          /* more than SHARE_MEMBERS_MAX: what was noted since is not known */
	struct intern members; /* (circle, unit) */
	struct share_member *items;
	size_t item_cap;
	struct share_unit *units; /* by path number */
	size_t unit_cap;
	uint32_t *sizes; /* by circle */
	size_t circle_count, circle_cap;
	struct intern topics;
	uint32_t *latest; /* by topic: its latest circle */
	size_t topic_cap;
};

/* A unit in a circle. Parts are units themselves, or numbers made with SHARE_PART(). */
struct share {
	uint32_t unit, part;
};

#define SHARE_PART(number) ((number) | 0x80000000u)

/* What a circle comes from: a revision, or an earlier circle under other names. */
struct share_topic {
	uint32_t is_circle, number;
};

void shares_init(struct shares *shares);
void shares_release(struct shares *shares);

/*
 * Notes that these units share an id; each may come once. Where they are more than the topic's latest circle, that one
 * grows: a history in which one after another joins leaves one circle.
 */
void shares_note(struct shares *shares, struct share_topic topic, const struct share *list, size_t count);

bool shares_have(const struct shares *shares, uint32_t a, uint32_t b);

/* The unit's latest membership + 1, or 0; walk on with items[].next. The circle of a membership. */
uint32_t shares_of(const struct shares *shares, uint32_t unit);
uint32_t shares_circle(const struct shares *shares, uint32_t membership);

#endif
