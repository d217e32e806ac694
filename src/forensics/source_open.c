#include "revident/forensics/source_open.h"

#include <stdlib.h>
#include <string.h>

#include "revident/alembic/config.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/policy.h"
#include "revident/git/commit_info.h"
#include "revident/git/index.h"
#include "revident/git/worktree.h"

int source_open_commit(
	struct study *study, const char *expression, struct source **out, struct ref *commit, struct err *err)
{
	struct commit_info info;
	char hex[OID_HEX + 1];
	int found = refs_resolve(study->repo, &study->arena, expression, commit, err);

	if (found < 1) {
		if (found == 0)
			err->kind = ERR_USAGE;
		return -1;
	}
	found = commit_info_read(study->repo, &study->arena, &commit->commit, &info, err);
	if (found == 0)
		err_set(err, ERR_UNDECIDED, "commit %s is not in this clone", oid_hex(&commit->commit, hex));
	if (found < 1)
		return -1;
	*out = source_of_tree(study, &info.tree);
	return 0;
}

/* A listed source being put together; each path once. */
struct listing {
	struct study *study;
	struct source_file *files;
	size_t count, cap;
	struct intern paths;
};

static bool listing_has(const struct listing *l, struct text path)
{
	return intern_find(&l->paths, path.ptr, path.len) != INTERN_NONE;
}

/* The file of a path that the listing has. */
static struct source_file *listing_get(struct listing *l, struct text path)
{
	return &l->files[intern_find(&l->paths, path.ptr, path.len)];
}

static struct source_file *listing_add(struct listing *l, struct text path)
{
	uint32_t number = intern_add(&l->paths, path.ptr, path.len);

	VEC_GROW(l->files, l->count, l->cap);
	l->files[l->count] = (struct source_file){ .path = { intern_str(&l->paths, number), path.len } };
	return &l->files[l->count++];
}

/* The source outlives the listing: its paths and files go to the study's arena. */
static struct source *listing_finish(struct listing *l)
{
	struct source_file *files = arena_calloc(&l->study->arena, l->count + 1, sizeof(*files));
	size_t i;

	for (i = 0; i < l->count; i++) {
		files[i] = l->files[i];
		files[i].path.ptr = arena_memdup(&l->study->arena, files[i].path.ptr, files[i].path.len);
	}
	return source_of_files(l->study, files, l->count);
}

static void listing_init(struct listing *l, struct study *study)
{
	memset(l, 0, sizeof(*l));
	l->study = study;
	intern_init(&l->paths);
}

static void listing_release(struct listing *l)
{
	intern_release(&l->paths);
	free(l->files);
}

static bool is_of_interest(struct text path)
{
	struct text name = text_base_name(path);
	enum config_format format;

	return migration_file_name(name.ptr, name.len) || config_file_name(name.ptr, name.len, &format) ||
	       text_equal(path, TEXT_LITERAL(POLICY_FILE_NAME));
}

static void add_staged(struct listing *l, const struct index_entry *entry)
{
	struct source_file *file = listing_add(l, entry->path);

	file->id = entry->id;
	file->kind = (entry->mode & MODE_TYPE) == MODE_FILE ? SOURCE_FILE
		     : entry->mode == MODE_LINK             ? SOURCE_LINK
							    : SOURCE_OTHER;
	file->executable = file->kind == SOURCE_FILE && (entry->mode & 0100);
}

int source_open_index(struct study *study, struct source **out, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	struct index_list index;
	struct listing l;
	size_t i;
	int rc = -1;

	if (!repo_work_tree(study->repo))
		return err_set(err, ERR_USAGE, "this repository is bare: nothing is staged in it");
	listing_init(&l, study);
	if (index_read(study->repo, &study->arena, NULL, 0, &index, err) < 0)
		goto done;
	for (i = 0; i < index.count; i++) {
		const struct index_entry *entry = &index.items[i];

		if (entry->stage == 0) {
			add_staged(&l, entry);
		} else if (is_of_interest(entry->path)) {
			strbuf_clear(&shown);
			strbuf_add_printable_text(&shown, entry->path);
			repo_add_limit(study->repo, "'%s' is in a conflict", shown.buf);
		}
	}
	*out = listing_finish(&l);
	rc = 0;
done:
	listing_release(&l);
	strbuf_release(&shown);
	return rc;
}

