#include "watch_memory.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "watch_kept.h"

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

		if (!nul || intern_add(&set->names, names, (size_t)(nul - names)) >= KEPT_NAMES_MAX)
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
	for (i = 0; i < head.set_count && i < KEPT_SETS_MAX; i++)
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
	return count <= KEPT_NAMES_MAX && count <= (set->rows_len - at - sizeof(count)) / KEPT_PAIR ? (int)count : -1;
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

	memcpy(pair, row + (size_t)i * KEPT_PAIR, sizeof(pair));
	if (pair[0] >= set->names.count || pair[1] >= memory->entry_count)
		return false;
	out->name = pair[0];
	memcpy(&out->entry, memory->entries + (size_t)pair[1] * sizeof(out->entry), sizeof(out->entry));
	return out->entry.kind <= WATCH_OTHER;
}
