#include "revident/git/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pack_list.h"
#include "revident/base/xalloc.h"

enum { PROGRESS_STEP = 1024 };

struct id_list {
	struct oid *items;
	size_t count, cap;
};

struct sweep {
	struct repo *repo;
	const struct sweep_visitor *visitor;
	const struct progress *progress;
	size_t done, total;
	size_t *order;           /* the packs' numbers, the largest pack first */
	unsigned char **repeats; /* by rank: the objects that an earlier one has */
	size_t rank;             /* of the pack that is visited, in `order` */
	bool all;                /* of its objects, repeats included */
	bool whole;              /* all of them could be read */
	struct err *err;
};

static int collect(const git_oid *id, void *data)
{
	struct id_list *list = data;

	VEC_GROW(list->items, list->count, list->cap);
	memcpy(list->items[list->count++].bytes, id->id, OID_BYTES);
	return 0;
}

static bool is_packed(const struct packs *packs, const struct oid *id)
{
	uint32_t position;
	size_t i;

	for (i = 0; i < packs->count; i++)
		if (pack_find(&packs->items[i], id, &position))
			return true;
	return false;
}

/* Sorts the ids and drops repeats and what a pack has. */
static void keep_loose(const struct packs *packs, struct id_list *list)
{
	size_t i, n = 0;

	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), oid_compare_items);
	for (i = 0; i < list->count; i++)
		if ((n == 0 || !oid_equal(&list->items[n - 1], &list->items[i])) && !is_packed(packs, &list->items[i]))
			list->items[n++] = list->items[i];
	list->count = n;
}

static int count_visit(struct sweep *s)
{
	if (!s->progress->fn || s->done++ % PROGRESS_STEP != 0 ||
		s->progress->fn(s->progress->data, "objects", s->done, s->total) == 0)
		return 0;
	return err_set(s->err, ERR_UNDECIDED, "interrupted");
}

static bool fits(size_t len)
{
	return len >= SWEEP_BLOB_MIN && len <= SWEEP_BLOB_MAX;
}

static int visit_content(struct sweep *s, const struct oid *id)
{
	const struct sweep_visitor *v = s->visitor;
	struct err why = { 0 };
	struct object object;
	int rc = object_read(s->repo, id, OBJECT_META_MAX, &object, &why);

	if (rc < 1) {
		object_add_limit(s->repo, "object", id, rc < 0 ? &why : NULL);
		s->whole = false;
		return 0;
	}
	rc = 0;
	if (object.type == OBJECT_COMMIT && v->commit)
		rc = v->commit(v->data, id);
	else if (object.type == OBJECT_TREE && v->tree)
		rc = v->tree(v->data, id, object.bytes, object.len);
	else if (object.type == OBJECT_BLOB && v->blob && fits(object.len))
		rc = v->blob(v->data, id, object.bytes, object.len);
	object_release(&object);
	return rc;
}

/* An object that is in no pack. */
static int visit_object(struct sweep *s, const struct oid *id)
{
	const struct sweep_visitor *v = s->visitor;
	struct err why = { 0 };
	enum object_type type;
	size_t len;
	int found;

	if (count_visit(s) < 0)
		return -1;
	if (v->is_known && v->is_known(v->data, id))
		return 0;
	found = object_header(s->repo, id, &type, &len, &why);
	if (found < 1) {
		object_add_limit(s->repo, "object", id, found < 0 ? &why : NULL);
		s->whole = false;
		return 0;
	}
	if (type == OBJECT_COMMIT && v->commit)
		return v->commit(v->data, id);
	if ((type == OBJECT_TREE && v->tree) || (type == OBJECT_BLOB && v->blob && fits(len)))
		return visit_content(s, id);
	return 0;
}

static void id_at(const struct sweep *s, uint32_t position, struct oid *out)
{
	pack_id_at(&s->repo->packs.items[s->order[s->rank]], position, out);
}

static bool is_wanted(void *data, uint32_t position)
{
	struct sweep *s = data;
	const struct sweep_visitor *v = s->visitor;
	struct oid id;

	if (!s->all && repeats_has(s->repeats[s->rank], position))
		return false;
	id_at(s, position, &id);
	return !(v->is_known && v->is_known(v->data, &id));
}

static int visit_packed(void *data, uint32_t position, const struct pack_bytes *bytes)
{
	struct sweep *s = data;
	struct oid id;

	id_at(s, position, &id);
	if (count_visit(s) < 0)
		return -1;
	if (bytes->type == OBJECT_TREE)
		return s->visitor->tree(s->visitor->data, &id, bytes->bytes, bytes->len);
	return fits(bytes->len) ? s->visitor->blob(s->visitor->data, &id, bytes->bytes, bytes->len) : 0;
}

