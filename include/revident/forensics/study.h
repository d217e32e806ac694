/*
 * study: what one command has read so far. Layer forensics.
 *
 * Paths, revision ids and blobs are interned: the rest of the layer compares small numbers. Every distinct blob is read
 * and parsed once, however many commits and paths hold it. Lives as long as the command; owns its arena.
 */
#ifndef REVIDENT_FORENSICS_STUDY_H
#define REVIDENT_FORENSICS_STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "revident/alembic/reader.h"
#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/intern.h"
#include "revident/git/object.h"
#include "revident/git/repo.h"
#include "revident/model/migration.h"
#include "revident/model/oid.h"

enum blob_state {
	BLOB_UNREAD,
	BLOB_READ,
	BLOB_ABSENT, /* missing or unreadable: a limit of the repository says which; what it declares is unknown */
};

/* The blob of an entry that is no regular file (a symlink, a submodule): never a migration. */
#define BLOB_NONE UINT32_MAX

struct tree_indexes;
struct facts;

struct blob {
	struct oid id;
	enum blob_state state;
	uint32_t revision;                 /* number in study.revisions, INTERN_NONE if it has no identity */
	const struct migration *migration; /* once read; NULL while unread or absent */
	struct content *content;           /* once asked for */
	const char *unreadable;            /* why, of an absent one that is there; NULL: the repository lacks it */
	bool is_packed;                    /* read from a pack, without help from elsewhere */
	bool is_in_history;                /* it stands in a versions directory of some commit */
	struct object *kept;               /* its bytes, which are often compared later; NULL where there was no room */
};

struct study {
	struct repo *repo;
	struct reader *reader;
	struct arena arena;
	struct intern paths;     /* from the top of the repository; "" is the top itself */
	struct intern revisions; /* revision ids, as Alembic would hold them, in UTF-8 */
	struct intern blob_ids;
	struct blob *blobs; /* by number in blob_ids */
	size_t blob_cap;
	size_t kept_bytes;
	struct oid_set *dull;             /* see study_add_dull() */
	struct tree_indexes *large_trees; /* those that were searched last (source.c) */
	struct facts *facts;              /* of an earlier run (facts.c); NULL: none are looked for */
	uint32_t *path_dir;               /* by path number: the number of its directory; INTERN_NONE for "" */
	size_t path_dir_cap, path_dir_count;
	uint32_t *path_rank; /* by path number: its place in the order of the paths that were ranked; NULL: none were */
	size_t ranked_count;
};

/* Makes the reader; borrows `repo`. 0 or -1. study_release() may be called on a failed one. */
int study_init(struct study *study, struct repo *repo, struct err *err);
void study_release(struct study *study);

/* A text in the study's arena; one that may come from a repository made printable, too. */
struct text study_sentence(struct study *study, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *study_shown(struct study *study, struct text text);

/* The number of a path (and of each directory above it). */
uint32_t study_path(struct study *study, const char *path, size_t len);

/* The number of a name's path in a directory. */
uint32_t study_path_below(struct study *study, uint32_t dir, struct text name);

/* The directory that holds the path; INTERN_NONE for the top. */
uint32_t study_path_dir(const struct study *study, uint32_t path);

/* Is `path` the directory `dir` itself, or anywhere below it? */
bool study_path_is_below(const struct study *study, uint32_t path, uint32_t dir);

/* The same of any of the directories. */
bool study_path_is_below_any(const struct study *study, uint32_t path, const uint32_t *dirs, size_t count);

/* The order of two paths by their bytes, as strcmp() tells it. */
int study_compare_paths(const struct study *study, uint32_t a, uint32_t b);

/* Sorts the paths that are known by now, so that any two of them are compared by number from here on. */
void study_rank_paths(struct study *study);

static inline const char *study_path_str(const struct study *study, uint32_t path)
{
	return intern_str(&study->paths, path);
}

struct text study_path_text(const struct study *study, uint32_t path);
struct text study_revision_text(const struct study *study, uint32_t revision);

/*
 * Marks a tree as dull: it is known to hold nothing of Alembic's, and need not be read; and asks whether it is. The
 * answer depends on where it is: `in_versions` is at or below a directory called version*, where every migration
 * counts.
 */
void study_add_dull(struct study *study, const struct oid *tree, bool in_versions);
bool study_is_dull(const struct study *study, const struct oid *tree, bool in_versions);

/* The number of a blob; nothing is read yet. */
uint32_t study_blob_number(struct study *study, const struct oid *id);

/*
 * The blob, read and parsed. A missing or damaged one is no failure: its state is BLOB_ABSENT and the repository has a
 * limit more. The pointer is good until the next blob is added. NULL with `err` set where the reader itself failed.
 */
const struct blob *study_blob(struct study *study, uint32_t number, struct err *err);

/* The same where the blob's bytes are at hand, at most MIGRATION_BYTES_MAX. */
const struct blob *study_blob_at_hand(
	struct study *study, uint32_t number, const unsigned char *bytes, size_t len, struct err *err);

/* Was it asked for, and could not be read? Nobody knows then what the file declares. BLOB_NONE declares nothing. */
static inline bool study_blob_is_absent(const struct study *study, uint32_t number)
{
	return number != BLOB_NONE && study->blobs[number].state == BLOB_ABSENT;
}

/* Is it longer than what is read of a migration? It is no failure, but nobody knows what the file declares either. */
bool study_blob_is_too_large(const struct study *study, uint32_t number);

/* The blob of files that are no objects and cannot be read: an absent one, with a null id. */
uint32_t study_unreadable_blob(struct study *study);

/*
 * Enters bytes that need not be an object of the repository (a work tree's file). Its number, or INTERN_NONE with
 * `err`.
 */
uint32_t study_add_bytes(struct study *study, const char *bytes, size_t len, struct err *err);

/* The blob's significant lines, read again at first use; an absent blob has none. NULL with `err` set on failure. */
struct content *study_content(struct study *study, uint32_t number, struct err *err);

/* How much of one goes on in the other: similarity (-1 is null), much the same and other content. 0 or -1. */
int study_similarity(struct study *study, uint32_t a, uint32_t b, double *out, struct err *err);
int study_much_the_same(struct study *study, uint32_t a, uint32_t b, bool *out, struct err *err);
int study_other_content(struct study *study, uint32_t a, uint32_t b, bool *out, struct err *err);

/* What was edited between two versions of a migration; EDIT_OTHER where one of them cannot be read. 0 or -1. */
int study_compare(struct study *study, uint32_t before, uint32_t after, enum edit *out, struct err *err);

/* Is it the same code but for its look and its imports? False where one of them cannot be read. 0 or -1. */
int study_same_code(struct study *study, uint32_t before, uint32_t after, bool *out, struct err *err);

#endif
