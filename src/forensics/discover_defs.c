/*
 * The definitions of environments that a search makes: how many there may be, and which directories are theirs.
 */
#include <stdlib.h>
#include <string.h>

#include "discover_parts.h"
#include "revident/base/xalloc.h"

enum { CHILD_DEPTH = 3 }; /* levels below a child of the script directory that may hold the migrations */

void env_defs_append(struct env_defs *defs, const struct env_defs *from)
{
	size_t i;

	for (i = 0; from && i < from->count; i++) {
		VEC_GROW(defs->items, defs->count, defs->cap);
		defs->items[defs->count++] = from->items[i];
	}
}

void env_defs_release(struct env_defs *defs)
{
	free(defs->items);
	free(defs->configs);
	memset(defs, 0, sizeof(*defs));
}

void search_say_too_many(const struct search *search)
{
	repo_add_limit(search->study->repo, "more than %d environments: the rest is left out", ENVIRONMENTS_MAX);
}

static struct env_def *append_def(struct env_defs *defs, uint32_t dir, struct text found_by)
{
	VEC_GROW(defs->items, defs->count, defs->cap);
	defs->items[defs->count] = (struct env_def){ .dir = dir, .found_by = found_by, .config = INTERN_NONE };
	return &defs->items[defs->count++];
}

struct env_def *search_add_def(struct search *search, uint32_t dir, struct text found_by)
{
	if (search->out->count < ENVIRONMENTS_MAX)
		return append_def(search->out, dir, found_by);
	search_say_too_many(search);
	return NULL;
}

static void append_versions(struct study *study, struct env_def *def, uint32_t path)
{
	ARENA_GROW(&study->arena, def->versions, def->version_count);
	def->versions[def->version_count++] = path;
}

void env_def_add_versions(struct study *study, struct env_def *def, uint32_t path)
{
	size_t i;

	for (i = 0; i < def->version_count; i++)
		if (def->versions[i] == path)
			return;
	append_versions(study, def, path);
}

bool env_defs_cover(const struct env_defs *defs, const struct study *study, uint32_t path)
{
	size_t i;

	for (i = 0; i < defs->count; i++)
		if (study_path_is_below_any(study, path, defs->items[i].versions, defs->items[i].version_count))
			return true;
	return false;
}

int search_add_children(struct search *search, struct env_def *def)
{
	struct study *study = search->study;
	struct source_entry *entries;
	struct err why = { 0 };
	struct arena names; /* there may be thousands, in each of thousands of trees */
	struct intern known;
	size_t i, count;
	int rc = 0, found;

	arena_init(&names);
	found = source_list(search->source, study_path_text(study, def->dir), &names, &entries, &count, &why);
	if (found < 0)
		repo_add_limit(study->repo, "%s", why.msg);
	intern_init(&known);
	for (i = 0; i < def->version_count; i++)
		intern_add(&known, &def->versions[i], sizeof(def->versions[i]));
	for (i = 0; found == 1 && rc == 0 && i < count; i++) {
		size_t before = known.count;
		uint32_t child;
		int holds;

		if (entries[i].kind != SOURCE_DIR || text_equal(entries[i].name, TEXT_LITERAL("__pycache__")))
			continue;
		child = study_path_below(study, def->dir, entries[i].name);
		holds = survey_holds_migrations(
			&search->discovery->memo, search->source, child, CHILD_DEPTH, search->err);
		if (holds < 0)
			rc = -1;
		else if (holds && intern_add(&known, &child, sizeof(child)) == before)
			append_versions(study, def, child);
	}
	intern_release(&known);
	arena_release(&names);
	return rc;
}

void env_defs_add_versions(struct study *study, struct env_defs *defs, const char *path, const char *said_by)
{
	uint32_t versions = study_path(study, path, strlen(path));
	uint32_t dir = study_path_dir(study, versions);
	struct text found_by = text_of(arena_strdup(&study->arena, said_by));
	struct env_def *def = append_def(defs, dir == INTERN_NONE ? versions : dir, found_by);

	env_def_add_versions(study, def, versions);
}
