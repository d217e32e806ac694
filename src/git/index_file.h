/*
 * index_file: git's index, read by ourselves where it is of the plain kind. Private to src/git.
 *
 * Versions 2 to 4 with stage 0 alone, nothing merely intended to be added, and no extension that changes what the
 * entries mean (split and sparse indexes have one): this is what nearly every hook meets, and it costs a quarter of
 * asking git. Everything else is git's to read. The format: gitformat-index(5). The checksum is verified elsewhere
 * (index_check.c), the cached trees are believed where their numbers fit the entries.
 */
#ifndef REVIDENT_SRC_GIT_INDEX_FILE_H
#define REVIDENT_SRC_GIT_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/git/index.h"
#include "revident/model/oid.h"

/* Kept small: there are hundreds of thousands. */
struct index_record {
	uint32_t at;        /* of the entry in the file */
	uint32_t path, len; /* in `paths`, from the top of the work tree */
	uint32_t matter;    /* how many of the records before it matter to the reader's caller */
};

/* The tree that a directory had when git last wrote it, if nothing below was staged since. */
struct cached_tree {
	struct text name;
	int64_t entries;               /* of the index that are below; -1: not known any more */
	struct oid id;                 /* where entries is not -1 */
	struct cached_tree **children; /* by name */
	size_t count;
	struct cached_tree *next; /* while they are read */
};

struct index_file {
	struct index_record *records; /* by path, each once; one more behind the last for its `matter` */
	uint32_t count;
	bool has_skipped; /* an entry that a sparse checkout leaves out, unless its file is there: git looks */
	const unsigned char *bytes;
	const char *paths;
	struct cached_tree *root; /* NULL: none is kept */
	struct strbuf long_paths; /* those of version 4, written out */
	struct arena arena;
	void *map;
	size_t map_len;
};

/* Reads a file. `matters` NULL: nothing does. False where git has to be asked; release it in any case. */
bool index_file_open(struct index_file *out, const char *path, index_path_fn *matters);

/* The same for bytes, which must outlive it. */
bool index_file_parse(struct index_file *out, const unsigned char *bytes, size_t len, index_path_fn *matters);

static inline struct text index_path(const struct index_file *file, uint32_t record)
{
	return (struct text){ file->paths + file->records[record].path, file->records[record].len };
}

/* 0100644, 0100755, 0120000 or 0160000. */
unsigned index_mode(const struct index_file *file, uint32_t record);
bool index_is_assumed(const struct index_file *file, uint32_t record);

const unsigned char *index_id(const struct index_file *file, uint32_t record);

void index_file_release(struct index_file *file);

/* The cached tree of a directory inside another one, or NULL. */
const struct cached_tree *cached_tree_find(const struct cached_tree *dir, struct text name);

#endif
