#include "revident/git/index.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index_file.h"
#include "internal.h"
#include "process.h"
#include "revident/base/child.h"
#include "revident/base/xalloc.h"

enum {
	OUTPUT_MAX = 1024 * 1024 * 1024,
	ARGUMENT_BYTES_MAX = 100 * 1000, /* of paths in one command */
	FLAG_INTENT_TO_ADD = 0x20000000,
};

struct entry_list {
	struct index_entry *items;
	size_t count, cap;
};

/*
 * "TAG MODE ID STAGE\tPATH", where TAG is S for what a sparse checkout leaves out, and a small letter for what is
 * assumed to be unchanged. Returns whether it is.
 */
static bool parse_entry(struct arena *arena, const char *line, size_t len, struct index_entry *out)
{
	const char *tab = memchr(line, '\t', len);
	char *end;

	memset(out, 0, sizeof(*out));
	if (!tab || tab - line < 2 + 6 + 1 + OID_HEX + 2 || line[1] != ' ')
		return false;
	out->is_skip_worktree = line[0] == 'S' || line[0] == 's';
	out->is_assumed = line[0] >= 'a' && line[0] <= 'z';
	line += 2;
	len -= 2;
	out->mode = (unsigned)strtoul(line, &end, 8);
	if (end != line + 6 || !oid_parse(&out->id, line + 7, OID_HEX) || tab[-1] < '0' || tab[-1] > '3')
		return false;
	out->stage = (unsigned)(tab[-1] - '0');
	out->path.len = len - (size_t)(tab - line) - 1;
	out->path.ptr = arena_memdup(arena, tab + 1, out->path.len);
	return true;
}

/* Skips what --debug prints behind an entry, lines that begin with two spaces, and picks out the flags. */
static const char *skip_debug(const char *at, const char *end, unsigned long *flags)
{
	while (end - at > 2 && at[0] == ' ' && at[1] == ' ') {
		const char *eol = memchr(at, '\n', (size_t)(end - at)), *found;

		if (!eol)
			return end;
		found = memmem(at, (size_t)(eol - at), "flags: ", 7);
		if (found)
			*flags = strtoul(found + 7, NULL, 16);
		at = eol + 1;
	}
	return at;
}

static int parse_output(
	struct arena *arena, const struct strbuf *out, bool debug, struct entry_list *list, struct err *err)
{
	const char *at = out->buf, *end = at + out->len;

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		struct index_entry entry;
		unsigned long flags = 0;

		if (!nul || !parse_entry(arena, at, (size_t)(nul - at), &entry))
			return err_set(err, ERR_UNDECIDED,
				"the index holds an entry that is not understood; 'git ls-files -s' shows it");
		at = nul + 1;
		if (debug)
			at = skip_debug(at, end, &flags);
		if (flags & FLAG_INTENT_TO_ADD)
			continue;
		VEC_GROW(list->items, list->count, list->cap);
		list->items[list->count++] = entry;
	}
	return 0;
}

static int list_files(struct repo *repo, struct arena *arena, const char *const *paths, size_t count, bool debug,
	struct entry_list *list, struct err *err)
{
	const char *args[] = { "--literal-pathspecs", "ls-files", "-s", "-v", "-z", "--full-name",
		debug ? "--debug" : NULL, NULL };
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1;

	if (process_git(repo, args, paths, count, NULL, OUTPUT_MAX, &out, &said, &status, err) < 0)
		goto done;
	if (status != 0 || process_said_error(&said)) {
		child_complain(&said, err, "git cannot read the index");
		goto done;
	}
	rc = parse_output(arena, &out, debug, list, err);
done:
	strbuf_release(&out);
	strbuf_release(&said);
	return rc;
}

/* Asks in portions that fit a command line. */
static int list_all(struct repo *repo, struct arena *arena, const char *const *paths, size_t count, bool debug,
	struct entry_list *list, struct err *err)
{
	size_t first, next, bytes;

	if (count == 0)
		return list_files(repo, arena, NULL, 0, debug, list, err);
	for (first = 0; first < count; first = next) {
		bytes = strlen(paths[first]);
		for (next = first + 1; next < count && bytes < ARGUMENT_BYTES_MAX; next++)
			bytes += strlen(paths[next]) + 1;
		if (list_files(repo, arena, paths + first, next - first, debug, list, err) < 0)
			return -1;
	}
	return 0;
}

/* `git add -N` enters the empty blob; only then does the listing with flags, ten times as long, tell them apart. */
static bool has_empty_blob(const struct entry_list *list)
{
	struct oid empty;
	size_t i;

	object_blob_id("", 0, &empty);
	for (i = 0; i < list->count; i++)
		if (oid_equal(&list->items[i].id, &empty))
			return true;
	return false;
}

static int ask_git(struct repo *repo, struct arena *arena, const char *const *paths, size_t count,
	struct entry_list *list, struct err *err)
{
	if (list_all(repo, arena, paths, count, false, list, err) < 0)
		return -1;
	if (!has_empty_blob(list))
		return 0;
	list->count = 0;
	return list_all(repo, arena, paths, count, true, list, err);
}

static int compare_entries(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;
	int order = text_compare(x->path, y->path);

	return order ? order : (int)x->stage - (int)y->stage;
}

static void sort_entries(struct arena *arena, struct entry_list *list, struct index_list *out)
{
	size_t i;

	out->items = arena_calloc(arena, list->count + 1, sizeof(*out->items));
	out->count = 0;
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_entries);
	for (i = 0; i < list->count; i++)
		if (i == 0 || compare_entries(&list->items[i], &list->items[i - 1]) != 0)
			out->items[out->count++] = list->items[i];
}

