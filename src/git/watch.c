#include "revident/git/watch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/xalloc.h"
#include "watch_internal.h"

enum {
	ROOT = 0,
	TOGETHER = 512, /* commits whose trees are read at one go, level by level: it is known early what comes next */
	PROGRESS_EVERY = 8 * TOGETHER,
};

static uint32_t add_node(struct watch *watch, uint32_t parent, uint32_t place, const char *path, size_t len)
{
	struct node *node;

	VEC_GROW(watch->nodes, watch->node_count, watch->node_cap);
	node = &watch->nodes[watch->node_count];
	memset(node, 0, sizeof(*node));
	node->parent = parent;
	node->place = place;
	node->watched = SIZE_MAX;
	bloom_key_make(&node->key, path, len);
	intern_init(&node->names);
	intern_init(&node->summaries);
	return (uint32_t)watch->node_count++;
}

void watch_init(struct watch **out, struct repo *repo)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->repo = repo;
	VEC_GROW(watch->entries, watch->entry_count, watch->entry_cap);
	memset(watch->entries, 0, sizeof(*watch->entries));
	watch->entry_count = 1;
	add_node(watch, ROOT, 0, "", 0);
	*out = watch;
}

void watch_free(struct watch *watch)
{
	size_t i, place;

	if (!watch)
		return;
	for (i = 0; i < watch->node_count; i++) {
		struct node *node = &watch->nodes[i];

		for (place = 0; place < node->names.count; place++)
			free(node->maps[place]);
		free(node->maps);
		free(node->children);
		free(node->entries.items);
		free(node->entries.slots);
		free(node->summary);
		free(node->spots);
		watch_forget_kept(node);
		tree_layout_release(&node->layout);
		intern_release(&node->names);
		intern_release(&node->summaries);
	}
	for (i = 0; i < watch->path_count; i++)
		free(watch->paths[i].text);
	free(watch->nodes);
	free(watch->paths);
	free(watch->entries);
	free(watch->entry_slots);
	free(watch->commit_local);
	free(watch->flat);
	free(watch->wanted);
	free(watch->pending);
	watch_memory_free(watch->memory);
	free(watch);
}

void watch_remember(struct watch *watch, struct text kept)
{
	assert(!watch->memory && watch->node_count == 1);
	watch->memory = watch_memory_new(kept);
}

struct text watch_node_path(const struct watch *watch, uint32_t number, struct strbuf *buf)
{
	const struct node *node = &watch->nodes[number];
	const struct intern_key *name;

	strbuf_clear(buf);
	if (number != ROOT) {
		watch_node_path(watch, node->parent, buf);
		name = intern_get(&watch->nodes[node->parent].names, node->place);
		strbuf_add_component(buf, (const char *)name->bytes, name->len);
	}
	return (struct text){ buf->buf, buf->len };
}

/* The child of `parent` that is called as `path` ends, from `at` on; made where it is new. */
static uint32_t child_of(struct watch *watch, uint32_t parent, const char *path, size_t at, size_t len)
{
	struct node *node = &watch->nodes[parent];
	size_t count = node->names.count, cap = node->child_cap;
	uint32_t place = intern_add(&node->names, path + at, len - at), child;

	if (place < count)
		return node->children[place];
	VEC_GROW(node->children, count, node->child_cap);
	VEC_GROW(node->maps, count, cap); /* grows as `children` just did */
	node->maps[place] = NULL;
	child = add_node(watch, parent, place, path, len);
	watch->nodes[parent].children[place] = child;
	return child;
}

size_t watch_add(struct watch *watch, const char *path, size_t len)
{
	uint32_t node = ROOT;
	size_t at = 0;

	while (at < len) {
		const char *slash = memchr(path + at, '/', len - at);
		size_t part = slash ? (size_t)(slash - path) - at : len - at;

		node = child_of(watch, node, path, at, at + part);
		at += part + 1;
	}
	if (watch->nodes[node].watched != SIZE_MAX)
		return watch->nodes[node].watched;
	VEC_GROW(watch->paths, watch->path_count, watch->path_cap);
	watch->paths[watch->path_count].text = xmemdup(path, len);
	watch->paths[watch->path_count].node = node;
	watch->nodes[node].watched = watch->path_count;
	return watch->path_count++;
}

size_t watch_count(const struct watch *watch)
{
	return watch->path_count;
}

