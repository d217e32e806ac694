#include "lister.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/discover.h"
#include "revident/git/object.h"
#include "revident/git/repeats.h"

/* The tree that was listed last in a versions directory, and its files. */
struct listed {
	struct oid id;
	struct object tree; /* empty: none, or one from which nothing can be taken over */
	struct file_list files;
};

struct lister {
	struct study *study;
	const uint32_t *dirs;
	size_t count;
	struct intern is_dir; /* the same */
	struct listed *last;  /* by versions directory */
	struct strbuf path;
	struct file_list added; /* of the tree at hand */
	struct repeats repeats; /* likewise */
	uint32_t *removed;      /* path numbers */
	size_t removed_count, removed_cap;
	bool incomplete;
	struct err *err;
};

struct lister *lister_new(struct study *study, const uint32_t *dirs, size_t count)
{
	struct lister *l = xcalloc(1, sizeof(*l));
	size_t i;

	intern_init(&l->is_dir);
	for (i = 0; i < count; i++)
		intern_add(&l->is_dir, &dirs[i], sizeof(dirs[i]));
	l->study = study;
	l->dirs = dirs;
	l->count = count;
	l->last = xcalloc(count, sizeof(*l->last));
	strbuf_init(&l->path);
	return l;
}

static void forget(struct listed *listed)
{
	object_release(&listed->tree);
	listed->files.count = 0;
}

void lister_free(struct lister *l)
{
	size_t i;

	if (!l)
		return;
	for (i = 0; i < l->count; i++) {
		forget(&l->last[i]);
		free(l->last[i].files.items);
	}
	free(l->last);
	intern_release(&l->is_dir);
	strbuf_release(&l->path);
	free(l->added.items);
	free(l->removed);
	free(l);
}

static int compare_files(const void *a, const void *b)
{
	uint32_t x = ((const struct snap_file *)a)->path;
	uint32_t y = ((const struct snap_file *)b)->path;

	return x < y ? -1 : x > y;
}

void sort_files(struct snap_file *files, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (files[i - 1].path > files[i].path) {
			qsort(files, count, sizeof(*files), compare_files);
			return;
		}
}

static void reserve(struct file_list *list, size_t count)
{
	if (list->cap - list->count >= count)
		return;
	list->cap = list->count + count + (list->count ? list->count / 2 : count / 8);
	list->items = xreallocarray(list->items, list->cap, sizeof(*list->items));
}

static void append(struct file_list *list, const struct snap_file *files, size_t count)
{
	assert(files || !count);
	reserve(list, count);
	if (count)
		memcpy(list->items + list->count, files, count * sizeof(*files));
	list->count += count;
}

/* --- every entry of a tree ---------------------------------------------------------------------------------------- */

static bool is_versions_dir(const struct lister *l, uint32_t path)
{
	return intern_find(&l->is_dir, &path, sizeof(path)) != INTERN_NONE;
}

