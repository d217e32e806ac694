/*
 * What a watch knows of trees, told as the bytes that watch_memory.h describes.
 */
#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "watch_internal.h"
#include "watch_kept.h"
#include "watch_memory.h"

enum {
	BYTES_MAX = 8 * 1024 * 1024, /* each later run takes them in */
	TREE_BYTES = sizeof(struct oid) + 2 * sizeof(uint32_t),
	NAME_BYTES = KEPT_PAIR, /* and an entry, where no other tree has it */
};

struct told_set {
	struct strbuf names; /* the path and they in their order, a NUL behind each */
	size_t name_count;
	struct kept_tree *trees;
	size_t tree_count, tree_cap;
	struct strbuf rows;
};

struct telling {
	struct intern entries;   /* of struct watch_entry */
	struct intern set_names; /* `names` of each set; its number is the set's */
	struct told_set *sets;
	size_t set_cap;
};

/* A path and some names in their order: what a set is known by. */
struct sorted_names {
	struct strbuf text;
	uint32_t *rank; /* by number of the name */
};

static void sort_names(struct text path, const struct intern *names, struct sorted_names *out)
{
	struct text *sorted = xcalloc(names->count + 1, sizeof(*sorted));
	uint32_t i;

	strbuf_init(&out->text);
	strbuf_add(&out->text, path.ptr, path.len);
	strbuf_addch(&out->text, '\0');
	out->rank = xcalloc(names->count + 1, sizeof(*out->rank));
	for (i = 0; i < names->count; i++)
		sorted[i] = (struct text){ (const char *)names->keys[i].bytes, names->keys[i].len };
	qsort(sorted, names->count, sizeof(*sorted), text_compare_items);
	for (i = 0; i < names->count; i++) {
		strbuf_add(&out->text, sorted[i].ptr, sorted[i].len + 1);
		out->rank[intern_find(names, sorted[i].ptr, sorted[i].len)] = i;
	}
	free(sorted);
}

static void release_names(struct sorted_names *names)
{
	strbuf_release(&names->text);
	free(names->rank);
}

static struct told_set *set_of_names(struct telling *t, const struct sorted_names *names, size_t count)
{
	uint32_t number = intern_add(&t->set_names, names->text.buf, names->text.len);
	struct told_set *set;

	VEC_REACH(t->sets, number, t->set_cap, 0);
	set = &t->sets[number];
	if (!set->name_count) {
		strbuf_init(&set->names);
		strbuf_init(&set->rows);
		strbuf_add(&set->names, names->text.buf, names->text.len);
		set->name_count = count;
	}
	return set;
}

static void add_number(struct strbuf *out, uint32_t number)
{
	strbuf_add(out, &number, sizeof(number));
}

static void begin_tree(struct told_set *set, const struct oid *id, uint32_t entries)
{
	VEC_GROW(set->trees, set->tree_count, set->tree_cap);
	set->trees[set->tree_count++] = (struct kept_tree){ *id, (uint32_t)set->rows.len };
	add_number(&set->rows, entries);
}

static void add_entry(struct telling *t, struct told_set *set, uint32_t rank, const struct watch_entry *entry)
{
	add_number(&set->rows, rank);
	add_number(&set->rows, intern_add(&t->entries, entry, sizeof(*entry)));
}

/* What was known before. */
static void tell_kept(struct telling *t, const struct kept_set *kept)
{
	struct sorted_names names;
	struct told_set *set;
	size_t i;
	int k;

	sort_names(kept->path, &kept->names, &names);
	set = set_of_names(t, &names, kept->names.count);
	for (i = 0; i < kept->tree_count; i++) {
		struct kept_tree tree;
		struct kept_entry entry;
		const char *row;
		int count;

		memcpy(&tree, kept->trees + i * sizeof(tree), sizeof(tree));
		count = kept_set_find(kept, &tree.id, &row);
		for (k = 0; k < count && kept_entry_get(kept, row, k, &entry); k++)
			continue;
		if (count < 0 || k < count)
			continue;
		begin_tree(set, &tree.id, (uint32_t)count);
		for (k = 0; k < count; k++) {
			kept_entry_get(kept, row, k, &entry);
			add_entry(t, set, names.rank[entry.name], &entry.entry);
		}
	}
	release_names(&names);
}

/* The entry of a child in one local of its parent, WATCH_ABSENT among them. */
static uint32_t entry_below(const struct watch *watch, const struct node *node, size_t place, size_t local)
{
	return watch->nodes[node->children[place]].entries.items[node->maps[place][local]];
}

/* Is it known of each child what it is in that local? */
static bool is_scanned(const struct node *node, size_t local)
{
	size_t place;

	for (place = 0; place < node->names.count; place++)
		if (node->maps[place][local] == LOCAL_UNKNOWN)
			return false;
	return true;
}

static void tell_tree(struct telling *t, const struct watch *watch, const struct node *node, size_t local,
	struct told_set *set, const uint32_t *rank)
{
	size_t place;
	uint32_t count = 0;

