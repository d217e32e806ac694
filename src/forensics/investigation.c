#include "revident/forensics/investigation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "def_index.h"
#include "env_paths.h"
#include "facts.h"
#include "revident/base/heap.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/policy_load.h"
#include "revident/forensics/searching.h"
#include "revident/git/commit_info.h"
#include "revident/git/object.h"

static int compare_refs(const void *a, const void *b)
{
	return text_compare(((const struct ref *)a)->name, ((const struct ref *)b)->name);
}

static void add_tip(struct investigation *inv, const struct ref *ref, size_t *cap)
{
	VEC_GROW(inv->tips, inv->tip_count, *cap);
	inv->tips[inv->tip_count++] = *ref;
}

int investigation_refs(struct investigation *inv, struct err *err)
{
	if (!inv->has_refs && refs_all(inv->repo, inv->arena, &inv->refs, err) < 0)
		return -1;
	inv->has_refs = true;
	return 0;
}

static int add_all_refs(struct investigation *inv, size_t *cap, struct err *err)
{
	struct ref_list lists[2];
	size_t i, k;

	if (investigation_refs(inv, err) < 0 || refs_worktree_heads(inv->repo, inv->arena, &lists[1], err) < 0)
		return -1;
	lists[0] = inv->refs;
	for (k = 0; k < 2; k++)
		for (i = 0; i < lists[k].count; i++)
			add_tip(inv, &lists[k].items[i], cap);
	return 0;
}

static void drop_repeats(struct investigation *inv)
{
	size_t i, n = 0;

	if (inv->tip_count)
		qsort(inv->tips, inv->tip_count, sizeof(*inv->tips), compare_refs);
	for (i = 0; i < inv->tip_count; i++)
		if (n == 0 || !text_equal(inv->tips[n - 1].name, inv->tips[i].name))
			inv->tips[n++] = inv->tips[i];
	inv->tip_count = n;
}

static int collect_tips(struct investigation *inv, const struct investigation_options *options, struct err *err)
{
	const bool wants_head = !options->all && !options->tip_count && !options->ref_count;
	size_t i, cap = 0;
	int found = refs_head(inv->repo, inv->arena, &inv->head, err);

	if (found < 0 && (wants_head || options->needs_head))
		return -1;
	if (found < 0)
		repo_add_limit(inv->repo, "%s", err->msg);
	inv->has_head = found == 1;
	for (i = 0; i < options->tip_count; i++) {
		struct ref ref;

		found = refs_resolve(inv->repo, inv->arena, options->tips[i], &ref, err);
		if (found < 1)
			return -1;
		add_tip(inv, &ref, &cap);
	}
	for (i = 0; i < options->ref_count; i++)
		add_tip(inv, &options->refs[i], &cap);
	if (options->all && add_all_refs(inv, &cap, err) < 0)
		return -1;
	if (inv->has_head && (options->all || wants_head))
		add_tip(inv, &inv->head, &cap);
	drop_repeats(inv);
	if (inv->tip_count)
		return 0;
	return err_set(err, ERR_UNDECIDED, "there is no commit to look at: HEAD names \"%.*s\", which has none yet%s",
		(int)inv->head.symbolic.len, inv->head.symbolic.ptr ? inv->head.symbolic.ptr : "",
		options->all         ? ", and no other ref has one"
		: options->only_head ? "; switch to a branch that has one"
				     : "; name a branch, or use --all");
}

static int read_commits(struct investigation *inv, const struct progress *progress, struct err *err)
{
	struct oid *ids = xcalloc(inv->tip_count, sizeof(*ids));
	size_t i;
	int rc;

	for (i = 0; i < inv->tip_count; i++)
		ids[i] = inv->tips[i].commit;
	rc = commits_load(&inv->commits, inv->repo, ids, inv->tip_count, progress, err);
	free(ids);
	if (rc < 0)
		return -1;
	inv->tip_commits = arena_calloc(inv->arena, inv->tip_count, sizeof(*inv->tip_commits));
	for (i = 0; i < inv->tip_count; i++)
		inv->tip_commits[i] = commits_find(&inv->commits, &inv->tips[i].commit);
	return 0;
}

static void label_envs(struct investigation *inv, struct tip_view *view)
{
	uint32_t layout = inv->lineage.nodes[inv->lineage.node_of[view->commit]].layout;
	size_t i;

	view->labels = arena_calloc(&inv->study.arena, view->envs.count, sizeof(*view->labels));
	for (i = 0; i < view->envs.count; i++) {
		uint32_t unit = view->envs.items[i].unit;

		view->labels[i] = unit == INTERN_NONE ? INTERN_NONE : lineage_of_unit(&inv->lineage, layout, unit);
	}
}

