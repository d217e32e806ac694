#include "revident/forensics/tree_envs.h"

#include <stdlib.h>
#include <string.h>

#include "def_index.h"
#include "revident/base/xalloc.h"
#include "roots.h"

/* Grouping the units of one tree. */
struct grouping {
	struct study *study;
	struct def_index defs;
	const struct joins *joins;
	const struct snap_file *files;
	size_t file_count;
	uint32_t *units, *group; /* group[i]: the first unit of the group that units[i] is in */
	size_t unit_count;
	uint32_t *unit_of; /* by path: its place in `units` + 1, 0 for what is no unit */
	uint32_t *first,
		*next; /* files + 1, by place of their group and by file; the last of `first`: those without a unit */
	uint32_t *first_unit, *next_unit; /* places in `units` + 1, by place of their group and by place */
	uint32_t *users;                  /* by path: environments that have it for their script directory */
	bool *is_taken, *is_used;         /* by path: a versions directory of a definition in use; by definition */
	bool *holds;                      /* by path: a migration lies directly in it */
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

/* The units and files of each group, which a tree with many environments would be searched for too often. */
static void list_groups(struct grouping *g)
{
	size_t i;

	g->first = xcalloc(g->unit_count + 1, sizeof(*g->first));
	g->next = xcalloc(g->file_count, sizeof(*g->next));
	g->first_unit = xcalloc(g->unit_count, sizeof(*g->first_unit));
	g->next_unit = xcalloc(g->unit_count, sizeof(*g->next_unit));
	g->holds = xcalloc(g->study->paths.count, sizeof(*g->holds));
	for (i = g->unit_count; i-- > 0;) {
		g->next_unit[i] = g->first_unit[g->group[i]];
		g->first_unit[g->group[i]] = (uint32_t)i + 1;
	}
	for (i = g->file_count; i-- > 0;) {
		uint32_t unit = g->files[i].unit, dir = study_path_dir(g->study, g->files[i].path);
		uint32_t *first = &g->first[unit == INTERN_NONE ? g->unit_count : g->group[g->unit_of[unit] - 1]];

		g->next[i] = *first;
		*first = (uint32_t)i + 1;
		if (g->files[i].revision != INTERN_NONE && dir != INTERN_NONE)
			g->holds[dir] = true;
	}
}

/* Does the configuration name the directory, which holds migrations? */
static bool is_configured(const struct grouping *g, uint32_t dir)
{
	uint32_t at = g->unit_of[dir] ? def_index_first(&g->defs, dir) : 0;

	for (; at; at = g->defs.entries[at - 1].next)
		if (g->defs.defs->items[g->defs.entries[at - 1].def].is_explicit)
			return true;
	return false;
}

/*
 * Where the configuration names a directory that holds migrations, directories below it are shown with it: as files
 * that Alembic does not load, not as environments that nobody configured.
 */
static void join_units(struct grouping *g)
{
	uint32_t dir;
	size_t i;

	joins_group(g->joins, &g->defs, g->units, g->unit_count, g->group);
	for (i = 0; i < g->unit_count; i++)
		for (dir = g->units[i]; dir != INTERN_NONE; dir = study_path_dir(g->study, dir))
			if (is_configured(g, dir))
				join_roots(g->group, (uint32_t)i, g->unit_of[dir] - 1);
	for (i = 0; i < g->unit_count; i++)
		g->group[i] = root_of(g->group, (uint32_t)i);
}

/* The definition whose versions directory is nearest above the unit; explicit ones first, then by path. */
static const struct env_def *def_of(const struct grouping *g, uint32_t unit)
{
	const struct env_def *best = NULL;
	uint32_t at = 0;

	for (; unit != INTERN_NONE && !at; unit = study_path_dir(g->study, unit))
		at = def_index_first(&g->defs, unit);
	for (; at; at = g->defs.entries[at - 1].next) {
		const struct env_def *def = &g->defs.defs->items[g->defs.entries[at - 1].def];

		if (!best || (def->is_explicit && !best->is_explicit))
			best = def;
	}
	return best;
}

static size_t number_of(const struct grouping *g, const struct env_def *def)
{
	return (size_t)(def - g->defs.defs->items);
}

/* Alembic lists the files of each version location; below it only with recursive_version_locations. */
static bool is_loaded(const struct grouping *g, const struct env_def *def, uint32_t path)
{
	uint32_t dir = study_path_dir(g->study, path);

	if (!def || !def->is_explicit || def_index_has(&g->defs, number_of(g, def), dir))
		return true;
	if (!def_of(g, dir))
		return false; /* it belongs to the environment by its past alone: nothing names its directory now */
	if (def_is_recursive(def))
		return true;
	for (; dir != INTERN_NONE; dir = study_path_dir(g->study, dir))
		if (g->holds[dir] && def_index_has(&g->defs, number_of(g, def), dir))
			return false;
	return true; /* nothing lies in the configured directories themselves: the locations are set elsewhere */
}

/*
 * Alembic's way with a file that binds no `revision`: `([a-f0-9]+)\.py$` from the start of the name (script/base.py).
 */
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

/*
 * Sorts by path where the ranks of the paths lie close together, as those of a directory do: each goes to its own
 * place. False where they do not, and nothing was sorted.
 */
static bool sort_by_rank(const struct study *study, struct tree_file *files, size_t count)
{
	uint32_t low = UINT32_MAX, high = 0, rank, *at_rank;
	struct tree_file *sorted;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (files[i].path >= study->ranked_count)
			return false;
		rank = study->path_rank[files[i].path];
		low = rank < low ? rank : low;
		high = rank > high ? rank : high;
	}
	if (count == 0 || (high - low) / 16 > count)
		return false;
	at_rank = xcalloc((size_t)high - low + 1, sizeof(*at_rank)); /* number in `files`, + 1 */
	sorted = xreallocarray(NULL, count, sizeof(*sorted));
	for (i = 0; i < count; i++)
		at_rank[study->path_rank[files[i].path] - low] = (uint32_t)i + 1;
	for (rank = 0; rank <= high - low; rank++)
		if (at_rank[rank])
			sorted[n++] = files[at_rank[rank] - 1];
	if (n == count) /* a damaged tree may have a name twice */
		memcpy(files, sorted, count * sizeof(*files));
	free(at_rank);
	free(sorted);
	return n == count;
}

