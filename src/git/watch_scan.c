#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/xalloc.h"
#include "watch_internal.h"

enum {
	FEW_CHILDREN = 8, /* so many names are compared one by one */
	NOT_FOUND = 0,    /* in `wanted`: WATCH_ABSENT */
};

static uint32_t entry_hash(enum watch_kind kind, const struct oid *id)
{
	uint32_t hash;

	memcpy(&hash, id->bytes, sizeof(hash));
	return hash + (uint32_t)kind * 0x9e3779b9U;
}

static void grow_entry_slots(struct watch *watch)
{
	size_t size = watch->entry_slots ? (watch->entry_mask + 1) * 2 : 1024, i;

	free(watch->entry_slots);
	watch->entry_slots = xcalloc(size, sizeof(*watch->entry_slots));
	watch->entry_mask = size - 1;
	for (i = 1; i < watch->entry_count; i++) {
		size_t at = entry_hash(watch->entries[i].kind, &watch->entries[i].id) & watch->entry_mask;

		while (watch->entry_slots[at])
			at = (at + 1) & watch->entry_mask;
		watch->entry_slots[at] = (uint32_t)i;
	}
}

uint32_t watch_entry_number(struct watch *watch, enum watch_kind kind, const struct oid *id)
{
	size_t at;

	if (!watch->entry_slots || watch->entry_count * 4 >= (watch->entry_mask + 1) * 3)
		grow_entry_slots(watch);
	for (at = entry_hash(kind, id) & watch->entry_mask; watch->entry_slots[at]; at = (at + 1) & watch->entry_mask) {
		const struct watch_entry *entry = &watch->entries[watch->entry_slots[at]];

		if (entry->kind == kind && oid_equal(&entry->id, id))
			return watch->entry_slots[at];
	}
	VEC_GROW(watch->entries, watch->entry_count, watch->entry_cap);
	watch->entries[watch->entry_count].kind = kind;
	watch->entries[watch->entry_count].id = *id;
	watch->entry_slots[at] = (uint32_t)watch->entry_count;
	return (uint32_t)watch->entry_count++;
}

static size_t number_slot(const struct number_set *set, uint32_t number)
{
	size_t at = (number * 0x9e3779b1U) & set->mask;

	while (set->slots[at] && set->items[set->slots[at] - 1] != number)
		at = (at + 1) & set->mask;
	return at;
}

uint32_t watch_local(struct watch *watch, uint32_t node, uint32_t entry)
{
	struct number_set *set = &watch->nodes[node].entries;
	size_t at, i;

	if (!set->slots || set->count * 4 >= (set->mask + 1) * 3) {
		size_t size = set->slots ? (set->mask + 1) * 2 : 16;

		free(set->slots);
		set->slots = xcalloc(size, sizeof(*set->slots));
		set->mask = size - 1;
		for (i = 0; i < set->count; i++)
			set->slots[number_slot(set, set->items[i])] = (uint32_t)i + 1;
	}
	at = number_slot(set, entry);
	if (set->slots[at])
		return set->slots[at] - 1;
	VEC_GROW(set->items, set->count, set->cap);
	set->items[set->count] = entry;
	set->slots[at] = (uint32_t)++set->count;
	return (uint32_t)set->count - 1;
}

static enum watch_kind kind_of(unsigned mode)
{
	if (mode == MODE_TREE)
		return WATCH_TREE;
	return (mode & MODE_TYPE) == MODE_FILE ? WATCH_FILE : WATCH_OTHER;
}

/* The place of the child that is called so, or SIZE_MAX. `name` ends with a NUL. */
static size_t child_named(const struct node *node, const char *name)
{
	size_t count = node->names.count, i;
	uint32_t number;

	if (count > FEW_CHILDREN) {
		number = intern_find(&node->names, name, strlen(name));
		return number == INTERN_NONE ? SIZE_MAX : number;
	}
	for (i = 0; i < count; i++)
		if (*node->names.keys[i].bytes == (unsigned char)*name &&
			strcmp((const char *)node->names.keys[i].bytes, name) == 0)
			return i;
	return SIZE_MAX;
}

/*
 * Steps over entries of the common modes that are not called like any child, as tree_next() would, without taking them
 * apart. `it` then stands at an entry that must be looked at, or at the end.
 */
static void skip_entries(const struct node *node, struct tree_iter *it)
{
	const unsigned char *at = it->bytes, *end = at + it->len;

	while (end - at > OID_BYTES + 8) {
		const unsigned char *name, *nul;

		if (memcmp(at, "100644 ", 7) == 0 || memcmp(at, "100755 ", 7) == 0)
			name = at + 7;
		else if (memcmp(at, "40000 ", 6) == 0)
			name = at + 6;
		else
			break;
		nul = memchr(name, '\0', (size_t)(end - name));
		if (!nul || nul == name || end - nul <= OID_BYTES || child_named(node, (const char *)name) != SIZE_MAX)
			break;
		at = nul + 1 + OID_BYTES;
	}
	it->bytes = at;
	it->len = (size_t)(end - at);
}

