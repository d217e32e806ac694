#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/index.h"
#include "revident/git/worktree.h"
#include "revident/forensics/dir_set.h"
#include "scan_parts.h"

/* What stands at a path on one side: HEAD, the index, or the work tree. */
struct standing {
	uint32_t path;
	uint32_t blob; /* BLOB_NONE: no regular file */
	uint32_t revision;
	bool is_tracked, is_ignored;
	bool is_skip_worktree; /* of the index */
};

struct side {
	struct standing *items; /* sorted by path text */
	size_t count, cap;
	uint32_t *places; /* by path number: the place + 1 of its first item */
	size_t place_cap;
	bool *held, *tracked; /* by revision: in some file; in one that is tracked */
};

struct comparison {
	struct investigation *inv;
	const struct scan_options *options;
	const struct tip_view *view; /* HEAD's */
	struct side head, index, files;
	const char **dirs; /* that are looked into */
	size_t dir_count, dir_cap;
	struct worktree_change *out;
	size_t out_count, out_cap;
	struct err *err;
};

static struct standing *add(struct side *side, uint32_t path, uint32_t blob)
{
	struct standing *item;

	VEC_GROW(side->items, side->count, side->cap);
	item = &side->items[side->count++];
	VEC_REACH(side->places, path, side->place_cap, 0);
	if (!side->places[path])
		side->places[path] = (uint32_t)side->count;
	*item = (struct standing){ .path = path, .blob = blob, .revision = INTERN_NONE };
	return item;
}

static const struct standing *find(const struct side *side, uint32_t path)
{
	uint32_t place = path < side->place_cap ? side->places[path] : 0;

	return place ? &side->items[place - 1] : NULL;
}

/* Once all sides are read: what could not be read of one may have been found in the work tree. */
static void mark_revisions(const struct comparison *c, struct side *side)
{
	size_t i, count = c->inv->study.revisions.count;

	side->held = xcalloc(count, sizeof(*side->held));
	side->tracked = xcalloc(count, sizeof(*side->tracked));
	for (i = 0; i < side->count; i++) {
		struct standing *item = &side->items[i];

		if (item->revision == INTERN_NONE && item->blob != BLOB_NONE)
			item->revision = c->inv->study.blobs[item->blob].revision;
		if (item->revision == INTERN_NONE)
			continue;
		side->held[item->revision] = true;
		side->tracked[item->revision] = side->tracked[item->revision] || item->is_tracked;
	}
}

static void side_release(struct side *side)
{
	free(side->items);
	free(side->places);
	free(side->held);
	free(side->tracked);
}

static bool is_loadable(struct text path)
{
	struct text name = text_base_name(path);

	return migration_file_name(name.ptr, name.len) && !memmem(path.ptr, path.len, "__pycache__/", 12);
}

static int read_index(struct comparison *c)
{
	struct study *study = &c->inv->study;
	struct index_list list;
	size_t i;

	if (index_read(c->inv->repo, c->inv->arena, c->dirs, c->dir_count, &list, c->err) < 0)
		return -1;
	for (i = 0; i < list.count; i++) {
		const struct index_entry *entry = &list.items[i];
		struct standing *item;
		const struct blob *blob;

		if (!is_loadable(entry->path) || (entry->stage != 0 && entry->stage != 2))
			continue;
		item = add(&c->index, study_path(study, entry->path.ptr, entry->path.len), BLOB_NONE);
		item->is_tracked = true;
		item->is_skip_worktree = entry->is_skip_worktree;
		if ((entry->mode & 0170000) != 0100000)
			continue;
		item->blob = study_blob_number(study, &entry->id);
		blob = study_blob(study, item->blob, c->err);
		if (!blob)
			return -1;
		item->revision = blob->revision;
	}
	return 0;
}

static int read_file(struct comparison *c, struct text path)
{
	struct study *study = &c->inv->study;
	struct strbuf bytes = STRBUF_INIT;
	struct standing *item = add(&c->files, study_path(study, path.ptr, path.len), BLOB_NONE);
	struct err why = { 0 };
	int found = worktree_read(c->inv->repo, path.ptr, WORKTREE_FILE_MAX, &bytes, &why);

	item->is_tracked = find(&c->index, item->path) != NULL;
	if (found < 0) {
		repo_add_limit(c->inv->repo, "%s", why.msg);
		item->blob = study_unreadable_blob(study);
	}
	if (found == 1) {
		item->blob = study_add_bytes(study, bytes.buf, bytes.len, c->err);
		if (item->blob == INTERN_NONE) {
			strbuf_release(&bytes);
			return -1;
		}
		item->revision = study->blobs[item->blob].revision;
	}
	strbuf_release(&bytes);
	return 0;
}