const char *watch_path(const struct watch *watch, size_t index)
{
	assert(index < watch->path_count);
	return watch->paths[index].text;
}

/* What stands at the watched places of `node` and below, for one of its locals, as one number. */
static uint32_t summarise(struct watch *watch, struct node *node, uint32_t local, uint32_t *key)
{
	size_t len = 0, place;

	if (node->watched != SIZE_MAX)
		key[len++] = node->entries.items[local];
	for (place = 0; place < node->names.count; place++) {
		uint32_t below = node->maps[place][local];

		if (below != LOCAL_UNKNOWN)
			below = watch->nodes[node->children[place]].summary[below];
		if (below == LOCAL_UNKNOWN)
			return LOCAL_UNKNOWN;
		key[len++] = below;
	}
	return intern_add(&node->summaries, key, len * sizeof(*key));
}

/* Spreads the root's local out into the entries of all watched paths. `locals` is scratch, one for each node. */
static void spread_row(struct watch *watch, uint32_t root_local, uint32_t *row, uint32_t *locals)
{
	size_t i;

	locals[ROOT] = root_local;
	for (i = 0; i < watch->node_count; i++) {
		const struct node *node = &watch->nodes[i];

		if (i != ROOT)
			locals[i] = watch->nodes[node->parent].maps[node->place][locals[node->parent]];
		if (node->watched != SIZE_MAX)
			row[node->watched] = node->entries.items[locals[i]];
	}
}

static void add_rows(struct watch *watch, size_t first_local)
{
	const struct node *root = &watch->nodes[ROOT];
	uint32_t *locals = xcalloc(watch->node_count, sizeof(*locals));
	size_t local;

	for (local = first_local; local < root->summarised; local++) {
		if (root->summary[local] == LOCAL_UNKNOWN || root->summary[local] < watch->row_count)
			continue;
		if (watch->row_count == watch->row_cap) {
			watch->row_cap = watch->row_cap ? watch->row_cap + watch->row_cap / 2 : 64;
			watch->flat =
				xreallocarray(watch->flat, watch->row_cap, watch->path_count * sizeof(*watch->flat));
		}
		spread_row(watch, (uint32_t)local, watch->flat + watch->row_count * watch->path_count, locals);
		watch->row_count++;
	}
	free(locals);
}

/* Forgets the rows where paths were added since they were made. */
static void drop_stale_rows(struct watch *watch)
{
	size_t i;

	if (watch->row_paths == watch->path_count)
		return;
	for (i = 0; i < watch->node_count; i++) {
		intern_release(&watch->nodes[i].summaries);
		watch->nodes[i].summarised = 0;
	}
	free(watch->flat);
	watch->flat = NULL;
	watch->row_count = watch->row_cap = 0;
	watch->row_paths = watch->path_count;
}

/* Gives each local of each node its summary, the nodes below first, and each new summary of the root its row. */
static void make_rows(struct watch *watch)
{
	uint32_t *key;
	size_t widest = 0, first_local, i;

	drop_stale_rows(watch);
	for (i = 0; i < watch->node_count; i++)
		if (watch->nodes[i].names.count > widest)
			widest = watch->nodes[i].names.count;
	key = xcalloc(widest + 1, sizeof(*key));
	first_local = watch->nodes[ROOT].summarised;
	for (i = watch->node_count; i-- > 0;) {
		struct node *node = &watch->nodes[i];

		if (node->entries.count > node->summary_cap) {
			node->summary_cap = node->entries.count + node->entries.count / 2;
			node->summary = xreallocarray(node->summary, node->summary_cap, sizeof(*node->summary));
		}
		for (; node->summarised < node->entries.count; node->summarised++)
			node->summary[node->summarised] = summarise(watch, node, (uint32_t)node->summarised, key);
	}
	free(key);
	add_rows(watch, first_local);
}

/* So many places are asked for in each filter; with more, reading the trees costs no more than asking. */
enum { FILTER_NODES_MAX = 256, FILTERS_AHEAD = 8 };

/*
 * May anything at the watched places below `number` differ from the first parent's? A filter has the directories above
 * all that it has: where one way alone leads on, the place at its end is asked for first, which it has seldom.
 */
