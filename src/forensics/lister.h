/*
 * lister: the migration files of one version of a versions directory after another. Private to src/forensics.
 *
 * From one commit to the next a directory of hundreds of files changes by one or two. Only the entries that differ from
 * those of the tree that was listed before are looked at; the rest is taken over.
 */
#ifndef REVIDENT_SRC_FORENSICS_LISTER_H
#define REVIDENT_SRC_FORENSICS_LISTER_H

#include "revident/forensics/snapshot.h"

struct lister;

/* `dirs` are the path numbers of the versions directories, borrowed. */
struct lister *lister_new(struct study *study, const uint32_t *dirs, size_t count);
void lister_free(struct lister *lister); /* takes NULL */

struct file_list {
	struct snap_file *items;
	size_t count, cap;
};

/*
 * Adds the files of the versions directory `dirs[dir]`, where the tree `id` stands, to `out`, those of one call in the
 * order of their path numbers. What cannot be read is a limit, and sets *incomplete. 0; -1 where the reader failed.
 */
int lister_add(struct lister *lister, size_t dir, const struct oid *id, struct file_list *out, bool *incomplete,
	struct err *err);

/* Sorts files by path number. */
void sort_files(struct snap_file *files, size_t count);

#endif
