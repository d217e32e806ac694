#include "revident/forensics/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "tree_index.h"

struct source {
	struct study *study;
	bool is_tree;
	struct oid root;
	const struct source_file *files; /* sorted by path */
	size_t count;
};

struct source *source_of_tree(struct study *study, const struct oid *root)
{
	struct source *source = arena_alloc(&study->arena, sizeof(*source));

	source->study = study;
	source->is_tree = true;
	source->root = *root;
	return source;
}

struct source *source_of_files(struct study *study, struct source_file *files, size_t count)
{
	struct source *source = arena_alloc(&study->arena, sizeof(*source));

	if (count)
		qsort(files, count, sizeof(*files), source_file_compare_items);
	source->study = study;
	source->files = files;
	source->count = count;
	return source;
}

bool source_root(const struct source *source, struct oid *root)
{
	if (source->is_tree)
		*root = source->root;
	return source->is_tree;
}

const struct source_file *source_files(const struct source *source, size_t *count)
{
	*count = source->count;
	return source->files;
}

static int compare_entries(const void *a, const void *b)
{
	return text_compare(((const struct source_entry *)a)->name, ((const struct source_entry *)b)->name);
}

static void entry_from_tree(const struct tree_entry *from, struct source_entry *to)
{
	to->kind = SOURCE_OTHER;
	if (from->mode == MODE_TREE)
		to->kind = SOURCE_DIR;
	else if ((from->mode & MODE_TYPE) == MODE_FILE)
		to->kind = SOURCE_FILE;
	else if ((from->mode & MODE_TYPE) == MODE_LINK)
		to->kind = SOURCE_LINK;
	to->executable = to->kind == SOURCE_FILE && (from->mode & 0100);
	to->id = from->id;
	to->name = (struct text){ from->name, from->name_len };
}

static int read_tree(struct source *source, const struct oid *id, struct object *out, struct err *err)
{
	char hex[OID_HEX + 1];
	int found = object_read(source->study->repo, id, OBJECT_META_MAX, out, err);

	if (found == 1 && out->type != OBJECT_TREE) {
		object_release(out);
		return err_set(err, ERR_UNDECIDED, "object %s is no tree", oid_hex(id, hex));
	}
	if (found == 0)
		return err_set(err, ERR_UNDECIDED, "tree %s is not in this clone", oid_hex(id, hex));
	return found;
}

/* The entry of that name among a tree's: 1, 0, -1. Trees may be unsorted: every entry is looked at. */
static int find_among(const struct object *tree, struct text name, struct tree_entry *out)
{
	struct tree_iter it = { tree->bytes, tree->len };
	int got;

	while ((got = tree_next(&it, out)) == 1)
		if (text_equal((struct text){ out->name, out->name_len }, name))
			break;
	return got;
}

/* The entry `name` of tree `id`: 1, 0, -1. */
static int find_in_tree(
	struct source *source, const struct oid *id, struct text name, struct source_entry *out, struct err *err)
{
	struct tree_indexes *indexes = source->study->large_trees;
	const struct tree_index *index = tree_indexes_find(indexes, id);
	struct object object = { 0 };
	struct tree_entry entry;
	char hex[OID_HEX + 1];
	int found;

	if (!index) {
		if (read_tree(source, id, &object, err) < 0)
			return -1;
		if (tree_indexes_want(indexes, id, object.len))
			index = tree_indexes_take(indexes, id, &object);
	}
	found = index ? tree_index_lookup(index, name, &entry) : find_among(&object, name, &entry);
	if (found == 1) {
		entry_from_tree(&entry, out);
		out->name = name;
	}
	object_release(&object);
	if (found < 0)
		return err_set(err, ERR_UNDECIDED, "tree %s is damaged", oid_hex(id, hex));
	return found;
}

static int find_by_tree(struct source *source, struct text path, struct source_entry *out, struct err *err)
{
	struct oid at = source->root;
	int found = 1;

	memset(out, 0, sizeof(*out));
	out->kind = SOURCE_DIR;
	out->id = at;
	while (path.len && found == 1) {
		const char *slash = memchr(path.ptr, '/', path.len);
		size_t len = slash ? (size_t)(slash - path.ptr) : path.len;

		if (out->kind != SOURCE_DIR)
			return 0;
		at = out->id;
		found = find_in_tree(source, &at, (struct text){ path.ptr, len }, out, err);
		path.ptr += slash ? len + 1 : len;
		path.len -= slash ? len + 1 : len;
	}
	return found;
}

/* The first file whose path is not less than `path`. */
static size_t lower_bound(const struct source *source, struct text path)
{
	return text_lower_bound(
		source->files, source->count, sizeof(*source->files), offsetof(struct source_file, path), path);
}

/* Where the files below `dir` begin: its name with a slash sorts before each of them. */
static size_t first_below(const struct source *source, struct text dir)
{
	struct strbuf with_slash = STRBUF_INIT;
	size_t at;

	if (dir.len == 0)
		return 0;
	strbuf_add(&with_slash, dir.ptr, dir.len);
	strbuf_addch(&with_slash, '/');
	at = lower_bound(source, (struct text){ with_slash.buf, with_slash.len });
	strbuf_release(&with_slash);
	return at;
}

