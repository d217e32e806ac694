#include <stdlib.h>

#include "lineage_parts.h"
#include "revident/base/xalloc.h"
#include "shares.h"

enum { LISTED_MAX = 4 * 1024 * 1024 }; /* memberships that are looked at, in all layouts */

/* A unit of a layout that is in a circle (shares.h). */
struct circle_member {
	uint32_t circle;
	struct share share;
};

static int compare_members(const void *a, const void *b)
{
	const struct circle_member *x = a, *y = b;

	if (x->circle != y->circle)
		return x->circle < y->circle ? -1 : 1;
	if (x->share.unit != y->share.unit)
		return x->share.unit < y->share.unit ? -1 : 1;
	return 0;
}

struct circle_members {
	struct circle_member *items;
	size_t count, cap;
	size_t left;          /* of LISTED_MAX */
	struct share *shares; /* of one circle */
	size_t share_cap;
};

/* The members of the circle that begins at `*at`, as shares; moves behind it. */
static size_t next_circle(struct circle_members *members, size_t *at)
{
	uint32_t circle = members->items[*at].circle;
	size_t n = 0;

	for (; *at < members->count && members->items[*at].circle == circle; ++*at) {
		VEC_GROW(members->shares, n, members->share_cap);
		members->shares[n++] = members->items[*at].share;
	}
	return n;
}

/* Which circles each unit of the layout is in, circle by circle. */
static void list_circles(struct lineage *lineage, const struct shares *shares, const struct pair *pairs, size_t count,
	bool by_label, struct circle_members *out)
{
	size_t i;

	out->count = 0;
	for (i = 0; i < count && out->left; i++) {
		uint32_t label = find_label(lineage, pairs[i].label);
		uint32_t at = shares_of(shares, by_label ? label : pairs[i].unit);

		for (; at && out->left; at = shares->items[at - 1].next, out->left--) {
			VEC_GROW(out->items, out->count, out->cap);
			out->items[out->count++] = (struct circle_member){ shares_circle(shares, at),
				{ by_label ? pairs[i].unit : label, by_label ? SHARE_PART(label) : label } };
		}
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_members);
}

/* Lineages of which units share an id in a layout: circles of labels. */
static void share_labels(struct lineage *lineage, struct shares *labels, struct circle_members *members)
{
	size_t layout, count, at, n, i, distinct;

	for (layout = 0; layout < lineage->layouts.count; layout++) {
		const struct pair *pairs = layout_pairs(lineage, (uint32_t)layout, &count);

		list_circles(lineage, lineage->joins.shares, pairs, count, false, members);
		for (at = 0; at < members->count;) {
			uint32_t circle = members->items[at].circle;

			n = next_circle(members, &at);
			for (i = 0, distinct = 0; i < n; i++)
				if (distinct == 0 || members->shares[distinct - 1].unit != members->shares[i].unit)
					members->shares[distinct++] = members->shares[i];
			shares_note(labels, (struct share_topic){ 1, circle }, members->shares, distinct);
		}
	}
}

void spread_shares(struct lineage *lineage)
{
	struct circle_members members = { .left = LISTED_MAX };
	struct shares labels;
	size_t layout, count, at;

	shares_init(&labels);
	share_labels(lineage, &labels, &members);
	for (layout = 0; labels.circle_count && layout < lineage->layouts.count; layout++) {
		const struct pair *pairs = layout_pairs(lineage, (uint32_t)layout, &count);

		list_circles(lineage, &labels, pairs, count, true, &members);
		for (at = 0; at < members.count;) {
			uint32_t circle = members.items[at].circle;
			size_t n = next_circle(&members, &at);

			shares_note(lineage->joins.shares, (struct share_topic){ 1, circle }, members.shares, n);
		}
	}
	lineage->is_bounded = lineage->is_bounded || labels.is_full || !members.left;
	shares_release(&labels);
	free(members.items);
	free(members.shares);
}
