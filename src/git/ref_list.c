#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/refs.h"

enum { REF_DEPTH_MAX = 64, REF_COUNT_MAX = 50 * 1000 * 1000 };

/* A ref before it is peeled. There are tens of thousands of packed ones where a forge keeps each pull request's. */
struct candidate {
	struct text name;
	const struct raw_ref *loose; /* NULL: packed, and names `target` */
	const struct oid *peeled;    /* what packed-refs says its tag leads to; or NULL */
	struct oid target;
	bool is_direct; /* packed-refs said that it is no tag */
};

struct candidates {
	struct candidate *items;
	size_t count, cap;
	bool only_usual;  /* of packed refs, those of clones alone */
	bool is_complete; /* a name below refs/ that is not here is nowhere */
};

/* What every clone has. */
static const char *const usual[] = { "refs/heads", "refs/remotes", "refs/tags" };

static bool is_usual(struct text name)
{
	size_t i, len;

	for (i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		len = strlen(usual[i]);
		if (name.len > len && name.ptr[len] == '/' && memcmp(name.ptr, usual[i], len) == 0)
			return true;
	}
	return false;
}

static struct candidate *add_candidate(struct candidates *list, struct text name)
{
	VEC_GROW(list->items, list->count, list->cap);
	memset(&list->items[list->count], 0, sizeof(*list->items));
	list->items[list->count].name = name;
	return &list->items[list->count++];
}

static void add_loose_candidate(
	struct arena *arena, struct candidates *list, struct text name, const struct raw_ref *raw)
{
	struct raw_ref *kept = arena_alloc(arena, sizeof(*kept));

	*kept = *raw;
	add_candidate(list, name)->loose = kept;
}

static bool is_left_out(const char *name)
{
	return strncmp(name, "refs/replace/", strlen("refs/replace/")) == 0;
}

/* What could not be read may have named anything. */
static void miss(struct repo *repo, struct candidates *list, const char *why)
{
	list->is_complete = false;
	repo_add_limit(repo, "%s", why);
}

static void miss_ref(struct repo *repo, struct candidates *list, const struct strbuf *name, const struct err *why)
{
	struct strbuf shown = STRBUF_INIT;

	list->is_complete = false;

	strbuf_add_printable(&shown, name->buf, name->len);
	repo_add_limit(repo, "the ref '%s' cannot be read: %s", shown.buf, why->msg);
	strbuf_release(&shown);
}

static int add_loose(struct repo *repo, struct arena *arena, struct candidates *list, const char *dir,
	struct strbuf *name, unsigned depth, struct err *err);

static int add_loose_entry(struct repo *repo, struct arena *arena, struct candidates *list, const char *dir,
	struct strbuf *name, unsigned depth, struct err *err)
{
	char *path = path_join(dir, name->buf);
	struct err bad;
	struct raw_ref raw;
	struct stat st;
	int rc = 0, got;

	if (lstat(path, &st) < 0) {
		if (errno != ENOENT) {
			err_set_errno(&bad, ERR_UNDECIDED, errno, "cannot look at its file");
			miss_ref(repo, list, name, &bad);
		}
		goto done;
	}
	if (S_ISDIR(st.st_mode)) {
		strbuf_addch(name, '/');
		rc = add_loose(repo, arena, list, dir, name, depth + 1, err);
		goto done;
	}
	if (strbuf_ends_with(name, ".lock") || is_left_out(name->buf))
		goto done;
	got = ref_read_file(arena, path, name->buf, &raw, &bad);
	if (got < 0)
		miss(repo, list, bad.msg);
	if (got > 0)
		add_loose_candidate(
			arena, list, (struct text){ arena_memdup(arena, name->buf, name->len), name->len }, &raw);
done:
	free(path);
	return rc;
}

/* Adds each loose ref below `name` (which ends with a slash). Links to directories are not followed. */
static int add_loose(struct repo *repo, struct arena *arena, struct candidates *list, const char *dir,
	struct strbuf *name, unsigned depth, struct err *err)
{
	char *path = path_join(dir, name->buf);
	struct directory directory = { .names = NULL };
	struct err bad = { .kind = ERR_NONE };
	size_t i, len = name->len;
	int rc = 0;

