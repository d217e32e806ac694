/*
 * Directories that a change takes out of the configuration while their migrations stay in the tree: nothing is deleted,
 * and Alembic loads them no more.
 */
#include <stdlib.h>
#include <string.h>

#include "judge_parts.h"
#include "revident/base/xalloc.h"

/* Whose configuration the definition is, on another side; NULL where it has none, or the side has it no more. */
static const struct env_def *same_config(const struct env_def *def, const struct env_defs *defs)
{
	size_t i;

	for (i = 0; def->config != INTERN_NONE && i < defs->count; i++)
		if (defs->items[i].config == def->config)
			return &defs->items[i];
	return NULL;
}

/*
 * Does anything name the directory still? Where the configuration that did is there, and names others, that it looks
 * like a versions directory does not count: structure speaks for what no configuration speaks about.
 */
static bool is_named(const struct judging *j, const struct env_def *def, uint32_t dir)
{
	const struct env_defs *defs = &judging_target(j)->defs, *extra = j->judge->options.extra;
	const bool by_config = def->is_explicit && same_config(def, defs);
	size_t i;

	for (i = 0; i < defs->count; i++)
		if ((!by_config || defs->items[i].is_explicit) &&
			study_path_is_below_any(j->study, dir, defs->items[i].versions, defs->items[i].version_count))
			return true;
	return extra && env_defs_cover(extra, j->study, dir);
}

/* What a side's environments have of a file. */
enum standing { STANDS_NOT, STANDS_IDLE, STANDS_LOADED };

struct leaving {
	struct judging *j;
	enum level level;
	uint8_t **standing; /* by side, by path number: an enum standing */
	size_t path_count;
	bool *is_loaded; /* by revision number: loaded from outside the directory that is looked at */
	size_t revision_count;
};

static void leaving_init(struct leaving *l, struct judging *j)
{
	size_t s, i, k;

	*l = (struct leaving){ .j = j,
		.level = policy_level(j->judge->options.policy, RULE_NOT_LOADED),
		.path_count = j->study->paths.count,
		.revision_count = j->study->revisions.count };
	l->standing = xcalloc(j->side_count, sizeof(*l->standing));
	for (s = 0; s < j->side_count; s++) {
		const struct tree_envs *envs = &j->sides[s].envs;

		l->standing[s] = xcalloc(l->path_count, sizeof(**l->standing));
		for (i = 0; i < envs->count; i++)
			for (k = 0; k < envs->items[i].file_count; k++) {
				const struct tree_file *file = &envs->items[i].files[k];

				l->standing[s][file->path] = file->is_loaded ? STANDS_LOADED : STANDS_IDLE;
			}
	}
	l->is_loaded = xcalloc(l->revision_count, sizeof(*l->is_loaded));
}

static void leaving_release(struct leaving *l)
{
	size_t s;

	for (s = 0; s < l->j->side_count; s++)
		free(l->standing[s]);
	free(l->standing);
	free(l->is_loaded);
}

/* A merge that inherits what one side decided adds nothing. */
static bool some_base_left_it(const struct leaving *l, uint32_t path)
{
	struct source_entry entry;
	struct err why = { 0 };
	size_t s;

	for (s = 0; s + 1 < l->j->side_count; s++)
		if (l->standing[s][path] != STANDS_LOADED &&
			source_find(l->j->sides[s].source, study_path_text(l->j->study, path), &entry, &why) == 1)
			return true;
	return false;
}

/* Where a revision is loaded from another directory, the file that stayed behind is but a copy. */
static void list_loaded_elsewhere(struct leaving *l, uint32_t dir)
{
	const struct tree_envs *envs = &judging_target(l->j)->envs;
	size_t i, k;

	memset(l->is_loaded, 0, l->revision_count * sizeof(*l->is_loaded));
	for (i = 0; i < envs->count; i++)
		for (k = 0; k < envs->items[i].file_count; k++) {
			const struct tree_file *file = &envs->items[i].files[k];

			if (file->is_loaded && file->revision != INTERN_NONE &&
				!study_path_is_below(l->j->study, file->path, dir))
				l->is_loaded[file->revision] = true;
		}
}

