#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"
#include "revident/git/worktree.h"

enum {
	OUTPUT_MAX = 1024 * 1024 * 1024,
	HIDDEN_MAX = 64 * 1024 * 1024, /* larger: changed */
};

/* By path; of a deleted file, which git lists as changed, too, the deletion first. */
static int compare(const void *a, const void *b)
{
	const struct worktree_difference *x = a, *y = b;
	int order = text_compare(x->path, y->path);

	return order ? order : (int)y->is_deleted - (int)x->is_deleted;
}

/* "T PATH" with T one of git's tags: R for deleted, C for changed, M for in a conflict, ? for untracked. */
static int parse(struct arena *arena, const struct strbuf *out, struct worktree_differences *list, struct err *err)
{
	const char *at = out->buf, *end = at + out->len, *nul;
	size_t cap = 0, i, n = 0;
	struct worktree_difference *items = NULL;

	for (; at < end; at = nul + 1) {
		nul = memchr(at, '\0', (size_t)(end - at));
		if (!nul || nul - at < 3 || at[1] != ' ') {
			free(items);
			return err_set(err, ERR_UNDECIDED,
				"the index holds an entry that is not understood; 'git ls-files -s' shows it");
		}
		if (nul[-1] == '/') /* a repository of its own */
			continue;
		VEC_GROW(items, n, cap);
		items[n++] = (struct worktree_difference){
			.path = { arena_memdup(arena, at + 2, (size_t)(nul - at - 2)), (size_t)(nul - at - 2) },
			.is_deleted = *at == 'R',
		};
	}
	if (n)
		qsort(items, n, sizeof(*items), compare);
	list->items = arena_calloc(arena, n + 1, sizeof(*list->items));
	for (i = 0; i < n; i++)
		if (i == 0 || !text_equal(items[i].path, items[i - 1].path))
			list->items[list->count++] = items[i];
	free(items);
	return 0;
}

/* git's list of what differs. 0 or -1. */
static int list_differences(struct repo *repo, struct arena *arena, struct strbuf *listed, struct err *err)
{
	static const char *const command[] = { "ls-files", "-z", "-t", "-d", "-m", "-o", "--exclude-standard",
		"--full-name", NULL };
	struct strbuf said = STRBUF_INIT;
	struct git_arguments args = { .items = NULL };
	int status = 0, rc = -1;
	size_t i;

	if (filters_switch_off(repo, arena, &args, err) < 0)
		goto done;
	for (i = 0; i < sizeof(command) / sizeof(*command); i++)
		git_arguments_add(&args, command[i]);
	if (process_git(repo, args.items, NULL, 0, NULL, OUTPUT_MAX, listed, &said, &status, err) < 0)
		goto done;
	if (status != 0 || process_said_error(&said)) {
		child_complain(&said, err, "git cannot compare the work tree with the index");
		goto done;
	}
	rc = 0;
done:
	git_arguments_release(&args);
	strbuf_release(&said);
	return rc;
}

/* git calls a file deleted, too, that it may not look at. What it holds now is not known. */
static void keep_unseen(const struct repo *repo, struct worktree_differences *list)
{
	struct stat st;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct worktree_difference *item = &list->items[i];
		char *full = item->is_deleted ? path_join(repo->work_tree, item->path.ptr) : NULL;

		if (full && lstat(full, &st) < 0 && errno != ENOENT && errno != ENOTDIR)
			item->is_deleted = false;
		free(full);
	}
}

/* As git has it in the index where it ends lines with CR LF in the work tree. */
static void drop_carriage_returns(struct strbuf *bytes)
{
	size_t from, to = 0;

	for (from = 0; from < bytes->len; from++)
		if (bytes->buf[from] != '\r' || from + 1 == bytes->len || bytes->buf[from + 1] != '\n')
			bytes->buf[to++] = bytes->buf[from];
	strbuf_setlen(bytes, to);
}

static bool is_blob(const struct strbuf *bytes, const struct oid *expected)
{
	struct oid id;

	object_blob_id(bytes->buf, bytes->len, &id);
	return oid_equal(&id, expected);
}

/* Is the file there, with other content than the index has? How its lines end does not count. */
static bool is_changed(struct repo *repo, const struct index_entry *entry)
{
	struct strbuf bytes = STRBUF_INIT;
	struct err why = { .kind = ERR_NONE };
	int found = worktree_read(repo, entry->path.ptr, HIDDEN_MAX, &bytes, &why);
	bool is_same = found == 1 && is_blob(&bytes, &entry->id);

	if (found == 1 && !is_same) {
		drop_carriage_returns(&bytes);
		is_same = is_blob(&bytes, &entry->id);
	}
	strbuf_release(&bytes);
	return found != 0 && !is_same;
}

/* Adds, as git's listing would, what has changed of the files that git is told not to look at. */
static void list_hidden(struct repo *repo, const struct index_list *index, path_fn *is_wanted, struct strbuf *listed)
{
	size_t i;

	for (i = 0; i < index->count; i++) {
		const struct index_entry *entry = &index->items[i];

		if (entry->stage || (!entry->is_assumed && !entry->is_skip_worktree) ||
			(is_wanted && !is_wanted(entry->path)) || !is_changed(repo, entry))
			continue;
		strbuf_addstr(listed, "C ");
		strbuf_add(listed, entry->path.ptr, entry->path.len);
		strbuf_addch(listed, '\0');
	}
}

int index_compare_worktree(struct repo *repo, struct arena *arena, const struct index_list *index, path_fn *is_wanted,
	struct worktree_differences *out, struct err *err)
{
	struct strbuf listed = STRBUF_INIT;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (!repo->work_tree)
		return 0;
	if (index_check(repo, SIZE_MAX, err) == 0 && list_differences(repo, arena, &listed, err) == 0) {
		list_hidden(repo, index, is_wanted, &listed);
		rc = parse(arena, &listed, out, err);
	}
	if (rc == 0)
		keep_unseen(repo, out);
	strbuf_release(&listed);
	return rc;
}
