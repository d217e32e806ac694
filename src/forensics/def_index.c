#include "def_index.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

bool def_is_new(struct intern *seen, const struct env_def *def)
{
	struct strbuf key = STRBUF_INIT;
	size_t before = seen->count;

	strbuf_add(&key, &def->dir, sizeof(def->dir));
	strbuf_add(&key, def->versions, def->version_count * sizeof(*def->versions));
	strbuf_addch(&key, def->is_explicit ? 'e' : 's');
	strbuf_addch(&key, def_is_recursive(def) ? 'r' : 'f');
	intern_add(seen, key.buf, key.len);
	strbuf_release(&key);
	return seen->count > before;
}

static void find_repeats(struct def_index *index)
{
	struct intern seen;
	size_t i;

	intern_init(&seen);
	for (i = 0; i < index->defs->count; i++)
		index->is_repeat[i] = !def_is_new(&seen, &index->defs->items[i]);
	intern_release(&seen);
}

static void add_entry(struct def_index *index, uint32_t def, uint32_t dir)
{
	size_t paths = index->paths.count;
	uint32_t path;

	if (!dir_set_add(&index->held, def, dir))
		return;
	path = intern_add(&index->paths, &dir, sizeof(dir));
	if (path == paths) {
		VEC_GROW(index->first, paths, index->first_cap);
		index->first[path] = 0;
	}
	VEC_GROW(index->entries, index->count, index->cap);
	index->entries[index->count++] = (struct def_entry){ def, index->first[path] };
	index->first[path] = (uint32_t)index->count;
}

static int compare_dirs(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void sort_dirs(struct def_index *index, size_t def)
{
	const struct env_def *of = &index->defs->items[def];
	uint32_t *dirs = xcalloc(of->version_count, sizeof(*dirs));

	if (of->version_count) {
		memcpy(dirs, of->versions, of->version_count * sizeof(*dirs));
		qsort(dirs, of->version_count, sizeof(*dirs), compare_dirs);
	}
	index->dirs[def] = dirs;
}

static bool has_all(const struct def_index *index, size_t def, const struct env_def *of)
{
	const struct env_def *larger = &index->defs->items[def];
	size_t k;

	if (of->version_count > larger->version_count || (def_is_recursive(of) && !def_is_recursive(larger)))
		return false;
	for (k = 0; k < of->version_count; k++)
		if (!def_index_has(index, def, of->versions[k]))
			return false;
	return true;
}

/*
 * A history in which one directory after another comes to an environment has a definition for each state, each with all
 * directories of the one before. The largest one that has a directory so far is the one to compare with.
 */
static void find_within(struct def_index *index)
{
	size_t *largest = xcalloc(index->paths.count, sizeof(*largest)); /* by number in `paths`: a definition + 1 */
	const struct env_def *defs = index->defs->items;
	size_t i, k;

	for (i = 0; i < index->defs->count; i++) {
		if (index->is_repeat[i] || !defs[i].version_count)
			continue;
		k = largest[intern_find(&index->paths, &defs[i].versions[0], sizeof(uint32_t))];
		if (k && has_all(index, k - 1, &defs[i]))
			index->within[i] = k;
		for (k = 0; k < defs[i].version_count; k++) {
			size_t *at = &largest[intern_find(&index->paths, &defs[i].versions[k], sizeof(uint32_t))];

			if (!*at || defs[*at - 1].version_count < defs[i].version_count)
				*at = i + 1;
		}
	}
	free(largest);
}

void def_index_init(struct def_index *index, const struct study *study, const struct env_defs *defs)
{
	size_t i, k;

	memset(index, 0, sizeof(*index));
	index->study = study;
	index->defs = defs;
	index->is_repeat = xcalloc(defs->count, sizeof(*index->is_repeat));
	index->dirs = xcalloc(defs->count, sizeof(*index->dirs));
	index->within = xcalloc(defs->count, sizeof(*index->within));
	index->marks = xcalloc(defs->count, sizeof(*index->marks));
	dir_set_init(&index->held);
	intern_init(&index->paths);
	find_repeats(index);
	for (i = defs->count; i-- > 0;) /* each comes to stand before the later ones */
		for (k = 0; !index->is_repeat[i] && k < defs->items[i].version_count; k++)
			add_entry(index, (uint32_t)i, defs->items[i].versions[k]);
	for (i = 0; i < defs->count; i++)
		if (!index->is_repeat[i])
			sort_dirs(index, i);
	find_within(index);
}

void def_index_release(struct def_index *index)
{
	size_t i;

	for (i = 0; index->dirs && i < index->defs->count; i++)
		free(index->dirs[i]);
	free(index->dirs);
	free(index->within);
	free(index->places);
	dir_set_release(&index->held);
	intern_release(&index->paths);
	free(index->first);
	free(index->entries);
	free(index->is_repeat);
	free(index->marks);
	memset(index, 0, sizeof(*index));
}

uint32_t def_index_first(const struct def_index *index, uint32_t dir)
{
	uint32_t path = intern_find(&index->paths, &dir, sizeof(dir));

	return path == INTERN_NONE ? 0 : index->first[path];
}

bool def_index_has(const struct def_index *index, size_t def, uint32_t dir)
{
	return dir_set_has(&index->held, (uint32_t)def, dir);
}

bool def_index_covers(const struct def_index *index, size_t def, uint32_t dir)
{
	return dir_set_covers(&index->held, index->study, (uint32_t)def, dir);
}

bool def_index_share(struct def_index *index, uint32_t a, uint32_t b)
{
	uint32_t at;

	index->mark++;
	for (; a != INTERN_NONE; a = study_path_dir(index->study, a))
		for (at = def_index_first(index, a); at; at = index->entries[at - 1].next)
			index->marks[index->entries[at - 1].def] = index->mark;
	for (; b != INTERN_NONE; b = study_path_dir(index->study, b))
		for (at = def_index_first(index, b); at; at = index->entries[at - 1].next)
			if (index->marks[index->entries[at - 1].def] == index->mark)
				return true;
	return false;
}
