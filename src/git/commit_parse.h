/*
 * commit_parse: the few header lines of a raw commit that the walk needs. Private to src/git; pure.
 */
#ifndef REVIDENT_SRC_GIT_COMMIT_PARSE_H
#define REVIDENT_SRC_GIT_COMMIT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/model/oid.h"

struct commit_header {
	struct oid tree;
	const unsigned char *parents; /* the first "parent " line */
	size_t parent_count;
	int64_t time; /* the committer's; 0 where it cannot be read */
};

/* Reads the header at the beginning of a commit. False if it does not begin with a tree line and parent lines. */
bool commit_parse(const unsigned char *bytes, size_t len, struct commit_header *out);

/*
 * The same for the unchecked beginning of a commit: false also where the author and committer lines are not both there
 * to their ends, in the form that git writes.
 */
bool commit_parse_head(const unsigned char *bytes, size_t len, struct commit_header *out);

/* The id in parent line `i`. */
void commit_parent_id(const struct commit_header *header, size_t i, struct oid *out);

/*
 * The time in an author or committer line: the digits behind its last '>', as git takes them. False, with *time 0,
 * where there are none or they are beyond 63 bits. `*end` (may be NULL) is what comes behind them.
 */
bool commit_line_time(const unsigned char *line, size_t len, int64_t *time, const unsigned char **end);

#endif
