/*
 * sweep: every object of the repository, reachable or not. Layer git.
 *
 * Loose, packed, in cruft packs and in alternates: everything that git has not pruned yet.
 */
#ifndef REVIDENT_GIT_SWEEP_H
#define REVIDENT_GIT_SWEEP_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/git/commits.h"
#include "revident/git/object.h"
#include "revident/git/repo.h"

/*
 * Blobs outside of these sizes are not read: of 1,472 migrations of two large projects four are larger, and reading
 * them would double the time.
 */
enum { SWEEP_BLOB_MIN = 20, SWEEP_BLOB_MAX = 64 * 1024 };

/* An object's content, borrowed for the call. 0 to go on, -1 with the caller's own error set to stop. */
typedef int sweep_content_fn(void *data, const struct oid *id, const unsigned char *bytes, size_t len);

/* A pack on its way through a sweep. */
struct sweep_pack {
	struct oid checksum;
	size_t count; /* of objects */
};

enum sweep_answer {
	SWEEP_STOP = -1, /* with the caller's own error set */
	SWEEP_VISIT,     /* its objects, but for what an earlier pack had */
	SWEEP_ALL,       /* all its objects, though some came before */
	SWEEP_SKIP,      /* none: they are known */
};

/*
 * What to do with what the sweep meets; what is NULL is passed over. All return 0 to go on, -1 with the caller's own
 * error set to stop.
 */
struct sweep_visitor {
	int (*commit)(void *data, const struct oid *id);
	sweep_content_fn *blob, *tree;
	int (*is_known)(
		void *data, const struct oid *id); /* 1: not of interest, since its content is known; may be NULL */
	enum sweep_answer (*pack)(void *data, const struct sweep_pack *pack);
	int (*pack_done)(void *data, const struct sweep_pack *pack, bool whole); /* `whole`: all could be read */
	void *data;
};

/*
 * Visits each commit (by id alone), each tree and each blob of fitting size once, in the order in which reading costs
 * least. *count is how many objects there are. Objects that cannot be read are limits. 0; -1 with `err` set where a
 * visitor stopped it or the database cannot be listed.
 */
int sweep_objects(struct repo *repo, const struct sweep_visitor *visitor, const struct progress *progress,
	size_t *count, struct err *err);

#endif
