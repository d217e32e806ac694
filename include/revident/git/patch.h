/*
 * patch: changes to files as a patch that `git apply` takes. Layer git.
 *
 * Content is compared by git itself, in a directory of its own, so that any bytes go through (binary files as binary
 * patches); whole renames are written here, since git does not see one where the old name is used again.
 */
#ifndef REVIDENT_GIT_PATCH_H
#define REVIDENT_GIT_PATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"

struct patch_change {
	struct text from; /* a rename: the old path; none otherwise */
	struct text path;
	bool has_before;    /* false: a new file */
	struct text before; /* its bytes */
	struct text after;
	bool executable;
};

/* Appends the patch, renames first. `temporary`: where a directory may be made. 0; -1 with ERR_UNDECIDED. */
int patch_write(struct repo *repo, const char *temporary, const struct patch_change *changes, size_t count,
	struct strbuf *out, struct err *err);

#endif