/* Does git take the path as it is? It resolves what has an empty, a "." or a ".." component. */
static bool is_resolved(struct text path)
{
	const char *at = path.ptr, *end = at + path.len, *slash;

	for (; at <= end; at = slash + 1) {
		slash = memchr(at, '/', (size_t)(end - at));
		if (!slash)
			slash = end;
		if (slash == at || (at[0] == '.' && (slash - at == 1 || (slash - at == 2 && at[1] == '.'))))
			return false;
	}
	return true;
}

/* The first record whose path is not before this one. */
static uint32_t lower_bound(const struct index_file *file, struct text path)
{
	uint32_t low = 0, high = file->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (text_compare(index_path(file, middle), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_record(struct arena *arena, const struct index_file *file, uint32_t record, struct entry_list *list)
{
	const struct text path = index_path(file, record);
	struct index_entry entry = { .path = { arena_memdup(arena, path.ptr, path.len), path.len },
		.mode = index_mode(file, record),
		.is_assumed = index_is_assumed(file, record) };

	memcpy(entry.id.bytes, index_id(file, record), OID_BYTES);
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = entry;
}

/* What stands at the path, or below it as a directory. */
static void add_below(struct arena *arena, const struct index_file *file, struct text path, struct strbuf *dir,
	struct entry_list *list)
{
	uint32_t at = lower_bound(file, path);

	assert(file->paths); /* it is open */
	if (at < file->count && text_equal(index_path(file, at), path))
		add_record(arena, file, at, list);
	strbuf_clear(dir);
	strbuf_add(dir, path.ptr, path.len);
	strbuf_addch(dir, '/');
	at = lower_bound(file, (struct text){ dir->buf, dir->len });
	for (; at < file->count && text_is_below(index_path(file, at), path); at++)
		add_record(arena, file, at, list);
}

/* Reads the file that git would. False where git has to be asked. */
static bool read_plainly(
	struct repo *repo, struct arena *arena, const char *const *paths, size_t count, struct entry_list *list)
{
	struct strbuf dir = STRBUF_INIT;
	struct index_file file;
	char *path;
	bool done;
	size_t i;

	if (!repo->work_tree)
		return false;
	for (i = 0; i < count; i++)
		if (!is_resolved(text_of(paths[i])))
			return false;
	path = index_file_path(repo);
	done = index_file_open(&file, path, NULL) && !file.has_skipped;
	for (i = 0; done && i < count; i++)
		add_below(arena, &file, text_of(paths[i]), &dir, list);
	for (i = 0; done && count == 0 && i < file.count; i++)
		add_record(arena, &file, (uint32_t)i, list);
	index_file_release(&file);
	free(path);
	strbuf_release(&dir);
	return done;
}

int index_read(struct repo *repo, struct arena *arena, const char *const *paths, size_t count, struct index_list *out,
	struct err *err)
{
	struct entry_list list = { .items = NULL };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (index_check(repo, SIZE_MAX, err) < 0 ||
		(!read_plainly(repo, arena, paths, count, &list) && ask_git(repo, arena, paths, count, &list, err) < 0))
		goto done;
	sort_entries(arena, &list, out);
	rc = 0;
done:
	free(list.items);
	return rc;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Marks those of `paths` that `out` holds, names as they were asked for ("./PATH") that end with NUL. */
static void mark_listed(const struct strbuf *out, const char *const *paths, size_t count, bool *ignored)
{
	const char **names = NULL;
	size_t name_count = 0, cap = 0, i;
	const char *at;

	for (at = out->buf; at < out->buf + out->len; at += strlen(at) + 1) {
		VEC_GROW(names, name_count, cap);
		names[name_count++] = strncmp(at, "./", 2) == 0 ? at + 2 : at;
	}
	if (name_count)
		qsort(names, name_count, sizeof(*names), compare_names);
	for (i = 0; i < count; i++)
		ignored[i] = name_count && bsearch(&paths[i], names, name_count, sizeof(*names), compare_names);
	free(names);
}

int index_check_ignored(struct repo *repo, const char *const *paths, size_t count, bool *ignored, struct err *err)
{
	static const char *const args[] = { "check-ignore", "-z", "--stdin", NULL };
	struct strbuf input = STRBUF_INIT, out = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1;
	size_t i;

	memset(ignored, 0, count * sizeof(*ignored));
	if (count == 0 || !repo->work_tree)
		return 0;
	for (i = 0; i < count; i++) { /* behind "./" a leading colon means nothing */
		strbuf_addstr(&input, "./");
		strbuf_add(&input, paths[i], strlen(paths[i]) + 1);
	}
	if (process_git(repo, args, NULL, 0, &input, OUTPUT_MAX, &out, &said, &status, err) < 0)
		goto done;
	if (status > 1) { /* 0: some are ignored, 1: none */
		child_complain(&said, err, "git cannot read what is ignored");
		goto done;
	}
	mark_listed(&out, paths, count, ignored);
	rc = 0;
done:
	strbuf_release(&input);
	strbuf_release(&out);
	strbuf_release(&said);
	return rc;
}

bool index_has_sparse_checkout(struct repo *repo)
{
	static const char *const command[] = { "config", "--type=bool", "core.sparseCheckout", NULL };
	char *patterns = path_join(repo->git_dir, "info/sparse-checkout");
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	struct err ignored = { 0 };
	int status = 1;
	bool is_sparse = access(patterns, F_OK) == 0 &&
			 process_git(repo, command, NULL, 0, NULL, OUTPUT_MAX, &out, &said, &status, &ignored) == 0;

	is_sparse = is_sparse && status == 0 && strcmp(out.buf, "true\n") == 0;
	free(patterns);
	strbuf_release(&out);
	strbuf_release(&said);
	return is_sparse;
}
