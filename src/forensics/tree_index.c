#include "tree_index.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/intern.h"
#include "revident/base/xalloc.h"

struct tree_index {
	struct oid id;
	struct object tree;
	struct intern names;
	size_t *at; /* by number of the name: where its first entry begins */
	size_t cap;
	bool is_damaged; /* behind the last entry that has a name here */
	bool is_kept;
};

struct tree_indexes {
	struct tree_index items[TREES_INDEXED];
	size_t oldest;
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
