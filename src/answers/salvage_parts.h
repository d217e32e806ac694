/*
 * salvage_parts: what the places of salvage share. Private to src/answers.
 */
#ifndef REVIDENT_SRC_ANSWERS_SALVAGE_PARTS_H
#define REVIDENT_SRC_ANSWERS_SALVAGE_PARTS_H

#include "revident/answers/salvage.h"
#include "revident/git/index.h"
#include "revident/git/reflog.h"

/* A blob that declares a revision, met where there is no history: in an index, or among all objects. */
struct stray {
	uint32_t revision; /* number in the head's study */
	uint32_t blob;
	struct text path, name; /* none among all objects; the index that has it */
	bool executable;
	uint32_t next; /* of the same revision: its place + 1 */
};

struct stray_list {
	struct stray *items;
	size_t count, cap;
	struct stray_ends {
		uint32_t first, last; /* places + 1 */
	} * ends;                     /* by revision */
	size_t end_cap;
};

/* Where HEAD's history last has a blob. */
struct holder {
	uint32_t commit, path; /* COMMIT_NONE: nowhere */
};

struct salvager {
	struct investigation *head;
	struct arena *arena;
	struct salvage_options options;
	struct searched searched;

	struct investigation refs, logs, lost; /* every ref; what logs remember; commits that nothing leads to */
	bool refs_open, logs_open, lost_open;  /* with commits to look at */
	bool searched_refs, searched_logs, searched_indexes, searched_objects;
	struct reflog_list reflogs;
	struct stray_list staged, dangling;
	struct oid *lost_tips; /* commits that were not walked, as the sweep meets them */
	size_t lost_tip_count, lost_tip_cap;
	struct holder *holders; /* by blob number, once they are asked for */
	size_t holder_count;
};

/*
 * The version of the revision that was held last in an investigation: before the last loss or replacement, else as the
 * last change left it; with --blob, that one. 1 with `out` filled but for `where` and `ref`, and *commit its number; 0;
 * -1.
 */
int pick_from_history(struct salvager *s, struct investigation *inv, struct text revision, struct text environment,
	struct salvage_source *out, uint32_t *commit, struct err *err);

/*
 * What the search of all objects found may stand in HEAD's history all the same, where a file that cannot be read hides
 * what was done to it: then it is from there, and a later file at its path may be a newer version. 1, 0, -1.
 */
int find_in_history(struct salvager *s, struct salvage_source *out, struct err *err);

/* The path that HEAD's history last has for a blob. 1 or 0. */
int path_in_history(struct salvager *s, const struct oid *blob, struct text *out);

/* The first tip, by name, that is a commit, else the first one that descends from it; NULL if none. */
const struct ref *tip_above(const struct investigation *inv, uint32_t commit);

/* Fills size, digest, message and date of a source from its blob. 1; 0 if the blob is gone; -1. */
int describe_source(struct salvager *s, struct salvage_source *source, struct err *err);

void add_stray(struct stray_list *list, const struct stray *stray);

/* The place + 1 of the first one of a revision; 0 if there is none. */
uint32_t first_stray(const struct stray_list *list, uint32_t revision);
void stray_list_release(struct stray_list *list);

/* Was the commit walked, from HEAD, a ref or what a log remembers? */
bool is_walked(const struct salvager *s, const struct oid *commit);

/* Opens an investigation of other tips in the head's repository, and counts the commits that are new in it. 0 or -1. */
int open_place(struct salvager *s, struct investigation *inv, const struct ref *tips, size_t count, bool *is_open,
	struct err *err);

/* A tip that has no name but its id. */
struct ref nameless_tip(struct salvager *s, const struct oid *commit);

/* Search a place once. 0 or -1. */
int search_refs(struct salvager *s, struct err *err);
int search_logs(struct salvager *s, struct err *err);
int search_indexes(struct salvager *s, struct err *err);
int search_objects(struct salvager *s, struct err *err);

/* Fills the evidence that compiled files give of a revision: its own, not its children's. 0 or -1. */
int find_bytecode(struct salvager *s, struct text revision, struct salvage_result *out, struct err *err);

/*
 * The first name, by byte order, that a tree has for a blob and a migration could have; none if there is none. 0 or -1.
 */
int name_in_trees(struct salvager *s, const struct oid *blob, struct text *out, struct err *err);

#endif
