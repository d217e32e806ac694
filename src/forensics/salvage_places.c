#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "salvage_parts.h"

int open_place(struct salvager *s, struct investigation *inv, const char *const *tips, size_t count, bool all,
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

bool is_walked(const struct salvager *s, const struct oid *commit)
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

void add_stray(struct stray_list *list, const struct stray *stray)
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
