#include "watch_memory.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "watch_internal.h"

enum {
	SETS_MAX = 256,
	NAMES_MAX = 4096,
	BYTES_MAX = 8 * 1024 * 1024, /* each later run takes them in */
	TREE_BYTES = sizeof(struct oid) + 2 * sizeof(uint32_t),
	NAME_BYTES = 2 * sizeof(uint32_t), /* and an entry, where no other tree has it */
	PAIR = 2 * sizeof(uint32_t)
};

struct kept_head {
	uint32_t entry_count, set_count;
};

struct kept_set_head {
	uint32_t name_count, names_len, tree_count, rows_len;
};

struct kept_tree {
	struct oid id;
	uint32_t row; /* where it begins among the rows */
};

struct kept_set {
	const struct watch_memory *memory;
	struct text path; /* of the node that had them */
	struct intern names;
	const char *trees, *rows;
	size_t tree_count, rows_len;
};

struct watch_memory {
	const char *entries;
	size_t entry_count;
	struct kept_set *sets;
	size_t set_count, set_cap;
	size_t tree_count; /* of all sets */
	size_t len;        /* of the bytes */
};

/* --- taking in ---------------------------------------------------------------------------------------------------- */

/* The next `size` bytes of those that are left; NULL where there are fewer. */
static const char *take(struct text *left, size_t size)
{
	const char *at = left->ptr;

	if (size > left->len)
		return NULL;
	left->ptr += size;
	left->len -= size;
	return at;
}

/* The path, and the names behind it. */
static bool take_names(struct kept_set *set, const char *names, size_t len, size_t count)
{
	const char *end = names + len;

	set->path = (struct text){ names, strnlen(names, len) };
	if (set->path.len == len)
		return false;
	names += set->path.len + 1;
	while (names < end) {
		const char *nul = memchr(names, '\0', (size_t)(end - names));

		if (!nul || intern_add(&set->names, names, (size_t)(nul - names)) >= NAMES_MAX)
			return false;
		names = nul + 1;
	}
	return count > 0 && set->names.count == count;
}

static bool take_set(struct watch_memory *memory, struct text *left)
{
	const char *bytes = take(left, sizeof(struct kept_set_head)), *names;
	struct kept_set_head head;
	struct kept_set set = { .memory = memory };

	if (!bytes)
		return false;
	memcpy(&head, bytes, sizeof(head));
	names = take(left, head.names_len);
	set.trees = names ? take(left, (size_t)head.tree_count * sizeof(struct kept_tree)) : NULL;
	set.rows = set.trees ? take(left, head.rows_len) : NULL;
	if (!set.rows)
		return false;
	set.tree_count = head.tree_count;
	set.rows_len = head.rows_len;
	intern_init(&set.names);
	if (!take_names(&set, names, head.names_len, head.name_count)) {
		intern_release(&set.names);
		return false;
	}
	VEC_GROW(memory->sets, memory->set_count, memory->set_cap);
	memory->sets[memory->set_count++] = set;
	memory->tree_count += set.tree_count;
	return true;
}

struct watch_memory *watch_memory_new(struct text kept)
{
	struct watch_memory *memory = xcalloc(1, sizeof(*memory));
	struct kept_head head = { 0 };
	const char *bytes;
	size_t i;

	memory->len = kept.len;
	bytes = take(&kept, sizeof(head));
	if (bytes)
		memcpy(&head, bytes, sizeof(head));
	memory->entries = take(&kept, (size_t)head.entry_count * sizeof(struct watch_entry));
	if (!memory->entries)
		return memory;
	memory->entry_count = head.entry_count;
	for (i = 0; i < head.set_count && i < SETS_MAX; i++)
		if (!take_set(memory, &kept))
			break;
	return memory;
}

void watch_memory_free(struct watch_memory *memory)
{
	size_t i;

	if (!memory)
		return;
	for (i = 0; i < memory->set_count; i++)
		intern_release(&memory->sets[i].names);
	free(memory->sets);
	free(memory);
}

static bool has_names(const struct kept_set *set, const struct intern *names)
{
	uint32_t i;

	for (i = 0; i < names->count; i++)
		if (intern_find(&set->names, names->keys[i].bytes, names->keys[i].len) == INTERN_NONE)
			return false;
	return true;
}

/* Puts the set where its size has it; the smallest of too many goes. */
static size_t insert_set(const struct kept_set **sets, size_t count, const struct kept_set *set)
{
	size_t at = count < FITTING_MAX ? count : FITTING_MAX - 1;

	if (count == FITTING_MAX && sets[at]->tree_count >= set->tree_count)
		return count;
	for (; at > 0 && sets[at - 1]->tree_count < set->tree_count; at--)
		sets[at] = sets[at - 1];
	sets[at] = set;
	return count < FITTING_MAX ? count + 1 : count;
}

size_t watch_memory_fitting(
	const struct watch_memory *memory, struct text path, const struct intern *names, const struct kept_set **out)
{
	size_t i, count = 0;

	for (i = 0; memory && i < memory->set_count; i++)
		if (text_equal(memory->sets[i].path, path) && has_names(&memory->sets[i], names))
			count = insert_set(out, count, &memory->sets[i]);
	return count;
}

const struct intern *kept_set_names(const struct kept_set *set)
{
	return &set->names;
}

/* The number of entries in a row, or -1 for a row that does not lie within the set's. */
static int row_length(const struct kept_set *set, size_t at)
{
	uint32_t count;

	if (set->rows_len < sizeof(count) || at > set->rows_len - sizeof(count))
		return -1;
	memcpy(&count, set->rows + at, sizeof(count));
	return count <= NAMES_MAX && count <= (set->rows_len - at - sizeof(count)) / PAIR ? (int)count : -1;
}

