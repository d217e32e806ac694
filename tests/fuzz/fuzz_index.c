/*
 * Reads bytes as an index file, and goes through every record and cached tree of one that is accepted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/index_file.h"
#include "revident/git/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static bool is_long(struct text path)
{
	return path.len > 10;
}

static void walk(const struct cached_tree *tree)
{
	require(tree->entries >= -1);
	for (size_t i = 0; i < tree->count; i++) {
		require(cached_tree_find(tree, tree->children[i]->name) != NULL);
		walk(tree->children[i]);
	}
	require(!cached_tree_find(tree, (struct text){ "\0", 1 })); /* no name holds one */
}

static void go_through(const struct index_file *file)
{
	uint32_t matter = 0;

	for (uint32_t i = 0; i < file->count; i++) {
		struct text path = index_path(file, i);
		unsigned mode = index_mode(file, i);

		require(path.len > 0 && memchr(path.ptr, '\0', path.len) == NULL);
		require(i == 0 || text_compare(index_path(file, i - 1), path) < 0);
		require(mode == MODE_LINK || mode == MODE_GITLINK || (mode & MODE_TYPE) == MODE_FILE);
		require(index_id(file, i) > file->bytes);
		require(file->records[i].matter == matter);
		matter += is_long(path);
	}
	require(file->records[file->count].matter == matter);
	if (file->root)
		walk(file->root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct index_file file;

	if (index_file_parse(&file, data, size, is_long))
		go_through(&file);
	index_file_release(&file);
	return 0;
}
