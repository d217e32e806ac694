/*
 * Where the base of a delta is damaged in its own pack, a good copy may be in another pack or lie loose: git takes
 * that, and so do we. What is damaged is rare and slow to look up, so this is tried a limited number of times.
 */
#include <string.h>

#include "internal.h"

enum { DEPTH_MAX = 2, RESCUES_MAX = 1000 };

static struct pack_bytes *read_loose(struct repo *repo, const struct oid *id)
{
	git_odb_object *object = NULL;
	struct pack_bytes *out = NULL;
	enum object_type type;

	if (git_odb_read(&object, repo->loose, as_git_oid(id)) < 0)
		return NULL;
	if (object_type_of(git_odb_object_type(object), &type)) {
		out = pack_bytes_new(git_odb_object_size(object));
		out->type = type;
		memcpy(out->bytes, git_odb_object_data(object), out->len);
		out->bytes[out->len] = '\0';
	}
	git_odb_object_free(object);
	return out;
}

/* The same bytes alone: what they are found to be in their own pack says nothing of another. */
static struct pack_bytes *copy_bytes(const struct pack_bytes *bytes)
{
	struct pack_bytes *out = pack_bytes_new(bytes->len);

	out->type = bytes->type;
	memcpy(out->bytes, bytes->bytes, bytes->len + 1);
	return out;
}

static struct pack_bytes *read_packed(struct packs *packs, size_t but, const struct oid *id)
{
	struct pack_bytes *found = NULL, *out = NULL;
	size_t i, too_long = 0;
	uint32_t there;

	for (i = 0; i < packs->count && !found; i++)
		if (i != but && pack_find(&packs->items[i], id, &there))
			found = packs_read_at(packs, i, there, OBJECT_META_MAX, true, &too_long);
	if (found)
		out = copy_bytes(found);
	pack_bytes_release(found);
	return out;
}

struct pack_bytes *pack_rescue(void *data, size_t number, uint64_t offset)
{
	struct repo *repo = data;
	struct packs *packs = &repo->packs;
	struct pack *pack = &packs->items[number];
	struct pack_bytes *out;
	uint32_t position;
	uint64_t end;
	struct oid id;

	if (packs->rescue_depth == DEPTH_MAX || packs->rescue_count == RESCUES_MAX)
		return NULL;
	packs->rescue_count++;
	if (!pack_find_offset(pack, offset, &position, &end))
		return NULL;
	pack_id_at(pack, position, &id);
	packs->rescue_depth++;
	out = read_packed(packs, number, &id);
	if (!out)
		out = read_loose(repo, &id);
	packs->rescue_depth--;
	return out;
}
