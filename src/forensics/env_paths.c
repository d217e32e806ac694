#include "env_paths.h"

#include <stdlib.h>

#include "def_index.h"
#include "revident/forensics/dir_set.h"
#include "revident/base/xalloc.h"

struct env_paths {
	struct investigation *inv;
	const struct tree_env **envs; /* view by view */
	uint32_t *first;              /* by lineage: the first environment, + 1; the last: of those without a lineage */
	struct dir_set versions;      /* by index in `first`: the versions directories */
	uint32_t *first_with;         /* by number there: the first environment that has it, + 1 */
	size_t first_with_cap;
	uint32_t *last_unit; /* by lineage: the last of its paths */
	struct def_index defs;
};

/* Called from the last environment to the first. */
static void add_env(struct env_paths *p, uint32_t number, const struct tree_env *env, uint32_t owner)
{
	size_t k;

	p->envs[number] = env;
	p->first[owner] = number + 1;
	for (k = 0; k < env->version_count; k++) {
		uint32_t at;

		dir_set_add(&p->versions, owner, env->versions[k]);
		at = dir_set_number(&p->versions, owner, env->versions[k]);
		VEC_GROW(p->first_with, at, p->first_with_cap);
		p->first_with[at] = number + 1;
	}
}

static void list_envs(struct env_paths *p)
{
	const struct investigation *inv = p->inv;
	size_t v, e, n = 0;

	for (v = 0; v < inv->view_count; v++)
		n += inv->views[v].envs.count;
	p->envs = xcalloc(n, sizeof(*p->envs));
	for (v = inv->view_count; v-- > 0;) {
		const struct tip_view *view = &inv->views[v];

		for (e = view->envs.count; e-- > 0;) {
			uint32_t label = view->labels[e];

			n--;
			add_env(p, (uint32_t)n, &view->envs.items[e],
				label == INTERN_NONE ? (uint32_t)inv->lineage.label_count : label);
		}
	}
}

struct env_paths *env_paths_new(struct investigation *inv)
{
	struct env_paths *p = xcalloc(1, sizeof(*p));
	uint32_t path, label;

	p->inv = inv;
	p->first = xcalloc(inv->lineage.label_count + 1, sizeof(*p->first));
	p->last_unit = xcalloc(inv->lineage.label_count, sizeof(*p->last_unit));
	dir_set_init(&p->versions);
	def_index_init(&p->defs, &inv->study, &inv->defs);
	list_envs(p);
	for (path = 0; path < inv->lineage.path_cap; path++) {
		label = lineage_of_path(&inv->lineage, path);
		if (label != INTERN_NONE)
			p->last_unit[label] = path + 1;
	}
	return p;
}

void env_paths_free(struct env_paths *p)
{
	if (!p)
		return;
	def_index_release(&p->defs);
	dir_set_release(&p->versions);
	free(p->first_with);
	free(p->envs);
	free(p->first);
	free(p->last_unit);
	free(p);
}

/* The first environment of an owner that has a versions directory at or above the path, + 1; 0 if none has. */
static uint32_t first_covering(const struct env_paths *p, uint32_t owner, uint32_t path)
{
	uint32_t first = 0;

	for (; path != INTERN_NONE; path = study_path_dir(&p->inv->study, path)) {
		uint32_t at = dir_set_number(&p->versions, owner, path);

		if (at != INTERN_NONE && (!first || p->first_with[at] < first))
			first = p->first_with[at];
	}
	return first;
}

/* The script directory of a lineage that no tip has: of the last of its units, by what was found in history. */
static struct text path_of_gone(const struct env_paths *p, uint32_t lineage)
{
	const struct study *study = &p->inv->study;
	uint32_t dir, at, last = 0;

	if (lineage == INTERN_NONE || !p->last_unit[lineage])
		return TEXT_LITERAL(".");
	for (dir = p->last_unit[lineage] - 1; dir != INTERN_NONE; dir = study_path_dir(study, dir))
		for (at = def_index_first(&p->defs, dir); at; at = p->defs.entries[at - 1].next)
			if (p->defs.entries[at - 1].def + 1 > last)
				last = p->defs.entries[at - 1].def + 1;
	dir = last ? p->inv->defs.items[last - 1].dir : p->last_unit[lineage] - 1;
	return study_path_text(study, dir).len ? study_path_text(study, dir) : TEXT_LITERAL(".");
}

struct text env_paths_get(struct env_paths *p, uint32_t lineage, uint32_t hint)
{
	uint32_t without = (uint32_t)p->inv->lineage.label_count, own = lineage == INTERN_NONE ? without : lineage;
	uint32_t found = first_covering(p, own, hint), other = first_covering(p, without, hint);

	if (!found || (other && other < found))
		found = other;
	if (!found)
		found = p->first[own];
	return found ? p->envs[found - 1]->path : path_of_gone(p, lineage);
}