/* The entries of a tree that has the layout of the last one. */
static void take_spots(struct watch *watch, struct node *node, const struct object *tree)
{
	const unsigned char *last = node->layout.tree.bytes;
	size_t place;

	for (place = 0; place < node->names.count; place++) {
		struct spot *spot = &node->spots[place];
		struct oid id;

		watch->wanted[place] = NOT_FOUND;
		if (!spot->at)
			continue;
		if (memcmp(tree->bytes + spot->at, last + spot->at, OID_BYTES) != 0) {
			memcpy(id.bytes, tree->bytes + spot->at, OID_BYTES);
			spot->entry = watch_entry_number(watch, watch->entries[spot->entry].kind, &id);
		}
		watch->wanted[place] = spot->entry;
	}
}

/* Looks through all entries; the first of several with one name counts, as it does for git. 0 or -1. */
static int search_entries(struct watch *watch, struct node *node, const struct object *tree)
{
	struct tree_iter it = { tree->bytes, tree->len };
	size_t count = node->names.count, left, place;
	struct tree_entry entry;
	int got = 0;

	node->spots = xreallocarray(node->spots, count, sizeof(*node->spots));
	memset(node->spots, 0, count * sizeof(*node->spots));
	memset(watch->wanted, 0, count * sizeof(*watch->wanted));
	for (left = count; left; left--) {
		do {
			skip_entries(node, &it);
			got = tree_next(&it, &entry);
			place = got > 0 ? child_named(node, entry.name) : SIZE_MAX;
		} while (got > 0 && (place == SIZE_MAX || watch->wanted[place] != NOT_FOUND));
		if (got <= 0)
			break;
		watch->wanted[place] = watch_entry_number(watch, kind_of(entry.mode), &entry.id);
		node->spots[place] = (struct spot){ tree->len - it.len - OID_BYTES, watch->wanted[place] };
	}
	return got < 0 ? -1 : 0;
}

void watch_forget_kept(struct node *node)
{
	while (node->kept_count)
		free(node->kept[--node->kept_count].places);
}

/* Chooses what earlier watches knew of trees that have the node's children. */
static void choose_kept(const struct watch *watch, uint32_t number)
{
	struct node *node = &watch->nodes[number];
	const struct kept_set *sets[FITTING_MAX];
	struct strbuf path = STRBUF_INIT;
	size_t count, i;

	watch_forget_kept(node);
	node->kept_for = node->names.count;
	count = watch_memory_fitting(watch->memory, watch_node_path(watch, number, &path), &node->names, sets);
	for (i = 0; i < count; i++) {
		const struct intern *names = kept_set_names(sets[i]);
		uint32_t *places = xcalloc(names->count + 1, sizeof(*places)), k;

		for (k = 0; k < names->count; k++)
			places[k] = intern_find(&node->names, names->keys[k].bytes, names->keys[k].len);
		node->kept[node->kept_count++] = (struct kept_view){ sets[i], places };
	}
	strbuf_release(&path);
}

/* What a set has of the tree `id`, as scan_tree() would find it. */
static bool recall_from(
	struct watch *watch, const struct node *node, const struct kept_view *kept, const struct oid *id)
{
	const char *row = NULL;
	int count = kept_set_find(kept->set, id, &row), i;

	if (count < 0)
		return false;
	memset(watch->wanted, 0, node->names.count * sizeof(*watch->wanted));
	for (i = 0; i < count; i++) {
		struct kept_entry known;
		uint32_t place;

		if (!kept_entry_get(kept->set, row, i, &known))
			return false;
		place = kept->places[known.name];
		if (place != INTERN_NONE)
			watch->wanted[place] = watch_entry_number(watch, known.entry.kind, &known.entry.id);
	}
	return true;
}

/* What an earlier watch found in the tree `id`. False: that is not known. */
static bool recall_tree(struct watch *watch, uint32_t number, const struct oid *id)
{
	struct node *node = &watch->nodes[number];
	size_t i;

	if (!watch->memory)
		return false;
	if (node->kept_for != node->names.count)
		choose_kept(watch, number);
	for (i = 0; i < node->kept_count; i++)
		if (recall_from(watch, node, &node->kept[i], id))
			return true;
	return false;
}

/*
 * Looks for the children in the tree `id`; `wanted` gets their entries. False where it cannot be read, which is a
 * limit.
 */
