#include <assert.h>
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

	strbuf_add_component(&f->path, entry->name.ptr, entry->name.len);
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
		qsort(out->files, out->count, sizeof(*out->files), source_file_compare_items);
	return rc;
}

/* The number of a path, and where its file stands. */
static uint32_t number_path(struct plan_tree *tree, size_t place)
{
	struct text path;
	uint32_t number;

	assert(tree->files && place < tree->count);
	path = tree->files[place].path;
	number = intern_add(&tree->paths, path.ptr, path.len);
	VEC_REACH(tree->places, number, tree->place_cap, 0);
	tree->places[number] = (uint32_t)place + 1;
	return number;
}

/* Finds places again: whoever makes a source of the list sorts it (source.h). */
static void number_paths(struct plan_tree *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++)
		number_path(tree, i);
}

static struct source_file *file_at(struct plan_tree *tree, uint32_t number)
{
	const struct intern_key *key = intern_get(&tree->paths, number);
	struct text path = { (const char *)key->bytes, key->len };
	uint32_t place = tree->places[number];

	assert(!place || tree->files);
	if (place && (place > tree->count || !text_equal(tree->files[place - 1].path, path))) {
		number_paths(tree);
		place = tree->places[number];
	}
	return place ? &tree->files[place - 1] : NULL;
}

struct source_file *plan_tree_find(struct planner *p, struct text path)
{
	struct plan_tree *tree = &p->after;
	uint32_t number;

	if (!tree->paths.count)
		number_paths(tree);
	number = intern_find(&tree->paths, path.ptr, path.len);
	return number == INTERN_NONE ? NULL : file_at(tree, number);
}

void plan_tree_remove(struct planner *p, struct text path)
{
	struct source_file *file = plan_tree_find(p, path);
	struct plan_tree *tree = &p->after;

	if (!file)
		return;
	tree->places[intern_find(&tree->paths, path.ptr, path.len)] = 0;
	*file = tree->files[--tree->count];
	if (file < tree->files + tree->count)
		number_path(tree, (size_t)(file - tree->files));
}

void plan_tree_put(struct planner *p, const struct source_file *file)
{
	struct plan_tree *tree = &p->after;

	plan_tree_remove(p, file->path);
	VEC_GROW(tree->files, tree->count, tree->cap);
	tree->files[tree->count++] = *file;
	number_path(tree, tree->count - 1);
	plan_tree_note(p, file);
}

void plan_tree_release(struct plan_tree *tree)
{
	free(tree->files);
	intern_release(&tree->paths);
	free(tree->places);
	intern_release(&tree->dirs);
	intern_release(&tree->ids);
	free(tree->first);
	free(tree->hints);
	memset(tree, 0, sizeof(*tree));
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

/* Is it below a versions directory of any environment of HEAD? */
static bool is_covered(const struct plan_tree *tree, struct text path)
{
	struct text dir = path;

	while (dir.len) {
		const char *slash = memrchr(dir.ptr, '/', dir.len);

		dir.len = slash ? (size_t)(slash - dir.ptr) : 0;
		if (intern_find(&tree->dirs, dir.ptr, dir.len) != INTERN_NONE)
			return true;
	}
	return false;
}

static void list_dirs(struct planner *p)
{
	size_t e, k;

	for (e = 0; e < p->view->envs.count; e++)
		for (k = 0; k < p->view->envs.items[e].version_count; k++) {
			struct text dir = study_path_text(&p->inv.study, p->view->envs.items[e].versions[k]);

			intern_add(&p->after.dirs, dir.ptr, dir.len);
		}
}

/* What a file declares that Alembic would load from there; NULL if nothing. */
static const struct migration *migration_of(struct planner *p, const struct source_file *file, uint32_t *revision)
{
	struct text name = text_base_name(file->path);
	uint32_t number;

	if (file->kind != SOURCE_FILE || !migration_file_name(name.ptr, name.len))
		return NULL;
	number = plan_blob(p, file);
	if (number == INTERN_NONE || p->inv.study.blobs[number].revision == INTERN_NONE)
		return NULL;
	*revision = p->inv.study.blobs[number].revision;
	return p->inv.study.blobs[number].migration;
}

static const struct migration *migration_in(
	struct planner *p, const struct tree_env *env, const struct source_file *file, uint32_t *revision)
{
	return env_covers_path(p, env, file->path) ? migration_of(p, file, revision) : NULL;
}

/* --- who declares an id, and who names it ------------------------------------------------------------------------ */

static void add_hint(struct plan_tree *tree, struct text id, uint32_t path)
{
	size_t before = tree->ids.count;
	uint32_t number = intern_add(&tree->ids, id.ptr, id.len);

	if (number == before) {
		VEC_GROW(tree->first, before, tree->first_cap);
		tree->first[number] = 0;
	}
	VEC_GROW(tree->hints, tree->hint_count, tree->hint_cap);
	tree->hints[tree->hint_count++] = (struct plan_hint){ path, tree->first[number] };
	tree->first[number] = (uint32_t)tree->hint_count;
}

static void add_hints(struct plan_tree *tree, const struct binding *binding, uint32_t path)
{
	size_t i;

	for (i = 0; i < binding->count; i++)
		add_hint(tree, binding->values[i], path);
}

void plan_tree_note(struct planner *p, const struct source_file *file)
{
	struct plan_tree *tree = &p->after;
	const struct migration *m;
	uint32_t path, revision;

	if (!tree->has_ids || !is_covered(tree, file->path))
		return;
	m = migration_of(p, file, &revision);
	if (!m)
		return;
	path = intern_find(&tree->paths, file->path.ptr, file->path.len);
	add_hint(tree, study_revision_text(&p->inv.study, revision), path);
	add_hints(tree, &m->down_revision, path);
	add_hints(tree, &m->depends_on, path);
}

/* The first hint at an id, its place + 1. */
static uint32_t first_hint(struct planner *p, struct text id)
{
	struct plan_tree *tree = &p->after;
	uint32_t number;
	size_t i;

	if (!tree->has_ids) {
		tree->has_ids = true;
		list_dirs(p);
		number_paths(tree);
		for (i = 0; i < tree->count; i++)
			plan_tree_note(p, &tree->files[i]);
	}
	number = intern_find(&tree->ids, id.ptr, id.len);
	return number == INTERN_NONE ? 0 : tree->first[number];
}

struct source_file *plan_holder(struct planner *p, const struct tree_env *env, struct text revision)
{
	struct source_file *first = NULL;
	uint32_t at, number;

	for (at = first_hint(p, revision); at; at = p->after.hints[at - 1].next) {
		struct source_file *file = file_at(&p->after, p->after.hints[at - 1].path);

		if (file && (!first || file < first) && migration_in(p, env, file, &number) &&
			text_equal(study_revision_text(&p->inv.study, number), revision))
			first = file;
	}
	return first;
}

bool plan_holds(struct planner *p, const struct tree_env *env, struct text revision)
{
	return plan_holder(p, env, revision) != NULL;
}

bool plan_names(struct planner *p, const struct tree_env *env, struct text revision, struct text except_path)
{
	uint32_t at, number;

	for (at = first_hint(p, revision); at; at = p->after.hints[at - 1].next) {
		struct source_file *file = file_at(&p->after, p->after.hints[at - 1].path);
		const struct migration *m = file ? migration_in(p, env, file, &number) : NULL;

		if (m && !text_equal(file->path, except_path) &&
			(binding_has(&m->down_revision, revision) || binding_has(&m->depends_on, revision)))
			return true;
	}
	return false;
}
