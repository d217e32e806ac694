#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/tree_envs.h"

static bool has_label(const struct study *study, const struct tree_env *env, struct text name)
{
	size_t i, k;

	for (i = 0; i < env->file_count; i++) {
		const struct tree_file *file = &env->files[i];
		const struct migration *m = file->blob == BLOB_NONE ? NULL : study->blobs[file->blob].migration;

		for (k = 0; m && file->is_loaded && file->revision != INTERN_NONE && k < m->branch_labels.count; k++)
			if (text_equal(m->branch_labels.values[k], name))
				return true;
	}
	return false;
}

static bool is_listed(struct text name, const struct text *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_equal(list[i], name))
			return true;
	return false;
}

/* Collecting the missing names of one environment. */
struct collection {
	struct study *study;
	const struct tree_env *env;
	struct missing_name *items;
	size_t count, cap;
	bool *present;       /* by revision number: a loaded migration has it */
	struct intern names; /* of items */
};

static void add_missing(
	struct collection *c, const struct tree_file *file, struct text name, unsigned line, bool in_depends_on)
{
	size_t before = c->names.count;
	uint32_t number = intern_add(&c->names, name.ptr, name.len);
	struct missing_name *item;

	if (number == before) {
		VEC_GROW(c->items, c->count, c->cap);
		c->items[c->count++] =
			(struct missing_name){ .name = name, .file = file, .line = line, .in_depends_on = true };
	}
	item = &c->items[number];
	if (!in_depends_on && item->in_depends_on) { /* the binding that Alembic stumbles over first */
		item->in_depends_on = false;
		item->file = file;
		item->line = line;
	}
	if (item->count && item->all[item->count - 1] == file)
		return;
	ARENA_GROW(&c->study->arena, item->all, item->count);
	item->all[item->count++] = file;
}

static void look_at(struct collection *c, const struct tree_file *file, const struct binding *binding,
	bool in_depends_on, const struct text *external, size_t external_count)
{
	size_t i;

	for (i = 0; i < binding->count; i++) {
		struct text name = binding->values[i];
		uint32_t revision = intern_find(&c->study->revisions, name.ptr, name.len);

		if (revision != INTERN_NONE && c->present[revision])
			continue;
		if (is_listed(name, external, external_count))
			continue;
		if (in_depends_on && has_label(c->study, c->env, name))
			continue;
		add_missing(c, file, name, binding->line, in_depends_on);
	}
}

static int compare_missing(const void *a, const void *b)
{
	return text_compare(((const struct missing_name *)a)->name, ((const struct missing_name *)b)->name);
}

size_t tree_env_missing(struct study *study, const struct tree_env *env, const struct text *external,
	size_t external_count, struct missing_name **out)
{
	struct collection c = { .study = study, .env = env };
	size_t i;

	c.present = xcalloc(study->revisions.count, sizeof(*c.present));
	intern_init(&c.names);
	for (i = 0; i < env->file_count; i++)
		if (env->files[i].is_loaded && env->files[i].revision != INTERN_NONE)
			c.present[env->files[i].revision] = true;
	for (i = 0; i < env->file_count; i++) {
		const struct tree_file *file = &env->files[i];
		const struct migration *m = file->blob == BLOB_NONE ? NULL : study->blobs[file->blob].migration;

		if (!m || !file->is_loaded || file->revision == INTERN_NONE)
			continue;
		look_at(&c, file, &m->down_revision, false, external, external_count);
		look_at(&c, file, &m->depends_on, true, external, external_count);
	}
	free(c.present);
	intern_release(&c.names);
	*out = NULL;
	if (c.count) {
		*out = arena_copy(&study->arena, c.items, c.count, sizeof(*c.items));
		qsort(*out, c.count, sizeof(**out), compare_missing);
	}
	free(c.items);
	return c.count;
}

void tree_env_say_too_large(struct study *study, const struct tree_env *env)
{
	size_t i;

	for (i = 0; i < env->file_count; i++)
		if (study_blob_is_too_large(study, env->files[i].blob))
			repo_add_limit(study->repo,
				"'%s' has more than %d MiB, and is not read: what it declares is not known",
				study_shown(study, study_path_text(study, env->files[i].path)),
				MIGRATION_BYTES_MAX / (1024 * 1024));
}
