#include "tree_index.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

enum {
	LARGE_MIN = 64 * 1024, /* bytes; these are kept at once */
	SMALL_MAX = 1024,      /* these never: they are read again as fast */
	ASKED_MIN = 8,         /* times; those between are kept then */
	ASKED_SLOTS = 64,
};

struct tree_index {
	struct oid id;
	struct object tree;
	struct intern names;
	size_t *at; /* by number of the name: where its first entry begins */
	size_t cap;
	bool is_damaged; /* behind the last entry that has a name here */
	bool is_kept;
};

/* How often a tree was asked since another one took its slot. */
struct asked {
	struct oid id;
	unsigned count;
};

struct tree_indexes {
	struct tree_index items[TREES_INDEXED];
	size_t oldest;
	struct asked asked[ASKED_SLOTS]; /* by the first byte of the id */
};

struct tree_indexes *tree_indexes_new(void)
{
	return xcalloc(1, sizeof(struct tree_indexes));
}

static void forget(struct tree_index *index)
{
	if (!index->is_kept)
		return;
	object_release(&index->tree);
	intern_release(&index->names);
	free(index->at);
	memset(index, 0, sizeof(*index));
}

void tree_indexes_free(struct tree_indexes *indexes)
{
	size_t i;

	if (!indexes)
		return;
	for (i = 0; i < TREES_INDEXED; i++)
		forget(&indexes->items[i]);
	free(indexes);
}

static void list_names(struct tree_index *index)
{
	struct tree_iter it = { index->tree.bytes, index->tree.len };
	struct tree_entry entry;
	int got;

	for (;;) {
		size_t at = index->tree.len - it.len, before = index->names.count;

		got = tree_next(&it, &entry);
		if (got <= 0)
			break;
		VEC_GROW(index->at, before, index->cap);
		if (intern_add(&index->names, entry.name, entry.name_len) == before)
			index->at[before] = at;
	}
	index->is_damaged = got < 0;
}

const struct tree_index *tree_indexes_find(const struct tree_indexes *indexes, const struct oid *id)
{
	size_t i;

	for (i = 0; i < TREES_INDEXED; i++)
		if (indexes->items[i].is_kept && oid_equal(&indexes->items[i].id, id))
			return &indexes->items[i];
	return NULL;
}

bool tree_indexes_want(struct tree_indexes *indexes, const struct oid *id, size_t len)
{
	struct asked *asked = &indexes->asked[id->bytes[0] % ASKED_SLOTS];

	if (len <= SMALL_MAX || len >= LARGE_MIN)
		return len >= LARGE_MIN;
	if (!oid_equal(&asked->id, id))
		*asked = (struct asked){ *id, 0 };
	return ++asked->count >= ASKED_MIN;
}

const struct tree_index *tree_indexes_take(struct tree_indexes *indexes, const struct oid *id, struct object *tree)
{
	struct tree_index *index = &indexes->items[indexes->oldest];

	forget(index);
	indexes->oldest = (indexes->oldest + 1) % TREES_INDEXED;
	index->id = *id;
	index->tree = *tree;
	memset(tree, 0, sizeof(*tree));
	intern_init(&index->names);
	list_names(index);
	index->is_kept = true;
	return index;
}

int tree_index_lookup(const struct tree_index *index, struct text name, struct tree_entry *out)
{
	uint32_t number = intern_find(&index->names, name.ptr, name.len);
	struct tree_iter it;

	if (number == INTERN_NONE)
		return index->is_damaged ? -1 : 0;
	it = (struct tree_iter){ index->tree.bytes + index->at[number], index->tree.len - index->at[number] };
	return tree_next(&it, out);
}
