#include "revident/forensics/joins.h"

#include <stdlib.h>
#include <string.h>

#include "def_index.h"
#include "revident/base/xalloc.h"
#include "roots.h"
#include "shares.h"

enum { CROSSING_MAX = 16 }; /* holders of one name that are told apart */

void joins_init(struct joins *joins, struct study *study)
{
	joins->study = study;
	intern_init(&joins->crossed);
	intern_init(&joins->seen);
	joins->shares = xcalloc(1, sizeof(*joins->shares));
	shares_init(joins->shares);
}

void joins_release(struct joins *joins)
{
	intern_release(&joins->crossed);
	intern_release(&joins->seen);
	if (joins->shares)
		shares_release(joins->shares);
	free(joins->shares);
	joins->shares = NULL;
}

struct holding {
	uint32_t revision, unit;
};

/* The units that hold each revision of a snapshot: one file of each unit. */
struct holders {
	uint32_t *first;     /* by revision: file index + 1 */
	uint32_t *next;      /* by file index */
	struct intern known; /* of the revisions that several files hold: who holds them */
};

static bool add_holding(struct holders *holders, const struct snap_file *file)
{
	struct holding holding = { file->revision, file->unit };
	size_t before = holders->known.count;

	return intern_add(&holders->known, &holding, sizeof(holding)) == before;
}

static void list_holders(const struct study *study, const struct snapshot *snapshot, struct holders *out)
{
	size_t i;

	out->first = xcalloc(study->revisions.count + 1, sizeof(*out->first));
	out->next = xcalloc(snapshot->count, sizeof(*out->next));
	intern_init(&out->known);
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];
		uint32_t *first;

		if (file->revision == INTERN_NONE)
			continue;
		first = &out->first[file->revision];
		if (*first && !out->next[*first - 1])
			add_holding(out, &snapshot->files[*first - 1]);
		if (*first && !add_holding(out, file))
			continue;
		out->next[i] = *first;
		*first = (uint32_t)i + 1;
	}
}

static void release_holders(struct holders *holders)
{
	free(holders->first);
	free(holders->next);
	intern_release(&holders->known);
}

/* Does the unit hold the revision, which has a holder? */
static bool is_holder(const struct holders *holders, const struct snapshot *snapshot, uint32_t unit, uint32_t revision)
{
	struct holding holding = { revision, unit };
	uint32_t first = holders->first[revision];

	if (!holders->next[first - 1])
		return snapshot->files[first - 1].unit == unit;
	return intern_find(&holders->known, &holding, sizeof(holding)) != INTERN_NONE;
}

static void note_shared(struct joins *joins, const struct snapshot *snapshot, const struct holders *holders)
{
	struct share *list = NULL;
	size_t i, n, cap = 0;
	uint32_t at;

	for (i = 0; i < snapshot->count; i++) {
		uint32_t revision = snapshot->files[i].revision;

		if (revision == INTERN_NONE || holders->first[revision] != i + 1 || !holders->next[i])
			continue;
		for (n = 0, at = holders->first[revision]; at; at = holders->next[at - 1]) {
			uint32_t unit = snapshot->files[at - 1].unit;

			VEC_GROW(list, n, cap);
			list[n++] = (struct share){ unit, unit };
		}
		shares_note(joins->shares, (struct share_topic){ 0, revision }, list, n);
	}
	free(list);
}

