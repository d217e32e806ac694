/*
 * facts: what an earlier run found out about objects, so that this one need not read them again. Private to
 * src/forensics.
 *
 * Only what follows from objects' contents is kept, by their ids: what a migration declares, the hashes of its
 * significant lines, which entries of a tree lead to an environment or that none does, and what stands in it where a
 * watch looked. None of it can grow old, but what it follows from can be lost. So it is kept only of what was read from
 * packs, and holds while they all are what they were (git/pack_cache.h); of trees by a run alone that found everything
 * in packs; and by none that could not read everything. Whatever is missing or damaged is met, and told, in each run.
 * The same answer, to the byte, comes out with it and without.
 */
#ifndef REVIDENT_SRC_FORENSICS_FACTS_H
#define REVIDENT_SRC_FORENSICS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/study.h"
#include "revident/git/watch.h"

struct facts;

/* What is kept about the packs of the study's repository; the study takes it over. */
void facts_load(struct study *study);

/* Gives a new watch what an earlier one found in trees, for as long as the facts live. */
void facts_remember(const struct facts *facts, struct watch *watch); /* takes NULL */

/*
 * Keeps what the study and the watch know now, where that is a good deal more than before and nothing was left unread.
 * Of a study that searched all trees there ever were, what it found out about trees is left out: to take that in would
 * cost each later run more than it saves.
 */
void facts_keep(const struct study *study, const struct watch *watch, bool searched_all);

/*
 * The two without the file and its rules: what was kept, which must live as long, and sets the reader's secret; and as
 * much of it as made sense, with what the study and the watch (NULL: nothing) found since, as it is to be kept, in
 * `out`.
 */
struct facts *facts_take(struct text bytes, struct reader *reader);
void facts_tell(const struct study *study, const struct watch *watch, bool with_trees, struct strbuf *out);

void facts_free(struct facts *facts); /* takes NULL */

/* What the blob declares; in the arena, but for texts, which live as long as the facts. False if that is not known. */
bool facts_migration(const struct facts *facts, const struct oid *id, struct arena *arena, struct migration *out);

/* The same for its content, all of which is in the arena. */
bool facts_content(const struct facts *facts, const struct oid *id, struct arena *arena, struct content *out);

/* Did an earlier run find a tree dull (see study_add_dull())? */
bool facts_is_dull(const struct facts *facts, const struct oid *id, bool in_versions);

/*
 * A survey's tree, as a tree of the entries alone that were found to be of interest, in the order of the whole one.
 * `in_versions` is as for study_add_dull(): other entries are of interest there. facts_add_tree() copies; facts_tree()
 * gives what an earlier run added, for as long as the facts live, with the length of the whole tree. What is found in a
 * tree depends on its depth only where directories are too deep to be searched: facts_note_deep_tree() keeps all trees
 * of a history from being kept that has some half as deep, and at such a depth none may be asked for.
 */
void facts_note_deep_tree(struct facts *facts);
void facts_add_tree(struct facts *facts, const struct oid *id, bool in_versions, size_t size, struct text entries);
bool facts_tree(const struct facts *facts, const struct oid *id, bool in_versions, size_t *size, struct text *entries);

/*
 * facts_record.c: a migration and its content (NULL: it was not asked for) as bytes, and back. Numbers are as the
 * machine has them: nobody but this machine's user reads them. The readers return false for what they cannot have been
 * given.
 */
void fact_write(struct strbuf *out, const struct migration *migration, const struct content *content);
bool fact_read_migration(struct text record, struct arena *arena, struct migration *out);
bool fact_read_content(struct text record, struct arena *arena, struct content *out);
bool fact_has_content(struct text record);

#endif