static void count_unread(struct investigation *inv, struct tip_view *view)
{
	size_t e, i;

	view->unread = arena_calloc(&inv->study.arena, view->envs.count, sizeof(*view->unread));
	for (e = 0; e < view->envs.count; e++) {
		const struct tree_env *env = &view->envs.items[e];

		for (i = 0; i < env->file_count; i++)
			view->unread[e] += study_blob_is_absent(&inv->study, env->files[i].blob) ||
					   study_blob_is_too_large(&inv->study, env->files[i].blob);
	}
}

/* Does one of the definition's versions directories stand in the row, and the configuration that names them? */
static bool stands_in_row(struct investigation *inv, const struct env_def *def, uint32_t row)
{
	const uint32_t *entries = watch_entries(inv->watch, row);
	struct text path;
	size_t k;

	if (def->config != INTERN_NONE) {
		path = study_path_text(&inv->study, def->config);
		if (entries[watch_add(inv->watch, path.ptr, path.len)] == WATCH_ABSENT)
			return false;
	}
	for (k = 0; k < def->version_count; k++) {
		path = study_path_text(&inv->study, def->versions[k]);
		if (entries[watch_add(inv->watch, path.ptr, path.len)] != WATCH_ABSENT)
			return true;
	}
	return false;
}

/* For a tip that is followed like history: what is known already and stands there. */
static void recall_defs(struct investigation *inv, struct tip_view *view)
{
	size_t i;

	for (i = 0; i < inv->defs.count; i++) {
		if (!stands_in_row(inv, &inv->defs.items[i], view->row))
			continue;
		VEC_GROW(view->defs.items, view->defs.count, view->defs.cap);
		view->defs.items[view->defs.count++] = inv->defs.items[i];
	}
}

static bool was_searched(const struct investigation *inv, uint32_t commit)
{
	return intern_find(&inv->searched, inv->commits.trees[commit].bytes, OID_BYTES) != INTERN_NONE;
}

static int find_defs(struct investigation *inv, struct tip_view *view, struct err *err)
{
	const struct oid *root = &inv->commits.trees[view->commit];
	struct source *source = source_of_tree(&inv->study, root);
	int rc;

	if (view->rank == VIEW_FOLLOWED) {
		recall_defs(inv, view);
		return 0;
	}
	rc = view->rank == VIEW_SEARCHED ? discover(inv->discovery, source, &view->defs, err)
					 : discover_known(inv->discovery, source, &view->defs, err);
	if (rc < 0)
		return -1;
	env_defs_append(&view->defs, &inv->extra);
	return 0;
}

static int look_at_view(struct investigation *inv, struct tip_view *view, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(inv->snapshots, view->row, err);

	if (!snapshot)
		return -1;
	if (find_defs(inv, view, err) < 0) {
		snapshot_put(inv->snapshots, snapshot);
		return -1;
	}
	view->is_incomplete = snapshot->incomplete || view->defs.is_incomplete;
	tree_envs_build(&inv->study, &view->defs, &inv->lineage.joins, snapshot->files, snapshot->count, &view->envs);
	snapshot_put(inv->snapshots, snapshot);
	label_envs(inv, view);
	count_unread(inv, view);
	return 0;
}

/* In which of the tips with one row is it looked at? One that was searched before one that would have to be. */
static enum view_rank rank(const struct investigation *inv, size_t tip)
{
	if (!is_searched_tip(inv->tips[tip].name))
		return VIEW_FOLLOWED;
	return was_searched(inv, inv->tip_commits[tip]) ? VIEW_SEARCHED : VIEW_NAMED;
}

/* Gives every tip the view of its row. */
static void share_views(struct investigation *inv)
{
	uint32_t *view_of_row = xcalloc(watch_row_count(inv->watch) + 1, sizeof(*view_of_row));
	size_t i;

	for (i = 0; i < inv->tip_count; i++) {
		uint32_t commit = inv->tip_commits[i];
		uint32_t row = commit == COMMIT_NONE ? WATCH_UNKNOWN : watch_row(inv->watch, commit);
		struct tip_view *view;

		inv->tip_views[i] = INTERN_NONE;
		if (row == WATCH_UNKNOWN)
			continue;
		if (!view_of_row[row]) {
			view_of_row[row] = (uint32_t)++inv->view_count;
			inv->views[inv->view_count - 1].row = row;
			inv->views[inv->view_count - 1].commit = commit;
		}
		view = &inv->views[view_of_row[row] - 1];
		if (rank(inv, i) > view->rank) {
			view->rank = rank(inv, i);
			view->commit = commit;
		}
		inv->tip_views[i] = view_of_row[row] - 1;
	}
	free(view_of_row);
}