static int read_files(struct comparison *c)
{
	struct text *paths;
	size_t i, d, count;

	for (d = 0; d < c->dir_count; d++) {
		if (worktree_files(
			    c->inv->repo, c->inv->arena, c->dirs[d], VERSIONS_DEPTH_MAX, &paths, &count, c->err) < 0)
			return -1;
		for (i = 0; i < count; i++)
			if (is_loadable(paths[i]) &&
				!find(&c->files, study_path(&c->inv->study, paths[i].ptr, paths[i].len)) &&
				read_file(c, paths[i]) < 0)
				return -1;
	}
	return 0;
}

/* What a sparse checkout leaves out stands in the work tree for git as it does in the index. */
static void add_left_out(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->index.count; i++) {
		const struct standing *at = &c->index.items[i];

		if (at->is_skip_worktree && !find(&c->files, at->path))
			*add(&c->files, at->path, at->blob) = *at;
	}
}

static int mark_ignored(struct comparison *c)
{
	const char **paths = xcalloc(c->files.count, sizeof(*paths));
	bool *ignored = xcalloc(c->files.count, sizeof(*ignored));
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < c->files.count; i++)
		if (!c->files.items[i].is_tracked && c->files.items[i].revision != INTERN_NONE)
			paths[n++] = study_path_str(&c->inv->study, c->files.items[i].path);
	if (n)
		rc = index_check_ignored(c->inv->repo, paths, n, ignored, c->err);
	for (i = 0, n = 0; rc == 0 && i < c->files.count; i++)
		if (!c->files.items[i].is_tracked && c->files.items[i].revision != INTERN_NONE)
			c->files.items[i].is_ignored = ignored[n++];
	free(paths);
	free(ignored);
	return rc;
}

static void add_dir(struct comparison *c, struct dir_set *listed, uint32_t dir)
{
	if (!dir_set_add(listed, 0, dir))
		return;
	VEC_GROW(c->dirs, c->dir_count, c->dir_cap);
	c->dirs[c->dir_count++] = study_path_str(&c->inv->study, dir);
}

/*
 * HEAD's files, and the directories to look into for what became of them: those of its environments, and what once was
 * a versions directory and still holds migrations, though HEAD's configuration names it no more.
 */
static int read_head(struct comparison *c)
{
	const struct snapshot *snapshot = snapshots_get(c->inv->snapshots, c->view->row, c->err);
	struct dir_set listed;
	size_t i, k;

	if (!snapshot)
		return -1;
	dir_set_init(&listed);
	for (i = 0; i < c->view->defs.count; i++)
		for (k = 0; k < c->view->defs.items[i].version_count; k++)
			add_dir(c, &listed, c->view->defs.items[i].versions[k]);
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];

		add(&c->head, file->path, file->blob)->revision = file->revision;
		if (file->unit != INTERN_NONE && !dir_set_covers(&listed, &c->inv->study, 0, file->unit))
			add_dir(c, &listed, file->unit);
	}
	dir_set_release(&listed);
	snapshot_put(c->inv->snapshots, snapshot);
	return 0;
}

static struct text env_of(struct comparison *c, uint32_t path)
{
	const struct tree_envs *envs = &c->view->envs;
	uint32_t lineage = INTERN_NONE, dir;
	size_t e;

	for (e = 0; e < envs->count; e++)
		if (study_path_is_below_any(
			    &c->inv->study, path, envs->items[e].versions, envs->items[e].version_count))
			return envs->items[e].path;
	for (dir = path; dir != INTERN_NONE && lineage == INTERN_NONE; dir = study_path_dir(&c->inv->study, dir))
		lineage = lineage_of_path(&c->inv->lineage, dir);
	return lineage == INTERN_NONE ? TEXT_LITERAL(".") : investigation_env_path(c->inv, lineage, path);
}

static struct text copy(struct comparison *c, struct text text)
{
	return arena_text(c->inv->arena, text);
}

static void report(struct comparison *c, bool in_index, enum worktree_kind kind, const struct standing *at,
	uint32_t revision, uint32_t now, bool breaks)
{
	struct worktree_change *change;

	VEC_GROW(c->out, c->out_count, c->out_cap);
	change = &c->out[c->out_count++];
	memset(change, 0, sizeof(*change));
	change->in_index = in_index;
	change->kind = kind;
	change->environment = copy(c, env_of(c, at->path));
	change->revision = copy(c, study_revision_text(&c->inv->study, revision));
	change->path = copy(c, study_path_text(&c->inv->study, at->path));
	if (now != INTERN_NONE)
		change->new_revision = copy(c, study_revision_text(&c->inv->study, now));
	change->breaks = breaks;
}

