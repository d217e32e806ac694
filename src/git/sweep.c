#include "revident/git/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/xalloc.h"

/* All object ids, as git_odb_foreach() gives them: some twice. */
struct id_list {
	struct oid *items;
	size_t count, cap;
};

static int collect(const git_oid *id, void *data)
{
	struct id_list *list = data;

	VEC_GROW(list->items, list->count, list->cap);
	memcpy(list->items[list->count++].bytes, id->id, OID_BYTES);
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	return oid_compare(a, b);
}

static void drop_repeats(struct id_list *list)
{
	size_t i, n = 0;

	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_ids);
	for (i = 0; i < list->count; i++)
		if (n == 0 || !oid_equal(&list->items[n - 1], &list->items[i]))
			list->items[n++] = list->items[i];
	list->count = n;
}

/* Where an object lies: reading a pack from its front finds most delta bases read already. */
struct placed {
	struct oid id;
	size_t pack; /* behind the last pack: loose, or wherever libgit2 finds it */
	uint64_t offset;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return oid_compare(&x->id, &y->id);
}

static void order_by_place(const struct packs *packs, struct id_list *list)
{
	struct placed *all = xcalloc(list->count, sizeof(*all));
	size_t i;

	for (i = 0; i < list->count; i++) {
		all[i].id = list->items[i];
		while (all[i].pack < packs->count && !pack_find(&packs->items[all[i].pack], &all[i].id, &all[i].offset))
			all[i].pack++;
	}
	if (list->count)
		qsort(all, list->count, sizeof(*all), compare_placed);
	for (i = 0; i < list->count; i++)
		list->items[i] = all[i].id;
	free(all);
}

typedef int content_fn(void *data, const struct oid *id, const unsigned char *bytes, size_t len);

static int visit_content(struct repo *repo, content_fn *fn, void *data, const struct oid *id)
{
	struct err why = { 0 };
	struct object object;
	int rc = object_read(repo, id, OBJECT_META_MAX, &object, &why);

	if (rc < 1) {
		object_add_limit(repo, "object", id, rc < 0 ? &why : NULL);
		return 0;
	}
	rc = fn(data, id, object.bytes, object.len);
	object_release(&object);
	return rc;
}

static int visit(struct repo *repo, const struct sweep_visitor *visitor, const struct oid *id)
{
	struct err why = { 0 };
	enum object_type type;
	size_t len;
	int found;

	if (visitor->is_known && visitor->is_known(visitor->data, id))
		return 0;
	found = object_header(repo, id, &type, &len, &why);
	if (found < 1) {
		object_add_limit(repo, "object", id, found < 0 ? &why : NULL);
		return 0;
	}
	if (type == OBJECT_COMMIT && visitor->commit)
		return visitor->commit(visitor->data, id);
	if (type == OBJECT_TREE && visitor->tree)
		return visit_content(repo, visitor->tree, visitor->data, id);
	if (type == OBJECT_BLOB && visitor->blob && len >= SWEEP_BLOB_MIN && len <= SWEEP_BLOB_MAX)
		return visit_content(repo, visitor->blob, visitor->data, id);
	return 0;
}

int sweep_objects(struct repo *repo, const struct sweep_visitor *visitor, const struct progress *progress,
	size_t *count, struct err *err)
{
	struct id_list list = { 0 };
	size_t i;
	int rc = -1;

	*count = 0;
	if (git_odb_foreach(repo->odb, collect, &list) < 0) {
		err_set_git(err, ERR_UNDECIDED, "the objects cannot be listed");
		goto done;
	}
	drop_repeats(&list);
	order_by_place(&repo->packs, &list);
	*count = list.count;
	for (i = 0; i < list.count; i++) {
		if (progress->fn && i % 1024 == 0 && progress->fn(progress->data, "objects", i, list.count)) {
			err_set(err, ERR_UNDECIDED, "interrupted");
			goto done;
		}
		if (visit(repo, visitor, &list.items[i]) < 0)
			goto done;
	}
	rc = 0;
done:
	free(list.items);
	return rc;
}
