#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/sweep.h"
#include "salvage_parts.h"

static int open_place(struct salvager *s, struct investigation *inv, const char *const *tips, size_t count, bool all,
	bool *is_open, struct err *err)
{
	struct investigation_options options = {
		.tips = tips, .tip_count = count, .all = all, .progress = s->options.progress
	};
	int rc = investigation_open(inv, s->head->repo, s->arena, &options, err);

	if (rc < 0)
		investigation_close(inv);
	*is_open = rc == 0;
	return rc;
}

int search_refs(struct salvager *s, struct err *err)
{
	if (s->searched_refs)
		return 0;
	s->searched_refs = true;
	if (open_place(s, &s->refs, NULL, 0, true, &s->refs_open, err) < 0)
		return -1;
	s->searched.refs = s->refs.tip_count;
	if (s->refs.commits.count > s->searched.commits)
		s->searched.commits = s->refs.commits.count;
	return 0;
}

static bool is_walked(const struct salvager *s, const struct oid *commit)
{
	return commits_find(&s->head->commits, commit) != COMMIT_NONE ||
	       (s->refs_open && commits_find(&s->refs.commits, commit) != COMMIT_NONE) ||
	       (s->logs_open && commits_find(&s->logs.commits, commit) != COMMIT_NONE);
}

int search_logs(struct salvager *s, struct err *err)
{
	const char **tips;
	size_t i, n = 0;
	int rc = 0;

	if (s->searched_logs)
		return 0;
	s->searched_logs = true;
	reflogs_read(s->head->repo, s->arena, &s->reflogs);
	s->searched.reflog_entries = s->reflogs.count;
	tips = xcalloc(s->reflogs.count, sizeof(*tips));
	for (i = 0; i < s->reflogs.count; i++) {
		struct err why = { 0 };
		struct oid commit;
		char hex[OID_HEX + 1];

		if (object_peel_to_commit(s->head->repo, &s->reflogs.items[i].id, &commit, &why) == 1 &&
			!is_walked(s, &commit))
			tips[n++] = arena_strdup(s->arena, oid_hex(&commit, hex));
	}
	if (n)
		rc = open_place(s, &s->logs, tips, n, false, &s->logs_open, err);
	if (s->logs_open)
		s->searched.commits += s->logs.commits.count;
	free(tips);
	return rc;
}

static void add_stray(struct stray_list *list, const struct stray *stray)
{
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = *stray;
}

static int add_staged(
	struct salvager *s, const struct named_index *index, const struct index_entry *entry, struct err *err)
{
	struct study *study = &s->head->study;
	const char *slash = memrchr(entry->path.ptr, '/', entry->path.len);
	const char *name = slash ? slash + 1 : entry->path.ptr;
	struct stray stray = { .path = entry->path, .name = index->name, .executable = (entry->mode & 0100) != 0 };
	const struct blob *blob;

	if ((entry->mode & 0170000) != 0100000 ||
		!migration_file_name(name, entry->path.len - (size_t)(name - entry->path.ptr)))
		return 0;
	stray.blob = study_blob_number(study, &entry->id);
	blob = study_blob(study, stray.blob, err);
	if (!blob)
		return -1;
	stray.revision = blob->revision;
	if (stray.revision != INTERN_NONE)
		add_stray(&s->staged, &stray);
	return 0;
}

int search_indexes(struct salvager *s, struct err *err)
{
	struct named_index *indexes;
	size_t i, k, count;

	if (s->searched_indexes)
		return 0;
	s->searched_indexes = true;
	index_read_every(s->head->repo, s->arena, &indexes, &count);
	for (i = 0; i < count; i++) {
		s->searched.index_entries += indexes[i].list.count;
		for (k = 0; k < indexes[i].list.count; k++)
			if (add_staged(s, &indexes[i], &indexes[i].list.items[k], err) < 0)
				return -1;
	}
	return 0;
}

/* The sweep's view of a salvager. */
struct sweeping {
	struct salvager *s;
	struct err *err;
};

static int sweep_commit(void *data, const struct oid *id)
{
	struct salvager *s = ((struct sweeping *)data)->s;
	char hex[OID_HEX + 1];

	if (is_walked(s, id))
		return 0;
	VEC_GROW(s->lost_tips, s->lost_tip_count, s->lost_tip_cap);
	s->lost_tips[s->lost_tip_count++] = arena_strdup(s->arena, oid_hex(id, hex));
	return 0;
}

static int sweep_blob(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct sweeping *sweeping = data;
	struct study *study = &sweeping->s->head->study;
	struct stray stray = { 0 };
	const struct blob *blob;

	if (!memmem(bytes, len, "revision", 8))
		return 0;
	stray.blob = study_blob_number(study, id);
	blob = study_blob(study, stray.blob, sweeping->err);
	if (!blob)
		return -1;
	stray.revision = blob->revision;
	if (stray.revision != INTERN_NONE)
		add_stray(&sweeping->s->dangling, &stray);
	return 0;
}

int search_objects(struct salvager *s, struct err *err)
{
	struct sweeping sweeping = { s, err };
	struct sweep_visitor visitor = { .commit = sweep_commit, .blob = sweep_blob, .data = &sweeping };

	if (s->searched_objects)
		return 0;
	s->searched_objects = true;
	if (sweep_objects(s->head->repo, &visitor, s->options.progress, &s->searched.unreachable_objects, err) < 0)
		return -1;
	if (s->lost_tip_count == 0)
		return 0;
	if (open_place(s, &s->lost, s->lost_tips, s->lost_tip_count, false, &s->lost_open, err) < 0)
		return -1;
	s->searched.commits += s->lost_tip_count;
	return 0;
}

struct naming {
	const struct oid *blob;
	struct arena *arena;
	struct text *out;
};

static int look_in_tree(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct naming *naming = data;
	struct tree_iter it = { bytes, len };
	struct tree_entry entry;

	(void)id;
	if (naming->out->ptr || !memmem(bytes, len, naming->blob->bytes, OID_BYTES))
		return 0;
	while (tree_next(&it, &entry) == 1)
		if (oid_equal(&entry.id, naming->blob))
			*naming->out = (struct text){ arena_memdup(naming->arena, entry.name, entry.name_len),
				entry.name_len };
	return 0;
}

int name_in_trees(struct salvager *s, const struct oid *blob, struct text *out, struct err *err)
{
	struct naming naming = { blob, s->arena, out };
	struct sweep_visitor visitor = { .tree = look_in_tree, .data = &naming };
	size_t count;

	*out = TEXT_NONE;
	return sweep_objects(s->head->repo, &visitor, s->options.progress, &count, err);
}
