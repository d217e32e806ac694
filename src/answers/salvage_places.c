#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "salvage_parts.h"

int open_place(struct salvager *s, struct investigation *inv, const struct ref *tips, size_t count, bool *is_open,
	struct err *err)
{
	struct investigation_options options = { .refs = tips, .ref_count = count, .progress = s->options.progress };
	size_t i;
	int rc = investigation_open(inv, s->head->repo, s->arena, &options, err);

	for (i = 0; rc == 0 && i < inv->commits.count; i++)
		s->searched.commits += !is_walked(s, &inv->commits.ids[i]);
	if (rc < 0)
		investigation_close(inv);
	*is_open = rc == 0;
	return rc;
}

struct ref nameless_tip(struct salvager *s, const struct oid *commit)
{
	char hex[OID_HEX + 1];

	return (struct ref){
		.name = text_of(arena_strdup(s->arena, oid_hex(commit, hex))), .target = *commit, .commit = *commit
	};
}

/* Refs with something of their own: what the history of HEAD has was looked at, unless it is not to be. */
static size_t unseen_refs(const struct salvager *s, const struct ref_list *refs, struct ref *out)
{
	bool saw_history = s->options.places & 1u << SALVAGE_HISTORY;
	size_t i, n = 0;

	for (i = 0; i < refs->count; i++)
		if (!saw_history || !is_walked(s, &refs->items[i].commit))
			out[n++] = refs->items[i];
	return n;
}

int search_refs(struct salvager *s, struct err *err)
{
	struct ref_list refs, heads;
	struct ref *tips;
	size_t count;
	int rc = 0;

	if (s->searched_refs)
		return 0;
	s->searched_refs = true;
	if (refs_all(s->head->repo, s->arena, &refs, err) < 0 ||
		refs_worktree_heads(s->head->repo, s->arena, &heads, err) < 0)
		return -1;
	s->searched.refs = refs.count + heads.count;
	tips = xcalloc(s->searched.refs + 1, sizeof(*tips));
	count = unseen_refs(s, &refs, tips);
	count += unseen_refs(s, &heads, tips + count);
	if (count && s->head->has_head)
		tips[count++] = s->head->head; /* its tree says where environments are; not every ref's is searched */
	if (count)
		rc = open_place(s, &s->refs, tips, count, &s->refs_open, err);
	free(tips);
	return rc;
}

bool is_walked(const struct salvager *s, const struct oid *commit)
{
	return commits_find(&s->head->commits, commit) != COMMIT_NONE ||
	       (s->refs_open && commits_find(&s->refs.commits, commit) != COMMIT_NONE) ||
	       (s->logs_open && commits_find(&s->logs.commits, commit) != COMMIT_NONE);
}

int search_logs(struct salvager *s, struct err *err)
{
	struct ref *tips;
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
		int found = object_peel_to_commit(s->head->repo, &s->reflogs.items[i].id, &commit, &why);

		if (found < 0)
			repo_add_limit(s->head->repo, "an entry of a reflog cannot be followed: %s", why.msg);
		else if (found && !is_walked(s, &commit))
			tips[n++] = nameless_tip(s, &commit);
	}
	if (n)
		rc = open_place(s, &s->logs, tips, n, &s->logs_open, err);
	free(tips);
	return rc;
}

void add_stray(struct stray_list *list, const struct stray *stray)
{
	struct stray_ends *ends;
	struct stray *item;

	VEC_REACH(list->ends, stray->revision, list->end_cap, 0);
	VEC_GROW(list->items, list->count, list->cap);
	ends = &list->ends[stray->revision];
	item = &list->items[list->count++];
	*item = *stray;
	item->next = 0;
	if (ends->last)
		list->items[ends->last - 1].next = (uint32_t)list->count;
	else
		ends->first = (uint32_t)list->count;
	ends->last = (uint32_t)list->count;
}

uint32_t first_stray(const struct stray_list *list, uint32_t revision)
{
	return revision < list->end_cap ? list->ends[revision].first : 0;
}

void stray_list_release(struct stray_list *list)
{
	free(list->items);
	free(list->ends);
	memset(list, 0, sizeof(*list));
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