/* The file whose path is at hand. */
static int add_file(struct lister *l, const struct tree_entry *entry)
{
	struct snap_file *file;
	const struct blob *blob;

	VEC_GROW(l->added.items, l->added.count, l->added.cap);
	file = &l->added.items[l->added.count++];
	file->path = study_path(l->study, l->path.buf, l->path.len);
	file->blob = BLOB_NONE;
	file->revision = INTERN_NONE;
	file->unit = INTERN_NONE;
	if ((entry->mode & MODE_TYPE) != MODE_FILE)
		return 0;
	file->blob = study_blob_number(l->study, &entry->id);
	l->study->blobs[file->blob].is_in_history = true;
	blob = study_blob(l->study, file->blob, l->err);
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

static bool is_cache_dir(const struct tree_entry *entry)
{
	return entry->name_len >= 11 && memcmp(entry->name + entry->name_len - 11, "__pycache__", 11) == 0;
}

static int list_tree(struct lister *l, const struct oid *id, unsigned depth);

static int list_entry(struct lister *l, const struct tree_entry *entry, unsigned depth)
{
	size_t len = l->path.len;
	int rc = 0;

	if (is_odd_name(entry))
		return 0;
	strbuf_add_component(&l->path, entry->name, entry->name_len);
	if (entry->mode != MODE_TREE) {
		if (migration_file_name(entry->name, entry->name_len))
			rc = add_file(l, entry);
	} else if (depth < VERSIONS_DEPTH_MAX && !is_cache_dir(entry)) {
		uint32_t known = intern_find(&l->study->paths, l->path.buf, l->path.len);

		if (known == INTERN_NONE || !is_versions_dir(l, known))
			rc = list_tree(l, &entry->id, depth + 1);
	}
	strbuf_setlen(&l->path, len);
	return rc;
}

/* Whether there is a tree to be listed. */
static bool read_tree(struct lister *l, const struct oid *id, struct object *out)
{
	struct repo *repo = l->study->repo;
	struct err why;
	int found = object_read(repo, id, OBJECT_META_MAX, out, &why);

	if (found == 1 && out->type == OBJECT_TREE)
		return true;
	if (found == 1)
		err_set(&why, ERR_UNDECIDED, "it is no tree");
	object_add_limit(repo, "tree", id, found ? &why : NULL);
	object_release(out);
	l->incomplete = true;
	return false;
}

static int list_entries(struct lister *l, const struct oid *id, const struct object *tree, unsigned depth)
{
	struct tree_iter it = { tree->bytes, tree->len };
	struct tree_entry entry;
	struct err why;
	int rc;

	while ((rc = tree_next(&it, &entry)) == 1)
		if (list_entry(l, &entry, depth) < 0)
			return -1;
	if (rc < 0) {
		err_set(&why, ERR_UNDECIDED, "an entry cannot be read");
		object_add_limit(l->study->repo, "tree", id, &why);
		l->incomplete = true;
	}
	return 0;
}

static int list_tree(struct lister *l, const struct oid *id, unsigned depth)
{
	struct object tree;
	int rc = 0;

	if (!read_tree(l, id, &tree))
		return 0;
	if (repeats_allow(&l->repeats, id, tree.len)) {
		rc = list_entries(l, id, &tree, depth);
	} else {
		repeats_say(l->study->repo);
		l->incomplete = true;
	}
	object_release(&tree);
	return rc;
}

/* --- the entries that differ -------------------------------------------------------------------------------------- */

/* Steps over the entries that both begin with. */
static void skip_common(struct tree_iter *a, struct tree_iter *b)
{
	size_t common = bytes_in_common(a->bytes, b->bytes, a->len < b->len ? a->len : b->len), at = 0;

	while (at < common) {
		const unsigned char *nul = memchr(a->bytes + at, '\0', common - at);
		size_t next = nul ? (size_t)(nul - a->bytes) + 1 + OID_BYTES : common + 1;

		if (next > common)
			break;
		at = next;
	}
	*a = (struct tree_iter){ a->bytes + at, a->len - at };
	*b = (struct tree_iter){ b->bytes + at, b->len - at };
}

static void remove_file(struct lister *l, const struct tree_entry *entry)
{
	size_t len = l->path.len;

	if (is_odd_name(entry) || !migration_file_name(entry->name, entry->name_len))
		return;
	strbuf_add_component(&l->path, entry->name, entry->name_len);
	VEC_GROW(l->removed, l->removed_count, l->removed_cap);
	l->removed[l->removed_count++] = study_path(l->study, l->path.buf, l->path.len);
	strbuf_setlen(&l->path, len);
}

static int compare_names(const struct tree_entry *a, const struct tree_entry *b)
{
	return text_compare((struct text){ a->name, a->name_len }, (struct text){ b->name, b->name_len });
}

/*
 * Notes the files that one tree has and the other has not. 1; 0 where that does not tell: a directory of before
 * differs, a tree is damaged; -1. Out of order, an entry that stands in both is noted as removed and as added, which
 * comes to the same.
 */
static int note_differences(struct lister *l, struct tree_iter old, struct tree_iter now)
{
	for (;;) {
		struct tree_iter old_next, now_next;
		struct tree_entry was, is;
		int has_old, has_now, order;

		skip_common(&old, &now);
		old_next = old;
		now_next = now;
		has_old = tree_next(&old_next, &was);
		has_now = tree_next(&now_next, &is);
		if (has_old < 0 || has_now < 0 || (has_old && was.mode == MODE_TREE))
			return 0;
		if (!has_old && !has_now)
			return 1;
		order = !has_old ? 1 : !has_now ? -1 : compare_names(&was, &is);
		if (order <= 0) {
			remove_file(l, &was);
			old = old_next;
		}
		if (order >= 0) {
			if (list_entry(l, &is, 0) < 0)
				return -1;
			now = now_next;
		}
	}
}

static bool is_removed(const struct lister *l, uint32_t path)
{
	size_t i;

	for (i = 0; i < l->removed_count; i++)
		if (l->removed[i] == path)
			return true;
	return false;
}

/*
 * The files of before without those that were removed, among those that were added. False where one would come twice.
 */
static bool take_over(struct lister *l, const struct file_list *before, struct file_list *out)
{
	size_t i, k = 0, first = out->count;

	sort_files(l->added.items, l->added.count);
	reserve(out, before->count + l->added.count);
	for (i = 0; i < before->count; i++) {
		const struct snap_file *file = &before->items[i];

		if (l->removed_count && is_removed(l, file->path))
			continue;
		while (k < l->added.count && l->added.items[k].path < file->path)
			out->items[out->count++] = l->added.items[k++];
		out->items[out->count++] = *file;
	}
	append(out, l->added.items + k, l->added.count - k);
	for (i = first + 1; i < out->count; i++)
		if (out->items[i - 1].path == out->items[i].path)
			return false;
	return true;
}

/* More differences than this are no change of one tree into the next. */
enum { REMOVED_MAX = 64 };

/* Lists a tree by what differs from the last one. 1, 0 where that cannot be done, -1. */
static int list_changed(struct lister *l, const struct listed *last, const struct object *tree, struct file_list *out)
{
	size_t before = out->count;
	int rc = note_differences(l, (struct tree_iter){ last->tree.bytes, last->tree.len },
		(struct tree_iter){ tree->bytes, tree->len });

	if (rc == 1 && (l->removed_count > REMOVED_MAX || !take_over(l, &last->files, out))) {
		out->count = before;
		rc = 0;
	}
	l->removed_count = l->added.count = 0;
	return rc;
}

static int list_whole(struct lister *l, const struct oid *id, const struct object *tree, struct file_list *out)
{
	int rc = list_entries(l, id, tree, 0);

	sort_files(l->added.items, l->added.count);
	append(out, l->added.items, l->added.count);
	l->added.count = 0;
	return rc;
}

/* Keeps a tree for the next one, unless not all of it was read or a path stands in it twice. */
static void keep(struct lister *l, struct listed *last, const struct oid *id, struct object *tree,
	const struct snap_file *files, size_t count)
{
	size_t i;

	assert(files || !count);
	forget(last);
	for (i = 1; i < count && files[i - 1].path != files[i].path; i++)
		;
	if (l->incomplete || i < count) {
		object_release(tree);
		return;
	}
	last->id = *id;
	last->tree = *tree;
	append(&last->files, files, count);
}

int lister_add(
	struct lister *l, size_t dir, const struct oid *id, struct file_list *out, bool *incomplete, struct err *err)
{
	struct text path = study_path_text(l->study, l->dirs[dir]);
	struct listed *last = &l->last[dir];
	size_t before = out->count;
	struct object tree;
	int rc = 0;

	if (last->tree.bytes && oid_equal(&last->id, id)) { /* nothing but another directory has changed */
		append(out, last->files.items, last->files.count);
		return 0;
	}
	l->err = err;
	l->incomplete = false;
	strbuf_clear(&l->path);
	strbuf_add(&l->path, path.ptr, path.len);
	if (!read_tree(l, id, &tree)) {
		*incomplete = true;
		return 0;
	}
	repeats_init(&l->repeats, REPEATS_LISTED_MAX);
	if (last->tree.bytes)
		rc = list_changed(l, last, &tree, out);
	if (rc == 0)
		rc = list_whole(l, id, &tree, out);
	repeats_release(&l->repeats);
	if (rc < 0) {
		object_release(&tree);
		return -1;
	}
	keep(l, last, id, &tree, out->items ? out->items + before : NULL, out->count - before);
	*incomplete = *incomplete || l->incomplete;
	return 0;
}
