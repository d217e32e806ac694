/*
 * internal: what the modules of the git layer share among themselves. Private to src/git; the only header with
 * <git2.h>.
 */
#ifndef REVIDENT_SRC_GIT_INTERNAL_H
#define REVIDENT_SRC_GIT_INTERNAL_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "pack.h"
#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/intern.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/object.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/* An object directory: the repository's own, or an alternate. */
struct object_dir {
	char *path; /* absolute, with a trailing slash */
	int fd;
};

struct object_dirs {
	struct object_dir *items; /* in the order in which git looks */
	size_t count, cap;
};

struct commit_graph;

struct repo {
	git_repository *git;
	git_odb *odb;
	git_odb *loose; /* the loose objects alone: libgit2 looks no further than a damaged copy */
	git_config *config;
	char *git_dir, *common_dir; /* absolute, with a trailing slash */
	char *work_tree;            /* the same, or NULL */
	bool bare;
	bool partial;            /* some remote promised the objects that are not here */
	bool replacements;       /* replace refs or grafts */
	bool no_replace_objects; /* GIT_NO_REPLACE_OBJECTS */
	bool graph_is_barred;    /* they would change what a commit-graph says */
	bool started;            /* libgit2 was started */
	struct object_dirs dirs;
	struct packs packs;
	bool packs_are_held;       /* somebody holds pointers to them: none may be added */
	struct strbuf packed_refs; /* as of `packed_refs_stat`; see packed_refs_read() */
	struct stat packed_refs_stat;
	struct oid *shallow; /* sorted */
	size_t shallow_count, shallow_cap;
	struct intern limits;
	const char **limit_list;
	size_t limit_cap;
	struct commit_graph *graph; /* opened by the first walk; NULL: none */
	bool graph_opened;
	char *index_file;                    /* GIT_INDEX_FILE as given, or NULL */
	char *cache_dir;                     /* absolute, or NULL */
	size_t objects_read[OBJECT_TAG + 1]; /* by type */
	size_t objects_elsewhere;            /* asked for, and not in a pack that could be read */
	bool has_memory;                     /* memory.c: there is a store in memory */
	struct stat checked_index;           /* index_check.c: the last one that had its checksum */
	const char *other_index;             /* that git is to read instead, for a while; NULL: none */
};

/* startup.c: libgit2's process-wide options. 0 or -1. */
int git_layer_start(struct err *err);

