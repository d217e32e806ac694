/*
 * commit_graph: git's commit-graph files (gitformat-commit-graph(5)): parents, root trees, times and changed-path
 * filters without reading a commit. Private to src/git.
 *
 * One file, or a split chain, in the repository or the first alternate that has one. The files are not trusted: a layer
 * whose checksum, chunks or counts are wrong is not used, nor any above it; commits outside are read from objects.
 * Commits are known by position, the layers counted through from the base.
 */
#ifndef REVIDENT_SRC_GIT_COMMIT_GRAPH_H
#define REVIDENT_SRC_GIT_COMMIT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "internal.h"

#define GRAPH_NONE UINT32_MAX

struct commit_graph;

struct graph_commit {
	struct oid tree;
	int64_t time;   /* the committer's; 34 bits are stored */
	uint32_t level; /* one more than the highest of its parents; 0: was not computed */
	uint32_t first, second;
	const unsigned char *edges; /* the parents behind the first, where there are more than two */
	size_t edge_room;           /* numbers in `edges` up to the end of the chunk */
	uint32_t position_end;      /* parents stand below this position */
};

/* NULL where there is none that git itself would use (shallow, replace refs, grafts, core.commitGraph=false). */
struct commit_graph *commit_graph_open(struct repo *repo);
void commit_graph_free(struct commit_graph *graph); /* takes NULL */

size_t commit_graph_count(const struct commit_graph *graph);

/* The position of a commit, or GRAPH_NONE. */
uint32_t commit_graph_find(const struct commit_graph *graph, const struct oid *id);

void commit_graph_id(const struct commit_graph *graph, uint32_t position, struct oid *out);
void commit_graph_get(const struct commit_graph *graph, uint32_t position, struct graph_commit *out);

/* The position of parent `i`, counted from 0. 1; 0 behind the last; -1 where the file makes no sense. */
int commit_graph_parent(const struct graph_commit *commit, size_t i, uint32_t *position);

/*
 * Does the commit's level fit those of its parents? Where not, one of the two is not what was written there: parents
 * that somebody replaced, say. That levels fit proves nothing.
 */
bool commit_graph_level_fits(const struct commit_graph *graph, const struct graph_commit *commit);

/* A path as the filters know it. */
struct bloom_key {
	uint32_t first, second;
	bool is_ascii;
};

void bloom_key_make(struct bloom_key *key, const char *path, size_t len);

/* The changed-path filter of a commit against its first parent. */
struct bloom_filter {
	const unsigned char *bits;
	size_t len;       /* bytes */
	uint32_t hashes;  /* bits asked for one path */
	uint32_t version; /* 1 holds other bits for paths that are not ASCII, depending on the machine that wrote it */
};

/* False where the commit has none: it must be read then. */
bool commit_graph_filter(const struct commit_graph *graph, uint32_t position, struct bloom_filter *out);

/* Brings the filter of the commit near the processor, without waiting for it. */
void commit_graph_expect_filter(const struct commit_graph *graph, uint32_t position);

/* May the path differ from the first parent's? False is certain. */
bool bloom_may_contain(const struct bloom_filter *filter, const struct bloom_key *key);

#endif