int kept_set_find(const struct kept_set *set, const struct oid *tree, const char **row)
{
	const char *found = bsearch(tree, set->trees, set->tree_count, sizeof(struct kept_tree), oid_compare_items);
	struct kept_tree known;
	int count;

	if (!found)
		return -1;
	memcpy(&known, found, sizeof(known));
	count = row_length(set, known.row);
	if (count >= 0)
		*row = set->rows + known.row + sizeof(uint32_t);
	return count;
}

bool kept_entry_get(const struct kept_set *set, const char *row, int i, struct kept_entry *out)
{
	const struct watch_memory *memory = set->memory;
	uint32_t pair[2];

	memcpy(pair, row + (size_t)i * PAIR, sizeof(pair));
	if (pair[0] >= set->names.count || pair[1] >= memory->entry_count)
		return false;
	out->name = pair[0];
	memcpy(&out->entry, memory->entries + (size_t)pair[1] * sizeof(out->entry), sizeof(out->entry));
	return out->entry.kind <= WATCH_OTHER;
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

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

/* The entry of a child in one local of its parent; NULL: it has none there. */
static const struct watch_entry *entry_below(
	const struct watch *watch, const struct node *node, size_t place, size_t local)
{
	const struct node *child = &watch->nodes[node->children[place]];
	uint32_t entry = child->entries.items[node->maps[place][local]];

	return entry == WATCH_ABSENT ? NULL : &watch->entries[entry];
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
		count += entry_below(watch, node, place, local) != NULL;
	begin_tree(set, &watch->entries[node->entries.items[local]].id, count);
	for (place = 0; place < node->names.count; place++) {
		const struct watch_entry *entry = entry_below(watch, node, place, local);

		if (entry)
			add_entry(t, set, rank[place], entry);
	}
}

/* What is told of a node: the trees that no set has. */
struct told_node {
	const struct node *node;
	struct text path;
	const struct kept_set *kept[FITTING_MAX];
	size_t kept_count;
};

static bool is_fresh(const struct watch *watch, const struct told_node *told, size_t local)
{
	uint32_t entry = told->node->entries.items[local];
	const char *row;
	size_t i;

	if (entry == WATCH_ABSENT || watch->entries[entry].kind != WATCH_TREE || !is_scanned(told->node, local))
		return false;
	for (i = 0; i < told->kept_count; i++)
		if (kept_set_find(told->kept[i], &watch->entries[entry].id, &row) >= 0)
			return false;
	return true;
}

static size_t count_fresh(const struct watch *watch, const struct told_node *told)
{
	size_t local, count = 0;

	for (local = 0; local < told->node->resolved; local++)
		count += is_fresh(watch, told, local);
	return count;
}

static void tell_node(struct telling *t, const struct watch *watch, const struct told_node *told)
{
	const struct node *node = told->node;
	struct sorted_names names;
	struct told_set *set;
	size_t local;

	sort_names(told->path, &node->names, &names);
	set = set_of_names(t, &names, node->names.count);
	for (local = 0; local < node->resolved; local++)
		if (is_fresh(watch, told, local))
			tell_tree(t, watch, node, local, set, names.rank);
	release_names(&names);
}

/* False for a node without children, or with some that its scans do not cover. `buf` gets the path. */
static bool begin_node(const struct watch *watch, uint32_t number, struct strbuf *buf, struct told_node *out)
{
	const struct node *node = &watch->nodes[number];

	if (!node->names.count || node->names.count > NAMES_MAX || node->scanned != node->names.count)
		return false;
	out->node = node;
	out->path = watch_node_path(watch, number, buf);
	out->kept_count = watch_memory_fitting(watch->memory, out->path, &node->names, out->kept);
	return true;
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

		if (!set->tree_count || head.set_count == SETS_MAX || set->rows.len > UINT32_MAX)
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
	size_t known = watch->memory ? watch->memory->tree_count : 0;
	size_t sets = watch->memory ? watch->memory->set_count : 0, bytes = watch->memory ? watch->memory->len : 0;
	struct strbuf buf = STRBUF_INIT;
	struct told_node told;
	size_t i, count;

	*fresh = 0;
	for (i = 0; watch->scan_count && i < watch->node_count; i++) {
		count = begin_node(watch, (uint32_t)i, &buf, &told) ? count_fresh(watch, &told) : 0;
		if (!count)
			continue;
		*fresh += count;
		sets++;
		bytes += count * (TREE_BYTES + told.node->names.count * NAME_BYTES);
	}
	if (bytes > BYTES_MAX || sets > SETS_MAX)
		*fresh = 0;
	strbuf_release(&buf);
	return known;
}

void watch_tell(const struct watch *watch, struct strbuf *out)
{
	struct telling t = { 0 };
	struct strbuf buf = STRBUF_INIT;
	struct told_node told;
	size_t i;

	intern_init(&t.entries);
	intern_init(&t.set_names);
	for (i = 0; watch->memory && i < watch->memory->set_count; i++)
		tell_kept(&t, &watch->memory->sets[i]);
	for (i = 0; i < watch->node_count; i++)
		if (begin_node(watch, (uint32_t)i, &buf, &told))
			tell_node(&t, watch, &told);
	write_all(&t, out);
	for (i = 0; i < t.set_names.count; i++) {
		strbuf_release(&t.sets[i].names);
		strbuf_release(&t.sets[i].rows);
		free(t.sets[i].trees);
	}
	free(t.sets);
	intern_release(&t.entries);
	intern_release(&t.set_names);
	strbuf_release(&buf);
}
