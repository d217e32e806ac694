#include "revident/git/tree_diff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/repeats.h"

enum { DEPTH_MAX = 500 };

struct diff {
	struct repo *repo;
	struct strbuf path;
	tree_diff_fn *fn;
	void *data;
	struct repeats repeats[2]; /* of either side */
	struct err *err;
};

/* One tree's entries, in git's order: a hostile tree need not be stored in it. */
struct listing {
	struct object object;
	struct tree_entry *items;
	size_t count, cap;
};

static struct text name_of(const struct tree_entry *entry)
{
	return (struct text){ entry->name, entry->name_len };
}

/* A name with a slash at its end is none that git writes, but is not to pass for a directory's. */
static int compare_entries(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;
	int order = tree_compare(name_of(x), x->mode == MODE_TREE, name_of(y), y->mode == MODE_TREE);

	return order ? order : text_compare(name_of(x), name_of(y));
}

static int list(struct diff *d, int side, const struct oid *id, struct listing *out)
{
	struct tree_entry entry;
	struct tree_iter it;
	char hex[OID_HEX + 1];
	int rc = object_read(d->repo, id, OBJECT_META_MAX, &out->object, d->err);

	if (rc == 0)
		err_set(d->err, ERR_UNDECIDED, "tree %s is not in this clone; 'git fetch' or 'git fsck' tells more",
			oid_hex(id, hex));
	if (rc <= 0)
		return -1;
	if (out->object.type != OBJECT_TREE)
		return err_set(d->err, ERR_UNDECIDED, "object %s is no tree", oid_hex(id, hex));
	if (!repeats_allow(&d->repeats[side], id, out->object.len))
		return err_set(d->err, ERR_UNDECIDED, "tree %s stands at too many paths that differ", oid_hex(id, hex));
	it = (struct tree_iter){ out->object.bytes, out->object.len };
	while ((rc = tree_next(&it, &entry)) == 1) {
		VEC_GROW(out->items, out->count, out->cap);
		out->items[out->count++] = entry;
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_entries);
	return rc < 0 ? err_set(d->err, ERR_UNDECIDED, "tree %s is damaged", oid_hex(id, hex)) : 0;
}

static int walk(struct diff *d, const struct oid *before, const struct oid *after, unsigned depth);

/* What stands under one name on either side; NULL: nothing, or something of the other kind (file or directory). */
static int look_at_entry(
	struct diff *d, const struct tree_entry *before, const struct tree_entry *after, unsigned depth)
{
	const struct tree_entry *sides[2] = { before, after }, *named = before ? before : after;
	struct tree_difference difference = { .modes = { 0, 0 } };
	const struct oid *trees[2] = { NULL, NULL };
	size_t len = d->path.len;
	int rc = 0, i;

	if (before && after && before->mode == after->mode && oid_equal(&before->id, &after->id))
		return 0;
	assert(named);
	strbuf_add_component(&d->path, named->name, named->name_len);
	for (i = 0; i < 2; i++) {
		if (sides[i] && sides[i]->mode == MODE_TREE) {
			trees[i] = &sides[i]->id;
		} else if (sides[i]) {
			difference.modes[i] = sides[i]->mode;
			difference.ids[i] = sides[i]->id;
		}
	}
	difference.path = (struct text){ d->path.buf, d->path.len };
	if (difference.modes[0] || difference.modes[1])
		rc = d->fn(d->data, &difference) ? 1 : 0;
	if (rc == 0 && (trees[0] || trees[1]))
		rc = walk(d, trees[0], trees[1], depth + 1);
	strbuf_setlen(&d->path, len);
	return rc;
}

static int walk(struct diff *d, const struct oid *before, const struct oid *after, unsigned depth)
{
	struct listing old = { .count = 0 }, now = { .count = 0 };
	size_t i = 0, k = 0;
	int rc = -1;

	if (depth > DEPTH_MAX)
		return err_set(d->err, ERR_UNDECIDED, "a path has more than %d directories", DEPTH_MAX);
	if ((before && list(d, 0, before, &old) < 0) || (after && list(d, 1, after, &now) < 0))
		goto done;
	for (rc = 0; rc == 0 && (i < old.count || k < now.count);) {
		int order = i == old.count ? 1 : k == now.count ? -1 : compare_entries(&old.items[i], &now.items[k]);

		rc = look_at_entry(d, order <= 0 ? &old.items[i] : NULL, order >= 0 ? &now.items[k] : NULL, depth);
		i += order <= 0;
		k += order >= 0;
	}
done:
	object_release(&old.object);
	object_release(&now.object);
	free(old.items);
	free(now.items);
	return rc;
}

int tree_diff(struct repo *repo, const struct oid *before, const struct oid *after, tree_diff_fn *fn, void *data,
	struct err *err)
{
	struct diff d = { .repo = repo, .path = STRBUF_INIT, .fn = fn, .data = data, .err = err };
	int rc = 0, i;

	for (i = 0; i < 2; i++)
		repeats_init(&d.repeats[i], REPEATS_WALKED_MAX);
	if (!before || !after || !oid_equal(before, after))
		rc = walk(&d, before, after, 0);
	for (i = 0; i < 2; i++)
		repeats_release(&d.repeats[i]);
	strbuf_release(&d.path);
	return rc;
}
