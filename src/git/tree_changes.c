#include "revident/git/tree_changes.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/repeats.h"

enum { DEPTH_MAX = 64, CHANGES_COUNTED_MAX = 1000000 };

struct comparison {
	struct repo *repo;
	struct arena *arena;
	struct strbuf path;
	size_t max, cap, depth;
	struct path_changes *out;
	struct repeats repeats[2]; /* of either side */
	struct err *err;
};

/* One side of a directory: at its next entry. */
struct side {
	struct object object;
	struct tree_iter it;
	struct tree_entry entry;
	bool is_open, has_entry;
};

static int compare_dirs(struct comparison *c, const struct oid *before, const struct oid *after);

static bool is_tree(const struct tree_entry *entry)
{
	return entry->mode == MODE_TREE;
}

static int side_next(struct comparison *c, struct side *side)
{
	int rc = side->is_open ? tree_next(&side->it, &side->entry) : 0;

	side->has_entry = rc == 1;
	return rc < 0 ? err_set(c->err, ERR_UNDECIDED, "a tree is malformed") : 0;
}

static int side_open(struct comparison *c, int number, const struct oid *id, struct side *side)
{
	char hex[OID_HEX + 1];
	int rc;

	memset(side, 0, sizeof(*side));
	if (!id)
		return 0;
	rc = object_read(c->repo, id, OBJECT_META_MAX, &side->object, c->err);
	if (rc < 1)
		return rc < 0 ? -1 : err_set(c->err, ERR_UNDECIDED, "tree %s is missing", oid_hex(id, hex));
	side->is_open = true;
	if (side->object.type != OBJECT_TREE)
		return err_set(c->err, ERR_UNDECIDED, "%s is no tree", oid_hex(id, hex));
	if (!repeats_allow(&c->repeats[number], id, side->object.len))
		return err_set(c->err, ERR_UNDECIDED, "the trees differ in too many places");
	side->it = (struct tree_iter){ side->object.bytes, side->object.len };
	return side_next(c, side);
}

static void side_close(struct side *side)
{
	if (side->is_open)
		object_release(&side->object);
}

/* git's order: a directory sorts as if its name ended with a slash. */
static int compare_names(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t shorter = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, shorter);
	unsigned char at_a, at_b;

	if (order)
		return order;
	at_a = a->name_len > shorter ? (unsigned char)a->name[shorter] : is_tree(a) ? '/' : 0;
	at_b = b->name_len > shorter ? (unsigned char)b->name[shorter] : is_tree(b) ? '/' : 0;
	return at_a - at_b;
}

static void add_change(struct comparison *c, const struct tree_entry *before, const struct tree_entry *after)
{
	struct path_change *change;

	if (c->out->count == c->max) {
		c->out->more++;
		return;
	}
	VEC_GROW(c->out->items, c->out->count, c->cap);
	change = &c->out->items[c->out->count++];
	memset(change, 0, sizeof(*change));
	change->status = !before ? 'A' : !after ? 'D' : (before->mode ^ after->mode) & MODE_TYPE ? 'T' : 'M';
	change->path = (struct text){ arena_memdup(c->arena, c->path.buf, c->path.len), c->path.len };
	if (before)
		change->before = before->id;
	if (after)
		change->after = after->id;
}

/* One name; either side may lack it. */
static int compare_entries(struct comparison *c, const struct tree_entry *before, const struct tree_entry *after)
{
	const struct tree_entry *named = before ? before : after;
	const struct oid *left = before && is_tree(before) ? &before->id : NULL;
	const struct oid *right = after && is_tree(after) ? &after->id : NULL;
	size_t len = c->path.len;
	int rc = 0;

	if (before && after && before->mode == after->mode && oid_equal(&before->id, &after->id))
		return 0;
	strbuf_add_component(&c->path, named->name, named->name_len);
	if ((before && !left) || (after && !right))
		add_change(c, left ? NULL : before, right ? NULL : after);
	if (left || right)
		rc = compare_dirs(c, left, right);
	strbuf_setlen(&c->path, len);
	return rc;
}

static int compare_dirs(struct comparison *c, const struct oid *before, const struct oid *after)
{
	struct side left = { 0 }, right = { 0 };
	int rc = -1;

	if (++c->depth > DEPTH_MAX || c->out->more > CHANGES_COUNTED_MAX) {
		err_set(c->err, ERR_UNDECIDED, "the trees differ in too many places");
		goto done;
	}
	if (side_open(c, 0, before, &left) < 0 || side_open(c, 1, after, &right) < 0)
		goto done;
	while (left.has_entry || right.has_entry) {
		int order = !left.has_entry ? 1 : !right.has_entry ? -1 : compare_names(&left.entry, &right.entry);

		if (compare_entries(c, order <= 0 ? &left.entry : NULL, order >= 0 ? &right.entry : NULL) < 0)
			goto done;
		if ((order <= 0 && side_next(c, &left) < 0) || (order >= 0 && side_next(c, &right) < 0))
			goto done;
	}
	rc = 0;
done:
	c->depth--;
	side_close(&left);
	side_close(&right);
	return rc;
}

int tree_changes_read(struct repo *repo, const struct oid *before, const struct oid *after, size_t max,
	struct arena *arena, struct path_changes *out, struct err *err)
{
	struct comparison c = { .repo = repo, .arena = arena, .path = STRBUF_INIT, .max = max, .out = out, .err = err };
	struct path_change *found;
	int rc, i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < 2; i++)
		repeats_init(&c.repeats[i], REPEATS_WALKED_MAX);
	rc = compare_dirs(&c, before, after);
	for (i = 0; i < 2; i++)
		repeats_release(&c.repeats[i]);
	found = out->items;
	out->items = arena_calloc(arena, out->count + 1, sizeof(*found));
	if (out->count)
		memcpy(out->items, found, out->count * sizeof(*found));
	free(found);
	strbuf_release(&c.path);
	return rc;
}