static bool may_differ_below(const struct watch *watch, uint32_t number, const struct bloom_filter *filter)
{
	const struct node *node = &watch->nodes[number];
	size_t place;

	for (place = 0; place < node->names.count; place++) {
		const struct node *child = &watch->nodes[node->children[place]];
		bool is_watched = child->watched != SIZE_MAX, is_passage = !is_watched && child->names.count == 1;

		if ((is_passage || bloom_may_contain(filter, &child->key)) &&
			(is_watched || may_differ_below(watch, node->children[place], filter)) &&
			(!is_passage || bloom_may_contain(filter, &child->key)))
			return true;
	}
	return false;
}

/* Does a commit's changed-path filter say that nothing watched differs from its first parent? */
static bool is_filtered(const struct watch *watch, const struct commits *commits, uint32_t commit)
{
	struct bloom_filter filter;

	return commits->graph_at && commits->graph_at[commit] != GRAPH_NONE && !(commits->flags[commit] & COMMIT_CUT) &&
	       watch->nodes[ROOT].watched == SIZE_MAX && watch->node_count <= FILTER_NODES_MAX &&
	       commit_graph_filter(repo_commit_graph(watch->repo), commits->graph_at[commit], &filter) &&
	       !may_differ_below(watch, ROOT, &filter);
}

/* Asks for the filter of a commit whose turn comes soon: it stands anywhere in a file of megabytes. */
static void expect_filter(const struct watch *watch, const struct commits *commits, uint32_t commit)
{
	if (commits->graph_at && commits->graph_at[commit] != GRAPH_NONE)
		commit_graph_expect_filter(repo_commit_graph(watch->repo), commits->graph_at[commit]);
}

static uint32_t root_local(struct watch *watch, const struct oid *tree)
{
	return watch_local(watch, ROOT, watch_entry_number(watch, WATCH_TREE, tree));
}

/* The root's local of a commit: where its filter allows, its first parent's. */
static uint32_t local_of_commit(struct watch *watch, const struct commits *commits, uint32_t commit)
{
	if (!is_filtered(watch, commits, commit))
		return root_local(watch, &commits->trees[commit]);
	if (commit_parent_count(commits, commit))
		return watch->commit_local[commit_parents(commits, commit)[0]];
	return watch_local(watch, ROOT, WATCH_ABSENT);
}

int watch_resolve(struct watch *watch, const struct commits *commits, const struct progress *progress, struct err *err)
{
	size_t i, end;

	watch_rescan(watch);
	watch->commit_local = xreallocarray(watch->commit_local, commits->count, sizeof(*watch->commit_local));
	watch->commit_count = commits->count;
	for (i = 0; i < commits->count;) {
		if (i % PROGRESS_EVERY == 0 && progress && progress->fn &&
			progress->fn(progress->data, "trees", i, commits->count) != 0) {
			watch->commit_count = 0;
			return err_set(err, ERR_UNDECIDED, "stopped while reading trees");
		}
		end = commits->count - i > TOGETHER ? i + TOGETHER : commits->count;
		for (; i < end; i++) {
			uint32_t commit = commits->read_order[i];

			if (i + FILTERS_AHEAD < commits->count)
				expect_filter(watch, commits, commits->read_order[i + FILTERS_AHEAD]);
			watch->commit_local[commit] = local_of_commit(watch, commits, commit);
		}
		watch_resolve_pending(watch, ROOT);
	}
	make_rows(watch);
	return 0;
}

int watch_resolve_tree(struct watch *watch, const struct oid *root, uint32_t *row, struct err *err)
{
	uint32_t local;

	(void)err; /* a tree that cannot be read is a limit and WATCH_UNKNOWN */
	watch_rescan(watch);
	local = root_local(watch, root);
	watch_resolve_pending(watch, ROOT);
	make_rows(watch);
	*row = watch->nodes[ROOT].summary[local];
	return 0;
}

uint32_t watch_row(const struct watch *watch, uint32_t commit)
{
	assert(commit < watch->commit_count);
	return watch->nodes[ROOT].summary[watch->commit_local[commit]];
}

size_t watch_row_count(const struct watch *watch)
{
	return watch->row_count;
}

const uint32_t *watch_entries(const struct watch *watch, uint32_t row)
{
	assert(row < watch->row_count);
	return watch->flat + (size_t)row * watch->row_paths;
}

const struct watch_entry *watch_entry(const struct watch *watch, uint32_t entry)
{
	assert(entry > WATCH_ABSENT && entry < watch->entry_count);
	return &watch->entries[entry];
}
