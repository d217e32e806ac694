#include "index_compare.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"

enum { DEPTH_MAX = 500 };

struct comparison {
	struct repo *repo;
	struct arena *arena;
	const struct index_file *file;
	struct strbuf path; /* of the directory at hand, with a slash behind it */
	struct tree_change *changes;
	size_t count, cap;
	struct dull_tree *dull;
	size_t dull_count, dull_cap;
};

/* One directory: the records that are below it, and what git last wrote for it. */
struct directory {
	size_t skip; /* bytes of the records' paths up to its entries' names */
	uint32_t from, to;
	const struct cached_tree *cached; /* NULL: none */
	unsigned depth;
};

static void add_change(struct comparison *c, struct text path, unsigned mode, const unsigned char *id)
{
	struct tree_change *change;

	VEC_GROW(c->changes, c->count, c->cap);
	change = &c->changes[c->count++];
	*change = (struct tree_change){ arena_text(c->arena, path), mode, { { 0 } } };
	if (id)
		memcpy(change->id.bytes, id, OID_BYTES);
}

/* --- directories of the index ------------------------------------------------------------------------------------ */

static bool is_below(struct text path, const char *dir, size_t len)
{
	return path.len > len && memcmp(path.ptr, dir, len) == 0;
}

/* The first record behind `from` that does not begin with the same `len` bytes. */
static uint32_t end_of(const struct comparison *c, uint32_t from, uint32_t to, size_t len)
{
	const char *dir = index_path(c->file, from).ptr;
	uint32_t low = from, high, step = 1;

	while (step < to - low && is_below(index_path(c->file, low + step), dir, len)) {
		low += step;
		step *= 2;
	}
	high = step < to - low ? low + step : to;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (is_below(index_path(c->file, mid), dir, len))
			low = mid;
		else
			high = mid;
	}
	return low + 1;
}

/*
 * What the index has first at `from` of a directory: a file, or all that is below a directory of its own. False where
 * that cannot be: an empty name, or a cached tree with another number of entries.
 */
struct member {
	struct text name;
	bool is_dir;
	struct directory inside;
};

static bool take_member(const struct comparison *c, const struct directory *dir, uint32_t from, struct member *out)
{
	struct text path = index_path(c->file, from);
	const char *name = path.ptr + dir->skip, *slash = memchr(name, '/', path.len - dir->skip);
	size_t len = slash ? (size_t)(slash - name) : path.len - dir->skip;

	out->name = (struct text){ name, len };
	out->is_dir = slash != NULL;
	out->inside = (struct directory){ dir->skip + len + 1, from, from + 1, NULL, dir->depth + 1 };
	if (len == 0 || dir->depth > DEPTH_MAX)
		return false;
	if (!slash)
		return true;
	if (path.len == out->inside.skip)
		return false;
	out->inside.to = end_of(c, from, dir->to, out->inside.skip);
	out->inside.cached = cached_tree_find(dir->cached, out->name);
	return !out->inside.cached || out->inside.cached->entries < 0 ||
	       out->inside.cached->entries == out->inside.to - from;
}

static bool holds_what_matters(const struct comparison *c, const struct directory *dir)
{
	return c->file->records[dir->to].matter != c->file->records[dir->from].matter;
}

/* The topmost cached trees in and below a directory that nobody need read. */
static bool note_dull(struct comparison *c, const struct directory *dir)
{
	struct member member;
	uint32_t at;

	if (dir->cached && dir->cached->entries >= 0 && dir->to > dir->from && !holds_what_matters(c, dir)) {
		VEC_GROW(c->dull, c->dull_count, c->dull_cap);
		c->dull[c->dull_count++] = (struct dull_tree){
			arena_text(c->arena,
				(struct text){ index_path(c->file, dir->from).ptr, dir->skip ? dir->skip - 1 : 0 }),
			dir->cached->id,
		};
		return true;
	}
	for (at = dir->from; at < dir->to; at = member.inside.to)
		if (!take_member(c, dir, at, &member) || (member.is_dir && !note_dull(c, &member.inside)))
			return false;
	return true;
}

/* --- one tree ---------------------------------------------------------------------------------------------------- */

/* The entries of a tree, in git's order. */
struct tree_reading {
	struct object object;
	struct tree_iter it;
	struct tree_entry entry, before;
	bool has_entry, has_before;
};

/* The next entry, if there is one. False where the tree is damaged or not in order. */
static bool advance(struct tree_reading *r)
{
	int rc;

	r->before = r->entry;
	r->has_before = r->has_entry;
	rc = tree_next(&r->it, &r->entry);
	r->has_entry = rc == 1;
	return rc == 0 || (rc == 1 && !memchr(r->entry.name, '/', r->entry.name_len) &&
				  (!r->has_before || tree_compare((struct text){ r->before.name, r->before.name_len },
							     r->before.mode == MODE_TREE,
							     (struct text){ r->entry.name, r->entry.name_len },
							     r->entry.mode == MODE_TREE) < 0));
}

