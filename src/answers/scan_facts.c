#include <stdlib.h>
#include <string.h>

#include "revident/base/printable.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "lookup.h"
#include "scan_parts.h"

/* Sorted by name, as all of the output is. */
static const struct text *copy_paths(struct investigation *inv, const uint32_t *paths, size_t count)
{
	struct text *out = arena_calloc(inv->arena, count, sizeof(*out));
	size_t i;

	for (i = 0; i < count; i++) {
		struct text path = study_path_text(&inv->study, paths[i]);

		out[i] = path.len ? arena_text(inv->arena, path) : TEXT_LITERAL(".");
	}
	if (count)
		qsort(out, count, sizeof(*out), text_compare_items);
	return out;
}

static int compare_environments(const void *a, const void *b)
{
	return text_compare(((const struct environment *)a)->path, ((const struct environment *)b)->path);
}

/* Growing lists for the model. */
struct lists {
	struct environment *envs;
	size_t env_count, env_cap;
	struct skipped_environment *skipped;
	size_t skipped_count, skipped_cap;
};

static bool is_known(const struct lists *lists, struct text path)
{
	size_t i;

	for (i = 0; i < lists->env_count; i++)
		if (text_equal(lists->envs[i].path, path))
			return true;
	return false;
}

static void add_env(struct investigation *inv, struct lists *lists, struct text path, struct text found_by,
	const uint32_t *versions, size_t count)
{
	struct environment *env;

	if (is_known(lists, path))
		return;
	VEC_GROW(lists->envs, lists->env_count, lists->env_cap);
	env = &lists->envs[lists->env_count++];
	env->path = arena_text(inv->arena, path);
	env->found_by = arena_text(inv->arena, found_by);
	env->versions = copy_paths(inv, versions, count);
	env->version_count = count;
}

/* Lineages that no tip has: passed by, or with --deep environments like the others. */
static void list_gone(struct investigation *inv, bool deep, struct lists *lists)
{
	bool *seen = xcalloc(inv->lineage.label_count, sizeof(*seen));
	uint32_t path;

	for (path = 0; path < inv->lineage.path_cap; path++) {
		uint32_t label = lineage_of_path(&inv->lineage, path);
		struct skipped_environment *skipped;

		if (label == INTERN_NONE || inv->is_live[label] || seen[label])
			continue;
		seen[label] = true;
		if (deep) {
			add_env(inv, lists, investigation_env_path(inv, label, INTERN_NONE),
				study_path_text(&inv->study, path), &path, 1);
			continue;
		}
		VEC_GROW(lists->skipped, lists->skipped_count, lists->skipped_cap);
		skipped = &lists->skipped[lists->skipped_count++];
		memset(skipped, 0, sizeof(*skipped));
		skipped->path = arena_text(inv->arena, investigation_env_path(inv, label, INTERN_NONE));
		skipped->versions = copy_paths(inv, &path, 1);
		skipped->version_count = 1;
		skipped->last_commit = inv->commits.ids[lineage_last_commit(&inv->lineage, label)];
	}
	free(seen);
}

static int compare_skipped(const void *a, const void *b)
{
	return text_compare(
		((const struct skipped_environment *)a)->path, ((const struct skipped_environment *)b)->path);
}

bool scan_wants(const struct scan_options *options, struct text path)
{
	const struct policy_environment *said = policy_environment(options->policy, path);
	const struct lookup_options asked = { options->envs, options->env_count };

	return !(said && said->ignore) && lookup_wants(&asked, path);
}

/* Each --env must name an environment: a typing error must not look like a clean repository. */
static int check_wanted(const struct scan_options *options, const struct lists *lists, struct err *err)
{
	struct strbuf known = STRBUF_INIT, shown = STRBUF_INIT;
	size_t i, k;

	for (i = 0; i < options->env_count; i++) {
		if (is_known(lists, text_of(options->envs[i])))
			continue;
		for (k = 0; k < lists->env_count; k++) {
			strbuf_addstr(&known, k ? ", \"" : "\"");
			strbuf_add_printable_text(&known, lists->envs[k].path);
			strbuf_addch(&known, '"');
		}
		strbuf_add_printable(&shown, options->envs[i], strlen(options->envs[i]));
		err_set(err, ERR_USAGE, "\"%s\" is no environment here; %s%s", shown.buf,
			known.len ? "there is " : "there is none", known.buf);
		strbuf_release(&known);
		strbuf_release(&shown);
		return -1;
	}
	return 0;
}

