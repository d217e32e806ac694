/*
 * watch_kept: what the bytes of a watch's memory are made of, for those who take them in and who tell them. Private to
 * src/git.
 */
#ifndef REVIDENT_SRC_GIT_WATCH_KEPT_H
#define REVIDENT_SRC_GIT_WATCH_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "revident/base/intern.h"
#include "revident/base/text.h"
#include "revident/model/oid.h"

enum {
	KEPT_SETS_MAX = 256,
	KEPT_NAMES_MAX = 4096,
	KEPT_PAIR = 2 * sizeof(uint32_t) /* in a row: the number of a name, and of an entry */
};

struct kept_head {
	uint32_t entry_count, set_count;
};

struct kept_set_head {
	uint32_t name_count, names_len, tree_count, rows_len;
};

struct kept_tree {
	struct oid id;
	uint32_t row; /* where it begins among the rows */
};

struct kept_set {
	const struct watch_memory *memory;
	struct text path; /* of the node that had them */
	struct intern names;
	const char *trees, *rows;
	size_t tree_count, rows_len;
};

struct watch_memory {
	const char *entries;
	size_t entry_count;
	struct kept_set *sets;
	size_t set_count, set_cap;
	size_t tree_count; /* of all sets */
	size_t len;        /* of the bytes */
};

#endif