static int look_at_tips(struct investigation *inv, struct err *err)
{
	size_t v;

	inv->tip_views = arena_calloc(inv->arena, inv->tip_count, sizeof(*inv->tip_views));
	inv->views = xcalloc(inv->tip_count, sizeof(*inv->views));
	share_views(inv);
	for (v = 0; v < inv->view_count; v++)
		if (look_at_view(inv, &inv->views[v], err) < 0)
			return -1;
	return 0;
}

/* A lineage lives where a tip has its unit, or still has the versions directory in which it was. */
static void mark_live(struct investigation *inv)
{
	size_t v, e;
	uint32_t path;

	inv->is_live = xcalloc(inv->lineage.label_count, sizeof(*inv->is_live));
	for (v = 0; v < inv->view_count; v++) {
		const struct tip_view *view = &inv->views[v];
		struct def_index defs;

		for (e = 0; e < view->envs.count; e++)
			if (view->labels[e] != INTERN_NONE)
				inv->is_live[view->labels[e]] = true;
		def_index_init(&defs, &inv->study, &view->defs);
		for (path = 0; path < inv->lineage.path_cap; path++) {
			uint32_t label = lineage_of_path(&inv->lineage, path), dir;

			if (label == INTERN_NONE)
				continue;
			for (dir = path; dir != INTERN_NONE && !inv->is_live[label];
				dir = study_path_dir(&inv->study, dir))
				inv->is_live[label] = def_index_first(&defs, dir) != 0;
		}
		def_index_release(&defs);
	}
}

const struct tip_view *investigation_head_view(const struct investigation *inv)
{
	size_t t;

	for (t = 0; t < inv->tip_count; t++)
		if (inv->has_head && oid_equal(&inv->tips[t].commit, &inv->head.commit) &&
			inv->tip_views[t] != INTERN_NONE)
			return &inv->views[inv->tip_views[t]];
	return NULL;
}

size_t investigation_unread(const struct tip_view *view, const struct tree_env *env)
{
	size_t e, n = 0;

	if (view->is_incomplete)
		return SIZE_MAX;
	for (e = 0; e < view->envs.count; e++)
		if (!env || env == &view->envs.items[e])
			n += view->unread[e];
	return n;
}

/* The versions directories that options and the policy name, whatever a tree's configuration says. */
static void add_given_versions(struct investigation *inv, const struct investigation_options *options)
{
	size_t i;

	for (i = 0; i < options->versions_dir_count; i++)
		env_defs_add_versions(&inv->study, &inv->extra, options->versions_dirs[i], "--versions-dir");
	if (options->policy)
		policy_add_versions(options->policy, &inv->study, &inv->extra);
}

/* Do the commit's own object and tree say what the commit-graph did of it, by its filters, too? */
static bool graph_agrees(struct investigation *inv, uint32_t commit)
{
	struct err ignored = { 0 };
	uint32_t row;

	if (!commits_agree(inv->repo, &inv->commits, commit))
		return false;
	return watch_resolve_tree(inv->watch, &inv->commits.trees[commit], &row, &ignored) < 0 ||
	       row == WATCH_UNKNOWN || row == watch_row(inv->watch, commit);
}

static bool is_named_tip(struct text name)
{
	return name.len < 5 || memcmp(name.ptr, "refs/", 5) != 0;
}

/*
 * A commit-graph that was forged, its checksum included, is found out where it matters: at HEAD and the tips that were
 * named, and on both sides of each change that is told. COMMIT_NONE, or a commit of which it says something else.
 */
static uint32_t find_contradiction(struct investigation *inv)
{
	bool *wanted = xcalloc(inv->commits.count, sizeof(*wanted));
	uint32_t commit, found = COMMIT_NONE;
	size_t i, p;

	for (i = 0; i < inv->tip_count; i++)
		if (inv->tip_commits[i] != COMMIT_NONE && is_named_tip(inv->tips[i].name))
			wanted[inv->tip_commits[i]] = true;
	for (i = 0; i < inv->history.count; i++) {
		commit = inv->history.changes[i].commit;
		if (!(EVENTS_DEFAULT & 1u << inv->history.changes[i].kind) || wanted[commit])
			continue;
		wanted[commit] = true;
		for (p = 0; p < commit_parent_count(&inv->commits, commit); p++)
			wanted[commit_parents(&inv->commits, commit)[p]] = true;
	}
	for (commit = 0; commit < inv->commits.count && found == COMMIT_NONE; commit++)
		if (wanted[commit] && !graph_agrees(inv, commit))
			found = commit;
	free(wanted);
	return found;
}

