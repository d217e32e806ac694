#include "revident/forensics/tree_envs.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

/* Grouping the units of one tree. */
struct grouping {
	struct study *study;
	const struct env_defs *defs;
	const struct joins *joins;
	const struct snap_file *files;
	size_t file_count;
	uint32_t *units, *group; /* group[i]: the first unit of the group that units[i] is in */
	size_t unit_count;
	uint32_t *configured;
	size_t configured_count;
	uint32_t *unit_of; /* by path: its place in `units` + 1, 0 for what is no unit */
	uint32_t *first,
		*next; /* files + 1, by place of their group and by file; the last of `first`: those without a unit */
};

static void list_units(struct grouping *g)
{
	size_t i;

	g->units = xcalloc(g->file_count, sizeof(*g->units));
	g->group = xcalloc(g->file_count, sizeof(*g->group));
	g->unit_of = xcalloc(g->study->paths.count, sizeof(*g->unit_of));
	for (i = 0; i < g->file_count; i++) {
		uint32_t unit = g->files[i].unit;

		if (unit == INTERN_NONE || g->unit_of[unit])
			continue;
		g->units[g->unit_count++] = unit;
		g->unit_of[unit] = (uint32_t)g->unit_count;
	}
}

/* The files of each group, which a tree with many environments would be searched for too often. */
static void list_files(struct grouping *g)
{
	size_t i;

	g->first = xcalloc(g->unit_count + 1, sizeof(*g->first));
	g->next = xcalloc(g->file_count, sizeof(*g->next));
	for (i = g->file_count; i-- > 0;) {
		uint32_t unit = g->files[i].unit;
		uint32_t *first = &g->first[unit == INTERN_NONE ? g->unit_count : g->group[g->unit_of[unit] - 1]];

		g->next[i] = *first;
		*first = (uint32_t)i + 1;
	}
}

/* Directories that the configuration names and that hold migrations. */
static void list_configured(struct grouping *g)
{
	size_t i, k, cap = 0;

	for (i = 0; i < g->defs->count; i++) {
		const struct env_def *def = &g->defs->items[i];

		for (k = 0; def->is_explicit && k < def->version_count; k++)
			if (g->unit_of[def->versions[k]]) {
				VEC_GROW(g->configured, g->configured_count, cap);
				g->configured[g->configured_count++] = def->versions[k];
			}
	}
}

/*
 * Where the configuration names a directory that holds migrations, directories below it are shown with it: as files that
 * Alembic does not load, not as environments that nobody configured.
 */
static bool is_below_configured(const struct grouping *g, uint32_t a, uint32_t b)
{
	size_t i;

	for (i = 0; i < g->configured_count; i++)
		if (study_path_is_below(g->study, a, g->configured[i]) &&
			study_path_is_below(g->study, b, g->configured[i]))
			return true;
	return false;
}

static void join_units(struct grouping *g)
{
	size_t i, k, m;

	joins_group(g->joins, g->defs, g->units, g->unit_count, g->group);
	list_configured(g);
	if (g->configured_count == 0)
		return;
	for (i = 0; i < g->unit_count; i++) {
		for (k = i + 1; k < g->unit_count; k++) {
			uint32_t from = g->group[k], to = g->group[i];

			if (from == to || !is_below_configured(g, g->units[i], g->units[k]))
				continue;
			if (from < to) {
				from = to;
				to = g->group[k];
			}
			for (m = 0; m < g->unit_count; m++)
				if (g->group[m] == from)
					g->group[m] = to;
		}
	}
}

/* The definition whose versions directory is nearest above the unit; explicit ones first, then by path. */
static const struct env_def *def_of(const struct grouping *g, uint32_t unit)
{
	const struct env_def *best = NULL;
	size_t best_len = 0, i, k;

	for (i = 0; i < g->defs->count; i++) {
		const struct env_def *def = &g->defs->items[i];

		for (k = 0; k < def->version_count; k++) {
			size_t len = study_path_text(g->study, def->versions[k]).len + 1;

			if (!study_path_is_below(g->study, unit, def->versions[k]))
				continue;
			if (!best || len > best_len || (len == best_len && def->is_explicit && !best->is_explicit)) {
				best = def;
				best_len = len;
			}
		}
	}
	return best;
}

