/*
 * pack_notes: what was found out about a pack, kept for the next run. Layer git.
 *
 * One file for each pack, "revident/sweep/<checksum>" in the repository's common directory, named by the checksum at
 * the pack's end: while that is the same, so is the content. What a note says is its writer's business; one that is
 * damaged, by another writer or about another pack counts as none. It appears whole, so that several processes may
 * write at once and anybody may delete any of it. Where nothing can be written, nothing is kept: that is no error.
 */
#ifndef REVIDENT_GIT_PACK_NOTES_H
#define REVIDENT_GIT_PACK_NOTES_H

#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/git/repo.h"
#include "revident/model/oid.h"

/*
 * Appends the note of the pack with this checksum. `writer` says who writes such notes and by which rules: any other
 * text in the file, and the note does not count. True if there is one.
 */
bool pack_note_read(const struct repo *repo, const struct oid *checksum, const char *writer, struct strbuf *out);

/* Keeps a note, and drops those of packs that the repository has no more. */
void pack_note_write(
	const struct repo *repo, const struct oid *checksum, const char *writer, const void *bytes, size_t len);

#endif
