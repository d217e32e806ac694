/*
 * Any bytes as a tree, as two trees that are compared, as a commit (alone and read from a repository) and a tag, as
 * what a loose object inflates to and as the file of one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/commit_parse.h"
#include "place.h"
#include "revident/git/commit_info.h"
#include "revident/git/object.h"
#include "revident/git/tree_changes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RENEWED_AFTER = 512, ENTRIES_MAX = 64 }; /* a repository remembers what it could not read */

static const char some_name[] = "objects/aa/00000000000000000000000000000000000001";
static const struct oid some_id = { { 0xaa, [19] = 1 } };

static struct {
	struct repo *repo;
	unsigned runs;
} open;

static void close_it(void)
{
	repo_close(open.repo);
}

static struct repo *repository(void)
{
	if (open.repo && open.runs++ < RENEWED_AFTER)
		return open.repo;
	repo_close(open.repo);
	place_write("objects/pack/none", "", 0);
	if (!open.repo)
		atexit(close_it);
	open.repo = place_open();
	open.runs = 0;
	require(open.repo != NULL);
	return open.repo;
}

/* --- trees ------------------------------------------------------------------------------------------------------- */

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

/*
 * How many entries there are, if each is a file, no tree, and they are sorted as git sorts; SIZE_MAX for any other
 * tree.
 */
static size_t files_of(const uint8_t *data, size_t size, struct tree_entry *out)
{
	struct tree_iter it = { data, size };
	size_t count = 0;
	int got;

	while ((got = tree_next(&it, &out[count])) == 1) {
		const struct tree_entry *last = count ? &out[count - 1] : NULL, *now = &out[count];

		if (now->mode == MODE_TREE ||
			(last && text_compare((struct text){ last->name, last->name_len },
					 (struct text){ now->name, now->name_len }) >= 0) ||
			++count == ENTRIES_MAX)
			return SIZE_MAX;
	}
	return got < 0 ? SIZE_MAX : count;
}

static bool is_among(const struct tree_entry *entry, const struct tree_entry *others, size_t count, bool and_same)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (others[i].name_len == entry->name_len && !memcmp(others[i].name, entry->name, entry->name_len))
			return !and_same || (others[i].mode == entry->mode && oid_equal(&others[i].id, &entry->id));
	return false;
}

/* What differs, every entry of one held against every entry of the other. */
static size_t count_differences(const struct tree_entry *old, size_t olds, const struct tree_entry *now, size_t nows)
{
	size_t i, count = 0;

	for (i = 0; i < olds; i++)
		count += !is_among(&old[i], now, nows, true);
	for (i = 0; i < nows; i++)
		count += !is_among(&now[i], old, olds, false);
	return count;
}

static void try_two_trees(const uint8_t *data, size_t size)
{
	struct tree_entry old[ENTRIES_MAX], now[ENTRIES_MAX];
	size_t half = size / 2, olds = files_of(data, half, old), nows = files_of(data + half, size - half, now);
	struct path_changes changes = { .count = 0 };
	struct oid before, after;
	struct arena arena;
	struct err err;
	size_t i;
	int rc;

	place_object("tree", data, half, &before);
	place_object("tree", data + half, size - half, &after);
	arena_init(&arena);
	err_clear(&err);
	rc = tree_changes_read(repository(), &before, &after, SIZE_MAX, &arena, &changes, &err);
	require(rc == 0 || (err.kind == ERR_UNDECIDED && *err.msg));
	if (olds != SIZE_MAX && nows != SIZE_MAX)
		require(rc == 0 && changes.count == count_differences(old, olds, now, nows));
	for (i = 1; rc == 0 && i < changes.count && olds != SIZE_MAX && nows != SIZE_MAX; i++)
		require(text_compare(changes.items[i - 1].path, changes.items[i].path) < 0);
	arena_release(&arena);
}

/* --- commits and tags -------------------------------------------------------------------------------------------- */

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
	struct arena arena;
	struct oid id, peeled;
	struct err err;

	place_object("commit", data, size, &id);
	arena_init(&arena);
	require(commit_info_read(repository(), &arena, &id, &info, &err) == 1);
	require(strlen(info.summary.ptr) <= info.summary.len && !memchr(info.summary.ptr, '\n', info.summary.len));
	require(object_peel_to_commit(repository(), &id, &peeled, &err) == 1 && oid_equal(&id, &peeled));
	arena_release(&arena);
	place_object("tag", data, size, &id);
	object_peel_to_commit(repository(), &id, &peeled, &err);
}

/* --- loose objects ----------------------------------------------------------------------------------------------- */

static void read_it(const struct oid *id, bool is_possible)
{
	enum object_type type;
	struct object object;
	struct arena arena;
	struct oid commit;
	struct commit_info info;
	struct err err;
	size_t len;
	int got, known = object_header(repository(), id, &type, &len, &err);

	err_clear(&err);
	got = object_read(repository(), id, OBJECT_META_MAX, &object, &err);
	require(got == -1 ||
		(got == 1 && known == 1 && is_possible)); /* a header may promise what the content breaks */
	require(got == 1 || (err.kind == ERR_UNDECIDED && *err.msg));
	if (got == 1) {
		require(object.type == type && object.len == len && object.bytes[len] == '\0');
		object_release(&object);
		require(len == 0 || object_read(repository(), id, len - 1, &object, &err) == -1);
	}
	object_peel_to_commit(repository(), id, &commit, &err);
	arena_init(&arena);
	commit_info_read(repository(), &arena, id, &info, &err);
	arena_release(&arena);
}

static void try_loose(const uint8_t *data, size_t size)
{
	struct oid id;

	place_loose(data, size, &id);
	read_it(&id, true);
}

/* A file that is what its name says would be a SHA-1 collision. */
static void try_file(const uint8_t *data, size_t size)
{
	place_write(some_name, data, size);
	read_it(&some_id, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_tree(data, size);
	try_two_trees(data, size);
	try_header(data, size);
	try_commit(data, size);
	try_loose(data, size);
	try_file(data, size);
	place_clear();
	return 0;
}
