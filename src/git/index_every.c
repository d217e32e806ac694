#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"

struct indexes {
	struct named_index *items;
	size_t count, cap;
};

/* Reads one index file, if it is there; one that git cannot read is a limit. */
static void read_one(struct repo *repo, struct arena *arena, const char *file, const char *name, struct indexes *out)
{
	struct index_list list;
	struct err why = { 0 };
	struct stat st;

	if (lstat(file, &st) < 0)
		return;
	repo->other_index = file;
	if (index_read(repo, arena, NULL, 0, &list, &why) < 0) {
		repo_add_limit(repo, "%s", why.msg);
	} else {
		VEC_GROW(out->items, out->count, out->cap);
		out->items[out->count++] = (struct named_index){ text_of(arena_strdup(arena, name)), list };
	}
	repo->other_index = NULL;
}

static int compare_names(const void *a, const void *b)
{
	return text_compare(((const struct named_index *)a)->name, ((const struct named_index *)b)->name);
}

void index_read_every(struct repo *repo, struct arena *arena, struct named_index **out, size_t *count)
{
	const char *dir = arena_printf(arena, "%sworktrees/", repo->common_dir);
	DIR *stream = opendir(dir);
	struct indexes all = { 0 };
	struct dirent *entry;

	read_one(repo, arena, arena_printf(arena, "%sindex", repo->common_dir), "index", &all);
	while (stream && (entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			read_one(repo, arena, arena_printf(arena, "%s%s/index", dir, entry->d_name),
				arena_printf(arena, "worktrees/%s/index", entry->d_name), &all);
	if (stream)
		closedir(stream);
	if (all.count)
		qsort(all.items, all.count, sizeof(*all.items), compare_names);
	*out = (struct named_index *)(void *)arena_memdup(arena, all.items, all.count * sizeof(*all.items));
	*count = all.count;
	free(all.items);
}