static int find_in_files(struct source *source, struct text path, struct source_entry *out)
{
	size_t at = lower_bound(source, path);

	memset(out, 0, sizeof(*out));
	if (path.len && at < source->count && text_equal(source->files[at].path, path)) {
		out->name = source->files[at].path;
		out->kind = source->files[at].kind;
		out->executable = source->files[at].executable;
		out->id = source->files[at].id;
		out->bytes = source->files[at].bytes;
		return 1;
	}
	at = first_below(source, path);
	if (path.len && (at == source->count || !text_is_below(source->files[at].path, path)))
		return 0;
	out->name = path;
	out->kind = SOURCE_DIR;
	return 1;
}

int source_find(struct source *source, struct text path, struct source_entry *out, struct err *err)
{
	return source->is_tree ? find_by_tree(source, path, out, err) : find_in_files(source, path, out);
}

int source_scan_open(
	struct source *source, struct text dir, const struct oid *id, struct source_scan *scan, struct err *err)
{
	memset(scan, 0, sizeof(*scan));
	scan->source = source;
	if (source->is_tree) {
		if (read_tree(source, id, &scan->object, err) < 0)
			return -1;
		scan->it = (struct tree_iter){ scan->object.bytes, scan->object.len };
		scan->size = scan->object.len;
		return 1;
	}
	scan->dir = arena_text(&source->study->arena, dir);
	scan->at = first_below(source, dir);
	scan->skip = dir.len ? dir.len + 1 : 0;
	return scan->at < source->count && text_is_below(source->files[scan->at].path, dir);
}

void source_scan_some(struct source *source, struct text entries, size_t size, struct source_scan *scan)
{
	assert(source->is_tree);
	memset(scan, 0, sizeof(*scan));
	scan->source = source;
	scan->it = (struct tree_iter){ (const unsigned char *)entries.ptr, entries.len };
	scan->size = size;
}

static int next_of_files(struct source_scan *scan, struct source_entry *out)
{
	const struct source *source = scan->source;
	const struct source_file *file;
	const char *slash;

	if (scan->at == source->count || !text_is_below(source->files[scan->at].path, scan->dir))
		return 0;
	file = &source->files[scan->at++];
	memset(out, 0, sizeof(*out));
	out->name = (struct text){ file->path.ptr + scan->skip, file->path.len - scan->skip };
	slash = memchr(out->name.ptr, '/', out->name.len);
	if (slash) {
		struct text dir = { file->path.ptr, (size_t)(slash - file->path.ptr) };

		out->name.len = (size_t)(slash - out->name.ptr);
		out->kind = SOURCE_DIR;
		while (scan->at < source->count && text_is_below(source->files[scan->at].path, dir))
			scan->at++;
		return 1;
	}
	out->kind = file->kind;
	out->executable = file->executable;
	out->id = file->id;
	out->bytes = file->bytes;
	return 1;
}

int source_scan_next(struct source_scan *scan, struct source_entry *out, struct err *err)
{
	struct tree_entry entry;
	int rc;

	if (!scan->source->is_tree)
		return next_of_files(scan, out);
	rc = tree_next(&scan->it, &entry);
	if (rc < 0)
		return err_set(err, ERR_UNDECIDED, "a tree is damaged: its entries cannot be told apart");
	if (rc == 1) {
		memset(out, 0, sizeof(*out));
		entry_from_tree(&entry, out);
	}
	return rc;
}

bool source_scan_allow(const struct source_scan *scan, struct repeats *repeats, const struct oid *id)
{
	if (!scan->source->is_tree || repeats_allow(repeats, id, scan->size))
		return true;
	repeats_say(scan->source->study->repo);
	return false;
}

void source_scan_close(struct source_scan *scan)
{
	if (scan->source->is_tree)
		object_release(&scan->object);
}

int source_list(struct source *source, struct text dir, struct arena *arena, struct source_entry **out, size_t *count,
	struct err *err)
{
	struct source_entry self, entry, *entries = NULL;
	struct source_scan scan;
	size_t n = 0, cap = 0;
	int found = source_find(source, dir, &self, err);

	*count = 0;
	if (found != 1 || self.kind != SOURCE_DIR)
		return found < 0 ? -1 : 0;
	found = source_scan_open(source, dir, &self.id, &scan, err);
	if (found != 1)
		return found;
	while ((found = source_scan_next(&scan, &entry, err)) == 1) {
		entry.name.ptr = arena_memdup(arena, entry.name.ptr, entry.name.len);
		VEC_GROW(entries, n, cap);
		entries[n++] = entry;
	}
	source_scan_close(&scan);
	if (found == 0 && n) {
		qsort(entries, n, sizeof(*entries), compare_entries);
		*out = arena_copy(arena, entries, n, sizeof(*entries));
		*count = n;
	}
	free(entries);
	return found < 0 ? -1 : 1;
}

int source_read(
	struct source *source, const struct source_entry *entry, size_t max, struct strbuf *out, struct err *err)
{
	struct object object;
	int found;

	if (entry->bytes.ptr) {
		if (entry->bytes.len > max)
			return err_set(err, ERR_UNDECIDED, "a file is longer than %zu bytes", max);
		strbuf_add(out, entry->bytes.ptr, entry->bytes.len);
		return 1;
	}
	found = object_read(source->study->repo, &entry->id, max, &object, err);
	if (found != 1)
		return found;
	strbuf_add(out, object.bytes, object.len);
	object_release(&object);
	return 1;
}