/* startup.c: what libgit2 said last, made printable, behind the caller's sentence and ": ". Returns -1. */
int err_set_git(struct err *err, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* discover.c: finds git_dir, common_dir and the directory that would be the work tree (NULL: none). */
struct location {
	char *git_dir, *common_dir; /* absolute, with a trailing slash */
	char *top;                  /* where `.git` was found, or the current directory with GIT_DIR; may be NULL */
	char *base;                 /* the directory that relative names start from, absolute, trailing slash */
};
int location_find(struct location *out, const struct repo_env *env, struct err *err);
void location_release(struct location *loc);

/* Makes `path` absolute: below `base` (with a trailing slash) where it is relative. Freed by the caller. */
char *path_join(const char *base, const char *path);

/* preflight.c: each file that libgit2 or we would open is a regular file (or absent). 0; -1 with ERR_UNDECIDED. */
int preflight_check(const struct location *loc, struct err *err);

/*
 * preflight_config.c: no file that git reads for its work tree is a named pipe or an endless device. Needs the
 * configuration. 0; -1 with ERR_UNDECIDED.
 */
int preflight_work_tree(struct repo *repo, struct err *err);

/*
 * preflight_config.c: the user's own configuration, which libgit2 reads, is a file if it is there. 0; -1 with
 * ERR_UNDECIDED.
 */
int preflight_user_config(struct err *err);

/*
 * preflight_config.c: the repository's configuration can be read to its end. Where it includes other files git, which
 * is given up when it waits, reads it before libgit2 does, and must not refuse it: libgit2 passes by what it cannot
 * include. Needs the git and common directories alone. 0; -1 with ERR_UNDECIDED.
 */
int preflight_config(struct repo *repo, struct err *err);

/* preflight.c: says that `what` stands at `path`, where git keeps a file. Returns -1. */
int preflight_complain(const char *path, const char *what, struct err *err);

/* preflight.c: what stands where a file is expected: "a directory", "a named pipe" ... */
const char *preflight_kind(mode_t mode);

/* preflight.c: 1 if `path` is a regular file, 0 if nothing is there, -1 (with `err`) if it is anything else. */
int preflight_regular(const char *path, struct err *err);

/* preflight.c: reads a regular file of at most `max` bytes without ever blocking. 1, 0 (absent), -1. */
int preflight_read(const char *path, size_t max, struct strbuf *out, struct err *err);

/* odb.c: the object database over the repository's directory, `env`'s and all alternates. 0 or -1. */
int odb_open(struct repo *repo, const struct location *loc, const struct repo_env *env, struct err *err);

/* pack_backend.c: the packs of `repo`, which must outlive it. 0 or -1. */
int pack_backend_new(git_odb_backend **out, struct repo *repo, struct err *err);

/* object.c: the type that libgit2 names. False for what is no object by itself. */
bool object_type_of(git_object_t type, enum object_type *out);

/* pack_rescue.c: the base of a delta from elsewhere; `data` is the repository. NULL where there is no good copy. */
struct pack_bytes *pack_rescue(void *data, size_t number, uint64_t offset);

/* loose.c: the strict reader of loose objects over `dirs`, which must outlive it. 0 or -1. */
int loose_backend_new(git_odb_backend **out, const struct object_dirs *dirs, struct err *err);

/* loose.c: calls `fn` for every loose object of every directory, some twice; stops where it does not return 0. */
int loose_each(const struct object_dirs *dirs, git_odb_foreach_cb fn, void *payload);

/* odb.c: opens the packs that have come since the repository was opened, behind the others. */
void odb_open_new_packs(struct repo *repo);

/* odb.c: the same in one look: half a pack is passed over, without waiting for its other half. */
void odb_look_for_packs(struct repo *repo);

/* commit_graph.c: the repository's commit-graph, or NULL; borrowed until repo_close(). */
const struct commit_graph *repo_commit_graph(struct repo *repo);

/* shallow.c: reads the boundary and looks for replace refs and grafts. 0 or -1. */
int shallow_load(struct repo *repo, struct err *err);
bool shallow_has(const struct repo *repo, const struct oid *id);

/*
 * object.c: object_peel_to_commit() that tells what stopped it: on 0, `*missing` is the object that is not there, or
 * the null id where the chain ends in something else.
 */
int object_peel(struct repo *repo, const struct oid *id, struct oid *out, struct oid *missing, struct err *err);

/*
 * index_check.c: has the index that git is about to read the checksum that it ends with? git itself does not look. 0,
 * also where there is no index, one without a checksum (index.skipHash), or one of more than `max` bytes; -1 where it
 * is damaged. What a split index shares with others is looked at, too.
 */
int index_check(struct repo *repo, size_t max, struct err *err);

/* The index that git reads: GIT_INDEX_FILE counts from where process_git() starts it. Freed by the caller. */
char *index_file_path(const struct repo *repo);

enum { SYMREF_DEPTH_MAX = 5 /* git's own limit */ };

/* refs.c: the error for a ref whose content makes no sense. Returns -1. */
int damaged_ref(const char *name, struct err *err);

/* refs.c: a name below refs/ that git would give a ref (git-check-ref-format(1)). Two lines run into one have none. */
bool ref_name_is_possible(struct text name);

/* refs.c: HEAD, or that of another work tree ("worktrees/NAME/HEAD")? It leads to a ref below refs/, or is a commit. */
bool ref_is_head(const char *name);

/* refs.c: a ref as it is stored. */
struct raw_ref {
	bool is_symbolic;
	struct oid target; /* where it is not symbolic */
	struct text name;  /* what it points to, where it is; in the arena */
};

/* refs.c: reads a loose ref's file; `name` is for messages. 1, 0 (absent), -1 (damaged). */
int ref_read_file(struct arena *arena, const char *path, const char *name, struct raw_ref *out, struct err *err);

/*
 * packed_refs.c: all of packed-refs, read again only if it changed; borrowed until the next call. 0 (empty: none) or
 * -1.
 */
int packed_refs_read(struct repo *repo, struct text *out, struct err *err);

/* packed_refs.c: the object that packed-refs has for `name`. 1, 0, -1 (its line is damaged). */
int packed_refs_find(struct repo *repo, const char *name, struct oid *out, struct err *err);

/* packed_refs.c: takes a line, "ID NAME". False where git would have written no such line. */
bool packed_refs_parse(const char *line, size_t len, struct oid *id, struct text *name);

/* packed_refs.c: a limit for each line that makes no sense: which ref it was is unknown. */
void packed_refs_check(struct repo *repo);

/* refs.c: follows what was read to an object. 1, 0 (dangling), -1. `last`: set where it is symbolic, as below. */
int ref_resolve_raw(struct repo *repo, struct arena *arena, struct raw_ref raw, struct text *last, struct oid *out,
	struct err *err);

/*
 * refs.c: follows `name` to an object. 1, 0 (none, or dangling), -1. `symbolic`: the last hop's name, as `git
 * symbolic-ref` has it, or none; may be NULL.
 */
int ref_follow(struct repo *repo, struct arena *arena, const char *name, struct oid *out, struct text *symbolic,
	struct err *err);

/*
 * refs.c: git calls a repository none whose HEAD makes no sense. Asked where git failed: 0, or -1 with what is wrong
 * with HEAD.
 */
int ref_check_head(struct repo *repo, struct err *err);

/* Was the file neither replaced nor written to between the two? As far as the file system's clock can tell. */
static inline bool stat_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static inline const git_oid *as_git_oid(const struct oid *id)
{
	return (const git_oid *)(const void *)id->bytes;
}

#endif