	for (place = 0; place < node->names.count; place++)
		count += entry_below(watch, node, place, local) != WATCH_ABSENT;
	begin_tree(set, &watch->entries[node->entries.items[local]].id, count);
	for (place = 0; place < node->names.count; place++) {
		uint32_t entry = entry_below(watch, node, place, local);

		if (entry != WATCH_ABSENT)
			add_entry(t, set, rank[place], &watch->entries[entry]);
	}
}

/* Is it a tree that was read, and that no set has which the node takes its answers from? */
static bool is_fresh(const struct watch *watch, const struct node *node, size_t local)
{
	uint32_t entry = node->entries.items[local];
	const char *row;
	size_t i;

	if (entry == WATCH_ABSENT || watch->entries[entry].kind != WATCH_TREE || !is_scanned(node, local))
		return false;
	for (i = 0; i < node->kept_count; i++)
		if (kept_set_find(node->kept[i].set, &watch->entries[entry].id, &row) >= 0)
			return false;
	return true;
}

/* Of a node with children, all of which its scans cover; 0 for others. */
static size_t count_fresh(const struct watch *watch, const struct node *node)
{
	size_t local, count = 0;

	if (!node->names.count || node->names.count > KEPT_NAMES_MAX || node->scanned != node->names.count)
		return 0;
	for (local = 0; local < node->resolved; local++)
		count += is_fresh(watch, node, local);
	return count;
}

static void tell_node(struct telling *t, const struct watch *watch, uint32_t number)
{
	const struct node *node = &watch->nodes[number];
	struct strbuf path = STRBUF_INIT;
	struct sorted_names names;
	struct told_set *set;
	size_t local;

	sort_names(watch_node_path(watch, number, &path), &node->names, &names);
	set = set_of_names(t, &names, node->names.count);
	for (local = 0; local < node->resolved; local++)
		if (is_fresh(watch, node, local))
			tell_tree(t, watch, node, local, set, names.rank);
	release_names(&names);
	strbuf_release(&path);
}

/* Trees in the order of their ids, each once. */
static void tidy_trees(struct told_set *set)
{
	size_t i, kept = 0;

	qsort(set->trees, set->tree_count, sizeof(*set->trees), oid_compare_items);
	for (i = 0; i < set->tree_count; i++)
		if (!kept || !oid_equal(&set->trees[kept - 1].id, &set->trees[i].id))
			set->trees[kept++] = set->trees[i];
	set->tree_count = kept;
}

static void write_all(struct telling *t, struct strbuf *out)
{
	struct kept_head head = { (uint32_t)t->entries.count, 0 };
	size_t i, at = out->len;

	strbuf_add(out, &head, sizeof(head));
	for (i = 0; i < t->entries.count; i++)
		strbuf_add(out, t->entries.keys[i].bytes, sizeof(struct watch_entry));
	for (i = 0; i < t->set_names.count; i++) {
		struct told_set *set = &t->sets[i];
		struct kept_set_head set_head = { .name_count = (uint32_t)set->name_count };

		if (!set->tree_count || head.set_count == KEPT_SETS_MAX || set->rows.len > UINT32_MAX)
			continue;
		tidy_trees(set);
		set_head.names_len = (uint32_t)set->names.len;
		set_head.tree_count = (uint32_t)set->tree_count;
		set_head.rows_len = (uint32_t)set->rows.len;
		strbuf_add(out, &set_head, sizeof(set_head));
		strbuf_add(out, set->names.buf, set->names.len);
		strbuf_add(out, set->trees, set->tree_count * sizeof(*set->trees));
		strbuf_add(out, set->rows.buf, set->rows.len);
		head.set_count++;
	}
	memcpy(out->buf + at, &head, sizeof(head));
}

size_t watch_trees(const struct watch *watch, size_t *fresh)
{
	const struct watch_memory *memory = watch->memory;
	size_t sets = memory ? memory->set_count : 0, bytes = memory ? memory->len : 0, i;

	*fresh = 0;
	for (i = 0; watch->scan_count && i < watch->node_count; i++) {
		size_t count = count_fresh(watch, &watch->nodes[i]);

		*fresh += count;
		sets += count > 0;
		bytes += count * (TREE_BYTES + watch->nodes[i].names.count * NAME_BYTES);
	}
	if (bytes > BYTES_MAX || sets > KEPT_SETS_MAX)
		*fresh = 0;
	return memory ? memory->tree_count : 0;
}

void watch_tell(const struct watch *watch, struct strbuf *out)
{
	struct telling t = { 0 };
	size_t i;

	intern_init(&t.entries);
	intern_init(&t.set_names);
	for (i = 0; watch->memory && i < watch->memory->set_count; i++)
		tell_kept(&t, &watch->memory->sets[i]);
	for (i = 0; i < watch->node_count; i++)
		if (count_fresh(watch, &watch->nodes[i]))
			tell_node(&t, watch, (uint32_t)i);
	write_all(&t, out);
	for (i = 0; i < t.set_names.count; i++) {
		strbuf_release(&t.sets[i].names);
		strbuf_release(&t.sets[i].rows);
		free(t.sets[i].trees);
	}
	free(t.sets);
	intern_release(&t.entries);
	intern_release(&t.set_names);
}
