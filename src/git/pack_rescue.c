/*
 * Where the base of a delta is damaged in its own pack, a good copy may be in another pack or lie loose: git takes that, and
 * so do we. What is damaged is rare and slow to look up, so this is tried a limited number of times.
 */
#include <string.h>

#include "internal.h"
#include "revident/base/xalloc.h"

enum { DEPTH_MAX = 2, RESCUES_MAX = 1000 };

static bool known_type(git_object_t type, enum object_type *out)
{
	static const git_object_t types[] = { GIT_OBJECT_COMMIT, GIT_OBJECT_TREE, GIT_OBJECT_BLOB, GIT_OBJECT_TAG };
	static const enum object_type ours[] = { OBJECT_COMMIT, OBJECT_TREE, OBJECT_BLOB, OBJECT_TAG };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i] == type) {
			*out = ours[i];
			return true;
		}
	return false;
}

static struct pack_bytes *read_loose(struct repo *repo, const struct oid *id)
{
	git_odb_object *object = NULL;
	struct pack_bytes *out = NULL;
	enum object_type type;
	size_t len;

	if (git_odb_read(&object, repo->loose, as_git_oid(id)) < 0)
		return NULL;
	len = git_odb_object_size(object);
	if (known_type(git_odb_object_type(object), &type)) {
		out = xmalloc(sizeof(*out) + len + 1);
		out->refs = 1;
		out->type = type;
		out->len = len;
		memcpy(out->bytes, git_odb_object_data(object), len);
		out->bytes[len] = '\0';
	}
	git_odb_object_free(object);
	return out;
}

struct pack_bytes *pack_rescue(void *data, size_t number, uint64_t offset)
{
	struct repo *repo = data;
	struct packs *packs = &repo->packs;
	struct pack_bytes *out = NULL;
	size_t i, too_long = 0;
	uint64_t there;
	struct oid id;

	if (packs->rescue_depth == DEPTH_MAX || packs->rescue_count == RESCUES_MAX)
		return NULL;
	packs->rescue_count++;
	if (!pack_find_offset(&packs->items[number], offset, &id))
		return NULL;
	packs->rescue_depth++;
	for (i = 0; i < packs->count && !out; i++)
		if (i != number && pack_find(&packs->items[i], &id, &there))
			out = packs_read_at(packs, i, there, OBJECT_META_MAX, true, &too_long);
	if (!out)
		out = read_loose(repo, &id);
	packs->rescue_depth--;
	return out;
}
