#include "revident/forensics/searching.h"

#include <stdlib.h>
#include <string.h>

#include "def_index.h"
#include "revident/base/xalloc.h"

/* One search of a history. */
struct search {
	struct investigation *inv;
	struct intern known;    /* definitions, by what they say */
	struct intern configs;  /* watch index and entry number of configurations that were read */
	size_t *config_watches; /* watch indexes of configurations */
	size_t resolved;        /* so many watched paths have entries in this round; those added since do in the next */
	size_t config_count, config_cap;
	struct err *err;
};

static bool is_listed(const size_t *items, size_t count, size_t item)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (items[i] == item)
			return true;
	return false;
}

static size_t watch_path_number(struct investigation *inv, uint32_t path)
{
	struct text text = study_path_text(&inv->study, path);

	return watch_add(inv->watch, text.ptr, text.len);
}

static void watch_definition(struct search *s, const struct env_def *def)
{
	struct investigation *inv = s->inv;
	size_t k, index;

	for (k = 0; k < def->version_count; k++) {
		index = watch_path_number(inv, def->versions[k]);
		if (is_listed(inv->watched_versions, inv->watched_count, index))
			continue;
		VEC_GROW(inv->watched_versions, inv->watched_count, inv->watched_cap);
		inv->watched_versions[inv->watched_count++] = index;
	}
	if (def->config == INTERN_NONE)
		return;
	index = watch_path_number(inv, def->config);
	if (is_listed(s->config_watches, s->config_count, index))
		return;
	VEC_GROW(s->config_watches, s->config_count, s->config_cap);
	s->config_watches[s->config_count++] = index;
}

/* Keeps a definition if none says the same already. */
static void keep_definition(struct search *s, const struct env_def *def)
{
	struct env_defs *defs = &s->inv->defs;

	if (!def_is_new(&s->known, def))
		return;
	VEC_GROW(defs->items, defs->count, defs->cap);
	defs->items[defs->count++] = *def;
	watch_definition(s, def);
}

/* Searches a root tree, once. */
static int search_tree(struct search *s, const struct oid *root)
{
	struct env_defs found = { 0 };
	size_t i, before = s->inv->searched.count;
	int rc;

	intern_add(&s->inv->searched, root->bytes, OID_BYTES);
	if (s->inv->searched.count == before)
		return 0;
	rc = discover_new(s->inv->discovery, source_of_tree(&s->inv->study, root), &found, s->err);
	for (i = 0; rc == 0 && i < found.count; i++)
		keep_definition(s, &found.items[i]);
	env_defs_release(&found);
	return rc;
}

/* Does a versions directory stand in one of the two rows and not in the other? */
static bool comes_or_goes(const struct search *s, uint32_t row, uint32_t other)
{
	const struct investigation *inv = s->inv;
	const uint32_t *a = watch_entries(inv->watch, row);
	const uint32_t *b = watch_entries(inv->watch, other);
	size_t i;

	for (i = 0; i < inv->watched_count; i++) {
		size_t at = inv->watched_versions[i];

		if (at < s->resolved && (a[at] == WATCH_ABSENT) != (b[at] == WATCH_ABSENT))
			return true;
	}
	return false;
}

static int search_edge(struct search *s, uint32_t child, uint32_t parent)
{
	const struct commits *commits = &s->inv->commits;
	uint32_t row = watch_row(s->inv->watch, child);
	uint32_t other = watch_row(s->inv->watch, parent);

	if (row == other || row == WATCH_UNKNOWN || other == WATCH_UNKNOWN || !comes_or_goes(s, row, other))
		return 0;
	if (search_tree(s, &commits->trees[child]) < 0)
		return -1;
	return search_tree(s, &commits->trees[parent]);
}

