#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "revident/base/directory.h"
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

	if (lstat(file, &st) < 0 && errno == ENOENT)
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
	struct indexes all = { 0 };
	struct directory linked;
	struct err why = { 0 };
	size_t i;

	read_one(repo, arena, arena_printf(arena, "%sindex", repo->common_dir), "index", &all);
	if (directory_read(&linked, dir, &why) < 0)
		repo_add_limit(repo, "%s", why.msg);
	for (i = 0; i < linked.count; i++)
		if (linked.names[i][0] != '.')
			read_one(repo, arena, arena_printf(arena, "%s%s/index", dir, linked.names[i]),
				arena_printf(arena, "worktrees/%s/index", linked.names[i]), &all);
	directory_release(&linked);
	if (all.count)
		qsort(all.items, all.count, sizeof(*all.items), compare_names);
	*out = arena_copy(arena, all.items, all.count, sizeof(*all.items));
	*count = all.count;
	free(all.items);
}
