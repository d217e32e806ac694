#include "revident/git/merge.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/xalloc.h"
#include "revident/git/memory.h"

static int look_up(git_tree **out, struct repo *repo, const struct oid *id, struct err *err)
{
	char hex[OID_HEX + 1];

	if (!id || git_tree_lookup(out, repo->git, as_git_oid(id)) == 0)
		return 0;
	return err_set_git(err, ERR_UNDECIDED, "cannot read tree %s", oid_hex(id, hex));
}

/* A path in a conflict, and what the merged tree is to hold there. */
struct conflict {
	char *path;
	git_index_entry kept; /* mode 0: nothing */
};

struct conflicts {
	struct conflict *items;
	size_t count, cap;
};

static void add_conflict(struct conflicts *list, const git_index_entry *entry, const git_index_entry *kept)
{
	struct conflict *conflict;

	VEC_GROW(list->items, list->count, list->cap);
	conflict = &list->items[list->count++];
	memset(conflict, 0, sizeof(*conflict));
	conflict->path = xstrdup(entry->path);
	if (kept) {
		conflict->kept.mode = kept->mode;
		conflict->kept.id = kept->id;
	}
	conflict->kept.path = conflict->path;
}

static int list_conflicts(git_index *index, struct conflicts *list, struct err *err)
{
	const git_index_entry *ancestor, *ours, *theirs;
	git_index_conflict_iterator *it = NULL;
	int got;

	if (git_index_conflict_iterator_new(&it, index) < 0)
		return err_set_git(err, ERR_UNDECIDED, "cannot list a merge's conflicts");
	while ((got = git_index_conflict_next(&ancestor, &ours, &theirs, it)) == 0)
		add_conflict(list, ours ? ours : theirs ? theirs : ancestor, ours ? ours : theirs);
	git_index_conflict_iterator_free(it);
	return got == GIT_ITEROVER ? 0 : err_set_git(err, ERR_UNDECIDED, "cannot list a merge's conflicts");
}

/* Takes the conflicts out of the index, so that it makes a tree. */
static int settle(git_index *index, const struct conflicts *list, struct err *err)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (git_index_conflict_remove(index, list->items[i].path) < 0 ||
			(list->items[i].kept.mode && git_index_add(index, &list->items[i].kept) < 0))
			return err_set_git(err, ERR_UNDECIDED, "cannot settle a merge's conflicts");
	}
	return 0;
}

static int compare_conflicts(const void *a, const void *b)
{
	return strcmp(((const struct conflict *)a)->path, ((const struct conflict *)b)->path);
}

static void keep_paths(struct arena *arena, struct conflicts *list, struct merged_tree *out)
{
	size_t i;

	out->conflicts = arena_calloc(arena, list->count + 1, sizeof(*out->conflicts));
	out->conflict_count = list->count;
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_conflicts);
	for (i = 0; i < list->count; i++) {
		out->conflicts[i] = text_of(arena_strdup(arena, list->items[i].path));
		free(list->items[i].path);
	}
	free(list->items);
}

/* Where one side changed nothing, or both the same, the other one is the merge: nothing has to be read. */
static const struct oid *merged_without_reading(
	const struct oid *ancestor, const struct oid *ours, const struct oid *theirs)
{
	if (oid_equal(ours, theirs) || (ancestor && oid_equal(ancestor, theirs)))
		return ours;
	return ancestor && oid_equal(ancestor, ours) ? theirs : NULL;
}

int merge_trees(struct repo *repo, struct arena *arena, const struct oid *ancestor, const struct oid *ours,
	const struct oid *theirs, struct merged_tree *out, struct err *err)
{
	git_merge_options options;
	git_tree *trees[3] = { NULL, NULL, NULL };
	struct conflicts list = { .items = NULL };
	const struct oid *known = merged_without_reading(ancestor, ours, theirs);
	git_index *index = NULL;
	struct oid scratch;
	git_oid tree;
	int rc = -1, i;

	memset(out, 0, sizeof(*out));
	if (known) {
		out->tree = *known;
		return 0;
	}
	if (git_merge_options_init(&options, GIT_MERGE_OPTIONS_VERSION) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 cannot merge");
	if (memory_blob(repo, "", 0, &scratch, err) < 0) /* what the merge writes goes to memory from here on */
		return -1;
	if (look_up(&trees[0], repo, ancestor, err) < 0 || look_up(&trees[1], repo, ours, err) < 0 ||
		look_up(&trees[2], repo, theirs, err) < 0)
		goto done;
	if (git_merge_trees(&index, repo->git, trees[0], trees[1], trees[2], &options) < 0) {
		err_set_git(err, ERR_UNDECIDED, "cannot merge in memory");
		goto done;
	}
	if (list_conflicts(index, &list, err) < 0 || settle(index, &list, err) < 0)
		goto done;
	if (git_index_write_tree_to(&tree, index, repo->git) < 0) {
		err_set_git(err, ERR_UNDECIDED, "cannot make a tree of a merge");
		goto done;
	}
	memcpy(out->tree.bytes, tree.id, OID_BYTES);
	rc = 0;
done:
	keep_paths(arena, &list, out);
	git_index_free(index);
	for (i = 0; i < 3; i++)
		git_tree_free(trees[i]);
	return rc;
}
