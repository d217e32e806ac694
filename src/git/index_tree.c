#include <stdlib.h>
#include <string.h>

#include "index_compare.h"
#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"

/*
 * Up to this size, some 50,000 entries, the checksum costs a hook next to nothing. Summing up a larger index takes as
 * long as all else; what is judged then is what git itself goes on to commit, which believes the same bytes.
 */
enum { CHECKED_MAX = 4 * 1024 * 1024, OUTPUT_MAX = 1024 * 1024 * 1024 };

/* The tree without entries, which git knows without having it. */
static const char empty_tree[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

struct changes {
	struct tree_change *items;
	size_t count, cap;
	struct text *conflicts;
	size_t conflict_count, conflict_cap;
};

/* ":OLDMODE NEWMODE OLDID NEWID S", the path behind the next NUL. Returns whether it is. */
static bool parse_line(const char *line, size_t len, struct tree_change *out, char *status)
{
	enum { NEW_MODE = 8, OLD_ID = 15, NEW_ID = OLD_ID + OID_HEX + 1, STATUS = NEW_ID + OID_HEX + 1 };
	char *end;

	if (len <= STATUS || line[0] != ':' || !oid_parse(&out->id, line + NEW_ID, OID_HEX))
		return false;
	out->mode = (unsigned)strtoul(line + NEW_MODE, &end, 8);
	*status = line[STATUS];
	return end == line + OLD_ID - 1;
}

static int parse_output(struct arena *arena, const struct strbuf *out, struct changes *list, struct err *err)
{
	const char *at = out->buf, *end = at + out->len, *path, *nul;
	struct tree_change change;
	char status;

	for (; at < end; at = nul + 1) {
		path = memchr(at, '\0', (size_t)(end - at));
		nul = path ? memchr(path + 1, '\0', (size_t)(end - path - 1)) : NULL;
		if (!nul || !parse_line(at, (size_t)(path - at), &change, &status))
			return err_set(err, ERR_UNDECIDED, "'git diff-index' says something that is not understood");
		path++;
		change.path = (struct text){ arena_memdup(arena, path, (size_t)(nul - path)), (size_t)(nul - path) };
		if (status == 'U') {
			VEC_GROW(list->conflicts, list->conflict_count, list->conflict_cap);
			list->conflicts[list->conflict_count++] = change.path;
			continue;
		}
		VEC_GROW(list->items, list->count, list->cap);
		list->items[list->count++] = change;
	}
	return 0;
}

static void keep(struct arena *arena, const struct changes *list, struct index_changes *out)
{
	memset(out, 0, sizeof(*out));
	out->items = arena_copy(arena, list->items, list->count, sizeof(*list->items));
	out->count = list->count;
	out->conflicts = arena_copy(arena, list->conflicts, list->conflict_count, sizeof(*list->conflicts));
	out->conflict_count = list->conflict_count;
}

/* Asks git. 0 or -1. */
static int ask_git(
	struct repo *repo, struct arena *arena, const struct oid *tree, struct index_changes *out, struct err *err)
{
	char hex[OID_HEX + 1];
	const char *args[] = { "--no-replace-objects", "diff-index", "--cached", "--raw", "-z", "--no-renames",
		"--no-abbrev", "--ignore-submodules=none", "--ita-invisible-in-index",
		tree ? oid_hex(tree, hex) : empty_tree, NULL };
	struct strbuf listed = STRBUF_INIT, said = STRBUF_INIT;
	struct changes list = { .items = NULL };
	int status = 0, rc = -1;

	if (process_git(repo, args, NULL, 0, NULL, OUTPUT_MAX, &listed, &said, &status, err) < 0)
		goto done;
	if (status != 0 || process_said_error(&said)) {
		child_complain(&said, err, "git cannot compare the index with a commit");
		goto done;
	}
	if (parse_output(arena, &listed, &list, err) < 0)
		goto done;
	keep(arena, &list, out);
	rc = 0;
done:
	free(list.items);
	free(list.conflicts);
	strbuf_release(&listed);
	strbuf_release(&said);
	return rc;
}

/* Reads the file that git would. False where git has to be asked. */
static bool read_plainly(struct repo *repo, struct arena *arena, const struct oid *tree, index_path_fn *matters,
	struct index_changes *out)
{
	struct index_file file;
	char *path;
	bool done;

	if (repo->index_file && !repo->work_tree) /* relative to where, only git knows */
		return false;
	path = index_file_path(repo);
	done = index_file_open(&file, path, matters) && index_file_compare(repo, arena, &file, tree, out);
	index_file_release(&file);
	free(path);
	return done;
}

int index_compare_tree(struct repo *repo, struct arena *arena, const struct oid *tree, index_path_fn *matters,
	struct index_changes *out, struct err *err)
{
	if (index_check(repo, CHECKED_MAX, err) < 0)
		return -1;
	return read_plainly(repo, arena, tree, matters, out) ? 0 : ask_git(repo, arena, tree, out, err);
}
