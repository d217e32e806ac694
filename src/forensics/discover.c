#include "revident/forensics/discover.h"

#include <stdlib.h>
#include <string.h>

#include "dir_set.h"
#include "revident/base/digest.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/survey.h"

enum { CHILD_DEPTH = 3 }; /* levels below a child of the script directory that may hold the migrations */

struct discovery {
	struct study *study;
	struct survey_memo memo;
	struct intern surveys; /* digests of what surveys said so far, for discover_new() */
};

struct discovery *discovery_new(struct study *study)
{
	struct discovery *discovery = xcalloc(1, sizeof(*discovery));

	discovery->study = study;
	survey_memo_init(&discovery->memo, study);
	intern_init(&discovery->surveys);
	return discovery;
}

void discovery_free(struct discovery *discovery)
{
	if (!discovery)
		return;
	survey_memo_release(&discovery->memo);
	intern_release(&discovery->surveys);
	free(discovery);
}

void env_defs_release(struct env_defs *defs)
{
	free(defs->items);
	free(defs->configs);
	memset(defs, 0, sizeof(*defs));
}

/* Finding the environments of one source. */
struct search {
	struct discovery *discovery;
	struct study *study;
	struct source *source;
	struct survey survey;
	struct env_defs *out;
	size_t first; /* of this search in out->items */
	struct err *err;
};

static void say_too_many(const struct search *search)
{
	repo_add_limit(search->study->repo, "more than %d environments: the rest is left out", ENVIRONMENTS_MAX);
}

/* Of places that are more than environments may be: what is left is compared place with place. */
static void bound(const struct search *search, size_t *count)
{
	if (*count <= ENVIRONMENTS_MAX)
		return;
	*count = ENVIRONMENTS_MAX;
	say_too_many(search);
}

static struct env_def *add_def(struct search *search, uint32_t dir, struct text found_by)
{
	struct env_defs *out = search->out;
	struct env_def *def;

	if (out->count == ENVIRONMENTS_MAX) {
		say_too_many(search);
		return NULL;
	}
	VEC_GROW(out->items, out->count, out->cap);
	def = &out->items[out->count++];
	memset(def, 0, sizeof(*def));
	def->dir = dir;
	def->found_by = found_by;
	def->config = INTERN_NONE;
	return def;
}

/* Room in the arena doubles at each power of two. */
static void append_versions(struct study *study, struct env_def *def, uint32_t path)
{
	size_t count = def->version_count;
	uint32_t *grown;

	if ((count & (count - 1)) == 0) {
		grown = arena_calloc(&study->arena, count ? count * 2 : 1, sizeof(*grown));
		if (count)
			memcpy(grown, def->versions, count * sizeof(*grown));
		def->versions = grown;
	}
	def->versions[def->version_count++] = path;
}

static void add_versions(struct study *study, struct env_def *def, uint32_t path)
{
	size_t i;

	for (i = 0; i < def->version_count; i++)
		if (def->versions[i] == path)
			return;
	append_versions(study, def, path);
}

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

			if (pass == 0 ? !stands(search, path, "env.py")
				      : !stands(search,
						study_path_text(search->study,
							study_path_below(search->study,
								study_path(search->study, path.ptr, path.len),
								TEXT_LITERAL("versions"))),
						NULL))
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
		add_versions(search->study, def, study_path(search->study, chosen->path.ptr, chosen->path.len));
}