/* Does the target have the same revision at the same path? 1 with its blob in *out, 0, -1. */
static int find_left(struct judging *j, const struct tree_file *file, struct oid *out)
{
	struct source_entry entry;
	struct err why = { 0 };
	const struct migration *m;
	struct text revision = study_revision_text(j->study, file->revision);
	uint32_t blob;

	if (source_find(judging_target(j)->source, study_path_text(j->study, file->path), &entry, &why) != 1 ||
		entry.kind != SOURCE_FILE)
		return 0;
	*out = entry.id;
	blob = study_blob_number(j->study, &entry.id);
	if (blob == file->blob)
		return 1;
	if (!study_blob(j->study, blob, j->err))
		return -1;
	m = j->study->blobs[blob].migration;
	return m && m->revision.count == 1 && text_equal(m->revision.values[0], revision);
}

static int charge_left(
	struct leaving *l, const struct tree_env *env, const struct env_def *def, const struct tree_file *file)
{
	struct judging *j = l->j;
	struct text revision = study_revision_text(j->study, file->revision);
	struct oid blob;
	int found = find_left(j, file, &blob);

	if (found < 1)
		return found;
	if (some_base_left_it(l, file->path))
		return 0;
	judge_keep(j,
		(struct finding){ .rule = RULE_NOT_LOADED,
			.level = l->level,
			.environment = env->path,
			.revision = revision,
			.path = study_path_text(j->study, file->path),
			.line = j->study->blobs[file->blob].migration->revision.line,
			.message = study_sentence(j->study,
				"%s is there, and not loaded any more: %s names another directory",
				study_shown(j->study, revision),
				same_config(def, &judging_target(j)->defs)
					? study_shown(j->study, study_path_text(j->study, def->config))
					: "the configuration"),
			.hint = TEXT_LITERAL("Let version_locations name its directory, or move the file.") },
		&blob);
	return 0;
}

/* The files of one directory that left. Those that the target's environments have as not loaded, its audit tells. */
static int charge_directory(struct leaving *l, const struct side_view *side, const struct env_def *def, uint32_t dir)
{
	const uint8_t *now = l->standing[l->j->side_count - 1];
	size_t i, k;

	list_loaded_elsewhere(l, dir);
	for (i = 0; i < side->envs.count; i++) {
		const struct tree_env *env = &side->envs.items[i];

		for (k = 0; k < env->file_count; k++) {
			const struct tree_file *file = &env->files[k];

			if (!file->is_loaded || file->revision == INTERN_NONE || file->blob == BLOB_NONE ||
				now[file->path] == STANDS_IDLE || l->is_loaded[file->revision] ||
				!study_path_is_below(l->j->study, file->path, dir))
				continue;
			if (!judge_leaves_out(l->j, env->path) && charge_left(l, env, def, file) < 0)
				return -1;
		}
	}
	return 0;
}

static int charge_side(struct leaving *l, const struct side_view *side)
{
	size_t i, k;

	for (i = 0; i < side->defs.count; i++) {
		const struct env_def *def = &side->defs.items[i];

		for (k = 0; k < def->version_count; k++)
			if (!is_named(l->j, def, def->versions[k]) &&
				charge_directory(l, side, def, def->versions[k]) < 0)
				return -1;
	}
	return 0;
}

int judge_left_directories(struct judging *j)
{
	struct leaving l;
	size_t s;
	int rc = -1;

	if (judging_target(j)->defs.is_incomplete)
		return 0; /* what is unread may name it, and is a limit already */
	leaving_init(&l, j);
	for (s = 0; s + 1 < j->side_count && l.level != LEVEL_OFF; s++)
		if (charge_side(&l, &j->sides[s]) < 0)
			goto done;
	rc = 0;
done:
	leaving_release(&l);
	return rc;
}
