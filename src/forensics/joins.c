#include "revident/forensics/joins.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

void joins_init(struct joins *joins, struct study *study, const struct env_defs *defs)
{
	joins->study = study;
	joins->defs = defs;
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

static void note_crossing(struct joins *joins, const struct snapshot *snapshot, const struct holders *holders,
	const struct snap_file *file)
{
	const struct migration *migration = joins->study->blobs[file->blob].migration;
	size_t i;

	for (i = 0; i < migration->down_revision.count; i++) {
		struct text name = migration->down_revision.values[i];
		uint32_t revision = intern_find(&joins->study->revisions, name.ptr, name.len);
		uint32_t at, unit = INTERN_NONE;

		if (revision == INTERN_NONE)
			continue;
		for (at = holders->first[revision]; at; at = holders->next[at - 1]) {
			if (unit != INTERN_NONE && snapshot->files[at - 1].unit != unit)
				break; /* two units have it: the name does not tell which is meant */
			unit = snapshot->files[at - 1].unit;
			if (unit == file->unit)
				break;
		}
		if (!at && unit != INTERN_NONE)
			note(&joins->crossed, unit, file->unit);
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

bool joins_has(const struct joins *joins, uint32_t a, uint32_t b)
{
	size_t i;

	if (noted(&joins->crossed, a, b) && !noted(&joins->shared, a, b))
		return true;
	for (i = 0; i < joins->defs->count; i++) {
		const struct env_def *def = &joins->defs->items[i];

		if (is_one_of(def, joins->study, a) && is_one_of(def, joins->study, b) &&
			(def->is_explicit || !noted(&joins->shared, a, b)))
			return true;
	}
	return false;
}
