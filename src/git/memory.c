#include "revident/git/memory.h"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum {
	PRIORITY_MEMORY = 1000, /* before every store on disk: what is written goes here */
	TREE_DEPTH_MAX = 500,
};

/* The store in memory, made at its first use. */
static int open_store(struct repo *repo, struct err *err)
{
	git_odb_backend *store = NULL;

	if (repo->has_memory)
		return 0;
	if (git_mempack_new(&store) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 opens no store in memory");
	if (git_odb_add_backend(repo->odb, store, PRIORITY_MEMORY) < 0) {
		err_set_git(err, ERR_UNDECIDED, "libgit2 refuses an object store");
		store->free(store);
		return -1;
	}
	repo->has_memory = true;
	return 0;
}

static int write_object(
	struct repo *repo, const void *bytes, size_t len, git_object_t type, struct oid *out, struct err *err)
{
	git_oid id;

	if (open_store(repo, err) < 0)
		return -1;
	if (git_odb_write(&id, repo->odb, bytes, len, type) < 0)
		return err_set_git(err, ERR_UNDECIDED, "cannot keep an object in memory");
	memcpy(out->bytes, id.id, OID_BYTES);
	return 0;
}

int memory_blob(struct repo *repo, const void *bytes, size_t len, struct oid *out, struct err *err)
{
	return write_object(repo, bytes, len, GIT_OBJECT_BLOB, out, err);
}

/* One directory being put together. */
struct entry {
	struct text name;
	unsigned mode;
	struct oid id;
};

struct directory {
	struct entry *items;
	size_t count, cap;
	struct object object; /* that names are borrowed from */
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return tree_compare(x->name, x->mode == MODE_TREE, y->name, y->mode == MODE_TREE);
}

static int read_directory(struct repo *repo, const struct oid *id, struct directory *dir, struct err *err)
{
	struct tree_entry entry;
	struct tree_iter it;
	char hex[OID_HEX + 1];
	int found, rc;

	if (!id)
		return 0;
	found = object_read(repo, id, OBJECT_META_MAX, &dir->object, err);
	if (found == 0)
		err_set(err, ERR_UNDECIDED, "tree %s is not in this clone", oid_hex(id, hex));
	if (found <= 0)
		return -1;
	if (dir->object.type != OBJECT_TREE)
		return err_set(err, ERR_UNDECIDED, "object %s is no tree", oid_hex(id, hex));
	it = (struct tree_iter){ dir->object.bytes, dir->object.len };
	while ((rc = tree_next(&it, &entry)) == 1) {
		VEC_GROW(dir->items, dir->count, dir->cap);
		dir->items[dir->count++] = (struct entry){ { entry.name, entry.name_len }, entry.mode, entry.id };
	}
	return rc < 0 ? err_set(err, ERR_UNDECIDED, "tree %s is damaged", oid_hex(id, hex)) : 0;
}

static int write_directory(struct repo *repo, struct directory *dir, struct oid *out, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	size_t i;
	int rc;

	if (dir->count)
		qsort(dir->items, dir->count, sizeof(*dir->items), compare_entries);
	for (i = 0; i < dir->count; i++) {
		strbuf_addf(&bytes, "%o ", dir->items[i].mode);
		strbuf_add(&bytes, dir->items[i].name.ptr, dir->items[i].name.len);
		strbuf_addch(&bytes, '\0');
		strbuf_add(&bytes, dir->items[i].id.bytes, OID_BYTES);
	}
	rc = write_object(repo, bytes.buf, bytes.len, GIT_OBJECT_TREE, out, err);
	strbuf_release(&bytes);
	return rc;
}

/* The entry of that name is taken out. 1 with *was; 0 if there was none. */
static int take_entry(struct directory *dir, struct text name, struct entry *was)
{
	size_t i;

	for (i = 0; i < dir->count; i++) {
		if (!text_equal(dir->items[i].name, name))
			continue;
		*was = dir->items[i];
		dir->items[i] = dir->items[--dir->count];
		return 1;
	}
	return 0;
}

/* The first component of the path behind `skip` bytes. */
static struct text component(const struct tree_change *change, size_t skip, bool *is_last)
{
	const char *at = change->path.ptr + skip;
	size_t len = change->path.len - skip;
	const char *slash = memchr(at, '/', len);

	*is_last = slash == NULL;
	return (struct text){ at, slash ? (size_t)(slash - at) : len };
}

static int rewrite(struct repo *repo, const struct oid *base, const struct tree_change *changes, size_t count,
	size_t skip, unsigned depth, struct oid *out, bool *is_empty, struct err *err);

/* All changes at or below one entry of the directory: what stands there after them. */
static int rewrite_entry(struct repo *repo, struct directory *dir, struct text name, const struct tree_change *changes,
	size_t count, size_t skip, unsigned depth, struct err *err)
{
	struct entry was, now = { .name = name };
	bool is_tree = take_entry(dir, name, &was) && was.mode == MODE_TREE, is_last, is_empty;
	size_t first = 0;

	component(&changes[0], skip, &is_last);
	if (is_last) { /* the path itself sorts before what is below it */
		now.mode = changes[0].mode;
		now.id = changes[0].id;
		first = 1;
		is_tree = is_tree && now.mode == 0;
	}
	if (first < count) {
		if (rewrite(repo, is_tree ? &was.id : NULL, changes + first, count - first, skip + name.len + 1,
			    depth + 1, &now.id, &is_empty, err) < 0)
			return -1;
		if (!is_empty)
			now.mode = MODE_TREE;
	}
	if (now.mode == 0)
		return 0;
	VEC_GROW(dir->items, dir->count, dir->cap);
	dir->items[dir->count++] = now;
	return 0;
}

static int rewrite(struct repo *repo, const struct oid *base, const struct tree_change *changes, size_t count,
	size_t skip, unsigned depth, struct oid *out, bool *is_empty, struct err *err)
{
	struct directory dir = { .items = NULL };
	size_t first, next;
	bool ignored;
	int rc = -1;

	if (depth > TREE_DEPTH_MAX)
		return err_set(err, ERR_UNDECIDED, "a path has more than %d directories", TREE_DEPTH_MAX);
	if (read_directory(repo, base, &dir, err) < 0)
		goto done;
	for (first = 0; first < count; first = next) {
		struct text name = component(&changes[first], skip, &ignored);

		for (next = first + 1; next < count && text_equal(name, component(&changes[next], skip, &ignored));
			next++)
			;
		if (rewrite_entry(repo, &dir, name, changes + first, next - first, skip, depth, err) < 0)
			goto done;
	}
	*is_empty = dir.count == 0;
	rc = *is_empty && depth > 0 ? 0 : write_directory(repo, &dir, out, err);
done:
	free(dir.items);
	object_release(&dir.object);
	return rc;
}

/* By path, with a slash before every other character, so that what is below a path follows it directly. */
static int compare_changes(const void *a, const void *b)
{
	struct text x = ((const struct tree_change *)a)->path, y = ((const struct tree_change *)b)->path;
	size_t shorter = x.len < y.len ? x.len : y.len, i;

	for (i = 0; i < shorter && x.ptr[i] == y.ptr[i]; i++)
		;
	if (i == shorter)
		return x.len < y.len ? -1 : x.len > y.len;
	if (x.ptr[i] == '/' || y.ptr[i] == '/')
		return x.ptr[i] == '/' ? -1 : 1;
	return (unsigned char)x.ptr[i] < (unsigned char)y.ptr[i] ? -1 : 1;
}

/* A damaged index can say so. */
static int changed_twice(struct text path, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path.ptr, path.len);
	err_set(err, ERR_UNDECIDED, "'%s' is changed twice at once; is the index damaged?", shown.buf);
	strbuf_release(&shown);
	return -1;
}

int memory_tree(struct repo *repo, const struct oid *base, struct tree_change *changes, size_t count, struct oid *out,
	struct err *err)
{
	bool is_empty;
	size_t i;

	if (count == 0 && base) {
		*out = *base;
		return 0;
	}
	if (count)
		qsort(changes, count, sizeof(*changes), compare_changes);
	for (i = 1; i < count; i++)
		if (text_equal(changes[i].path, changes[i - 1].path))
			return changed_twice(changes[i].path, err);
	return rewrite(repo, base, changes, count, 0, 0, out, &is_empty, err);
}
