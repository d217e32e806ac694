/*
 * patch: changes to files as a patch that `git apply` takes. Layer git.
 *
 * Content is compared by libgit2, in memory, so that any bytes go through (binary files as binary patches); whole
 * renames are written here, since git does not see one where the old name is used again.
 */
#ifndef REVIDENT_GIT_PATCH_H
#define REVIDENT_GIT_PATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"

struct patch_change {
	struct text from; /* a rename: the old path; none otherwise */
	struct text path;
	bool has_before;    /* false: a new file */
	struct text before; /* its bytes */
	struct text after;
	bool executable;
};

/*
 * Appends the patch, renames first; a file that is to be as it is takes no part. libgit2 must have been started, by
 * opening a repository. 0; -1 with ERR_UNDECIDED where the patch would be larger than 256 MiB.
 */
int patch_write(const struct patch_change *changes, size_t count, struct strbuf *out, struct err *err);

#endif
