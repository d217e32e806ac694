#include <stdlib.h>
#include <string.h>

#include "recover_parts.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

enum { TREE_DEPTH_MAX = 100 };

struct flattening {
	struct planner *p;
	struct source *source;
	struct plan_tree *out;
	struct strbuf path;
	struct repeats repeats;
};

static int flatten(struct flattening *f, const struct oid *id, unsigned depth);

static int flatten_entry(struct flattening *f, const struct source_entry *entry, unsigned depth)
{
	size_t len = f->path.len;
	struct source_file *file;
	int rc = 0;

	if (len)
		strbuf_addch(&f->path, '/');
	strbuf_add(&f->path, entry->name.ptr, entry->name.len);
	if (entry->kind == SOURCE_DIR) {
		if (depth < TREE_DEPTH_MAX)
			rc = flatten(f, &entry->id, depth + 1);
	} else {
		VEC_GROW(f->out->files, f->out->count, f->out->cap);
		file = &f->out->files[f->out->count++];
		memset(file, 0, sizeof(*file));
		file->path = (struct text){ arena_memdup(f->p->arena, f->path.buf, f->path.len), f->path.len };
		file->kind = entry->kind;
		file->executable = entry->executable;
		file->id = entry->id;
	}
	strbuf_setlen(&f->path, len);
	return rc;
}

static int flatten(struct flattening *f, const struct oid *id, unsigned depth)
{
	struct source_scan scan;
	struct source_entry entry;
	int rc;

	if (source_scan_open(f->source, (struct text){ f->path.buf, f->path.len }, id, &scan, f->p->err) < 0)
		return -1;
	/* what holds something of Alembic's stands at too many paths for discovery as well, which says so */
	if (!repeats_allow(&f->repeats, id, scan.object.len)) {
		source_scan_close(&scan);
		return 0;
	}
	while ((rc = source_scan_next(&scan, &entry, f->p->err)) == 1) {
		rc = flatten_entry(f, &entry, depth);
		if (rc < 0)
			break;
	}
	source_scan_close(&scan);
	return rc < 0 ? -1 : 0;
}

static int compare_files(const void *a, const void *b)
{
	return text_compare(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

int plan_tree_read(struct planner *p, const struct oid *root, struct plan_tree *out)
{
	struct flattening f = {
		.p = p, .source = source_of_tree(&p->inv.study, root), .out = out, .path = STRBUF_INIT
	};
	int rc;

	repeats_init(&f.repeats, REPEATS_PLANNED_MAX);
	rc = flatten(&f, root, 0);
	repeats_release(&f.repeats);
	strbuf_release(&f.path);
	if (rc == 0 && out->count)
		qsort(out->files, out->count, sizeof(*out->files), compare_files);
	return rc;
}

struct source_file *plan_tree_find(struct plan_tree *tree, struct text path)
{
	size_t i;

	for (i = 0; i < tree->count; i++)
		if (text_equal(tree->files[i].path, path))
			return &tree->files[i];
	return NULL;
}

void plan_tree_remove(struct plan_tree *tree, struct text path)
{
	struct source_file *file = plan_tree_find(tree, path);

	if (file)
		*file = tree->files[--tree->count];
}

void plan_tree_put(struct plan_tree *tree, const struct source_file *file)
{
	plan_tree_remove(tree, file->path);
	VEC_GROW(tree->files, tree->count, tree->cap);
	tree->files[tree->count++] = *file;
}

uint32_t plan_blob(struct planner *p, const struct source_file *file)
{
	struct study *study = &p->inv.study;
	uint32_t number;

	if (file->bytes.ptr)
		return study_add_bytes(study, file->bytes.ptr, file->bytes.len, p->err);
	number = study_blob_number(study, &file->id);
	return study_blob(study, number, p->err) ? number : INTERN_NONE;
}

bool env_covers_path(const struct planner *p, const struct tree_env *env, struct text path)
{
	size_t i;

	for (i = 0; i < env->version_count; i++) {
		struct text dir = study_path_text(&p->inv.study, env->versions[i]);
		size_t skip = dir.len ? dir.len + 1 : 0;

		if (path.len <= skip ||
			(dir.len && (memcmp(path.ptr, dir.ptr, dir.len) != 0 || path.ptr[dir.len] != '/')))
			continue;
		return true;
	}
	return false;
}

static const struct migration *migration_in(
	struct planner *p, const struct tree_env *env, const struct source_file *file, uint32_t *revision)
{
	const char *name = memrchr(file->path.ptr, '/', file->path.len);
	uint32_t number;

	name = name ? name + 1 : file->path.ptr;
	if (file->kind != SOURCE_FILE || !env_covers_path(p, env, file->path) ||
		!migration_file_name(name, file->path.len - (size_t)(name - file->path.ptr)))
		return NULL;
	number = plan_blob(p, file);
	if (number == INTERN_NONE || p->inv.study.blobs[number].revision == INTERN_NONE)
		return NULL;
	*revision = p->inv.study.blobs[number].revision;
	return p->inv.study.blobs[number].migration;
}

struct source_file *plan_holder(struct planner *p, const struct tree_env *env, struct text revision)
{
	size_t i;

	for (i = 0; i < p->after.count; i++) {
		uint32_t number;

		if (migration_in(p, env, &p->after.files[i], &number) &&
			text_equal(study_revision_text(&p->inv.study, number), revision))
			return &p->after.files[i];
	}
	return NULL;
}

bool plan_holds(struct planner *p, const struct tree_env *env, struct text revision)
{
	return plan_holder(p, env, revision) != NULL;
}

bool plan_names(struct planner *p, const struct tree_env *env, struct text revision, struct text except_path)
{
	size_t i;

	for (i = 0; i < p->after.count; i++) {
		uint32_t number;
		const struct migration *m = migration_in(p, env, &p->after.files[i], &number);

		if (m && !text_equal(p->after.files[i].path, except_path) &&
			(binding_has(&m->down_revision, revision) || binding_has(&m->depends_on, revision)))
			return true;
	}
	return false;
}
