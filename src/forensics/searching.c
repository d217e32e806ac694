#include "revident/forensics/searching.h"

#include <stdlib.h>
#include <string.h>

#include "def_index.h"
#include "revident/base/xalloc.h"

/*
 * A history may have another directory in each of its commits. What it may have of them lies far above what projects
 * have, and keeps the table of what stands at each path in each commit within some hundred megabytes.
 */
enum {
	FOUND_MAX = 1024 * 1024,      /* versions directories of all that trees are found to define */
	CELLS_MAX = 64 * 1024 * 1024, /* watched paths, times the rows that they are told apart by */
	WATCHED_MIN = 1024,           /* as many are watched however many commits there are */
	ROUNDS_MAX = 24,
	ROUNDS_FEW = 3, /* most histories need no more */
};

enum { WATCHED_VERSIONS = 1, WATCHED_CONFIG = 2 };

/* One search of a history. */
struct search {
	struct investigation *inv;
	struct intern known;       /* definitions, by what they say */
	struct intern configs;     /* watch index and entry number of configurations that were read */
	size_t *config_watches;    /* watch indexes of configurations */
	unsigned char *watched_as; /* by watch index */
	size_t watched_cap;
	size_t resolved; /* so many watched paths have entries in this round; those added since do in the next */
	size_t config_count, config_cap;
	size_t found_left; /* of FOUND_MAX */
	size_t steps_left; /* of those that follow a directory down before the next round */
	struct err *err;
};

static void say_too_many(const struct search *s)
{
	s->inv->is_bounded = true;
	repo_add_limit(s->inv->repo, "more versions directories came and went than are followed: the rest is left out");
}

static size_t watch_path_number(struct investigation *inv, uint32_t path)
{
	struct text text = study_path_text(&inv->study, path);

	return watch_add(inv->watch, text.ptr, text.len);
}

/* Notes what a path is watched as; returns whether that is new. */
static bool watch_as(struct search *s, size_t index, unsigned char kind)
{
	bool is_new;

	VEC_REACH(s->watched_as, index, s->watched_cap, 0);
	is_new = !(s->watched_as[index] & kind);
	s->watched_as[index] |= kind;
	return is_new;
}

static void watch_definition(struct search *s, const struct env_def *def)
{
	struct investigation *inv = s->inv;
	size_t k, index;

	for (k = 0; k < def->version_count; k++) {
		index = watch_path_number(inv, def->versions[k]);
		if (!watch_as(s, index, WATCHED_VERSIONS))
			continue;
		VEC_GROW(inv->watched_versions, inv->watched_count, inv->watched_cap);
		inv->watched_versions[inv->watched_count++] = index;
	}
	if (def->config == INTERN_NONE)
		return;
	index = watch_path_number(inv, def->config);
	if (!watch_as(s, index, WATCHED_CONFIG))
		return;
	VEC_GROW(s->config_watches, s->config_count, s->config_cap);
	s->config_watches[s->config_count++] = index;
}

/* May so many paths more be watched? Before the first round nobody knows how many rows there are. */
static bool has_room(const struct search *s, size_t more)
{
	const struct investigation *inv = s->inv;
	size_t rows = s->resolved ? watch_row_count(inv->watch) : inv->commits.count;
	size_t max = CELLS_MAX / (rows ? rows : 1);

	if (!s->resolved && max < WATCHED_MIN)
		max = WATCHED_MIN;
	return more <= max && watch_count(inv->watch) <= max - more;
}

/* Keeps a definition if none says the same already. */
static void keep_definition(struct search *s, const struct env_def *def)
{
	struct env_defs *defs = &s->inv->defs;

	if (!def_is_new(&s->known, def))
		return;
	if (!has_room(s, def->version_count + 1)) {
		say_too_many(s);
		return;
	}
	VEC_GROW(defs->items, defs->count, defs->cap);
	defs->items[defs->count++] = *def;
	watch_definition(s, def);
}

/* What one tree defines counts against what all may. */
static void count_found(struct search *s, const struct env_defs *found)
{
	size_t i, count = found->count;

	for (i = 0; i < found->count; i++)
		count += found->items[i].version_count;
	s->found_left -= count < s->found_left ? count : s->found_left;
}

