/*
 * The environments that a configuration names, as alembic/config.py and alembic/script/base.py read it.
 */
#include <string.h>

#include "discover_parts.h"

/* Is there a directory (or, with `name`, a regular file of that name in it)? What cannot be read is not there. */
static bool stands(struct search *search, struct text dir, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	struct source_entry entry;
	struct err why = { 0 };
	int found;

	strbuf_add(&path, dir.ptr, dir.len);
	if (name)
		strbuf_add_component(&path, name, strlen(name));
	found = source_find(search->source, (struct text){ path.buf, path.len }, &entry, &why);
	strbuf_release(&path);
	if (found < 0)
		repo_add_limit(search->study->repo, "%s", why.msg);
	return found == 1 && entry.kind == (name ? SOURCE_FILE : SOURCE_DIR);
}

static bool has_versions(struct search *search, struct text dir)
{
	struct study *study = search->study;
	uint32_t versions = study_path_below(study, study_path(study, dir.ptr, dir.len), TEXT_LITERAL("versions"));

	return stands(search, study_path_text(study, versions), NULL);
}

/* The script directory that a section means, and the base it was found from. Returns whether there is one. */
static bool find_script_dir(struct search *search, const struct config_section *section, uint32_t config_dir,
	uint32_t *dir, enum location_base *base)
{
	struct text here = study_path_text(search->study, config_dir);
	struct location_candidate candidates[LOCATION_CANDIDATES_MAX];
	size_t i, pass, count;

	if (!section->has_script_location) {
		*dir = config_dir;
		*base = BASE_CONFIG_DIR;
		return stands(search, here, "env.py");
	}
	count = location_candidates(&section->script_location, here, &search->study->arena, candidates);
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < count; i++) {
			struct text path = candidates[i].path;

			if (pass == 0 ? !stands(search, path, "env.py") : !has_versions(search, path))
				continue;
			*dir = study_path(search->study, path.ptr, path.len);
			*base = candidates[i].base;
			return true;
		}
	}
	return false;
}

/* Adds the directory that a version location means: from the script location's base, else wherever it is there. */
static void add_version_location(struct search *search, struct env_def *def, const struct location *location,
	uint32_t config_dir, enum location_base base)
{
	struct location_candidate candidates[LOCATION_CANDIDATES_MAX];
	size_t count = location_candidates(
		location, study_path_text(search->study, config_dir), &search->study->arena, candidates);
	const struct location_candidate *chosen = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (candidates[i].base == base && (!chosen || stands(search, candidates[i].path, NULL)))
			chosen = &candidates[i];
	if (!chosen || !stands(search, chosen->path, NULL))
		for (i = 0; i < count; i++)
			if (stands(search, candidates[i].path, NULL)) {
				chosen = &candidates[i];
				break;
			}
	if (!chosen && count)
		chosen = &candidates[0];
	if (chosen)
		env_def_add_versions(search->study, def, study_path(search->study, chosen->path.ptr, chosen->path.len));
}

static int any_holds_migrations(struct search *search, const struct env_def *def)
{
	size_t i;

	for (i = 0; i < def->version_count; i++) {
		int holds = survey_holds_migrations(
			&search->discovery->memo, search->source, def->versions[i], VERSIONS_DEPTH_MAX, search->err);

		if (holds != 0)
			return holds;
	}
	return 0;
}

/*
 * Where an environment's migrations are is set in a way that no reader of the file can tell, and no migration stands
 * where Alembic's defaults would have it.
 */
static void say_unknown(struct search *search, const struct survey_config *config, const struct config_section *section)
{
	const struct location *unknown = NULL;
	size_t i;

	for (i = 0; i < section->version_location_count && !unknown; i++)
		if (section->version_locations[i].kind == LOCATION_UNKNOWN)
			unknown = &section->version_locations[i];
	if (!unknown || search->is_past)
		return;
	search->out->is_incomplete = true;
	repo_add_limit(search->study->repo, "'%s', line %u: the version_locations cannot be known: %.*s",
		study_shown(search->study, study_path_text(search->study, config->path)), unknown->line,
		(int)unknown->reason.len, unknown->reason.ptr);
}

static int add_from_section(
	struct search *search, const struct survey_config *config, const struct config_section *section)
{
	struct study *study = search->study;
	enum location_base base;
	struct env_def *def;
	uint32_t dir;
	size_t i;
	int holds;

	if (!find_script_dir(search, section, config->dir, &dir, &base))
		return 0;
	def = search_add_def(search, dir, study_path_text(study, config->path));
	if (!def)
		return 0;
	def->config = config->path;
	def->section = section;
	def->is_explicit = true;
	for (i = 0; i < section->version_location_count; i++)
		add_version_location(search, def, &section->version_locations[i], config->dir, base);
	if (!def->version_count)
		env_def_add_versions(study, def, study_path_below(study, dir, TEXT_LITERAL("versions")));
	holds = any_holds_migrations(search, def);
	if (holds == 0) { /* env.py itself may set the locations */
		size_t before = def->version_count;

		if (search_add_children(search, def) < 0)
			return -1;
		def->is_explicit = def->version_count == before;
		if (def->is_explicit)
			say_unknown(search, config, section);
	}
	return holds < 0 ? -1 : 0;
}

/* The [tool.alembic] of the pyproject.toml beside an ini: Alembic reads both (alembic/config.py). */
static const struct config_section *toml_beside(const struct search *search, const struct survey_config *ini)
{
	size_t i;

	for (i = 0; i < search->survey.config_count; i++) {
		const struct survey_config *other = &search->survey.configs[i];

		if (other->file->format == CONFIG_TOML && other->dir == ini->dir)
			return &other->file->sections[0];
	}
	return NULL;
}

static bool has_ini_beside(const struct search *search, const struct survey_config *toml)
{
	struct text name = TEXT_LITERAL("alembic.ini");
	size_t i;

	for (i = 0; i < search->survey.config_count; i++) {
		const struct survey_config *other = &search->survey.configs[i];
		struct text path = study_path_text(search->study, other->path);

		if (other->file->format == CONFIG_INI && other->dir == toml->dir && path.len >= name.len &&
			memcmp(path.ptr + path.len - name.len, name.ptr, name.len) == 0)
			return true;
	}
	return false;
}

int search_add_config(struct search *search, const struct survey_config *config)
{
	const struct config_section *toml = NULL;
	size_t i;

	if (config->file->format == CONFIG_TOML && has_ini_beside(search, config))
		return 0; /* joined to the ini's [alembic] */
	if (config->file->format == CONFIG_INI)
		toml = toml_beside(search, config);
	for (i = 0; i < config->file->section_count; i++) {
		const struct config_section *section = &config->file->sections[i];

		if (toml && text_equal(section->name, TEXT_LITERAL("alembic"))) {
			struct config_section *joined = arena_alloc(&search->study->arena, sizeof(*joined));

			*joined = config_section_join(section, toml);
			section = joined;
		}
		if (add_from_section(search, config, section) < 0)
			return -1;
	}
	return 0;
}
