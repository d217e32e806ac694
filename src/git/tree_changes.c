#include "revident/git/tree_changes.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/tree_diff.h"

enum { CHANGES_COUNTED_MAX = 1000000 };

struct collection {
	struct arena *arena;
	size_t max, cap;
	struct path_changes *out;
};

static char status_of(const struct tree_difference *d)
{
	if (!d->modes[0])
		return 'A';
	if (!d->modes[1])
		return 'D';
	return (d->modes[0] ^ d->modes[1]) & MODE_TYPE ? 'T' : 'M';
}

static int collect(void *data, const struct tree_difference *d)
{
	struct collection *c = data;
	struct path_changes *out = c->out;

	if (out->count == c->max)
		return ++out->more > CHANGES_COUNTED_MAX;
	VEC_GROW(out->items, out->count, c->cap);
	out->items[out->count++] = (struct path_change){
		.status = status_of(d), .path = arena_text(c->arena, d->path), .before = d->ids[0], .after = d->ids[1]
	};
	return 0;
}

int tree_changes_read(struct repo *repo, const struct oid *before, const struct oid *after, size_t max,
	struct arena *arena, struct path_changes *out, struct err *err)
{
	struct collection c = { .arena = arena, .max = max, .out = out };
	struct path_change *found;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = tree_diff(repo, before, after, collect, &c, err);
	if (rc > 0)
		err_set(err, ERR_UNDECIDED, "the trees differ in too many places");
	found = out->items;
	out->items = arena_copy(arena, found, out->count, sizeof(*found));
	free(found);
	return rc == 0 ? 0 : -1;
}