/* Searches a root tree, once. */
static int search_tree(struct search *s, const struct oid *root)
{
	struct env_defs found = { 0 };
	size_t i, before = s->inv->searched.count;
	int rc;

	if (!s->found_left && intern_find(&s->inv->searched, root->bytes, OID_BYTES) == INTERN_NONE) {
		say_too_many(s);
		return 0;
	}
	intern_add(&s->inv->searched, root->bytes, OID_BYTES);
	if (s->inv->searched.count == before)
		return 0;
	rc = discover_new(s->inv->discovery, source_of_tree(&s->inv->study, root), &found, s->err);
	for (i = 0; rc == 0 && i < found.count; i++)
		keep_definition(s, &found.items[i]);
	count_found(s, &found);
	env_defs_release(&found);
	return rc;
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
 * is like the commit: the same is looked for down its line, where it came about step by step. Returns the last parent
 * that was found to be not like it, COMMIT_NONE without one; or sets `*rc` to -1.
 */
static uint32_t search_edges(struct search *s, uint32_t commit, size_t watched, size_t *steps, int *rc)
{
	const struct commits *commits = &s->inv->commits;
	const bool is_there_here = is_there(s, commit, watched);
	uint32_t unlike = COMMIT_NONE;
	size_t p;

	for (; commit != COMMIT_NONE && *steps; --*steps) {
		const uint32_t *parents = commit_parents(commits, commit);
		uint32_t alike = COMMIT_NONE;

		for (p = 0; p < commit_parent_count(commits, commit); p++) {
			if (is_there(s, parents[p], watched) != is_there_here) {
				unlike = parents[p];
				if (search_tree(s, &commits->trees[commit]) < 0 ||
					search_tree(s, &commits->trees[unlike]) < 0) {
					*rc = -1;
					return COMMIT_NONE;
				}
			} else if (alike == COMMIT_NONE) {
				alike = parents[p];
			}
		}
		commit = alike;
	}
	return unlike;
}

/* Two places of the trunk differ in the path: searches where it comes or goes between them. */
static int search_between(struct search *s, const struct trunk *trunk, size_t watched, size_t first, size_t last)
{
	const bool is_there_first = is_there(s, trunk->commits[first], watched);
	size_t steps = 64;
	int rc = 0;

	while (last - first > 1) {
		size_t middle = first + (last - first) / 2;

		if (is_there(s, trunk->commits[middle], watched) == is_there_first)
			first = middle;
		else
			last = middle;
	}
	search_edges(s, trunk->commits[first], watched, &steps, &rc);
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

/*
 * Where one directory after another was renamed, each round would find the one before alone: follows what the edge to
 * `parent` showed down to where it came from, and so on.
 */
static int follow_down(struct search *s, uint32_t parent, size_t known)
{
	const struct investigation *inv = s->inv;
	int rc = 0;

	while (rc == 0 && parent != COMMIT_NONE && inv->watched_count > known) {
		known = inv->watched_count;
		parent = search_edges(s, parent, inv->watched_versions[known - 1], &s->steps_left, &rc);
	}
	return rc;
}

static int search_edge(struct search *s, uint32_t child, uint32_t parent)
{
	const struct commits *commits = &s->inv->commits;
	uint32_t row = watch_row(s->inv->watch, child);
	uint32_t other = watch_row(s->inv->watch, parent);
	size_t known = s->inv->watched_count;

	if (row == other || row == WATCH_UNKNOWN || other == WATCH_UNKNOWN || !comes_or_goes(s, row, other))
		return 0;
	if (search_tree(s, &commits->trees[child]) < 0 || search_tree(s, &commits->trees[parent]) < 0)
		return -1;
	return s->steps_left ? follow_down(s, parent, known) : 0;
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
 * A round whose end finds another path makes the next read every tree again. Most such paths are where the migrations
 * stood before they moved, once and for good: halving the trunk finds that edge before the first round begins. It is
 * one of those that a round would search, so what is found is the same.
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
	struct search s = { .inv = inv, .found_left = FOUND_MAX, .err = err };
	unsigned rounds = 0;
	int rc = -1;

	intern_init(&s.known);
	intern_init(&s.configs);
	if (search_tips(&s, deep) < 0 || search_trunk(&s) < 0)
		goto done;
	do { /* what one round finds, the next resolves; each round but the last finds a path more */
		s.resolved = watch_count(inv->watch);
		if (++rounds == ROUNDS_FEW)
			s.steps_left = 2 * inv->commits.count;
		if (rounds == ROUNDS_MAX)
			say_too_many(&s);
		if (watch_resolve(inv->watch, &inv->commits, progress, err) < 0 ||
			(rounds < ROUNDS_MAX && search_round(&s) < 0))
			goto done;
	} while (watch_count(inv->watch) > s.resolved);
	rc = 0;
done:
	intern_release(&s.known);
	intern_release(&s.configs);
	free(s.config_watches);
	free(s.watched_as);
	return rc;
}