/* Child directories of the script directory that hold migrations; another script directory's are its own. */
static int add_children(struct search *search, struct env_def *def)
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
	def = add_def(search, dir, study_path_text(study, config->path));
	if (!def)
		return 0;
	def->config = config->path;
	def->section = section;
	def->is_explicit = true;
	for (i = 0; i < section->version_location_count; i++)
		add_version_location(search, def, &section->version_locations[i], config->dir, base);
	if (!def->version_count)
		add_versions(study, def, study_path_below(study, dir, TEXT_LITERAL("versions")));
	holds = any_holds_migrations(search, def);
	if (holds == 0) { /* env.py itself may set the locations */
		size_t before = def->version_count;

		if (add_children(search, def) < 0)
			return -1;
		def->is_explicit = def->version_count == before;
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

static int add_from_config(struct search *search, const struct survey_config *config)
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

/* The script directories that a configuration means. */
static void list_claimed(const struct search *search, struct intern *claimed)
{
	size_t i;

	intern_init(claimed);
	for (i = search->first; i < search->out->count; i++)
		intern_add(claimed, &search->out->items[i].dir, sizeof(uint32_t));
}

static int add_from_script(struct search *search, uint32_t dir)
{
	struct study *study = search->study;
	struct env_def *def;

	def = add_def(search, dir, study_path_text(study, study_path_below(study, dir, TEXT_LITERAL("env.py"))));
	if (!def)
		return 0;
	if (add_children(search, def) < 0)
		return -1;
	if (!def->version_count)
		search->out->count--; /* an env.py without migrations is no environment */
	return 0;
}

/* What directories of definitions are in a set of them for. */
enum { VERSIONS, AROUND /* those, and every directory above one */ };

static void cover(const struct study *study, struct dir_set *covered, const struct env_def *def)
{
	size_t k;

	for (k = 0; k < def->version_count; k++) {
		uint32_t dir = def->versions[k];

		dir_set_add(covered, VERSIONS, dir);
		while (dir != INTERN_NONE && dir_set_add(covered, AROUND, dir))
			dir = study_path_dir(study, dir);
	}
}

/* Is the directory a versions directory, or inside one or around one, already? */
static bool is_covered(const struct study *study, const struct dir_set *covered, uint32_t dir)
{
	return dir_set_has(covered, AROUND, dir) || dir_set_covers(covered, study, VERSIONS, dir);
}

void env_defs_add_versions(struct study *study, struct env_defs *defs, const char *path, const char *said_by)
{
	uint32_t versions = study_path(study, path, strlen(path));
	uint32_t dir = study_path_dir(study, versions);
	struct env_def *def;

	VEC_GROW(defs->items, defs->count, defs->cap);
	def = &defs->items[defs->count++];
	memset(def, 0, sizeof(*def));
	def->dir = dir == INTERN_NONE ? versions : dir;
	def->found_by = text_of(arena_strdup(&study->arena, said_by));
	def->config = INTERN_NONE;
	add_versions(study, def, versions);
}

static void add_loose(struct search *search)
{
	struct env_defs *out = search->out;
	struct dir_set covered;
	size_t i;

	dir_set_init(&covered);
	for (i = search->first; i < out->count; i++)
		cover(search->study, &covered, &out->items[i]);
	for (i = 0; i < search->survey.loose_count; i++) {
		uint32_t dir = search->survey.loose[i];
		const char *path = study_path_str(search->study, dir);

		if (is_covered(search->study, &covered, dir))
			continue;
		env_defs_add_versions(search->study, out, path, path);
		cover(search->study, &covered, &out->items[out->count - 1]);
	}
	dir_set_release(&covered);
}

static int add_from_scripts(struct search *search)
{
	struct intern claimed;
	size_t i;
	int rc = 0;

	list_claimed(search, &claimed);
	for (i = 0; i < search->survey.script_count && rc == 0; i++) {
		uint32_t dir = search->survey.scripts[i].dir;

		if (intern_find(&claimed, &dir, sizeof(dir)) == INTERN_NONE)
			rc = add_from_script(search, dir);
	}
	intern_release(&claimed);
	return rc;
}

static int resolve(struct search *search)
{
	size_t i;

	for (i = 0; i < search->survey.config_count; i++) {
		VEC_GROW(search->out->configs, search->out->config_count, search->out->config_cap);
		search->out->configs[search->out->config_count++] = search->survey.configs[i].path;
		if (add_from_config(search, &search->survey.configs[i]) < 0)
			return -1;
	}
	if (add_from_scripts(search) < 0)
		return -1;
	add_loose(search);
	return 0;
}

typedef int survey_fn(struct survey_memo *memo, struct source *source, struct survey *out, struct err *err);

/* Surveys the source; survey_release() the search's survey afterwards, whatever comes back. 0 or -1. */
static int begin_search(struct search *search, struct discovery *discovery, struct source *source, survey_fn *survey,
	struct env_defs *out, struct err *err)
{
	*search = (struct search){ .discovery = discovery,
		.study = discovery->study,
		.source = source,
		.out = out,
		.first = out->count,
		.err = err };
	if (survey(&discovery->memo, source, &search->survey, err) < 0)
		return -1;
	bound(search, &search->survey.config_count);
	bound(search, &search->survey.script_count);
	bound(search, &search->survey.loose_count);
	return 0;
}

static int search_source(
	struct discovery *discovery, struct source *source, survey_fn *survey, struct env_defs *out, struct err *err)
{
	struct search search;
	int rc = begin_search(&search, discovery, source, survey, out, err);

	if (rc == 0)
		rc = resolve(&search);
	survey_release(&search.survey);
	return rc;
}

int discover(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err)
{
	return search_source(discovery, source, survey_source, out, err);
}

int discover_known(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err)
{
	return search_source(discovery, source, survey_places, out, err);
}

/* Did an earlier survey say the same: the same configurations, script directories and loose directories? */
static bool is_known(struct discovery *discovery, const struct survey *survey)
{
	size_t i, before = discovery->surveys.count;
	unsigned char digest[SHA256_BYTES];
	struct strbuf key = STRBUF_INIT;

	for (i = 0; i < survey->config_count; i++) {
		strbuf_add(&key, &survey->configs[i].path, sizeof(survey->configs[i].path));
		strbuf_add(&key, &survey->configs[i].blob, sizeof(survey->configs[i].blob));
	}
	strbuf_addch(&key, '/');
	for (i = 0; i < survey->script_count; i++)
		strbuf_add(&key, &survey->scripts[i], sizeof(survey->scripts[i]));
	strbuf_addch(&key, '/');
	strbuf_add(&key, survey->loose, survey->loose_count * sizeof(*survey->loose));
	sha256(key.buf, key.len, digest);
	intern_add(&discovery->surveys, digest, sizeof(digest));
	strbuf_release(&key);
	return discovery->surveys.count == before;
}

int discover_new(struct discovery *discovery, struct source *source, struct env_defs *out, struct err *err)
{
	struct search search;
	int rc = begin_search(&search, discovery, source, survey_source, out, err);

	if (rc == 0 && !is_known(discovery, &search.survey))
		rc = resolve(&search);
	survey_release(&search.survey);
	return rc;
}
