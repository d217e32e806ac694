/*
 * snapshot: the migration files of one row of watched versions directories. Layer forensics.
 *
 * A row (git/watch.h) says which trees stand at the versions directories; a snapshot lists the files below them, at
 * most VERSIONS_DEPTH_MAX levels deep, __pycache__ left out, and says to which unit each belongs. A unit is a directory
 * whose migrations surely belong together: the versions directory itself where it holds migrations directly, else each
 * topmost directory below it that does. Snapshots are made when needed and kept while there is room.
 */
#ifndef REVIDENT_FORENSICS_SNAPSHOT_H
#define REVIDENT_FORENSICS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/forensics/study.h"
#include "revident/git/watch.h"

struct snap_file {
	uint32_t path;     /* path number */
	uint32_t blob;     /* blob number, or BLOB_NONE */
	uint32_t revision; /* revision number, INTERN_NONE if it declares none or cannot be read */
	uint32_t unit;     /* its directory's path number; INTERN_NONE where that holds no migration */
};

struct snapshot {
	uint32_t row;
	unsigned refs; /* users; snapshot_put() gives one back */
	size_t count;
	struct snap_file *files; /* sorted by path number */
	bool incomplete;         /* a tree could not be read: a file that is not listed may be there */
	uint32_t *unread;        /* then: the versions directories it may be in, as path numbers */
	size_t unread_count;     /* 0: in any */
};

struct snapshots;

/* `versions` are indexes of watched paths (watch_add()) that are versions directories. Copies the list. */
struct snapshots *snapshots_new(struct study *study, struct watch *watch, const size_t *versions, size_t count);
void snapshots_free(struct snapshots *snapshots); /* takes NULL */

/*
 * The snapshot of a row; good until snapshot_put(). Trees that cannot be read are limits and count as empty, and make
 * it incomplete; so is the row WATCH_UNKNOWN. NULL with `err` set where the reader failed.
 */
const struct snapshot *snapshots_get(struct snapshots *snapshots, uint32_t row, struct err *err);
void snapshot_put(struct snapshots *snapshots, const struct snapshot *snapshot);

/* The file at a path, or NULL. */
const struct snap_file *snapshot_find(const struct snapshot *snapshot, uint32_t path);

/* Sorts the files and gives each its unit, for those who list files themselves. */
void snapshot_assign_units(struct study *study, struct snap_file *files, size_t count);

#endif