static bool holds_directly(const struct grouping *g, uint32_t dir)
{
	size_t i;

	for (i = 0; i < g->file_count; i++)
		if (g->files[i].revision != INTERN_NONE && study_path_dir(g->study, g->files[i].path) == dir)
			return true;
	return false;
}

/* Alembic lists the files of each version location; below it only with recursive_version_locations. */
static bool is_loaded(const struct grouping *g, const struct env_def *def, uint32_t path)
{
	uint32_t dir = study_path_dir(g->study, path);
	size_t k;

	if (!def || !def->is_explicit || (def->section && def->section->recursive_version_locations == SWITCH_ON))
		return true;
	for (k = 0; k < def->version_count; k++)
		if (def->versions[k] == dir)
			return true;
	for (k = 0; k < def->version_count; k++)
		if (study_path_is_below(g->study, dir, def->versions[k]) && holds_directly(g, def->versions[k]))
			return false;
	return true; /* nothing lies in the configured directories themselves: the locations are set elsewhere */
}

/* Alembic's way with a file that binds no `revision`: `([a-f0-9]+)\.py$` from the start of the name (script/base.py). */
static uint32_t revision_from_name(struct study *study, const struct snap_file *file)
{
	const struct migration *migration = file->blob == BLOB_NONE ? NULL : study->blobs[file->blob].migration;
	struct text path = study_path_text(study, file->path);
	const char *name = memrchr(path.ptr, '/', path.len);
	size_t len;

	if (!migration || migration->revision.kind != BINDING_ABSENT)
		return INTERN_NONE;
	name = name ? name + 1 : path.ptr;
	len = strspn(name, "abcdef0123456789");
	if (len == 0 || strcmp(name + len, ".py") != 0)
		return INTERN_NONE;
	return intern_add(&study->revisions, name, len);
}

static int compare_tree_files(const void *a, const void *b, void *data)
{
	const struct study *study = data;

	return text_compare(study_path_text(study, ((const struct tree_file *)a)->path),
		study_path_text(study, ((const struct tree_file *)b)->path));
}

static bool is_below_versions(const struct grouping *g, const struct env_def *def, uint32_t path)
{
	size_t k;

	for (k = 0; k < def->version_count; k++)
		if (study_path_is_below(g->study, path, def->versions[k]))
			return true;
	return false;
}

/* The environment's files, as places in the grouping's; freed by the caller. */
static uint32_t *files_of(const struct grouping *g, const struct tree_env *env, uint32_t group, size_t *count)
{
	uint32_t *places = NULL, at;
	size_t n = 0, cap = 0;

	for (at = group == INTERN_NONE ? 0 : g->first[group]; at; at = g->next[at - 1]) {
		VEC_GROW(places, n, cap);
		places[n++] = at - 1;
	}
	/* no migration near them: they belong where their directory does */
	for (at = env->def ? g->first[g->unit_count] : 0; at; at = g->next[at - 1])
		if (is_below_versions(g, env->def, g->files[at - 1].path)) {
			VEC_GROW(places, n, cap);
			places[n++] = at - 1;
		}
	*count = n;
	return places;
}

static void fill_files(struct grouping *g, struct tree_env *env, uint32_t group)
{
	size_t i, n;
	uint32_t *places = files_of(g, env, group, &n);
	struct tree_file *files = arena_calloc(&g->study->arena, n + 1, sizeof(*files));

	for (i = 0; i < n; i++) {
		const struct snap_file *from = &g->files[places[i]];

		files[i].path = from->path;
		files[i].blob = from->blob;
		files[i].revision = from->revision;
		files[i].is_loaded = is_loaded(g, env->def, from->path);
		if (from->revision == INTERN_NONE) {
			files[i].revision = revision_from_name(g->study, from);
			files[i].named_by_file = files[i].revision != INTERN_NONE;
		}
	}
	if (n)
		qsort_r(files, n, sizeof(*files), compare_tree_files, g->study);
	env->files = files;
	env->file_count = n;
	free(places);
}

