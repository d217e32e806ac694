#include "revident/forensics/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/discover.h"
#include "revident/git/object.h"

enum { CACHE_SLOTS = 4096, CACHE_FILES_MAX = 1000 * 1000 };

struct snapshots {
	struct study *study;
	struct watch *watch;
	size_t *versions;
	uint32_t *dirs; /* the same as path numbers */
	size_t count;
	struct snapshot *slots[CACHE_SLOTS]; /* by row, modulo */
	size_t cached_files;
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
	return s;
}

static void free_snapshot(struct snapshot *snapshot)
{
	free(snapshot->files);
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
	free(snapshots->versions);
	free(snapshots->dirs);
	free(snapshots);
}

/* Listing one row's files. */
struct listing {
	struct snapshots *owner;
	struct snap_file *files;
	size_t count, cap;
	struct strbuf path;
	bool incomplete;
	struct err *err;
};

static bool is_versions_dir(const struct snapshots *snapshots, uint32_t path)
{
	size_t i;

	for (i = 0; i < snapshots->count; i++)
		if (snapshots->dirs[i] == path)
			return true;
	return false;
}

static int add_file(struct listing *listing, const struct tree_entry *entry)
{
	struct study *study = listing->owner->study;
	struct snap_file *file;
	const struct blob *blob;

	VEC_GROW(listing->files, listing->count, listing->cap);
	file = &listing->files[listing->count++];
	file->path = study_path(study, listing->path.buf, listing->path.len);
	file->blob = BLOB_NONE;
	file->revision = INTERN_NONE;
	file->unit = INTERN_NONE;
	if ((entry->mode & MODE_TYPE) != MODE_FILE)
		return 0;
	file->blob = study_blob_number(study, &entry->id);
	blob = study_blob(study, file->blob, listing->err);
	if (!blob)
		return -1;
	file->revision = blob->revision;
	return 0;
}

/* A name that no work tree can have is no file that Alembic would load. */
static bool is_odd_name(const struct tree_entry *entry)
{
	return entry->name_len == 0 || memchr(entry->name, '/', entry->name_len) ||
	       (entry->name_len == 1 && entry->name[0] == '.') ||
	       (entry->name_len == 2 && entry->name[0] == '.' && entry->name[1] == '.');
}

static int list_tree(struct listing *listing, const struct oid *id, unsigned depth);

static int list_entry(struct listing *listing, const struct tree_entry *entry, unsigned depth)
{
	size_t len = listing->path.len;
	int rc = 0;

	if (is_odd_name(entry))
		return 0;
	if (len)
		strbuf_addch(&listing->path, '/');
	strbuf_add(&listing->path, entry->name, entry->name_len);
	if (entry->mode != MODE_TREE) {
		if (migration_file_name(entry->name, entry->name_len))
			rc = add_file(listing, entry);
	} else if (depth < VERSIONS_DEPTH_MAX &&
		   !(entry->name_len >= 11 && memcmp(entry->name + entry->name_len - 11, "__pycache__", 11) == 0)) {
		uint32_t known = intern_find(&listing->owner->study->paths, listing->path.buf, listing->path.len);

		if (known == INTERN_NONE || !is_versions_dir(listing->owner, known))
			rc = list_tree(listing, &entry->id, depth + 1);
	}
	strbuf_setlen(&listing->path, len);
	return rc;
}

static int list_tree(struct listing *listing, const struct oid *id, unsigned depth)
{
	struct repo *repo = listing->owner->study->repo;
	struct tree_entry entry;
	struct object object;
	struct tree_iter it;
	struct err why = { 0 };
	char hex[OID_HEX + 1];
	int rc = object_read(repo, id, OBJECT_META_MAX, &object, &why);

	if (rc < 0)
		repo_add_limit(repo, "%s", why.msg);
	else if (rc == 0)
		object_add_limit(repo, "tree", id, NULL);
	if (rc < 1) {
		listing->incomplete = true;
		return 0;
	}
	it = (struct tree_iter){ object.bytes, object.len };
	if (object.type != OBJECT_TREE) {
		repo_add_limit(repo, "object %s is no tree", oid_hex(id, hex));
		listing->incomplete = true;
		it.len = 0;
	}
	while ((rc = tree_next(&it, &entry)) == 1) {
		if (list_entry(listing, &entry, depth) < 0) {
			object_release(&object);
			return -1;
		}
	}
	object_release(&object);
	if (rc < 0) {
		repo_add_limit(repo, "tree %s is damaged", oid_hex(id, hex));
		listing->incomplete = true;
	}
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	uint32_t x = ((const struct snap_file *)a)->path;
	uint32_t y = ((const struct snap_file *)b)->path;

	return x < y ? -1 : x > y;
}

void snapshot_assign_units(struct study *study, struct snap_file *files, size_t count)
{
	struct intern holding;
	uint32_t last = INTERN_NONE;
	size_t i;

	for (i = 1; i < count; i++)
		if (files[i - 1].path > files[i].path) {
			qsort(files, count, sizeof(*files), compare_files);
			break;
		}
	intern_init(&holding);
	for (i = 0; i < count; i++) {
		uint32_t dir = study_path_dir(study, files[i].path);

		if (files[i].revision == INTERN_NONE || dir == last)
			continue;
		intern_add(&holding, &dir, sizeof(dir));
		last = dir;
	}
	for (i = 0; i < count; i++) {
		uint32_t dir = study_path_dir(study, files[i].path);

		files[i].unit = INTERN_NONE;
		if (dir == last || intern_find(&holding, &dir, sizeof(dir)) != INTERN_NONE)
			files[i].unit = dir;
	}
	intern_release(&holding);
}

static struct snapshot *make_snapshot(struct snapshots *s, uint32_t row, struct err *err)
{
	struct listing listing = { .owner = s, .path = STRBUF_INIT, .err = err };
	struct snapshot *snapshot;
	size_t i;
	int rc = 0;

	for (i = 0; i < s->count && row != WATCH_UNKNOWN && rc == 0; i++) {
		uint32_t number = watch_entries(s->watch, row)[s->versions[i]];
		const struct watch_entry *entry = number == WATCH_ABSENT ? NULL : watch_entry(s->watch, number);
		struct text path = study_path_text(s->study, s->dirs[i]);

		if (!entry || entry->kind != WATCH_TREE)
			continue;
		strbuf_clear(&listing.path);
		strbuf_add(&listing.path, path.ptr, path.len);
		rc = list_tree(&listing, &entry->id, 0);
	}
	strbuf_release(&listing.path);
	if (rc < 0) {
		free(listing.files);
		return NULL;
	}
	snapshot_assign_units(s->study, listing.files, listing.count);
	snapshot = xcalloc(1, sizeof(*snapshot));
	snapshot->row = row;
	snapshot->files = listing.files;
	snapshot->count = listing.count;
	snapshot->incomplete = listing.incomplete || row == WATCH_UNKNOWN;
	return snapshot;
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
	if (*slot && (*slot)->refs == 0) {
		s->cached_files -= (*slot)->count;
		free_snapshot(*slot);
		*slot = NULL;
	}
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
	struct snap_file key = { .path = path };

	if (!snapshot->count)
		return NULL;
	return bsearch(&key, snapshot->files, snapshot->count, sizeof(key), compare_files);
}