/* Does a file stand at the path that cannot be read? Nobody knows then which revision is there. */
static bool is_unread(const struct comparison *c, const struct side *side, uint32_t path)
{
	const struct standing *at = find(side, path);

	return at && study_blob_is_absent(&c->inv->study, at->blob);
}

/* Does that very blob stand at the path, although what it declares was not known when it was looked at? */
static bool has_blob(const struct side *side, uint32_t path, uint32_t blob)
{
	const struct standing *at = find(side, path);

	return at && at->blob == blob;
}

/* A revision of `from` that `to` has nowhere. */
static int report_gone(struct comparison *c, bool in_index, const struct standing *from, const struct side *to)
{
	const struct standing *now = find(to, from->path);
	bool same = false;

	if (!now) {
		report(c, in_index, WORKTREE_DELETED, from, from->revision, INTERN_NONE, true);
		return 0;
	}
	if (now->revision == INTERN_NONE) {
		report(c, in_index, WORKTREE_STRIPPED, from, from->revision, INTERN_NONE, true);
		return 0;
	}
	if (study_much_the_same(&c->inv->study, from->blob, now->blob, &same, c->err) < 0)
		return -1;
	report(c, in_index, same ? WORKTREE_REIDENTIFIED : WORKTREE_OVERWRITTEN, from, from->revision, now->revision,
		true);
	return 0;
}

/*
 * Is the revision in the index, and its file in the work tree in no tracked one? A commit of what is tracked loses it
 * then.
 */
static bool is_left_behind(const struct side *files, const struct standing *at)
{
	return !at->is_tracked && !files->tracked[at->revision];
}

/* What `to` does to the revisions of `from`; `head` keeps the work tree from repeating what the index did. */
static int compare_sides(struct comparison *c, bool in_index, const struct side *from, const struct side *to)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		if (from->items[i].revision != INTERN_NONE && !to->held[from->items[i].revision] &&
			!is_unread(c, to, from->items[i].path) && report_gone(c, in_index, &from->items[i], to) < 0)
			return -1;
	for (i = 0; i < to->count; i++) {
		const struct standing *at = &to->items[i];
		enum worktree_kind kind = WORKTREE_ADDED;

		if (at->revision == INTERN_NONE || is_unread(c, from, at->path) || has_blob(from, at->path, at->blob))
			continue;
		if (from->held[at->revision] && (in_index || !is_left_behind(to, at)))
			continue;
		if (!in_index && at->is_tracked) {
			if (find(from, at->path) && find(from, at->path)->revision != INTERN_NONE)
				continue; /* said where the revision that stood there is said to be gone */
		} else if (!in_index) {
			kind = at->is_ignored ? WORKTREE_IGNORED : WORKTREE_UNTRACKED;
		} else if (find(from, at->path) && find(from, at->path)->revision != INTERN_NONE) {
			continue;
		}
		report(c, in_index, kind, at, at->revision, INTERN_NONE, false);
	}
	return 0;
}

static int compare_changes(const void *a, const void *b)
{
	const struct worktree_change *x = a, *y = b;
	int order = text_compare(x->path, y->path);

	if (order == 0)
		order = (int)y->in_index - (int)x->in_index;
	if (order == 0)
		order = text_compare(x->revision, y->revision);
	return order ? order : (int)x->kind - (int)y->kind;
}

int scan_write_worktree(
	struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err)
{
	struct comparison c = { .inv = inv, .options = options, .view = investigation_head_view(inv), .err = err };
	int rc = -1;

	if (repo_is_bare(inv->repo) || !c.view || c.view->defs.count == 0)
		return 0;
	if (read_head(&c) < 0)
		goto done;
	if (c.dir_count == 0) {
		rc = 0;
		goto done;
	}
	if (read_index(&c) < 0 || read_files(&c) < 0)
		goto done;
	add_left_out(&c);
	if (mark_ignored(&c) < 0)
		goto done;
	mark_revisions(&c, &c.head);
	mark_revisions(&c, &c.index);
	mark_revisions(&c, &c.files);
	if (compare_sides(&c, true, &c.head, &c.index) < 0 || compare_sides(&c, false, &c.index, &c.files) < 0)
		goto done;
	if (c.out_count)
		qsort(c.out, c.out_count, sizeof(*c.out), compare_changes);
	out->worktree = arena_copy(inv->arena, c.out, c.out_count, sizeof(*c.out));
	out->worktree_count = c.out_count;
	rc = 0;
done:
	free(c.dirs);
	side_release(&c.head);
	side_release(&c.index);
	side_release(&c.files);
	free(c.out);
	return rc;
}