/* Takes what lies at the file's path on disk; the content, which of most files tells nothing, only with `whole`. */
static void take_from_disk(struct listing *l, struct source_file *file, bool whole)
{
	const char *name = arena_memdup(&l->study->arena, file->path.ptr, file->path.len);
	struct strbuf bytes = STRBUF_INIT;
	struct err why = { .kind = ERR_NONE };
	int found = whole ? worktree_read(l->study->repo, name, WORKTREE_FILE_MAX, &bytes, &why) : 1;

	if (found < 0)
		repo_add_limit(l->study->repo, "%s", why.msg);
	file->kind = found == 1 ? SOURCE_FILE : found == 0 ? SOURCE_OTHER : SOURCE_UNREADABLE;
	if ((found == 0 || !whole) && worktree_read_link(l->study->repo, name, &bytes))
		file->kind = SOURCE_LINK;
	file->bytes = (struct text){ arena_memdup(&l->study->arena, bytes.buf, bytes.len), bytes.len };
	object_blob_id(bytes.buf, bytes.len, &file->id);
	strbuf_release(&bytes);
}

static void add_from_disk(struct listing *l, struct text path)
{
	take_from_disk(l, listing_add(l, path), is_of_interest(path));
}

/* Reads the file that a configuration, which is a link, leads to. */
static void take_target(struct listing *l, struct source *source, const struct source_file *from)
{
	struct source_entry link = { .id = from->id, .bytes = from->bytes }, file;
	struct strbuf place = STRBUF_INIT;
	struct err ignored; /* the survey comes the same way, and says it */

	if (source_follow(source, from->path, &link, &file, &place, &ignored) == 1 && file.bytes.ptr)
		take_from_disk(l, listing_get(l, (struct text){ place.buf, place.len }), true);
	strbuf_release(&place);
}

/* Reads those files that are of interest only because a configuration is a link to them. */
static void take_linked(struct listing *l)
{
	struct source *source = NULL;
	enum config_format format;
	struct text name;
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (l->files[i].kind != SOURCE_LINK) /* of a hundred thousand, nearly all */
			continue;
		name = text_base_name(l->files[i].path);
		if (!config_file_name(name.ptr, name.len, &format))
			continue;
		if (!source)
			source = listing_finish(l);
		take_target(l, source, &l->files[i]);
	}
}

static int add_worktree(struct listing *l, struct err *err)
{
	struct worktree_differences differences;
	struct study *study = l->study;
	struct index_list index;
	struct intern changed;
	size_t i;
	int rc = -1;

	intern_init(&changed);
	if (index_read(study->repo, &study->arena, NULL, 0, &index, err) < 0 ||
		index_compare_worktree(study->repo, &study->arena, &index, is_of_interest, &differences, err) < 0)
		goto done;
	for (i = 0; i < differences.count; i++) {
		const struct worktree_difference *d = &differences.items[i];

		intern_add(&changed, d->path.ptr, d->path.len);
		if (!d->is_deleted)
			add_from_disk(l, d->path);
	}
	for (i = 0; i < index.count; i++) {
		const struct index_entry *entry = &index.items[i];

		if (listing_has(l, entry->path) ||
			intern_find(&changed, entry->path.ptr, entry->path.len) != INTERN_NONE)
			continue;
		if (entry->stage == 0)
			add_staged(l, entry);
		else
			add_from_disk(l, entry->path);
	}
	take_linked(l);
	rc = 0;
done:
	intern_release(&changed);
	return rc;
}

/* Adds the ignored files of the versions directories. */
static int add_ignored(struct listing *l, const struct env_defs *defs, struct err *err)
{
	size_t i, k, m, count;
	struct text *paths;

	for (i = 0; i < defs->count; i++) {
		for (k = 0; k < defs->items[i].version_count; k++) {
			if (worktree_files(l->study->repo, &l->study->arena,
				    study_path_str(l->study, defs->items[i].versions[k]), VERSIONS_DEPTH_MAX, &paths,
				    &count, err) < 0)
				return -1;
			for (m = 0; m < count; m++)
				if (is_of_interest(paths[m]) && !listing_has(l, paths[m]))
					add_from_disk(l, paths[m]);
		}
	}
	return 0;
}

int source_open_worktree(struct discovery *discovery, struct study *study, const struct env_defs *extra,
	struct source **out, struct err *err)
{
	static const struct env_defs none = { .count = 0 };
	struct env_defs defs = { .count = 0 };
	struct listing l;
	int rc = -1;

	if (!repo_work_tree(study->repo))
		return err_set(err, ERR_USAGE, "this repository is bare: it has no work tree");
	listing_init(&l, study);
	if (add_worktree(&l, err) < 0)
		goto done;
	if (discover(discovery, listing_finish(&l), &defs, err) < 0)
		goto done;
	if (add_ignored(&l, &defs, err) < 0 || add_ignored(&l, extra ? extra : &none, err) < 0)
		goto done;
	*out = listing_finish(&l);
	rc = 0;
done:
	env_defs_release(&defs);
	listing_release(&l);
	return rc;
}