static int compare_units(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Notes who else holds a name that the file's own unit lacks: the unit first, then the holders, sorted. */
static void note_name(struct joins *joins, const struct snapshot *snapshot, const struct holders *holders,
	uint32_t unit, uint32_t revision)
{
	uint32_t units[1 + CROSSING_MAX] = { unit };
	size_t n = 1;
	uint32_t at;

	if (!holders->first[revision] || is_holder(holders, snapshot, unit, revision))
		return;
	for (at = holders->first[revision]; at && n <= CROSSING_MAX; at = holders->next[at - 1])
		units[n++] = snapshot->files[at - 1].unit;
	qsort(units + 1, n - 1, sizeof(*units), compare_units);
	intern_add(&joins->crossed, units, n * sizeof(*units));
}

static void note_crossing(struct joins *joins, const struct snapshot *snapshot, const struct holders *holders,
	const struct snap_file *file)
{
	const struct migration *migration = joins->study->blobs[file->blob].migration;
	size_t i;

	for (i = 0; i < migration->down_revision.count; i++) {
		struct text name = migration->down_revision.values[i];
		uint32_t revision = intern_find(&joins->study->revisions, name.ptr, name.len);

		if (revision != INTERN_NONE)
			note_name(joins, snapshot, holders, file->unit, revision);
	}
}

void joins_look(struct joins *joins, const struct snapshot *snapshot)
{
	size_t i, before = joins->seen.count;
	struct holders holders;

	intern_add(&joins->seen, &snapshot->row, sizeof(snapshot->row));
	if (joins->seen.count == before)
		return;
	list_holders(joins->study, snapshot, &holders);
	note_shared(joins, snapshot, &holders);
	for (i = 0; i < snapshot->count; i++)
		if (snapshot->files[i].revision != INTERN_NONE)
			note_crossing(joins, snapshot, &holders, &snapshot->files[i]);
	release_holders(&holders);
}

/* A circle (shares.h) that a group has a unit in. */
struct circle_of {
	uint32_t part; /* INTERN_NONE: units in several parts */
	uint32_t next;
};

struct circle_key {
	uint32_t group, circle;
};

/* Units in groups, while they are being joined. */
struct partition {
	const struct joins *joins;
	struct def_index *defs;
	const uint32_t *units;
	size_t count;
	bool is_sorted;        /* the units, by number */
	uint32_t *up, *lowest; /* by place: towards the group's own; by group: the lowest place in it */
	uint32_t *circles;     /* by group: its circles, as a place in `links` + 1 */
	uint32_t *circle_count;
	struct intern circle_keys; /* (group, circle), of groups that are joined to others since, too */
	struct circle_of *links;   /* by number in circle_keys */
	size_t link_cap;
};

static uint32_t find_group(struct partition *p, size_t place)
{
	return root_of(p->up, (uint32_t)place);
}

static size_t place_of(const struct partition *p, uint32_t unit)
{
	uint32_t place = unit < p->defs->place_cap ? p->defs->places[unit] : 0;

	return place ? place - 1 : p->count;
}

static void add_circle(struct partition *p, uint32_t group, uint32_t circle, uint32_t part)
{
	struct circle_key key = { group, circle };
	size_t before = p->circle_keys.count;
	uint32_t number = intern_add(&p->circle_keys, &key, sizeof(key));

	if (number < before) {
		if (p->links[number].part != part)
			p->links[number].part = INTERN_NONE;
		return;
	}
	VEC_GROW(p->links, before, p->link_cap);
	p->links[number] = (struct circle_of){ part, p->circles[group] };
	p->circles[group] = number + 1;
	p->circle_count[group]++;
}

static uint32_t circle_of_link(const struct partition *p, uint32_t link)
{
	struct circle_key key;

	memcpy(&key, intern_get(&p->circle_keys, link - 1)->bytes, sizeof(key));
	return key.circle;
}

static void partition_init(
	struct partition *p, const struct joins *joins, struct def_index *defs, const uint32_t *units, size_t count)
{
	const struct shares *shares = joins->shares;
	uint32_t i, at;

	*p = (struct partition){ .joins = joins, .defs = defs, .units = units, .count = count };
	p->is_sorted = true;
	intern_init(&p->circle_keys);
	p->up = xcalloc(count, sizeof(*p->up));
	p->lowest = xcalloc(count, sizeof(*p->lowest));
	p->circles = xcalloc(count, sizeof(*p->circles));
	p->circle_count = xcalloc(count, sizeof(*p->circle_count));
	for (i = 0; i < count; i++) {
		VEC_REACH(defs->places, units[i], defs->place_cap, 0);
		defs->places[units[i]] = i + 1;
		p->is_sorted = p->is_sorted && (i == 0 || units[i - 1] < units[i]);
		p->up[i] = p->lowest[i] = i;
		for (at = shares_of(shares, units[i]); at; at = shares->items[at - 1].next)
			add_circle(p, i, shares_circle(shares, at), shares->items[at - 1].part);
	}
}

static void partition_release(struct partition *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		p->defs->places[p->units[i]] = 0;
	intern_release(&p->circle_keys);
	free(p->up);
	free(p->lowest);
	free(p->circles);
	free(p->circle_count);
	free(p->links);
}

/* The group with fewer circles goes into the other. */
static void unite(struct partition *p, size_t a, size_t b)
{
	uint32_t to = find_group(p, a), from = find_group(p, b), link;

	if (to == from)
		return;
	if (p->circle_count[to] < p->circle_count[from]) {
		uint32_t other = to;

		to = from;
		from = other;
	}
	for (link = p->circles[from]; link; link = p->links[link - 1].next)
		add_circle(p, to, circle_of_link(p, link), p->links[link - 1].part);
	p->up[from] = to;
	if (p->lowest[from] < p->lowest[to])
		p->lowest[to] = p->lowest[from];
}

/* Did a unit of one group ever hold an id at the same time as a unit of the other? */
static bool groups_share(struct partition *p, size_t a, size_t b)
{
	struct circle_key key = { .group = find_group(p, a) };
	uint32_t few = find_group(p, b), link;

	if (p->circle_count[few] > p->circle_count[key.group]) {
		uint32_t other = few;

		few = key.group;
		key.group = other;
	}
	for (link = p->circles[few]; link; link = p->links[link - 1].next) {
		uint32_t number;

		key.circle = circle_of_link(p, link);
		number = intern_find(&p->circle_keys, &key, sizeof(key));
		if (number != INTERN_NONE &&
			(p->links[number].part == INTERN_NONE || p->links[number].part != p->links[link - 1].part))
			return true;
	}
	return false;
}

static int compare_places(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* The units that are the definition's, first to last, each once; returns how many. `out` has room for all. */
static size_t list_units(const struct partition *p, size_t def, size_t *out)
{
	const struct env_def *of = &p->defs->defs->items[def];
	size_t i, n = 0;

	if (def_is_recursive(of)) {
		for (i = 0; i < p->count; i++)
			if (def_index_covers(p->defs, def, p->units[i]))
				out[n++] = i;
		return n;
	}
	for (i = 0; i < of->version_count; i++) {
		size_t place = place_of(p, p->defs->dirs[def][i]);

		if (place < p->count)
			out[n++] = place;
	}
	if (n && !p->is_sorted)
		qsort(out, n, sizeof(*out), compare_places);
	return n;
}

/* The first unit that is the definition's, which is not recursive. `count` if there is none. */
static size_t first_unit(const struct partition *p, size_t def)
{
	size_t i, place = p->count;

	for (i = 0; i < p->defs->defs->items[def].version_count && place == p->count; i++)
		place = place_of(p, p->defs->dirs[def][i]);
	return place;
}

/*
 * Did an earlier definition do all that this one would? It joined the same and more, or kept apart what must be, from
 * the same first unit.
 */
static bool adds_nothing(const struct partition *p, size_t def)
{
	const struct env_def *defs = p->defs->defs->items;
	size_t within = p->defs->within[def];

	if (!within || !p->is_sorted)
		return false;
	return defs[within - 1].is_explicit || p->circle_keys.count == 0 ||
	       (!defs[def].is_explicit && !def_is_recursive(&defs[within - 1]) &&
		       first_unit(p, def) == first_unit(p, within - 1));
}

static void join_by_configuration(struct partition *p)
{
	size_t *places = xcalloc(p->count, sizeof(*places)), i, k, n;

	for (i = 0; i < p->defs->defs->count; i++) {
		if (p->defs->is_repeat[i] || adds_nothing(p, i))
			continue;
		n = list_units(p, i, places);
		for (k = 1; k < n; k++)
			if (p->defs->defs->items[i].is_explicit || !groups_share(p, places[0], places[k]))
				unite(p, places[0], places[k]);
	}
	free(places);
}

/* Joins a unit with the one group, of those that hold what it names, with which it may be joined. */
static void join_by_crossing(struct partition *p, const uint32_t *crossing, size_t count, bool same_script)
{
	size_t i, k, unit = place_of(p, crossing[0]), found = p->count;

	if (unit == p->count)
		return;
	for (i = 1; i < count; i++) {
		k = place_of(p, crossing[i]);
		if (k == p->count)
			continue;
		if (find_group(p, k) == find_group(p, unit))
			return; /* its own environment has it */
		if (def_index_share(p->defs, crossing[0], crossing[i]) != same_script || groups_share(p, unit, k))
			continue;
		if (found != p->count && find_group(p, found) != find_group(p, k))
			return; /* two have it: the name does not tell which is meant */
		found = k;
	}
	if (found != p->count)
		unite(p, unit, found);
}

void joins_group(
	const struct joins *joins, struct def_index *defs, const uint32_t *units, size_t count, uint32_t *group)
{
	struct partition p;
	int same_script;
	size_t i;

	partition_init(&p, joins, defs, units, count);
	join_by_configuration(&p);
	for (same_script = 1; same_script >= 0; same_script--) { /* what is nearer first */
		for (i = 0; i < joins->crossed.count; i++) {
			const struct intern_key *key = intern_get(&joins->crossed, (uint32_t)i);

			join_by_crossing(&p, (const uint32_t *)(const void *)key->bytes, key->len / sizeof(uint32_t),
				same_script);
		}
	}
	for (i = 0; i < count; i++)
		group[i] = p.lowest[find_group(&p, i)];
	partition_release(&p);
}
