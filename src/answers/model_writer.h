/*
 * model_writer: from the numbers of an investigation to the model. Private to src/answers.
 *
 * Whatever it writes is copied to the investigation's caller's arena and outlives the investigation.
 */
#ifndef REVIDENT_SRC_ANSWERS_MODEL_WRITER_H
#define REVIDENT_SRC_ANSWERS_MODEL_WRITER_H

#include "revident/base/err.h"
#include "revident/forensics/history.h"
#include "revident/forensics/investigation.h"
#include "revident/model/commit.h"
#include "revident/model/event.h"

struct model_writer {
	struct investigation *inv;
	struct arena *arena;
	const struct commit_info **infos; /* by commit number, read at first use */
	struct text *paths, *revisions;   /* by number, copied at first use; none until then */
	size_t path_cap, revision_cap;
	const struct migration **migrations; /* by blob number, likewise */
	size_t migration_cap;
	struct text environment, environment_copy; /* the last one */
};

void model_writer_init(struct model_writer *w, struct investigation *inv);
void model_writer_release(struct model_writer *w);

struct text model_copy_text(struct model_writer *w, struct text text);
struct text model_path(struct model_writer *w, uint32_t path);
struct text model_revision(struct model_writer *w, uint32_t revision);

/* The commit of that number; where it cannot be read any more, all but its id is empty. */
const struct commit_info *model_commit(struct model_writer *w, uint32_t commit);

/* NULL stays NULL. */
const struct migration *model_migration(struct model_writer *w, const struct migration *from);

/* All but what was edited. */
void model_event(struct model_writer *w, const struct change *change, struct event *out);

/* What was edited, where the event says that something was. 0 or -1. */
int model_what(struct model_writer *w, const struct change *change, struct event *out, struct err *err);

#endif