	if (depth < REF_DEPTH_MAX && directory_read(&directory, path, &bad) < 0)
		miss(repo, list, bad.msg);
	free(path);
	for (i = 0; rc == 0 && i < directory.count; i++) {
		if (directory.names[i][0] == '.')
			continue;
		strbuf_setlen(name, len);
		strbuf_addstr(name, directory.names[i]);
		rc = add_loose_entry(repo, arena, list, dir, name, depth, err);
	}
	directory_release(&directory);
	strbuf_setlen(name, len);
	return rc;
}

/* What the lines of packed-refs are read with. */
struct packed_lines {
	struct candidates *list;
	bool fully_peeled; /* the header says that refs without a peeled id are no tags */
	bool has_ref;      /* a line with a ref was read ... */
	bool has_added;    /* ... and the last one is the last of the list */
};

/* One line of packed-refs, "ID NAME" or "^ID". Returns whether it could be read. */
static bool add_packed_line(struct arena *arena, struct packed_lines *lines, const char *line, size_t len)
{
	struct candidates *list = lines->list;
	struct candidate *candidate;
	struct text name;
	struct oid id;

	if (len > 0 && line[0] == '^') {
		if (!lines->has_ref || !oid_parse(&id, line + 1, len - 1))
			return false;
		if (!lines->has_added)
			return true;
		candidate = &list->items[list->count - 1];
		candidate->peeled = arena_copy(arena, &id, 1, sizeof(id));
		candidate->is_direct = false;
		return true;
	}
	if (!packed_refs_parse(line, len, &id, &name))
		return false;
	lines->has_ref = true;
	lines->has_added = !list->only_usual || is_usual(name);
	if (!lines->has_added)
		return true;
	candidate = add_candidate(list, arena_text(arena, name));
	candidate->target = id;
	candidate->is_direct = lines->fully_peeled;
	return true;
}

static int add_packed(struct repo *repo, struct arena *arena, struct candidates *list, struct err *err)
{
	struct packed_lines lines = { .list = list };
	struct text content;
	unsigned long line = 0;
	const char *at, *end;

	if (packed_refs_read(repo, &content, err) < 0)
		return -1;
	for (at = content.ptr, end = at + content.len; at < end && list->count < REF_COUNT_MAX;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol ? eol : end) - at), bare = len - (len && at[len - 1] == '\r');

		line++;
		if (bare && at[0] == '#')
			lines.fully_peeled |= memmem(at, len, " fully-peeled ", 14) != NULL;
		else if (!add_packed_line(arena, &lines, at, bare)) {
			list->is_complete = false;
			repo_add_limit(repo, "line %lu of packed-refs is damaged; 'git fsck' tells more", line);
		}
		at += len + 1;
	}
	return 0;
}

/* By name; a loose ref before the packed one that it hides. */
static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = text_compare(x->name, y->name);

	return order ? order : !x->loose - !y->loose;
}

/* Sorts the items from `first` on where they are not sorted yet; packed-refs is, as git writes it. */
static void sort_from(struct candidates *list, size_t first)
{
	size_t i;

	for (i = first + 1; i < list->count; i++)
		if (compare_candidates(&list->items[i - 1], &list->items[i]) > 0)
			break;
	if (i < list->count)
		qsort(list->items + first, list->count - first, sizeof(*list->items), compare_candidates);
}

/* Merges the loose refs, of which there are `loose`, with the packed ones behind them, which are sorted. */
static void merge_packed(struct candidates *list, size_t loose)
{
	struct candidate *own = xcalloc(loose, sizeof(*own));
	size_t i = 0, packed = loose, to = 0;

	if (loose)
		memcpy(own, list->items, loose * sizeof(*own));
	while (i < loose) {
		if (packed < list->count && compare_candidates(&list->items[packed], &own[i]) < 0)
			list->items[to++] = list->items[packed++];
		else
			list->items[to++] = own[i++];
	}
	free(own);
}

static const struct candidate *find_candidate(const struct candidates *list, struct text name)
{
	size_t low = text_lower_bound(
		list->items, list->count, sizeof(*list->items), offsetof(struct candidate, name), name);

	return low < list->count && text_equal(list->items[low].name, name) ? &list->items[low] : NULL;
}

