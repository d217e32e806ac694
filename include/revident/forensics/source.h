/*
 * source: a tree of files to be judged, wherever it stands. Layer forensics.
 *
 * The tree of a commit, the index, the work tree, or a tree with a planned change applied: finding environments and
 * auditing them read any of these through the same few functions. A source borrows the study; it lives as long as the
 * arena it was made in.
 */
#ifndef REVIDENT_FORENSICS_SOURCE_H
#define REVIDENT_FORENSICS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/forensics/study.h"
#include "revident/git/object.h"
#include "revident/git/repeats.h"
#include "revident/model/oid.h"

enum source_kind {
	SOURCE_DIR,
	SOURCE_FILE,       /* a regular file, executable or not */
	SOURCE_LINK,       /* a symbolic link: never a migration; source_follow() says where it leads */
	SOURCE_UNREADABLE, /* a file of the work tree that cannot be read, as a limit says: it may be a migration */
	SOURCE_OTHER,      /* a submodule, anything else: never a migration */
};

struct source_entry {
	struct text name; /* one component */
	enum source_kind kind;
	bool executable;
	struct oid id;     /* of the tree or blob; null for a directory of a listed source */
	struct text bytes; /* the content, where it is no object of the repository; none otherwise */
};

/* One file of a listed source. Its bytes are an object of the repository, or were entered with study_add_bytes(). */
struct source_file {
	struct text path;
	enum source_kind kind;
	bool executable;
	struct oid id;
	struct text bytes; /* the content, where it is no object of the repository; none otherwise */
};

/* By path, for qsort(). */
static inline int source_file_compare_items(const void *a, const void *b)
{
	return text_compare(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

struct source;

/* The tree `root` of the repository. Never fails: what cannot be read becomes a limit when it is needed. */
struct source *source_of_tree(struct study *study, const struct oid *root);

/* The files of a list, in any order; a path may come once only. Copies nothing: `files` must outlive the source. */
struct source *source_of_files(struct study *study, struct source_file *files, size_t count);

/* Is it a tree of the repository? Then *root is its id. */
bool source_root(const struct source *source, struct oid *root);

/*
 * The entries of a directory ("" is the top), sorted by name, in `arena`. 1; 0 if there is no such directory;
 * -1 with `err` set where it is there and cannot be read.
 */
int source_list(struct source *source, struct text dir, struct arena *arena, struct source_entry **out, size_t *count,
	struct err *err);

/*
 * The same without copying, for walking whole trees: entries in stored order, borrowed until source_scan_close().
 * `id` is the directory's tree where the source is a tree. source_scan_open(): 1, 0, -1; source_scan_next(): 1, 0 at
 * the end, -1. Close after open gave 1.
 */
struct source_scan {
	struct source *source;
	struct text dir;
	struct object object;
	struct tree_iter it;
	size_t size; /* of the tree that is scanned */
	size_t at, skip;
};
int source_scan_open(
	struct source *source, struct text dir, const struct oid *id, struct source_scan *scan, struct err *err);
/* Of a tree of `size` bytes some entries, as a tree has them, instead of all of it. */
void source_scan_some(struct source *source, struct text entries, size_t size, struct source_scan *scan);
int source_scan_next(struct source_scan *scan, struct source_entry *out, struct err *err);
void source_scan_close(struct source_scan *scan);

/*
 * May a walk by paths look at what was opened? False, and a limit is said, for a tree that stands at too many of them
 * (repeats.h); always in a listed source, which has each path once.
 */
bool source_scan_allow(const struct source_scan *scan, struct repeats *repeats, const struct oid *id);

/* What stands at a path. 1, 0, -1. */
int source_find(struct source *source, struct text path, struct source_entry *out, struct err *err);

/* The bytes of the file that `entry` describes, at most `max`. 1; 0 if the object is missing; -1. */
int source_read(
	struct source *source, const struct source_entry *entry, size_t max, struct strbuf *out, struct err *err);

/*
 * The regular file that the symbolic link `link` at `path` leads to, through further links if need be. 1; 0 where it
 * leads out of the source, to nothing, to no regular file or in a circle; -1. The name in `out` stays the link's;
 * `place`, which may be NULL, gets the file's own path.
 */
int source_follow(struct source *source, struct text path, const struct source_entry *link, struct source_entry *out,
	struct strbuf *place, struct err *err);

/* All files of a listed source, sorted by path; none for a tree. */
const struct source_file *source_files(const struct source *source, size_t *count);

#endif