static int read_everything(struct investigation *inv, struct repo *repo, struct arena *arena,
	const struct investigation_options *options, struct err *err)
{
	heap_expect_much();
	memset(inv, 0, sizeof(*inv));
	inv->repo = repo;
	inv->arena = arena;
	if (study_init(&inv->study, repo, err) < 0)
		return -1;
	facts_load(&inv->study);
	inv->discovery = discovery_new(&inv->study);
	intern_init(&inv->searched);
	watch_init(&inv->watch, repo);
	facts_remember(inv->study.facts, inv->watch);
	add_given_versions(inv, options);
	if (collect_tips(inv, options, err) < 0 || read_commits(inv, options->progress, err) < 0)
		return -1;
	if (search_history(inv, options->deep, options->progress, err) < 0)
		return -1;
	inv->snapshots = snapshots_new(&inv->study, inv->watch, inv->watched_versions, inv->watched_count);
	if (lineage_build(&inv->lineage, &inv->study, inv->snapshots, &inv->commits, inv->watch, &inv->defs, err) < 0)
		return -1;
	inv->is_bounded = inv->is_bounded || inv->lineage.is_bounded;
	if (history_build(&inv->history, &inv->study, inv->snapshots, &inv->lineage, &inv->commits, options->progress,
		    err) < 0)
		return -1;
	if (look_at_tips(inv, err) < 0)
		return -1;
	mark_live(inv);
	return 0;
}

int investigation_open(struct investigation *inv, struct repo *repo, struct arena *arena,
	const struct investigation_options *options, struct err *err)
{
	char hex[OID_HEX + 1];
	uint32_t liar;

	if (read_everything(inv, repo, arena, options, err) < 0)
		return -1;
	liar = inv->commits.graph_at ? find_contradiction(inv) : COMMIT_NONE;
	if (liar == COMMIT_NONE) {
		facts_keep(&inv->study, inv->watch, options->deep);
		return 0;
	}
	repo_add_limit(repo,
		"the commit-graph says of commit %s what its object does not, and is not used; 'git commit-graph "
		"verify' tells more",
		oid_hex(&inv->commits.ids[liar], hex));
	repo_drop_commit_graph(repo);
	investigation_close(inv);
	return read_everything(inv, repo, arena, options, err);
}

void investigation_close(struct investigation *inv)
{
	size_t i;

	for (i = 0; i < inv->view_count; i++)
		env_defs_release(&inv->views[i].defs);
	free(inv->views);
	free(inv->tips);
	free(inv->is_live);
	env_paths_free(inv->env_paths);
	history_release(&inv->history);
	lineage_release(&inv->lineage);
	snapshots_free(inv->snapshots);
	free(inv->watched_versions);
	watch_free(inv->watch);
	commits_release(&inv->commits);
	env_defs_release(&inv->defs);
	intern_release(&inv->searched);
	env_defs_release(&inv->extra);
	discovery_free(inv->discovery);
	study_release(&inv->study);
	memset(inv, 0, sizeof(*inv));
}

int investigation_row(struct investigation *inv, const struct oid *commit, uint32_t *row, struct err *err)
{
	uint32_t number = commits_find(&inv->commits, commit);
	struct commit_info info;
	struct arena scratch;
	int found;

	if (number != COMMIT_NONE) {
		*row = watch_row(inv->watch, number);
		return *row != WATCH_UNKNOWN;
	}
	arena_init(&scratch);
	found = commit_info_read(inv->repo, &scratch, commit, &info, err);
	if (found < 0) {
		repo_add_limit(inv->repo, "%s", err->msg);
		err_clear(err);
		found = 0;
	}
	if (found == 1 && watch_resolve_tree(inv->watch, &info.tree, row, err) < 0)
		found = -1;
	arena_release(&scratch);
	return found == 1 ? *row != WATCH_UNKNOWN : found;
}

uint32_t investigation_lineage(struct investigation *inv, const struct snap_file *file)
{
	return file->unit == INTERN_NONE ? INTERN_NONE : lineage_of_path(&inv->lineage, file->unit);
}

struct text investigation_env_path(struct investigation *inv, uint32_t lineage, uint32_t hint)
{
	if (!inv->env_paths)
		inv->env_paths = env_paths_new(inv);
	return env_paths_get(inv->env_paths, lineage, hint);
}
