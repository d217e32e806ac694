#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/tree_envs.h"

/* Listing the files below a source's versions directories. */
struct listing {
	struct study *study;
	struct source *source;
	struct snap_file *files;
	size_t count, cap;
	struct intern dirs; /* versions directories, each listed once, from itself */
	struct repeats repeats;
	struct err *err;
};

static int add_file(struct listing *l, uint32_t path, const struct source_entry *entry)
{
	const struct blob *blob;
	struct snap_file *file;
	uint32_t number;

	VEC_GROW(l->files, l->count, l->cap);
	file = &l->files[l->count++];
	*file = (struct snap_file){ .path = path, .blob = BLOB_NONE, .revision = INTERN_NONE, .unit = INTERN_NONE };
	if (entry->kind == SOURCE_UNREADABLE)
		file->blob = study_unreadable_blob(l->study);
	if (entry->kind != SOURCE_FILE)
		return 0;
	if (entry->bytes.ptr)
		number = study_add_bytes(l->study, entry->bytes.ptr, entry->bytes.len, l->err);
	else
		number = study_blob_number(l->study, &entry->id);
	if (number == INTERN_NONE)
		return -1;
	blob = study_blob(l->study, number, l->err);
	if (!blob)
		return -1;
	file->blob = number;
	file->revision = blob->revision;
	return 0;
}

static int list_dir(struct listing *l, uint32_t dir, const struct oid *id, unsigned depth)
{
	struct text base = study_path_text(l->study, dir);
	struct strbuf path = STRBUF_INIT;
	struct source_entry entry;
	struct source_scan scan;
	struct err why = { 0 };
	int rc = source_scan_open(l->source, base, id, &scan, &why);

	if (rc < 0)
		repo_add_limit(l->study->repo, "%s", why.msg);
	if (rc < 1)
		return 0;
	if (!source_scan_allow(&scan, &l->repeats, id)) {
		source_scan_close(&scan);
		return 0;
	}
	while ((rc = source_scan_next(&scan, &entry, &why)) == 1) {
		uint32_t child;

		strbuf_clear(&path);
		strbuf_add(&path, base.ptr, base.len);
		strbuf_add_component(&path, entry.name.ptr, entry.name.len);
		if (entry.kind != SOURCE_DIR && !migration_file_name(entry.name.ptr, entry.name.len))
			continue;
		child = study_path(l->study, path.buf, path.len);
		if (entry.kind != SOURCE_DIR) {
			if (add_file(l, child, &entry) < 0) {
				rc = -2;
				break;
			}
		} else if (depth < VERSIONS_DEPTH_MAX && !strbuf_ends_with(&path, "__pycache__") &&
			   intern_find(&l->dirs, &child, sizeof(child)) == INTERN_NONE &&
			   list_dir(l, child, &entry.id, depth + 1) < 0) {
			rc = -2;
			break;
		}
	}
	source_scan_close(&scan);
	strbuf_release(&path);
	if (rc == -1)
		repo_add_limit(l->study->repo, "%s", why.msg);
	return rc == -2 ? -1 : 0;
}

static int list_all(struct listing *l)
{
	struct source_entry entry;
	struct err why = { 0 };
	size_t i;

	for (i = 0; i < l->dirs.count; i++) {
		uint32_t dir;
		int found;

		memcpy(&dir, intern_get(&l->dirs, (uint32_t)i)->bytes, sizeof(dir));
		found = source_find(l->source, study_path_text(l->study, dir), &entry, &why);
		if (found < 0)
			repo_add_limit(l->study->repo, "%s", why.msg);
		if (found == 1 && entry.kind == SOURCE_DIR && list_dir(l, dir, &entry.id, 0) < 0)
			return -1;
	}
	return 0;
}

int tree_envs_of_source(struct discovery *discovery, struct study *study, struct source *source,
	const struct env_defs *extra, struct env_defs *defs, struct tree_envs *out, struct err *err)
{
	struct listing l = { .study = study, .source = source, .err = err };
	struct snapshot snapshot = { .row = 0 };
	struct joins joins;
	size_t i, k;
	int rc = -1;

	intern_init(&l.dirs);
	repeats_init(&l.repeats, REPEATS_LISTED_MAX);
	memset(defs, 0, sizeof(*defs));
	joins_init(&joins, study);
	if (discover(discovery, source, defs, err) < 0)
		goto done;
	env_defs_append(defs, extra);
	for (i = 0; i < defs->count; i++)
		for (k = 0; k < defs->items[i].version_count; k++)
			intern_add(&l.dirs, &defs->items[i].versions[k], sizeof(uint32_t));
	if (list_all(&l) < 0)
		goto done;
	snapshot_assign_units(study, l.files, l.count);
	snapshot.files = l.files;
	snapshot.count = l.count;
	joins_look(&joins, &snapshot);
	tree_envs_build(study, defs, &joins, l.files, l.count, out);
	rc = 0;
done:
	joins_release(&joins);
	intern_release(&l.dirs);
	repeats_release(&l.repeats);
	free(l.files);
	return rc;
}
