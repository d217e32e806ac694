#include "shares.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

struct member_key {
	uint32_t circle, unit;
};

void shares_init(struct shares *shares)
{
	memset(shares, 0, sizeof(*shares));
	intern_init(&shares->members);
	intern_init(&shares->topics);
}

void shares_release(struct shares *shares)
{
	intern_release(&shares->members);
	intern_release(&shares->topics);
	free(shares->items);
	free(shares->units);
	free(shares->sizes);
	free(shares->latest);
	shares_init(shares);
}

static const struct share_member *member(const struct shares *shares, uint32_t circle, uint32_t unit)
{
	struct member_key key = { circle, unit };
	uint32_t number = intern_find(&shares->members, &key, sizeof(key));

	return number == INTERN_NONE ? NULL : &shares->items[number];
}

static struct share_unit *unit_at(struct shares *shares, uint32_t unit)
{
	VEC_REACH(shares->units, unit, shares->unit_cap, 0);
	return &shares->units[unit];
}

/* Does the circle say of this member what `share` says? In a part of its own, it shares with all others. */
static bool says(const struct shares *shares, uint32_t circle, struct share share)
{
	const struct share_member *known = member(shares, circle, share.unit);

	return known && (known->part == share.part || known->part == share.unit);
}

static void add_members(struct shares *shares, uint32_t circle, const struct share *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct member_key key = { circle, list[i].unit };
		struct share_unit *unit = unit_at(shares, list[i].unit);
		size_t before = shares->members.count;

		if (intern_add(&shares->members, &key, sizeof(key)) < before)
			continue;
		VEC_GROW(shares->items, before, shares->item_cap);
		shares->items[before] = (struct share_member){ list[i].part, unit->last };
		unit->last = (uint32_t)before + 1;
		unit->count++;
		shares->sizes[circle]++;
	}
}

/* Is there a circle that has them all already? Looked for among those of the member that is in the fewest. */
static bool is_said(struct shares *shares, const struct share *list, size_t count)
{
	uint32_t rarest = list[0].unit, at;
	size_t i;

	for (i = 1; i < count; i++)
		if (unit_at(shares, list[i].unit)->count < unit_at(shares, rarest)->count)
			rarest = list[i].unit;
	for (at = shares_of(shares, rarest); at; at = shares->items[at - 1].next) {
		for (i = 0; i < count && says(shares, shares_circle(shares, at), list[i]); i++)
			;
		if (i == count)
			return true;
	}
	return false;
}

static bool is_superset(const struct shares *shares, const struct share *list, size_t count, uint32_t circle)
{
	size_t i, both = 0;

	if (count < shares->sizes[circle])
		return false;
	for (i = 0; i < count; i++) {
		const struct share_member *known = member(shares, circle, list[i].unit);

		if (known && known->part != list[i].part)
			return false;
		both += known != NULL;
	}
	return both == shares->sizes[circle];
}

void shares_note(struct shares *shares, struct share_topic topic, const struct share *list, size_t count)
{
	size_t before = shares->topics.count;
	uint32_t number;

	shares->is_full = shares->is_full || count > SHARE_MEMBERS_MAX - shares->members.count;
	if (count < 2 || shares->is_full || is_said(shares, list, count))
		return;
	number = intern_add(&shares->topics, &topic, sizeof(topic));
	if (number == before || !is_superset(shares, list, count, shares->latest[number])) {
		VEC_GROW(shares->latest, number, shares->topic_cap);
		shares->latest[number] = (uint32_t)shares->circle_count;
		VEC_GROW(shares->sizes, shares->circle_count, shares->circle_cap);
		shares->sizes[shares->circle_count++] = 0;
	}
	add_members(shares, shares->latest[number], list, count);
}

bool shares_have(const struct shares *shares, uint32_t a, uint32_t b)
{
	uint32_t at;

	if (a >= shares->unit_cap || b >= shares->unit_cap)
		return false;
	if (shares->units[a].count > shares->units[b].count) {
		uint32_t other = a;

		a = b;
		b = other;
	}
	assert(!shares->units[a].last || shares->items);
	for (at = shares->units[a].last; at; at = shares->items[at - 1].next) {
		const struct share_member *other = member(shares, shares_circle(shares, at), b);

		if (other && other->part != shares->items[at - 1].part)
			return true;
	}
	return false;
}

uint32_t shares_of(const struct shares *shares, uint32_t unit)
{
	return unit < shares->unit_cap ? shares->units[unit].last : 0;
}

uint32_t shares_circle(const struct shares *shares, uint32_t membership)
{
	struct member_key key;

	memcpy(&key, intern_get(&shares->members, membership - 1)->bytes, sizeof(key));
	return key.circle;
}
