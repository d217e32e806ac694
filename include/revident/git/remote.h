/*
 * remote: where a repository was cloned from. Layer git; reads configuration alone, never the network.
 */
#ifndef REVIDENT_GIT_REMOTE_H
#define REVIDENT_GIT_REMOTE_H

#include <stdbool.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/repo.h"

/*
 * The URI of the remote "origin", else of the first one by name, in the arena; none where there is no remote, or its
 * address is a path. 0 or -1.
 */
int remote_find_uri(struct repo *repo, struct arena *arena, struct text *out, struct err *err);

/*
 * Appends an address as git takes it ("https://...", "git@host:path") as an absolute URI without user and password,
 * with every byte escaped that RFC 3986 does not take. False, and nothing appended, for a path or a file.
 */
bool remote_uri_of(struct text address, struct strbuf *out);

#endif