/* The same for each --versions-dir: some walked commit must have the directory. */
static int check_versions_dirs(struct investigation *inv, const struct scan_options *options, struct err *err)
{
	size_t i, row, rows = watch_row_count(inv->watch);

	for (i = 0; i < options->versions_dir_count; i++) {
		const char *path = options->versions_dirs[i];
		size_t at = watch_add(inv->watch, path, strlen(path));
		bool found = false;

		for (row = 0; row < rows && !found; row++)
			found = watch_entries(inv->watch, (uint32_t)row)[at] != WATCH_ABSENT;
		if (!found)
			return err_set(err, ERR_USAGE,
				"no commit has a directory \"%s\": --versions-dir takes a path from the "
				"top of the repository",
				study_shown(&inv->study, text_of(path)));
	}
	return 0;
}

int scan_write_environments(
	struct investigation *inv, const struct scan_options *options, struct scan *out, struct err *err)
{
	struct lists lists = { 0 };
	struct environment *envs;
	size_t v, e, i, n = 0;
	int rc = -1;

	for (v = 0; v < inv->view_count; v++) {
		const struct tree_envs *tree = &inv->views[v].envs;

		for (e = 0; e < tree->count; e++)
			add_env(inv, &lists, tree->items[e].path, tree->items[e].found_by, tree->items[e].versions,
				tree->items[e].version_count);
	}
	list_gone(inv, options->deep, &lists);
	if (check_wanted(options, &lists, err) < 0 || check_versions_dirs(inv, options, err) < 0)
		goto done;
	if (lists.env_count)
		qsort(lists.envs, lists.env_count, sizeof(*lists.envs), compare_environments);
	if (lists.skipped_count)
		qsort(lists.skipped, lists.skipped_count, sizeof(*lists.skipped), compare_skipped);
	envs = arena_calloc(inv->arena, lists.env_count, sizeof(*envs));
	for (i = 0; i < lists.env_count; i++)
		if (scan_wants(options, lists.envs[i].path))
			envs[n++] = lists.envs[i];
	out->environments = envs;
	out->environment_count = n;
	out->skipped = arena_copy(inv->arena, lists.skipped, lists.skipped_count, sizeof(*lists.skipped));
	out->skipped_count = lists.skipped_count;
	rc = 0;
done:
	free(lists.envs);
	free(lists.skipped);
	return rc;
}

void scan_write_facts(struct investigation *inv, struct scan *out)
{
	struct tip *tips = arena_calloc(inv->arena, inv->tip_count, sizeof(*tips));
	const char *const *limits;
	const char **copies;
	size_t i;

	for (i = 0; i < inv->tip_count; i++)
		tips[i] = (struct tip){ inv->tips[i].name, inv->tips[i].commit };
	out->tips = tips;
	out->tip_count = inv->tip_count;
	out->counts.commits = inv->commits.count;
	for (i = 0; i < inv->study.blob_ids.count; i++)
		out->counts.blobs += inv->study.blobs[i].is_in_history;
	out->repository.is_bare = repo_is_bare(inv->repo);
	out->repository.head = inv->head.symbolic;
	out->repository.has_commit = inv->has_head;
	if (inv->has_head)
		out->repository.commit = inv->head.commit;
	out->repository.is_shallow = repo_is_shallow(inv->repo);
	out->repository.has_replacements = repo_has_replacements(inv->repo);
	out->repository.limit_count = repo_limits(inv->repo, &limits);
	copies = arena_calloc(inv->arena, out->repository.limit_count, sizeof(*copies));
	for (i = 0; i < out->repository.limit_count; i++)
		copies[i] = arena_strdup(inv->arena, limits[i]);
	out->repository.limits = copies;
}