static struct raw_ref raw_of(const struct candidate *candidate)
{
	return candidate->loose ? *candidate->loose : (struct raw_ref){ .target = candidate->target };
}

/* What a candidate names in the end, and by which name. 1, 0 (dangling), -1. */
static int follow(struct repo *repo, struct arena *arena, const struct candidates *list, const struct candidate *from,
	struct text *last, struct oid *out, struct err *err)
{
	struct raw_ref raw = raw_of(from);
	unsigned depth;

	for (depth = 0; raw.is_symbolic && depth < SYMREF_DEPTH_MAX; depth++) {
		const struct candidate *next = find_candidate(list, raw.name);

		*last = raw.name;
		if (!next && list->is_complete && strncmp(raw.name.ptr, "refs/", 5) == 0)
			return 0;
		if (!next)
			break;
		raw = raw_of(next);
	}
	return ref_resolve_raw(repo, arena, raw, last, out, err);
}

/*
 * packed-refs names what a tag leads to, and git takes nothing but commits under refs/heads and the like, so only tags
 * and loose refs are looked up. 1 with the commit, 0 (none) or -1 with `bad`.
 */
static int peel_candidate(
	struct repo *repo, const struct candidate *candidate, struct ref *out, struct oid *missing, struct err *bad)
{
	memset(missing, 0, sizeof(*missing));
	if (candidate->is_direct && strncmp(candidate->name.ptr, "refs/tags/", 10) != 0) {
		out->commit = out->target;
		return 1;
	}
	return object_peel(repo, candidate->peeled ? candidate->peeled : &out->target, &out->commit, missing, bad);
}

/* Resolves one candidate into `out`. Returns whether it leads to a commit; damage on the way becomes a limit. */
static bool resolve(struct repo *repo, struct arena *arena, const struct candidates *list,
	const struct candidate *candidate, struct ref *out)
{
	struct err bad = { .kind = ERR_NONE };
	struct strbuf shown = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct oid missing;
	int got;

	memset(out, 0, sizeof(*out));
	out->name = candidate->name;
	got = follow(repo, arena, list, candidate, &out->symbolic, &out->target, &bad);
	if (got == 0)
		return false; /* dangling: it names no object, so nothing is lost with it */
	if (got > 0)
		got = peel_candidate(repo, candidate, out, &missing, &bad);
	if (got > 0)
		return true;
	strbuf_add_printable(&shown, out->name.ptr, out->name.len);
	if (got < 0)
		repo_add_limit(repo, "ref '%s' cannot be followed: %s", shown.buf, bad.msg);
	else if (!oid_is_null(&missing))
		repo_add_limit(repo, "ref '%s' names object %s, which is missing", shown.buf, oid_hex(&missing, hex));
	else if (strncmp(out->name.ptr, "refs/heads/", 11) == 0 || ref_is_head(out->name.ptr))
		repo_add_limit(
			repo, "ref '%s' names object %s, which is no commit", shown.buf, oid_hex(&out->target, hex));
	strbuf_release(&shown);
	return false;
}

static void resolve_all(struct repo *repo, struct arena *arena, struct candidates *list, struct ref_list *out)
{
	size_t i;

	out->items = arena_calloc(arena, list->count, sizeof(*out->items));
	out->count = 0;
	for (i = 0; i < list->count; i++) {
		if (i > 0 && text_equal(list->items[i].name, list->items[i - 1].name))
			continue;
		if (is_left_out(list->items[i].name.ptr))
			continue;
		if (resolve(repo, arena, list, &list->items[i], &out->items[out->count]))
			out->count++;
	}
}

/* The loose refs below `root`, a directory of its own where the work tree is a linked one. */
static int add_all_loose(
	struct repo *repo, struct arena *arena, struct candidates *list, const char *root, struct err *err)
{
	struct strbuf name = STRBUF_INIT;
	size_t i;
	int rc = 0;

