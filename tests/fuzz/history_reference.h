/*
 * history_reference: a small history as plain arrays, and what its commits did by the rules in their plainest form:
 * every commit is held against every other, every path against every other. The harness fuzz_history builds the same
 * history in a repository.
 */
#ifndef REVIDENT_TESTS_FUZZ_HISTORY_REFERENCE_H
#define REVIDENT_TESTS_FUZZ_HISTORY_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/model/event.h"
#include "revident/model/oid.h"

enum { COMMITS_MAX = 24, PARENTS_MAX = 3, PATHS = 4, EVENTS_MAX = 32, NOWHERE = PATHS };

/* What a file may hold. Two of one body have most of their lines in common, two of different bodies none. */
struct kind_of_file {
	const char *id; /* NULL: no migration */
	const char *down;
	char body;
	bool edited; /* one line of the body's is another */
};

enum { CONTENTS = 16 }; /* the first is no file at all */
extern const struct kind_of_file contents[CONTENTS];

struct made {
	struct oid id;
	unsigned parents[PARENTS_MAX];
	size_t parent_count;
	unsigned time;
	unsigned char files[PATHS]; /* by path: its content */
	unsigned ancestors;         /* bits of commits, itself not included */
};

struct model {
	struct made commits[COMMITS_MAX];
	size_t count;
	unsigned order[COMMITS_MAX]; /* as they should be walked */
};

struct expected {
	enum event_kind kind;
	const char *revision;
	size_t parent;                /* among the commit's own; 0 where it has none */
	size_t before, after, onward; /* paths, or NOWHERE */
	bool content_changed, same_content, reused;
};

/* Fills `order`: of the commits whose parents are all listed, the smallest by time, then id. */
void model_put_in_order(struct model *model);

/* What the commit did, in no particular order; returns how many events. */
size_t model_events(const struct model *model, const struct made *commit, struct expected *out);

#endif
