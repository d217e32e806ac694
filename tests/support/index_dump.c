/*
 * Shows what our own reading of index files finds, for comparing it with git's. For each line `FILE TREE` on standard
 * input ("-": the empty tree) of the repository in the current directory: a line `index FILE`, then `ask git`, or
 * `MODE ID PATH` for each difference (mode 0: gone) and `dull ID PATH`; paths are in hexadecimal. What matters is a
 * name that ends with ".py".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/index_compare.h"
#include "revident/base/arena.h"

static bool is_python(struct text path)
{
	return path.len >= 3 && memcmp(path.ptr + path.len - 3, ".py", 3) == 0;
}

static void put_path(struct text path)
{
	for (size_t i = 0; i < path.len; i++)
		printf("%02x", (unsigned char)path.ptr[i]);
	putchar('\n');
}

static void put_changes(const struct index_changes *changes)
{
	char hex[OID_HEX + 1];
	size_t i;

	for (i = 0; i < changes->count; i++) {
		printf("%06o %s ", changes->items[i].mode, oid_hex(&changes->items[i].id, hex));
		put_path(changes->items[i].path);
	}
	for (i = 0; i < changes->dull_count; i++) {
		printf("dull %s ", oid_hex(&changes->dull[i].id, hex));
		put_path(changes->dull[i].path);
	}
}

static void compare(struct repo *repo, const char *path, const struct oid *tree)
{
	struct index_changes changes;
	struct index_file file;
	struct arena arena;

	arena_init(&arena);
	printf("index %s\n", path);
	if (index_file_open(&file, path, is_python) && index_file_compare(repo, &arena, &file, tree, &changes))
		put_changes(&changes);
	else
		printf("ask git\n");
	index_file_release(&file);
	arena_release(&arena);
}

int main(void)
{
	const struct repo_env env = { .dir = "." };
	char path[1024], tree[OID_HEX + 2];
	struct err err = { .kind = ERR_NONE };
	struct repo *repo;
	struct oid id;

	if (repo_open(&repo, &env, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	while (scanf("%1023s %41s", path, tree) == 2)
		compare(repo, path, oid_parse(&id, tree, strlen(tree)) ? &id : NULL);
	repo_close(repo);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
