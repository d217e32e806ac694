/*
 * object: reading objects as bytes. Layer git.
 *
 * Straight from the object database, hash checks and caches off; loose objects through a strict reader of our own
 * (src/git/loose.c), because libgit2 1.5 never returns from a truncated one.
 */
#ifndef REVIDENT_GIT_OBJECT_H
#define REVIDENT_GIT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

enum object_type { OBJECT_COMMIT, OBJECT_TREE, OBJECT_BLOB, OBJECT_TAG };

/* The bytes are borrowed until object_release(). */
struct object {
	enum object_type type;
	const unsigned char *bytes;
	size_t len;
	void *handle, *shared; /* this layer's own: who owns the bytes */
};

/*
 * 1 with `out` filled; 0 if the repository lacks it; -1 with `err` if it is damaged or longer than `max` bytes.
 * Trees and commits take OBJECT_META_MAX as `max`.
 */
enum { OBJECT_META_MAX = 256 * 1024 * 1024 };
int object_read(struct repo *repo, const struct oid *id, size_t max, struct object *out, struct err *err);
void object_release(struct object *object);

/* The same bytes once more, to be released on their own. */
void object_share(const struct object *object, struct object *out);

/* How many objects of a type object_read() has given so far. */
size_t object_count_read(const struct repo *repo, enum object_type type);

/*
 * How many were asked for that no pack gave, or gave only with the help of a copy elsewhere: what is known of them does
 * not follow from the packs alone.
 */
size_t object_count_elsewhere(const struct repo *repo);

/* Type and size without the content. 1, 0 (not there), -1. Either pointer may be NULL. */
int object_header(struct repo *repo, const struct oid *id, enum object_type *type, size_t *len, struct err *err);

/*
 * The commit that `id` leads to through any number of tags. 1 with *out; 0 if it leads to no commit or is missing; -1.
 */
int object_peel_to_commit(struct repo *repo, const struct oid *id, struct oid *out, struct err *err);

/*
 * Adds the limit for an object that is missing (`why` NULL) or damaged (as `why` says). `what`: "commit", "tree",
 * "blob" or "object". In a partial clone it names the commands that fetch what is missing.
 */
void object_add_limit(struct repo *repo, const char *what, const struct oid *id, const struct err *why);

/* The id that `bytes` would have as a blob. */
void object_blob_id(const void *bytes, size_t len, struct oid *out);

/* One entry of a raw tree. `name` is borrowed from the tree's bytes; it may hold anything but NUL, '/' included. */
struct tree_entry {
	unsigned mode; /* 0100644, 0100755, 0120000, 0160000 or 040000: what git reads any other as, too */
	const char *name;
	size_t name_len;
	struct oid id;
};

enum { MODE_TREE = 0040000, MODE_TYPE = 0170000, MODE_FILE = 0100000, MODE_LINK = 0120000, MODE_GITLINK = 0160000 };

/*
 * Walks a raw tree's entries in stored order; start with all of it in `bytes`/`len`. 1, 0 at the end, -1 if malformed.
 */
struct tree_iter {
	const unsigned char *bytes;
	size_t len;
};
int tree_next(struct tree_iter *it, struct tree_entry *out);

/* git's order of a tree's entries: by bytes, a directory as if its name ended with a slash. As of memcmp(). */
int tree_compare(struct text a, bool a_is_tree, struct text b, bool b_is_tree);

#endif