	if (!list->only_usual) {
		strbuf_addstr(&name, "refs/");
		rc = add_loose(repo, arena, list, root, &name, 0, err);
	}
	for (i = 0; list->only_usual && rc == 0 && i < sizeof(usual) / sizeof(*usual); i++) {
		strbuf_clear(&name);
		strbuf_addstr(&name, usual[i]);
		rc = add_loose_entry(repo, arena, list, root, &name, 0, err);
	}
	strbuf_release(&name);
	return rc;
}

static int read_refs(
	struct repo *repo, struct arena *arena, struct candidates *list, struct ref_list *out, struct err *err)
{
	size_t loose;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (add_all_loose(repo, arena, list, repo->common_dir, err) < 0)
		goto done;
	if (strcmp(repo->git_dir, repo->common_dir) != 0 && add_all_loose(repo, arena, list, repo->git_dir, err) < 0)
		goto done;
	sort_from(list, 0);
	loose = list->count;
	if (add_packed(repo, arena, list, err) < 0)
		goto done;
	sort_from(list, loose);
	merge_packed(list, loose);
	if (list->count)
		resolve_all(repo, arena, list, out);
	rc = 0;
done:
	free(list->items);
	return rc;
}

int refs_all(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err)
{
	struct candidates list = { .is_complete = true };

	return read_refs(repo, arena, &list, out, err);
}

int refs_usual(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err)
{
	struct candidates list = { .only_usual = true };

	return read_refs(repo, arena, &list, out, err);
}

/* Adds the HEAD stored in `dir` under `name`. 1; 0 where it is absent; -1 where it is damaged, which is a limit. */
static int add_head(struct repo *repo, struct arena *arena, struct candidates *list, const char *dir, const char *name)
{
	char *path = path_join(dir, "HEAD");
	struct err bad = { .kind = ERR_NONE };
	struct raw_ref raw;
	int got = ref_read_file(arena, path, name, &raw, &bad);

	if (got < 0)
		repo_add_limit(repo, "%s", bad.msg);
	if (got > 0)
		add_loose_candidate(arena, list, text_of(arena_strdup(arena, name)), &raw);
	free(path);
	return got;
}

/* git goes by `gitdir`: a directory without it is no linked work tree. */
static void note_lost_head(struct repo *repo, const char *dir, const char *name)
{
	char *path = path_join(dir, "gitdir");
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name, strlen(name));
	if (access(path, F_OK) == 0)
		repo_add_limit(repo, "'%s' is not there: which commit that work tree had is not known", shown.buf);
	strbuf_release(&shown);
	free(path);
}

static void add_linked_heads(struct repo *repo, struct arena *arena, struct candidates *list)
{
	char *path = path_join(repo->common_dir, "worktrees/");
	struct err bad = { .kind = ERR_NONE };
	struct directory linked;
	size_t i;

	if (directory_read(&linked, path, &bad) < 0)
		repo_add_limit(repo, "%s", bad.msg);
	for (i = 0; i < linked.count; i++) {
		struct strbuf dir = STRBUF_INIT, name = STRBUF_INIT;

		strbuf_addf(&dir, "%s%s/", path, linked.names[i]);
		strbuf_addf(&name, "worktrees/%s/HEAD", linked.names[i]);
		if (linked.names[i][0] != '.' && strcmp(dir.buf, repo->git_dir) != 0 &&
			add_head(repo, arena, list, dir.buf, name.buf) == 0)
			note_lost_head(repo, dir.buf, name.buf);
		strbuf_release(&dir);
		strbuf_release(&name);
	}
	directory_release(&linked);
	free(path);
}

int refs_worktree_heads(struct repo *repo, struct arena *arena, struct ref_list *out, struct err *err)
{
	struct candidates list = { .items = NULL };

	(void)err; /* what cannot be read is a limit */
	add_head(repo, arena, &list, repo->git_dir, "HEAD");
	if (strcmp(repo->git_dir, repo->common_dir) != 0)
		add_head(repo, arena, &list, repo->common_dir, "main-worktree/HEAD");
	add_linked_heads(repo, arena, &list);
	sort_from(&list, 0);
	if (list.count)
		resolve_all(repo, arena, &list, out);
	else
		memset(out, 0, sizeof(*out));
	free(list.items);
	return 0;
}
