/*
 * index: what is staged, as git itself reads it. Layer git.
 *
 * libgit2 1.5 cannot read split, sparse or hash-less indexes and is slow on large ones: a file of the plain kind is
 * read here, and git is asked about every other, with the environment that it gave us (a hook's GIT_INDEX_FILE
 * included).
 */
#ifndef REVIDENT_GIT_INDEX_H
#define REVIDENT_GIT_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/memory.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

struct index_entry {
	struct text path; /* from the top of the work tree */
	unsigned mode;
	unsigned stage;        /* 0; 1 to 3 in a conflict */
	bool is_skip_worktree; /* a sparse checkout leaves it out: that it is not on disk means nothing */
	bool is_assumed;       /* git takes the file for unchanged without a look (--assume-unchanged) */
	struct oid id;
};

struct index_list {
	struct index_entry *items; /* sorted by path, then stage */
	size_t count;
};

/*
 * The entries below `paths` (directories or files, literal; none = all). Intent-to-add entries are left out. 0 or -1
 * (git cannot be run, or refuses: ERR_UNDECIDED with what it said).
 */
int index_read(struct repo *repo, struct arena *arena, const char *const *paths, size_t count, struct index_list *out,
	struct err *err);

/* A file of the work tree that is not what the index says. */
struct worktree_difference {
	struct text path; /* from the top of the work tree */
	bool is_deleted;  /* in the index, and not there; else changed, or there and not in the index nor ignored */
};

struct worktree_differences {
	struct worktree_difference *items; /* sorted by path, each once */
	size_t count;
};

/*
 * How the work tree differs from the `index`, all of which was read: changed, deleted and untracked files, as `git
 * status` would see them, those in a conflict included; and of the files that git is told not to look at
 * (--assume-unchanged, --skip-worktree) those that `is_wanted` (NULL: all) and that have changed. Empty in a bare
 * repository. 0 or -1.
 */
typedef bool path_fn(struct text path);
int index_compare_worktree(struct repo *repo, struct arena *arena, const struct index_list *index, path_fn *is_wanted,
	struct worktree_differences *out, struct err *err);

/* A tree that HEAD's directory and the index share, and that holds nothing that matters. */
struct dull_tree {
	struct text path; /* of the directory */
	struct oid id;
};

/* How the index differs from a tree: what is staged at a path now (mode 0: nothing). */
struct index_changes {
	struct tree_change *items; /* in the order of paths */
	size_t count;
	struct text *conflicts; /* paths that have no stage 0 */
	size_t conflict_count;
	struct dull_tree *dull; /* the topmost such trees, as far as the index tells without their being read */
	size_t dull_count;
};

/* Does a path matter to the caller? */
typedef bool index_path_fn(struct text path);

/*
 * What `git commit` would change against `tree` (NULL: the empty one); what is merely intended to be added does not
 * count. A plain index is read here, every other asked of `git diff-index --cached`, which tells of no dull trees;
 * `matters` says what these do not hold. 0 or -1.
 */
int index_compare_tree(struct repo *repo, struct arena *arena, const struct oid *tree, index_path_fn *matters,
	struct index_changes *out, struct err *err);

/* The index of one work tree: "index" is the main one's, "worktrees/x/index" a linked one's. */
struct named_index {
	struct text name;
	struct index_list list;
};

/* The indexes of all work trees, sorted by name; one that git cannot read is a limit of the repository. */
void index_read_every(struct repo *repo, struct arena *arena, struct named_index **out, size_t *count);

/* Is there a sparse checkout? What it leaves out git adds only with --sparse. False where git does not say. */
bool index_has_sparse_checkout(struct repo *repo);

/* Which of `paths` (from the top of the work tree) are ignored: `ignored[i]` set. 0 or -1. */
int index_check_ignored(struct repo *repo, const char *const *paths, size_t count, bool *ignored, struct err *err);

#endif
