/*
 * Any bytes as a tree, as a commit (alone and read from a repository), as the content of a loose object and as the file
 * of one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/commit_parse.h"
#include "place.h"
#include "revident/git/commit_info.h"
#include "revident/git/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char some_name[] = "objects/aa/00000000000000000000000000000000000001";
static const struct oid some_id = { { 0xaa, [19] = 1 } };

static void try_tree(const uint8_t *data, size_t size)
{
	struct tree_iter it = { data, size };
	struct tree_entry entry;
	size_t left = size;

	while (tree_next(&it, &entry) == 1) {
		require(entry.name_len > 0 && !memchr(entry.name, '\0', entry.name_len));
		require((const uint8_t *)entry.name >= data &&
			(const uint8_t *)entry.name + entry.name_len < data + size);
		require(it.len < left);
		left = it.len;
	}
}

static void try_header(const uint8_t *data, size_t size)
{
	struct commit_header header;
	struct oid id;
	size_t i;

	if (!commit_parse(data, size, &header)) {
		require(!commit_parse_head(data, size, &header));
		return;
	}
	require(header.time >= 0);
	for (i = 0; i < header.parent_count; i++)
		commit_parent_id(&header, i, &id);
	commit_parse_head(data, size, &header);
}

static void try_commit(const uint8_t *data, size_t size)
{
	struct commit_info info;
	struct repo *repo;
	struct arena arena;
	struct oid id, peeled;
	struct err err;

	place_object("commit", data, size, &id);
	repo = place_open();
	require(repo != NULL);
	arena_init(&arena);
	require(commit_info_read(repo, &arena, &id, &info, &err) == 1);
	require(strlen(info.summary.ptr) <= info.summary.len && !memchr(info.summary.ptr, '\n', info.summary.len));
	require(object_peel_to_commit(repo, &id, &peeled, &err) == 1 && oid_equal(&id, &peeled));
	arena_release(&arena);
	repo_close(repo);
	place_object("tag", data, size, &id);
	repo = place_open();
	object_peel_to_commit(repo, &id, &peeled, &err);
	repo_close(repo);
}

/* A file that is what its name says would be a SHA-1 collision. */
static void try_file(const uint8_t *data, size_t size)
{
	struct object object;
	enum object_type type;
	struct repo *repo;
	struct err err;
	size_t len;

	place_write(some_name, data, size);
	repo = place_open();
	object_header(repo, &some_id, &type, &len, &err);
	require(object_read(repo, &some_id, OBJECT_META_MAX, &object, &err) == -1);
	repo_close(repo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_tree(data, size);
	try_header(data, size);
	try_commit(data, size);
	try_file(data, size);
	place_clear();
	return 0;
}