static bool shares_script_dir(const struct tree_envs *envs, const struct tree_env *env)
{
	size_t i;

	for (i = 0; i < envs->count; i++)
		if (&envs->items[i] != env && env->def && envs->items[i].def &&
			envs->items[i].def->dir == env->def->dir)
			return true;
	return false;
}

/* Several environments of one script directory go by their versions directories. */
static void name_env(struct grouping *g, const struct tree_envs *envs, struct tree_env *env, uint32_t group)
{
	uint32_t *units;
	bool shared = shares_script_dir(envs, env);
	uint32_t dir = env->def ? env->def->dir : env->unit;
	size_t i, n = 0;

	if (env->def && !shared) {
		env->versions = env->def->versions;
		env->version_count = env->def->version_count;
	} else {
		for (i = 0; i < g->unit_count; i++)
			n += g->group[i] == group;
		units = arena_calloc(&g->study->arena, n + 1, sizeof(*units));
		for (i = 0, n = 0; i < g->unit_count; i++)
			if (g->group[i] == group)
				units[n++] = g->units[i];
		if (n) {
			env->versions = units;
			env->version_count = n;
			dir = units[0];
		} else if (env->def) {
			env->versions = env->def->versions;
			env->version_count = env->def->version_count;
			dir = env->def->versions[0];
		}
	}
	env->path = study_path_text(g->study, dir);
	if (env->path.len == 0)
		env->path = TEXT_LITERAL(".");
	env->found_by = env->def ? env->def->found_by : env->path;
}

static int compare_envs(const void *a, const void *b)
{
	return text_compare(((const struct tree_env *)a)->path, ((const struct tree_env *)b)->path);
}

/* Does an environment of the list have this definition's directories already? */
static bool is_taken(const struct tree_envs *envs, const struct env_def *def)
{
	size_t i, k, m;

	for (i = 0; i < envs->count; i++) {
		const struct env_def *other = envs->items[i].def;

		if (!other)
			continue;
		if (other == def)
			return true;
		for (k = 0; k < def->version_count; k++)
			for (m = 0; m < other->version_count; m++)
				if (def->versions[k] == other->versions[m])
					return true;
	}
	return false;
}

void tree_envs_build(struct study *study, const struct env_defs *defs, const struct joins *joins,
	const struct snap_file *files, size_t count, struct tree_envs *out)
{
	struct grouping g = { .study = study, .defs = defs, .joins = joins, .files = files, .file_count = count };
	uint32_t *groups;
	size_t i;

	list_units(&g);
	join_units(&g);
	list_files(&g);
	out->items = arena_calloc(&study->arena, g.unit_count + defs->count + 1, sizeof(*out->items));
	out->count = 0;
	groups = xcalloc(g.unit_count + defs->count + 1, sizeof(*groups));
	for (i = 0; i < g.unit_count; i++) {
		if (g.group[i] != i)
			continue;
		groups[out->count] = (uint32_t)i;
		out->items[out->count].unit = g.units[i];
		out->items[out->count++].def = def_of(&g, g.units[i]);
	}
	for (i = 0; i < defs->count; i++) { /* configured, and without migrations yet */
		if (is_taken(out, &defs->items[i]))
			continue;
		groups[out->count] = INTERN_NONE;
		out->items[out->count].unit = INTERN_NONE;
		out->items[out->count++].def = &defs->items[i];
	}
	for (i = 0; i < out->count; i++) {
		name_env(&g, out, &out->items[i], groups[i]);
		fill_files(&g, &out->items[i], groups[i]);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_envs);
	free(groups);
	free(g.units);
	free(g.group);
	free(g.configured);
	free(g.unit_of);
	free(g.first);
	free(g.next);
}
