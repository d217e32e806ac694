#include "revident/forensics/joins.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

enum { CROSSING_MAX = 16 }; /* holders of one name that are told apart */

void joins_init(struct joins *joins, struct study *study)
{
	joins->study = study;
	intern_init(&joins->crossed);
	intern_init(&joins->shared);
	intern_init(&joins->seen);
}

void joins_release(struct joins *joins)
{
	intern_release(&joins->crossed);
	intern_release(&joins->shared);
	intern_release(&joins->seen);
}

static void note(struct intern *pairs, uint32_t a, uint32_t b)
{
	uint32_t key[2] = { a < b ? a : b, a < b ? b : a };

	intern_add(pairs, key, sizeof(key));
}

static bool noted(const struct intern *pairs, uint32_t a, uint32_t b)
{
	uint32_t key[2] = { a < b ? a : b, a < b ? b : a };

	return intern_find(pairs, key, sizeof(key)) != INTERN_NONE;
}

/* The units that hold each revision: the first, and the files linked behind it. */
struct holders {
	uint32_t *first; /* by revision: file index + 1 */
	uint32_t *next;  /* by file index */
};

static void list_holders(const struct study *study, const struct snapshot *snapshot, struct holders *out)
{
	size_t i;

	out->first = xcalloc(study->revisions.count + 1, sizeof(*out->first));
	out->next = xcalloc(snapshot->count, sizeof(*out->next));
	for (i = 0; i < snapshot->count; i++) {
		uint32_t revision = snapshot->files[i].revision;

		if (revision == INTERN_NONE)
			continue;
		out->next[i] = out->first[revision];
		out->first[revision] = (uint32_t)i + 1;
	}
}

static void note_shared(struct joins *joins, const struct snapshot *snapshot, const struct holders *holders)
{
	size_t i;

	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];
		uint32_t other;

		if (file->revision == INTERN_NONE)
			continue;
		for (other = holders->next[i]; other; other = holders->next[other - 1])
			if (snapshot->files[other - 1].unit != file->unit)
				note(&joins->shared, snapshot->files[other - 1].unit, file->unit);
	}
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
	size_t i, n = 1;
	uint32_t at;

	for (at = holders->first[revision]; at; at = holders->next[at - 1]) {
		uint32_t holder = snapshot->files[at - 1].unit;

		if (holder == unit)
			return;
		for (i = 1; i < n && units[i] != holder; i++)
			;
		if (i == n && n <= CROSSING_MAX)
			units[n++] = holder;
	}
	if (n == 1)
		return;
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
	free(holders.first);
	free(holders.next);
}

static bool is_one_of(const struct env_def *def, const struct study *study, uint32_t unit)
{
	bool recursive = def->section && def->section->recursive_version_locations == SWITCH_ON;
	size_t i;

	for (i = 0; i < def->version_count; i++)
		if (unit == def->versions[i] || (recursive && study_path_is_below(study, unit, def->versions[i])))
			return true;
	return false;
}

/* Units in groups, while they are being joined. */
struct partition {
	const struct joins *joins;
	const uint32_t *units;
	uint32_t *group;
	size_t count;
};

static void unite(struct partition *p, size_t a, size_t b)
{
	uint32_t to = p->group[a] < p->group[b] ? p->group[a] : p->group[b];
	uint32_t from = p->group[a] < p->group[b] ? p->group[b] : p->group[a];
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->group[i] == from)
			p->group[i] = to;
}

static size_t index_of(const struct partition *p, uint32_t unit)
{
	size_t i;

	for (i = 0; i < p->count && p->units[i] != unit; i++)
		;
	return i;
}

/* Did a unit of one group ever hold an id at the same time as a unit of the other? */
static bool groups_share(const struct partition *p, size_t a, size_t b)
{
	size_t i, k;

	for (i = 0; i < p->count; i++)
		for (k = 0; p->group[i] == p->group[a] && k < p->count; k++)
			if (p->group[k] == p->group[b] && noted(&p->joins->shared, p->units[i], p->units[k]))
				return true;
	return false;
}

static void join_by_configuration(struct partition *p, const struct env_def *def)
{
	size_t i, first = p->count;

	for (i = 0; i < p->count; i++) {
		if (!is_one_of(def, p->joins->study, p->units[i]))
			continue;
		if (first == p->count)
			first = i;
		else if (def->is_explicit || !groups_share(p, first, i))
			unite(p, first, i);
	}
}

bool joins_share_script_dir(const struct joins *joins, const struct env_defs *defs, uint32_t a, uint32_t b)
{
	size_t i, k, both;

	for (i = 0; i < defs->count; i++) {
		const struct env_def *def = &defs->items[i];

		for (k = 0, both = 0; k < def->version_count && both != 3; k++)
			both |= (size_t)study_path_is_below(joins->study, a, def->versions[k]) |
				(size_t)study_path_is_below(joins->study, b, def->versions[k]) << 1;
		if (both == 3)
			return true;
	}
	return false;
}

/* Joins a unit with the one group, of those that hold what it names, with which it may be joined. */
static void join_by_crossing(
	struct partition *p, const struct env_defs *defs, const uint32_t *crossing, size_t count, bool same_script)
{
	size_t i, k, unit = index_of(p, crossing[0]), found = p->count;

	if (unit == p->count)
		return;
	for (i = 1; i < count; i++) {
		k = index_of(p, crossing[i]);
		if (k == p->count)
			continue;
		if (p->group[k] == p->group[unit])
			return; /* its own environment has it */
		if (joins_share_script_dir(p->joins, defs, crossing[0], crossing[i]) != same_script ||
			groups_share(p, unit, k))
			continue;
		if (found != p->count && p->group[found] != p->group[k])
			return; /* two have it: the name does not tell which is meant */
		found = k;
	}
	if (found != p->count)
		unite(p, unit, found);
}

void joins_group(
	const struct joins *joins, const struct env_defs *defs, const uint32_t *units, size_t count, uint32_t *group)
{
	struct partition p = { joins, units, group, count };
	int same_script;
	size_t i;

	for (i = 0; i < count; i++)
		group[i] = (uint32_t)i;
	for (i = 0; i < defs->count; i++)
		join_by_configuration(&p, &defs->items[i]);
	for (same_script = 1; same_script >= 0; same_script--) { /* what is nearer first */
		for (i = 0; i < joins->crossed.count; i++) {
			const struct intern_key *key = intern_get(&joins->crossed, (uint32_t)i);

			join_by_crossing(&p, defs, (const uint32_t *)(const void *)key->bytes,
				key->len / sizeof(uint32_t), same_script);
		}
	}
}

bool joins_share(const struct joins *joins, uint32_t a, uint32_t b)
{
	return noted(&joins->shared, a, b);
}

void joins_note_shared(struct joins *joins, uint32_t a, uint32_t b)
{
	note(&joins->shared, a, b);
}