/* `tree` NULL: an empty one. */
static bool begin_reading(struct comparison *c, const struct oid *tree, struct tree_reading *r)
{
	struct err why = { 0 };

	memset(r, 0, sizeof(*r));
	if (!tree)
		return true;
	if (object_read(c->repo, tree, OBJECT_META_MAX, &r->object, &why) != 1 || r->object.type != OBJECT_TREE)
		return false;
	r->it = (struct tree_iter){ r->object.bytes, r->object.len };
	return advance(r);
}

/* The modes that old trees have, as git reads them (canon_mode()). */
static unsigned canonical_mode(unsigned mode)
{
	if ((mode & MODE_TYPE) == MODE_FILE)
		return mode & 0100 ? 0100755 : 0100644;
	if ((mode & MODE_TYPE) == MODE_LINK)
		return MODE_LINK;
	return (mode & MODE_TYPE) == MODE_TREE ? MODE_TREE : MODE_GITLINK;
}

static bool compare_directory(struct comparison *c, const struct oid *tree, const struct directory *dir);

/* Goes into a directory that is called `name` at hand. */
static bool compare_inside(
	struct comparison *c, const struct oid *tree, struct text name, const struct directory *inside)
{
	size_t len = c->path.len;
	bool done;

	strbuf_add(&c->path, name.ptr, name.len);
	strbuf_addch(&c->path, '/');
	done = compare_directory(c, tree, inside);
	strbuf_setlen(&c->path, len);
	return done;
}

/* What the tree alone has is gone. */
static bool take_gone(struct comparison *c, const struct tree_entry *entry, unsigned depth)
{
	const struct directory nothing = { .depth = depth + 1 };
	struct text name = { entry->name, entry->name_len };
	size_t len = c->path.len;

	if (entry->mode == MODE_TREE)
		return compare_inside(c, &entry->id, name, &nothing);
	strbuf_add(&c->path, name.ptr, name.len);
	add_change(c, (struct text){ c->path.buf, c->path.len }, 0, NULL);
	strbuf_setlen(&c->path, len);
	return true;
}

/* What the index has at one name; `entry` is what the tree has there, of the same kind, or NULL. */
static bool take_staged(struct comparison *c, const struct tree_entry *entry, const struct member *member)
{
	uint32_t record = member->inside.from;
	unsigned mode;

	if (member->is_dir)
		return compare_inside(c, entry ? &entry->id : NULL, member->name, &member->inside);
	mode = index_mode(c->file, record);
	if (!entry || canonical_mode(entry->mode) != mode ||
		memcmp(entry->id.bytes, index_id(c->file, record), OID_BYTES) != 0)
		add_change(c, index_path(c->file, record), mode, index_id(c->file, record));
	return true;
}

static bool compare_entries(struct comparison *c, struct tree_reading *r, const struct directory *dir)
{
	uint32_t at = dir->from;

	while (r->has_entry || at < dir->to) {
		struct member member;
		bool done;
		int order = -1;

		if (at < dir->to) {
			if (!take_member(c, dir, at, &member))
				return false;
			order = r->has_entry ? tree_compare((struct text){ r->entry.name, r->entry.name_len },
						       r->entry.mode == MODE_TREE, member.name, member.is_dir)
					     : 1;
		}
		done = order < 0 ? take_gone(c, &r->entry, dir->depth)
				 : take_staged(c, order == 0 ? &r->entry : NULL, &member);
		if (!done || (order <= 0 && !advance(r)))
			return false;
		if (order >= 0)
			at = member.inside.to;
	}
	return true;
}

static bool compare_directory(struct comparison *c, const struct oid *tree, const struct directory *dir)
{
	struct tree_reading r;
	bool done;

	if (dir->depth > DEPTH_MAX)
		return false;
	if (tree && dir->cached && dir->cached->entries >= 0 && oid_equal(&dir->cached->id, tree))
		return note_dull(c, dir);
	done = begin_reading(c, tree, &r) && compare_entries(c, &r, dir);
	object_release(&r.object);
	return done;
}

/* --- all of it --------------------------------------------------------------------------------------------------- */

static void keep(struct comparison *c, struct index_changes *out)
{
	memset(out, 0, sizeof(*out));
	out->items = arena_copy(c->arena, c->changes, c->count, sizeof(*c->changes));
	out->count = c->count;
	out->dull = arena_copy(c->arena, c->dull, c->dull_count, sizeof(*c->dull));
	out->dull_count = c->dull_count;
}

bool index_file_compare(struct repo *repo, struct arena *arena, const struct index_file *file, const struct oid *tree,
	struct index_changes *out)
{
	const struct directory top = { .to = file->count, .cached = file->root };
	struct comparison c = { .repo = repo, .arena = arena, .file = file, .path = STRBUF_INIT };
	bool done = (!top.cached || top.cached->entries < 0 || top.cached->entries == file->count) &&
		    compare_directory(&c, tree, &top);

	if (done)
		keep(&c, out);
	strbuf_release(&c.path);
	free(c.changes);
	free(c.dull);
	return done;
}