/* A version of a configuration that was not read yet may name other places. */
static int search_new_configs(struct search *s, uint32_t commit)
{
	uint32_t row = watch_row(s->inv->watch, commit);
	size_t i;

	if (row == WATCH_UNKNOWN)
		return 0;
	for (i = 0; i < s->config_count; i++) {
		uint32_t key[2] = { (uint32_t)s->config_watches[i], WATCH_ABSENT };
		size_t before = s->configs.count;

		if (s->config_watches[i] < s->resolved)
			key[1] = watch_entries(s->inv->watch, row)[s->config_watches[i]];
		if (key[1] == WATCH_ABSENT)
			continue;
		intern_add(&s->configs, key, sizeof(key));
		if (s->configs.count > before && search_tree(s, &s->inv->commits.trees[commit]) < 0)
			return -1;
	}
	return 0;
}

static int search_round(struct search *s)
{
	const struct commits *commits = &s->inv->commits;
	uint32_t i, last_row = WATCH_UNKNOWN;
	size_t p;

	for (i = 0; i < commits->count; i++) {
		const uint32_t *parents = commit_parents(commits, i);
		uint32_t row = watch_row(s->inv->watch, i);

		if (row != last_row && search_new_configs(s, i) < 0)
			return -1;
		last_row = row;
		for (p = 0; p < commit_parent_count(commits, i); p++)
			if (search_edge(s, i, parents[p]) < 0)
				return -1;
	}
	return 0;
}

/*
 * Forges keep a ref for every pull request ever made, thousands of them; they are followed like history, and searched
 * where a known directory comes or goes. What people name, and what git makes by itself, is searched.
 */
