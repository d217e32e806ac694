#include "def_index.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

struct held_key {
	uint32_t def, dir;
};

static void find_repeats(struct def_index *index)
{
	struct strbuf key = STRBUF_INIT;
	struct intern seen;
	size_t i;

	intern_init(&seen);
	for (i = 0; i < index->defs->count; i++) {
		const struct env_def *def = &index->defs->items[i];
		size_t before = seen.count;

		strbuf_clear(&key);
		strbuf_add(&key, &def->dir, sizeof(def->dir));
		strbuf_addch(&key, (char)(def->is_explicit + 2 * def_is_recursive(def)));
		strbuf_add(&key, def->versions, def->version_count * sizeof(*def->versions));
		index->is_repeat[i] = intern_add(&seen, key.buf, key.len) < before;
	}
	intern_release(&seen);
	strbuf_release(&key);
}

static void add_entry(struct def_index *index, uint32_t def, uint32_t dir)
{
	struct held_key key = { def, dir };
	size_t before = index->held.count, paths = index->paths.count;
	uint32_t path;

	if (intern_add(&index->held, &key, sizeof(key)) < before)
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

void def_index_init(struct def_index *index, const struct study *study, const struct env_defs *defs)
{
	size_t i, k;

	memset(index, 0, sizeof(*index));
	index->study = study;
	index->defs = defs;
	index->is_repeat = xcalloc(defs->count, sizeof(*index->is_repeat));
	index->marks = xcalloc(defs->count, sizeof(*index->marks));
	intern_init(&index->held);
	intern_init(&index->paths);
	find_repeats(index);
	for (i = defs->count; i-- > 0;) /* each comes to stand before the later ones */
		for (k = 0; !index->is_repeat[i] && k < defs->items[i].version_count; k++)
			add_entry(index, (uint32_t)i, defs->items[i].versions[k]);
}

void def_index_release(struct def_index *index)
{
	intern_release(&index->held);
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
	struct held_key key = { (uint32_t)def, dir };

	return intern_find(&index->held, &key, sizeof(key)) != INTERN_NONE;
}

bool def_index_covers(const struct def_index *index, size_t def, uint32_t dir)
{
	for (; dir != INTERN_NONE; dir = study_path_dir(index->study, dir))
		if (def_index_has(index, def, dir))
			return true;
	return false;
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