static bool scan_tree(struct watch *watch, struct node *node, const struct oid *id)
{
	struct err bad;
	struct object object;
	int got = object_read(watch->repo, id, OBJECT_META_MAX, &object, &bad);
	bool fits;

	if (got <= 0 || object.type != OBJECT_TREE) {
		if (got > 0) {
			object_release(&object);
			got = err_set(&bad, ERR_UNDECIDED, "it is no tree");
		}
		object_add_limit(watch->repo, "tree", id, got < 0 ? &bad : NULL);
		return false;
	}
	fits = node->spot_count == node->names.count && tree_layout_fits(&node->layout, &object);
	if (fits) {
		take_spots(watch, node, &object);
	} else if (search_entries(watch, node, &object) < 0) {
		object_release(&object);
		node->spot_count = 0;
		err_set(&bad, ERR_UNDECIDED, "an entry cannot be read");
		object_add_limit(watch->repo, "tree", id, &bad);
		return false;
	}
	tree_layout_take(&node->layout, &object, fits);
	node->spot_count = node->names.count;
	watch->scan_count++;
	return true;
}

/* Fills the maps of one local for the children from place `first` on. */
static void resolve_local(struct watch *watch, uint32_t number, uint32_t local, size_t first)
{
	struct node *node = &watch->nodes[number];
	const struct watch_entry *entry = &watch->entries[node->entries.items[local]];
	bool is_tree = node->entries.items[local] != WATCH_ABSENT && entry->kind == WATCH_TREE;
	struct oid id = entry->id; /* scanning may move the entries */
	bool known = !is_tree || recall_tree(watch, number, &id) || scan_tree(watch, node, &id);
	size_t place;

	for (place = first; place < node->names.count; place++) {
		uint32_t found = is_tree && known ? watch->wanted[place] : WATCH_ABSENT;

		node->maps[place][local] = known ? watch_local(watch, node->children[place], found) : LOCAL_UNKNOWN;
	}
}

static void reserve_maps(struct watch *watch, struct node *node)
{
	size_t place;

	if (node->names.count > watch->wanted_cap) {
		watch->wanted_cap = node->names.count * 2;
		watch->wanted = xreallocarray(watch->wanted, watch->wanted_cap, sizeof(*watch->wanted));
	}
	if (node->entries.count <= node->map_cap)
		return;
	node->map_cap = node->entries.count + node->entries.count / 2 + 8;
	for (place = 0; place < node->names.count; place++)
		node->maps[place] = xreallocarray(node->maps[place], node->map_cap, sizeof(**node->maps));
}

/* Puts the children that have locals to resolve on the list. */
static void add_pending_children(struct watch *watch, const struct node *node)
{
	size_t place;

	for (place = 0; place < node->names.count; place++) {
		const struct node *child = &watch->nodes[node->children[place]];

		if (child->resolved == child->entries.count)
			continue;
		VEC_GROW(watch->pending, watch->pending_count, watch->pending_cap);
		watch->pending[watch->pending_count++] = node->children[place];
	}
}

/* What waiting for a tree's place in the index, and then for its entry, takes is as long as reading it. */
enum { AHEAD = 8, ENTRY_AHEAD = 4 };

static const struct oid *tree_of_local(const struct watch *watch, const struct node *node, size_t local)
{
	const struct watch_entry *entry;

	if (local >= node->entries.count || node->entries.items[local] == WATCH_ABSENT)
		return NULL;
	entry = &watch->entries[node->entries.items[local]];
	return entry->kind == WATCH_TREE ? &entry->id : NULL;
}

/* Asks for the trees whose turn comes soon. */
static void look_ahead(const struct watch *watch, const struct node *node, size_t local)
{
	const struct oid *next = tree_of_local(watch, node, local + AHEAD);
	const struct oid *soon = tree_of_local(watch, node, local + ENTRY_AHEAD);

	if (node->kept_count) /* most of them, as a rule, need not be read */
		return;
	if (next)
		packs_expect(&watch->repo->packs, next);
	if (soon)
		packs_expect_entry(&watch->repo->packs, soon);
}

void watch_resolve_pending(struct watch *watch, uint32_t number)
{
	for (;;) {
		struct node *node = &watch->nodes[number];

		if (node->resolved < node->entries.count) {
			reserve_maps(watch, node);
			while (node->resolved < node->entries.count) {
				if (node->names.count) {
					look_ahead(watch, node, node->resolved);
					resolve_local(watch, number, (uint32_t)node->resolved, 0);
				}
				node->resolved++;
			}
			node->scanned = node->names.count;
			add_pending_children(watch, node);
		}
		if (watch->pending_count == 0)
			break;
		number = watch->pending[--watch->pending_count];
	}
}

void watch_rescan(struct watch *watch)
{
	uint32_t number;
	size_t local, place;

	for (number = 0; number < watch->node_count; number++) {
		struct node *node = &watch->nodes[number];

		if (node->scanned == node->names.count)
			continue;
		reserve_maps(watch, node);
		for (place = node->scanned; place < node->names.count; place++)
			node->maps[place] = xreallocarray(node->maps[place], node->map_cap, sizeof(**node->maps));
		for (local = 0; local < node->resolved; local++) {
			resolve_local(watch, number, (uint32_t)local, node->scanned);
		}
		node->scanned = node->names.count;
		add_pending_children(watch, node);
		if (watch->pending_count)
			watch_resolve_pending(watch, watch->pending[--watch->pending_count]);
	}
}