bool is_searched_tip(struct text ref)
{
	static const char *const kinds[] = { "refs/heads/", "refs/tags/", "refs/remotes/", "refs/stash" };
	size_t i;

	if (ref.len < 5 || memcmp(ref.ptr, "refs/", 5) != 0)
		return true;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ref.len >= strlen(kinds[i]) && memcmp(ref.ptr, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* A tip that another searched one descends from is history, too: what stood there stands there still, or vanished. */
static void leave_out_ancestors(const struct commits *commits, bool *wanted)
{
	bool *above = xcalloc(commits->count, sizeof(*above)); /* a wanted tip descends from it */
	uint32_t i;
	size_t p;

	for (i = (uint32_t)commits->count; i-- > 0;) {
		bool leads = above[i] || wanted[i];

		for (p = 0; leads && p < commit_parent_count(commits, i); p++)
			above[commit_parents(commits, i)[p]] = true;
		wanted[i] = wanted[i] && !above[i];
	}
	free(above);
}

/* In the order in which packs are read fastest. */
static int search_tips(struct search *s, bool deep)
{
	struct investigation *inv = s->inv;
	bool *wanted = xcalloc(inv->commits.count, sizeof(*wanted));
	size_t i;
	int rc = 0;

	for (i = 0; i < inv->extra.count; i++)
		keep_definition(s, &inv->extra.items[i]);
	for (i = 0; i < inv->tip_count; i++)
		if (inv->tip_commits[i] != COMMIT_NONE && is_searched_tip(inv->tips[i].name))
			wanted[inv->tip_commits[i]] = true;
	leave_out_ancestors(&inv->commits, wanted);
	for (i = 0; i < inv->commits.count && rc == 0; i++) {
		uint32_t commit = inv->commits.read_order[i];

		if (deep || wanted[commit])
			rc = search_tree(s, &inv->commits.trees[commit]);
	}
	free(wanted);
	return rc;
}

/* A line of first parents, from a tip to its root. */
struct trunk {
	uint32_t *commits;
	size_t count;
};

/* HEAD's, or else the last of all. */
static void find_trunk(const struct investigation *inv, struct trunk *trunk)
{
	const struct commits *commits = &inv->commits;
	uint32_t commit = inv->has_head ? commits_find(commits, &inv->head.commit) : COMMIT_NONE;

	if (commit == COMMIT_NONE && commits->count)
		commit = (uint32_t)commits->count - 1;
	trunk->count = 0;
	trunk->commits = xcalloc(commits->count, sizeof(*trunk->commits));
	while (commit != COMMIT_NONE) {
		trunk->commits[trunk->count++] = commit;
		commit = commit_parent_count(commits, commit) ? commit_parents(commits, commit)[0] : COMMIT_NONE;
	}
}

/* Is a watched path in a commit's tree? What cannot be read is not, here; the walk will say so. */
static bool is_there(struct search *s, uint32_t commit, size_t watched)
{
	struct investigation *inv = s->inv;
	struct source *source = source_of_tree(&inv->study, &inv->commits.trees[commit]);
	struct source_entry entry;
	struct err ignored = { 0 };

	return source_find(source, text_of(watch_path(inv->watch, watched)), &entry, &ignored) == 1;
}

/*
 * Searches both sides of each edge where the path comes or goes between a commit and its parents. At a merge one parent
 * is like the commit: the same is looked for down its line, where it came about step by step.
 */
static int search_edges(struct search *s, uint32_t commit, size_t watched)
{
	enum { STEPS_MAX = 64 };
	const struct commits *commits = &s->inv->commits;
	const bool is_there_here = is_there(s, commit, watched);
	unsigned steps;
	size_t p;

	for (steps = 0; commit != COMMIT_NONE && steps < STEPS_MAX; steps++) {
		const uint32_t *parents = commit_parents(commits, commit);
		uint32_t alike = COMMIT_NONE;

		for (p = 0; p < commit_parent_count(commits, commit); p++) {
			if (is_there(s, parents[p], watched) != is_there_here) {
				if (search_tree(s, &commits->trees[commit]) < 0 ||
					search_tree(s, &commits->trees[parents[p]]) < 0)
					return -1;
			} else if (alike == COMMIT_NONE) {
				alike = parents[p];
			}
		}
		commit = alike;
	}
	return 0;
}

/* Two places of the trunk differ in the path: searches where it comes or goes between them. */
static int search_between(struct search *s, const struct trunk *trunk, size_t watched, size_t first, size_t last)
{
	const bool is_there_first = is_there(s, trunk->commits[first], watched);

	while (last - first > 1) {
		size_t middle = first + (last - first) / 2;

		if (is_there(s, trunk->commits[middle], watched) == is_there_first)
			first = middle;
		else
			last = middle;
	}
	return search_edges(s, trunk->commits[first], watched);
}

/*
 * A round whose end finds another path makes the next read every tree again. Most such paths are where the migrations
 * stood before they moved, once and for good: halving the trunk finds that edge before the first round begins. It is one
 * of those that a round would search, so what is found is the same.
 */
static int search_trunk(struct search *s)
{
	enum { COMMITS_MIN = 500, SAMPLES = 16, PATHS_MAX = 16 }; /* with fewer commits, reading again is as quick */
	struct investigation *inv = s->inv;
	struct trunk trunk;
	size_t i, k;
	int rc = 0;

	if (inv->commits.count < COMMITS_MIN)
		return 0;
	find_trunk(inv, &trunk);
	for (i = 0; i < inv->watched_count && i < PATHS_MAX && rc == 0; i++) {
		size_t watched = inv->watched_versions[i], last = 0;
		bool was_there = is_there(s, trunk.commits[0], watched);

		for (k = 1; k <= SAMPLES && rc == 0; k++) {
			size_t next = (trunk.count - 1) * k / SAMPLES;
			bool is_there_now = is_there(s, trunk.commits[next], watched);

			if (is_there_now != was_there)
				rc = search_between(s, &trunk, watched, last, next);
			was_there = is_there_now;
			last = next;
		}
	}
	free(trunk.commits);
	return rc;
}

int search_history(struct investigation *inv, bool deep, const struct progress *progress, struct err *err)
{
	struct search s = { .inv = inv, .err = err };
	int rc = -1;

	intern_init(&s.known);
	intern_init(&s.configs);
	if (search_tips(&s, deep) < 0 || search_trunk(&s) < 0)
		goto done;
	do { /* what one round finds, the next resolves; each round but the last finds a path more */
		s.resolved = watch_count(inv->watch);
		if (watch_resolve(inv->watch, &inv->commits, progress, err) < 0 || search_round(&s) < 0)
			goto done;
	} while (watch_count(inv->watch) > s.resolved);
	rc = 0;
done:
	intern_release(&s.known);
	intern_release(&s.configs);
	free(s.config_watches);
	return rc;
}