static int compare_tree_files(const void *a, const void *b, void *data)
{
	const struct study *study = data;

	return study_compare_paths(study, ((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
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
		if (def_index_covers(&g->defs, number_of(g, env->def), g->files[at - 1].path)) {
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
	if (n && !sort_by_rank(g->study, files, n))
		qsort_r(files, n, sizeof(*files), compare_tree_files, g->study);
	env->files = files;
	env->file_count = n;
	free(places);
}

/* The units of a group, in their order. */
static void list_group_units(struct grouping *g, struct tree_env *env, uint32_t group)
{
	uint32_t *units, at;
	size_t n = 0;

	for (at = g->first_unit[group]; at; at = g->next_unit[at - 1])
		n++;
	units = arena_calloc(&g->study->arena, n + 1, sizeof(*units));
	env->version_count = n;
	for (n = 0, at = g->first_unit[group]; at; at = g->next_unit[at - 1])
		units[n++] = g->units[at - 1];
	env->versions = units;
}

/* Several environments of one script directory go by their versions directories. */
static void name_env(struct grouping *g, struct tree_env *env, uint32_t group)
{
	bool shared = env->def && g->users[env->def->dir] > 1;
	uint32_t dir = env->def ? env->def->dir : env->unit;

	if (env->def && (!shared || group == INTERN_NONE)) {
		env->versions = env->def->versions;
		env->version_count = env->def->version_count;
	} else {
		list_group_units(g, env, group);
	}
	if (shared)
		dir = env->versions[0];
	env->path = study_path_text(g->study, dir);
	if (env->path.len == 0)
		env->path = TEXT_LITERAL(".");
	env->found_by = env->def ? env->def->found_by : env->path;
}

static int compare_envs(const void *a, const void *b)
{
	return text_compare(((const struct tree_env *)a)->path, ((const struct tree_env *)b)->path);
}

/* Adds an environment; its definition's directories are taken then. */
static void add_env(struct grouping *g, struct tree_envs *out, uint32_t unit, const struct env_def *def)
{
	struct tree_env *env = &out->items[out->count++];
	size_t k;

	env->unit = unit;
	env->def = def;
	if (!def)
		return;
	g->users[def->dir]++;
	for (k = 0; !g->is_used[number_of(g, def)] && k < def->version_count; k++)
		g->is_taken[def->versions[k]] = true;
	g->is_used[number_of(g, def)] = true;
}

/* Does an environment of the list have one of this definition's directories already? */
static bool is_taken(const struct grouping *g, const struct env_def *def)
{
	size_t k;

	for (k = 0; k < def->version_count && !g->is_taken[def->versions[k]]; k++)
		;
	return k < def->version_count;
}

static void release_grouping(struct grouping *g)
{
	def_index_release(&g->defs);
	free(g->units);
	free(g->group);
	free(g->unit_of);
	free(g->first);
	free(g->next);
	free(g->first_unit);
	free(g->next_unit);
	free(g->users);
	free(g->is_taken);
	free(g->is_used);
	free(g->holds);
}

void tree_envs_build(struct study *study, const struct env_defs *defs, const struct joins *joins,
	const struct snap_file *files, size_t count, struct tree_envs *out)
{
	struct grouping g = { .study = study, .joins = joins, .files = files, .file_count = count };
	uint32_t *groups;
	size_t i;

	def_index_init(&g.defs, study, defs);
	list_units(&g);
	join_units(&g);
	list_groups(&g);
	g.users = xcalloc(study->paths.count, sizeof(*g.users));
	g.is_taken = xcalloc(study->paths.count, sizeof(*g.is_taken));
	g.is_used = xcalloc(defs->count, sizeof(*g.is_used));
	out->items = arena_calloc(&study->arena, g.unit_count + defs->count + 1, sizeof(*out->items));
	out->count = 0;
	groups = xcalloc(g.unit_count + defs->count + 1, sizeof(*groups));
	for (i = 0; i < g.unit_count; i++) {
		if (g.group[i] != i)
			continue;
		groups[out->count] = (uint32_t)i;
		add_env(&g, out, g.units[i], def_of(&g, g.units[i]));
	}
	for (i = 0; i < defs->count; i++) { /* configured, and without migrations yet */
		if (is_taken(&g, &defs->items[i]))
			continue;
		groups[out->count] = INTERN_NONE;
		add_env(&g, out, INTERN_NONE, &defs->items[i]);
	}
	for (i = 0; i < out->count; i++) {
		name_env(&g, &out->items[i], groups[i]);
		fill_files(&g, &out->items[i], groups[i]);
		out->items[i].is_incomplete = defs->is_incomplete;
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare_envs);
	free(groups);
	release_grouping(&g);
}
