#include "revident/forensics/discover.h"

#include <stdlib.h>
#include <string.h>

#include "revident/forensics/dir_set.h"
#include "discover_parts.h"
#include "revident/base/digest.h"
#include "revident/base/xalloc.h"

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

/* Of places that are more than environments may be: what is left is compared place with place. */
static void bound(const struct search *search, size_t *count)
{
	if (*count <= ENVIRONMENTS_MAX)
		return;
	*count = ENVIRONMENTS_MAX;
	search_say_too_many(search);
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

	def = search_add_def(search, dir, study_path_text(study, study_path_below(study, dir, TEXT_LITERAL("env.py"))));
	if (!def)
		return 0;
	if (search_add_children(search, def) < 0)
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
		if (search_add_config(search, &search->survey.configs[i]) < 0)
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
	out->is_incomplete = out->is_incomplete || search->survey.unread_count > 0;
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

	search.is_past = true;
	if (rc == 0 && !is_known(discovery, &search.survey))
		rc = resolve(&search);
	survey_release(&search.survey);
	return rc;
}
