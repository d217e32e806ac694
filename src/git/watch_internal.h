/*
 * watch_internal: the trie behind watch.h. Private to src/git.
 *
 * The watched paths form a trie of components; every node stands for one place in the root trees. A node keeps the
 * distinct entries that were met there; such an entry is known by its `local`, its place in that list, and local 0 is
 * "nothing stands there". For each local, `maps` tells which local of each child is found in it: one scan of one tree,
 * however many commits and paths share it. A path that is added later costs new scans at its parent's place alone.
 */
#ifndef REVIDENT_SRC_GIT_WATCH_INTERNAL_H
#define REVIDENT_SRC_GIT_WATCH_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "commit_graph.h"
#include "tree_layout.h"
#include "watch_memory.h"
#include "revident/base/intern.h"
#include "revident/git/watch.h"

#define LOCAL_UNKNOWN UINT32_MAX /* the tree on the way could not be read */

/* Distinct numbers, each known by its place in the order in which they came. */
struct number_set {
	uint32_t *items;
	size_t count, cap;
	uint32_t *slots; /* place + 1, 0 is free */
	size_t mask;
};

/* Where a child's id stands in the tree that was scanned last. */
struct spot {
	size_t at; /* 0: there is no such child */
	uint32_t entry;
};

/* A set of trees that has all the children of a node. */
struct kept_view {
	const struct kept_set *set;
	uint32_t *places; /* by number of its name: the child's place, or INTERN_NONE */
};

struct node {
	struct bloom_key key;               /* of the path to here */
	uint32_t parent, place;             /* the node above, and which of its children this is */
	size_t watched;                     /* the path that ends here, or SIZE_MAX */
	struct intern names;                /* of the children: number = place */
	uint32_t *children;                 /* their nodes, by place */
	size_t child_cap;                   /* of `children` and `maps` */
	size_t scanned;                     /* the first so many children are covered by the scans of resolved locals */
	struct number_set entries;          /* by local */
	uint32_t **maps;                    /* by child's place, then local: the child's local */
	size_t map_cap;                     /* locals that each map has room for */
	size_t resolved;                    /* locals whose maps are filled */
	struct tree_layout layout;          /* of the tree that was scanned last */
	struct spot *spots;                 /* in it, by child's place */
	size_t spot_count;                  /* 0: they are not known */
	struct kept_view kept[FITTING_MAX]; /* what earlier watches knew of such trees */
	size_t kept_count;
	size_t kept_for;         /* so many children they were chosen for */
	struct intern summaries; /* of what stands at all watched places here and below */
	uint32_t *summary;       /* by local */
	size_t summary_cap, summarised;
};

struct watch {
	struct repo *repo;
	struct watch_memory *memory; /* NULL: of nothing */
	size_t scan_count;           /* trees that were read */
	struct node *nodes;          /* the root first, each behind its parent */
	size_t node_count, node_cap;
	struct {
		char *text;
		uint32_t node;
	} * paths;
	size_t path_count, path_cap;
	struct watch_entry *entries; /* by entry number; the first stands for WATCH_ABSENT */
	size_t entry_count, entry_cap;
	uint32_t *entry_slots; /* entry number, 0 is free */
	size_t entry_mask;
	uint32_t *commit_local; /* by commit: the root's local */
	size_t commit_count;
	uint32_t *flat; /* by row, then path: the entry; a row is a summary of the root */
	size_t row_count, row_cap, row_paths;
	uint32_t *wanted; /* scratch for one scan, by child's place */
	size_t wanted_cap;
	uint32_t *pending; /* scratch: nodes with locals to resolve */
	size_t pending_count, pending_cap;
};

/* watch.c: the path of a node, in `buf`. */
struct text watch_node_path(const struct watch *watch, uint32_t node, struct strbuf *buf);

/* watch_scan.c: releases what `kept` has. */
void watch_forget_kept(struct node *node);

/* watch_scan.c: the number of an entry, made where it is new. */
uint32_t watch_entry_number(struct watch *watch, enum watch_kind kind, const struct oid *id);

/* watch_scan.c: the local of an entry at a node, made where it is new. */
uint32_t watch_local(struct watch *watch, uint32_t node, uint32_t entry);

/* watch_scan.c: resolves all locals of `node` that are not resolved yet, and what they lead to below. */
void watch_resolve_pending(struct watch *watch, uint32_t node);

/* watch_scan.c: scans again what was scanned before children were added, for those children. */
void watch_rescan(struct watch *watch);

#endif