/* What its pack does not give, whatever that says it is: another one may have it, or it may lie loose. */
static int visit_unreadable(void *data, uint32_t position)
{
	struct sweep *s = data;
	struct oid id;

	id_at(s, position, &id);
	if (count_visit(s) < 0)
		return -1;
	if (s->visitor->is_known && s->visitor->is_known(s->visitor->data, &id))
		return 0;
	return visit_content(s, &id);
}

/* Is something else at an object's place than the index says? Blobs are read, and asked then. */
static bool is_misplaced(struct sweep *s, const struct pack_listed *item)
{
	struct pack *pack = &s->repo->packs.items[s->order[s->rank]];

	return item->type != OBJECT_BLOB && is_wanted(s, item->position) &&
	       !pack_position_fits(pack, item->position, SWEEP_BLOB_MAX);
}

static int visit_commits(struct sweep *s, const struct pack_list *list)
{
	struct oid id;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct pack_listed *item = &list->items[i];
		int rc = 0;

		if (item->type == PACK_UNTYPED || is_misplaced(s, item))
			rc = visit_unreadable(s, item->position);
		else if (item->type == OBJECT_COMMIT && s->visitor->commit && is_wanted(s, item->position)) {
			id_at(s, item->position, &id);
			rc = s->visitor->commit(s->visitor->data, &id);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int visit_objects(struct sweep *s)
{
	size_t number = s->order[s->rank];
	const struct family_visitor families[] = {
		{ OBJECT_TREE, OBJECT_META_MAX, is_wanted, visit_packed, visit_unreadable, s },
		{ OBJECT_BLOB, SWEEP_BLOB_MAX, is_wanted, visit_packed, visit_unreadable, s },
	};
	struct pack_list list;
	int rc;

	pack_list_read(&s->repo->packs.items[number], &list);
	rc = visit_commits(s, &list);
	if (rc == 0 && s->visitor->tree)
		rc = packs_visit_families(&s->repo->packs, number, &list, &families[0]);
	if (rc == 0 && s->visitor->blob)
		rc = packs_visit_families(&s->repo->packs, number, &list, &families[1]);
	pack_list_release(&list);
	return rc;
}

static int visit_pack(struct sweep *s)
{
	const struct sweep_visitor *v = s->visitor;
	const struct pack *pack = &s->repo->packs.items[s->order[s->rank]];
	struct sweep_pack about = { .count = pack->count };
	enum sweep_answer answer;

	pack_checksum(pack, &about.checksum);
	answer = v->pack ? v->pack(v->data, &about) : SWEEP_VISIT;
	if (answer == SWEEP_SKIP)
		return 0;
	s->all = answer == SWEEP_ALL;
	s->whole = true;
	if (answer == SWEEP_STOP || visit_objects(s) < 0)
		return -1;
	return v->pack_done ? v->pack_done(v->data, &about, s->whole) : 0;
}

/* The largest pack first: what others have, too, is looked for in few of them. */
static void order_packs(struct sweep *s)
{
	const struct packs *packs = &s->repo->packs;
	size_t i, k;

	s->order = xcalloc(packs->count, sizeof(*s->order));
	for (i = 0; i < packs->count; i++) {
		for (k = i; k > 0 && packs->items[s->order[k - 1]].count < packs->items[i].count; k--)
			s->order[k] = s->order[k - 1];
		s->order[k] = i;
	}
	s->repeats = packs_repeats(packs, s->order, &s->total);
}

int sweep_objects(struct repo *repo, const struct sweep_visitor *visitor, const struct progress *progress,
	size_t *count, struct err *err)
{
	struct sweep s = { .repo = repo, .visitor = visitor, .progress = progress, .err = err };
	struct id_list loose = { 0 };
	size_t i;
	int rc = -1;

	if (loose_each(&repo->dirs, collect, &loose) < 0) {
		err_set_git(err, ERR_UNDECIDED, "cannot look through the loose objects");
		goto done;
	}
	odb_open_new_packs(repo); /* after the listing: what went from loose to packed meanwhile is in one of the two */
	repo->packs_are_held = true;
	order_packs(&s);
	keep_loose(&repo->packs, &loose);
	s.total += loose.count;
	*count = s.total;
	for (s.rank = 0; s.rank < repo->packs.count; s.rank++)
		if (visit_pack(&s) < 0)
			goto done;
	for (i = 0; i < loose.count; i++)
		if (visit_object(&s, &loose.items[i]) < 0)
			goto done;
	rc = 0;
done:
	repo->packs_are_held = false;
	for (i = 0; s.repeats && i < repo->packs.count; i++)
		free(s.repeats[i]);
	free(s.repeats);
	free(s.order);
	free(loose.items);
	return rc;
}
