#include "revident/forensics/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lister.h"
#include "revident/base/xalloc.h"

enum { CACHE_SLOTS = 4096, CACHE_FILES_MAX = 1000 * 1000 };

struct snapshots {
	struct study *study;
	struct watch *watch;
	size_t *versions;
	uint32_t *dirs; /* the same as path numbers */
	size_t count;
	struct lister *lister;
	struct snapshot *slots[CACHE_SLOTS]; /* by row, modulo */
	size_t cached_files;
	size_t hand; /* the slot that is emptied next where room is needed */
};

struct snapshots *snapshots_new(struct study *study, struct watch *watch, const size_t *versions, size_t count)
{
	struct snapshots *s = xcalloc(1, sizeof(*s));
	size_t i;

	s->study = study;
	s->watch = watch;
	s->count = count;
	s->versions = xcalloc(count, sizeof(*s->versions));
	s->dirs = xcalloc(count, sizeof(*s->dirs));
	for (i = 0; i < count; i++) {
		const char *path = watch_path(watch, versions[i]);

		s->versions[i] = versions[i];
		s->dirs[i] = study_path(study, path, strlen(path));
	}
	s->lister = lister_new(study, s->dirs, count);
	return s;
}

static void free_snapshot(struct snapshot *snapshot)
{
	free(snapshot->files);
	free(snapshot->unread);
	free(snapshot);
}

void snapshots_free(struct snapshots *snapshots)
{
	size_t i;

	if (!snapshots)
		return;
	for (i = 0; i < CACHE_SLOTS; i++)
		if (snapshots->slots[i])
			free_snapshot(snapshots->slots[i]);
	lister_free(snapshots->lister);
	free(snapshots->versions);
	free(snapshots->dirs);
	free(snapshots);
}

void snapshot_assign_units(struct study *study, struct snap_file *files, size_t count)
{
	struct intern holding;
	uint32_t last = INTERN_NONE;
	size_t i;

	sort_files(files, count);
	intern_init(&holding);
	for (i = 0; i < count; i++) {
		files[i].unit = study_path_dir(study, files[i].path);
		if (files[i].revision == INTERN_NONE || files[i].unit == last)
			continue;
		last = files[i].unit;
		intern_add(&holding, &last, sizeof(last));
	}
	for (i = 0; i < count; i++)
		if (files[i].unit != last &&
			intern_find(&holding, &files[i].unit, sizeof(files[i].unit)) == INTERN_NONE)
			files[i].unit = INTERN_NONE;
	intern_release(&holding);
}

static struct snapshot *make_snapshot(struct snapshots *s, uint32_t row, struct err *err)
{
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));
	struct file_list files = { .items = NULL };
	size_t i, cap = 0;

	snapshot->row = row;
	snapshot->incomplete = row == WATCH_UNKNOWN;

	for (i = 0; i < s->count && row != WATCH_UNKNOWN; i++) {
		uint32_t number = watch_entries(s->watch, row)[s->versions[i]];
		const struct watch_entry *entry = number == WATCH_ABSENT ? NULL : watch_entry(s->watch, number);
		bool incomplete = false;

		if (!entry || entry->kind != WATCH_TREE)
			continue;
		if (lister_add(s->lister, i, &entry->id, &files, &incomplete, err) < 0) {
			free(files.items);
			free_snapshot(snapshot);
			return NULL;
		}
		if (!incomplete)
			continue;
		VEC_GROW(snapshot->unread, snapshot->unread_count, cap);
		snapshot->unread[snapshot->unread_count++] = s->dirs[i];
		snapshot->incomplete = true;
	}
	snapshot_assign_units(s->study, files.items, files.count);
	snapshot->files = files.items;
	snapshot->count = files.count;
	return snapshot;
}

static void empty_slot(struct snapshots *s, struct snapshot **slot)
{
	if (!*slot || (*slot)->refs)
		return;
	s->cached_files -= (*slot)->count;
	free_snapshot(*slot);
	*slot = NULL;
}

/* What was used long ago goes: a commit is compared with its parents, which mostly were looked at just before it. */
static void make_room(struct snapshots *s, size_t files)
{
	size_t i;

	for (i = 0; i < CACHE_SLOTS && s->cached_files + files > CACHE_FILES_MAX; i++) {
		empty_slot(s, &s->slots[s->hand]);
		s->hand = (s->hand + 1) % CACHE_SLOTS;
	}
}

const struct snapshot *snapshots_get(struct snapshots *s, uint32_t row, struct err *err)
{
	struct snapshot **slot = &s->slots[row % CACHE_SLOTS];
	struct snapshot *snapshot;

	if (*slot && (*slot)->row == row) {
		(*slot)->refs++;
		return *slot;
	}
	snapshot = make_snapshot(s, row, err);
	if (!snapshot)
		return NULL;
	snapshot->refs = 1;
	empty_slot(s, slot);
	make_room(s, snapshot->count);
	if (!*slot && s->cached_files + snapshot->count <= CACHE_FILES_MAX) {
		*slot = snapshot;
		s->cached_files += snapshot->count;
	}
	return snapshot;
}

void snapshot_put(struct snapshots *s, const struct snapshot *snapshot)
{
	struct snapshot *mine;

	if (!snapshot)
		return;
	mine = s->slots[snapshot->row % CACHE_SLOTS];
	if (mine == snapshot) {
		assert(mine->refs > 0);
		mine->refs--;
		return;
	}
	free_snapshot((struct snapshot *)snapshot); /* handed out without a slot: this user is the only one */
}

const struct snap_file *snapshot_find(const struct snapshot *snapshot, uint32_t path)
{
	size_t low = 0, high = snapshot->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t there = snapshot->files[mid].path;

		if (there == path)
			return &snapshot->files[mid];
		if (there < path)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
