#include "revident/git/commits.h"

#include <stdlib.h>
#include <string.h>

#include "commit_parse.h"
#include "internal.h"
#include "revident/base/xalloc.h"
#include "walk.h"

enum {
	HEAD_BYTES = 2048,
	MANY = 500,
	PROGRESS_EVERY = 4096,
	COMMIT_COUNT_MAX = 0x7ffffff0,
	TIPS_COMPARED = 32, /* with what the graph says of them; HEAD and those that were typed are the first */
};

static uint32_t hash_of(const struct oid *id)
{
	uint32_t hash;

	memcpy(&hash, id->bytes, sizeof(hash));
	return hash;
}

/* The slot that holds `id`, or the free one where it would go. */
static size_t slot_of(const uint32_t *slots, size_t mask, const struct oid *ids, const struct oid *id)
{
	size_t at = hash_of(id) & mask;

	while (slots[at] && !oid_equal(&ids[slots[at] - 1], id))
		at = (at + 1) & mask;
	return at;
}

/* A new commit in the walk. */
static uint32_t append(struct walk *walk, const struct oid *id, uint32_t position)
{
	if (walk->count == walk->cap) {
		walk->cap = walk->cap ? walk->cap + walk->cap / 2 : 1024;
		walk->ids = xreallocarray(walk->ids, walk->cap, sizeof(*walk->ids));
		walk->trees = xreallocarray(walk->trees, walk->cap, sizeof(*walk->trees));
		walk->times = xreallocarray(walk->times, walk->cap, sizeof(*walk->times));
		walk->first_parent = xreallocarray(walk->first_parent, walk->cap, sizeof(*walk->first_parent));
		walk->states = xreallocarray(walk->states, walk->cap, sizeof(*walk->states));
		if (walk->graph)
			walk->graph_at = xreallocarray(walk->graph_at, walk->cap, sizeof(*walk->graph_at));
	}
	walk->ids[walk->count] = *id;
	walk->states[walk->count] = STATE_NEW;
	walk->first_parent[walk->count] = WALK_NONE;
	if (walk->graph)
		walk->graph_at[walk->count] = position;
	return (uint32_t)walk->count++;
}

/* The index of the commit at a position of the graph, new or known. */
static uint32_t discover_position(struct walk *walk, uint32_t position)
{
	if (!walk->index_of[position]) {
		struct oid id;

		commit_graph_id(walk->graph, position, &id);
		walk->index_of[position] = append(walk, &id, position) + 1;
	}
	return walk->index_of[position] - 1;
}

static void grow_slots(struct walk *walk)
{
	size_t size = walk->slots ? (walk->mask + 1) * 2 : 1024, i;

	free(walk->slots);
	walk->slots = xcalloc(size, sizeof(*walk->slots));
	walk->mask = size - 1;
	for (i = 0; i < walk->count; i++)
		if (!walk->graph || walk->graph_at[i] == GRAPH_NONE)
			walk->slots[slot_of(walk->slots, walk->mask, walk->ids, &walk->ids[i])] = (uint32_t)i + 1;
}

/* The index of a commit in the walk, new or known. */
static uint32_t discover(struct walk *walk, const struct oid *id)
{
	uint32_t position = walk->graph ? commit_graph_find(walk->graph, id) : GRAPH_NONE;
	size_t at;

	if (position != GRAPH_NONE)
		return discover_position(walk, position);
	if (!walk->slots || walk->hashed * 4 >= (walk->mask + 1) * 3)
		grow_slots(walk);
	at = slot_of(walk->slots, walk->mask, walk->ids, id);
	if (!walk->slots[at]) {
		walk->slots[at] = append(walk, id, GRAPH_NONE) + 1;
		walk->hashed++;
	}
	return walk->slots[at] - 1;
}

static void add_parent(struct walk *walk, uint32_t commit, uint32_t parent)
{
	if (walk->first_parent[commit] == WALK_NONE)
		walk->first_parent[commit] = (uint32_t)walk->parent_count;
	VEC_GROW(walk->parents, walk->parent_count, walk->parent_cap);
	walk->parents[walk->parent_count++] = parent;
}

static void end_parents(struct walk *walk, uint32_t commit)
{
	if (walk->first_parent[commit] != WALK_NONE)
		walk->parents[walk->parent_count - 1] |= WALK_LAST;
}

/* Takes a commit from the graph. False where it is not there, or what stands there cannot be. */
static bool take_from_graph(struct walk *walk, uint32_t commit)
{
	struct graph_commit entry;
	uint32_t position;
	size_t i;
	int got;

	if (!walk->graph || walk->graph_at[commit] == GRAPH_NONE)
		return false;
	commit_graph_get(walk->graph, walk->graph_at[commit], &entry);
	for (i = 0; (got = commit_graph_parent(&entry, i, &position)) > 0; i++)
		;
	walk->graph_lies = got < 0 || !commit_graph_level_fits(walk->graph, &entry);
	if (walk->graph_lies || walk->parent_count + i > COMMIT_COUNT_MAX)
		return false;
	walk->trees[commit] = entry.tree;
	walk->times[commit] = entry.time;
	for (i = 0; commit_graph_parent(&entry, i, &position) > 0; i++)
		add_parent(walk, commit, discover_position(walk, position));
	end_parents(walk, commit);
	return true;
}

/* Takes a commit's lines. False where there are more parents than can be numbered. */
static bool take_from_header(struct walk *walk, uint32_t commit, const struct commit_header *header)
{
	struct oid id = walk->ids[commit];
	size_t i;

	if (walk->parent_count + header->parent_count > COMMIT_COUNT_MAX || walk->count > COMMIT_COUNT_MAX)
		return false;
	walk->trees[commit] = header->tree;
	walk->times[commit] = header->time;
	if (header->parent_count && shallow_has(walk->repo, &id)) {
		walk->states[commit] |= STATE_CUT;
		if (walk->boundary_count++ == 0)
			walk->boundary = id;
		return true;
	}
	for (i = 0; i < header->parent_count; i++) {
		commit_parent_id(header, i, &id);
		add_parent(walk, commit, discover(walk, &id));
	}
	end_parents(walk, commit);
	return true;
}

/*
 * Takes a packed commit from the beginning of its data, in which everything stands that the walk needs: most of a
 * commit is its message and signature. Damage in an id leads to an object that is missing, and damage elsewhere to
 * lines that are not as git writes them; then the whole is read and checked.
 */
static bool take_from_head(struct walk *walk, uint32_t commit)
{
	unsigned char bytes[HEAD_BYTES];
	size_t len = packs_commit_head(&walk->repo->packs, &walk->ids[commit], bytes, sizeof(bytes));
	struct commit_header header;

	return len && commit_parse_head(bytes, len, &header) && take_from_header(walk, commit, &header);
}

/*
 * Reads one commit's tree, parents and time. Returns whether it is there; what is damaged or missing becomes a limit.
 */
static bool read_commit(struct walk *walk, uint32_t commit, bool is_tip)
{
	struct oid id = walk->ids[commit];
	struct err bad;
	struct commit_header header;
	struct object object;
	bool taken;
	int got;

	if (take_from_graph(walk, commit))
		return true;
	if (walk->graph_lies)
		return false;
	if (walk->graph)
		walk->graph_at[commit] = GRAPH_NONE;
	if (take_from_head(walk, commit))
		return true;
	got = object_read(walk->repo, &id, OBJECT_META_MAX, &object, &bad);
	if (got <= 0) {
		object_add_limit(walk->repo, "commit", &id, got < 0 ? &bad : NULL);
		return false;
	}
	if (object.type != OBJECT_COMMIT) {
		object_release(&object);
		if (!is_tip) {
			err_set(&bad, ERR_UNDECIDED, "it is no commit");
			object_add_limit(walk->repo, "commit", &id, &bad);
		}
		return false;
	}
	taken = commit_parse(object.bytes, object.len, &header) && take_from_header(walk, commit, &header);
	object_release(&object);
	if (!taken) {
		err_set(&bad, ERR_UNDECIDED, "its tree or parent lines cannot be read");
		object_add_limit(walk->repo, "commit", &id, &bad);
	}
	return taken;
}

struct frame {
	uint32_t commit;
	uint32_t at; /* the place in `parents` that comes next; WALK_NONE: none is left */
};

struct stack {
	struct frame *items;
	size_t count, cap;
};

/* Reads a commit that was met for the first time and puts it on the stack, if it is there. */
static void enter(struct walk *walk, struct stack *stack, uint32_t commit, bool is_tip)
{
	if (!read_commit(walk, commit, is_tip)) {
		walk->states[commit] |= STATE_GONE;
		return;
	}
	walk->states[commit] |= STATE_OPEN;
	VEC_GROW(stack->items, stack->count, stack->cap);
	stack->items[stack->count++] = (struct frame){ commit, walk->first_parent[commit] };
}

/*
 * One step at the top of the stack: to its next parent, or off the stack. A parent that is still open is the commit's
 * own descendant, which only forged objects bring about: it is dropped like one that is missing.
 */
static void step(struct walk *walk, struct stack *stack)
{
	struct frame *top = &stack->items[stack->count - 1];
	uint32_t commit = top->commit, parent;
	unsigned char state;

	if (top->at == WALK_NONE) {
		walk->states[commit] = (unsigned char)((walk->states[commit] & ~STATE_OPEN) | STATE_DONE);
		VEC_GROW(walk->order, walk->order_count, walk->order_cap);
		walk->order[walk->order_count++] = commit;
		stack->count--;
		return;
	}
	parent = walk->parents[top->at] & ~WALK_LAST;
	state = walk->states[parent];
	if (!(state & (STATE_OPEN | STATE_DONE | STATE_GONE))) {
		enter(walk, stack, parent, false);
		return;
	}
	if (state & STATE_GONE)
		walk->states[commit] |= STATE_CUT;
	if (state & STATE_OPEN && walk->graph) {
		walk->graph_lies = true; /* the objects are asked before anybody is accused */
		return;
	}
	if (state & STATE_OPEN) {
		struct err bad;

		err_set(&bad, ERR_UNDECIDED, "it is its own ancestor");
		object_add_limit(walk->repo, "commit", &walk->ids[parent], &bad);
		walk->states[commit] |= STATE_CUT;
		walk->parents[top->at] = WALK_DROPPED | (walk->parents[top->at] & WALK_LAST);
	}
	top->at = walk->parents[top->at] & WALK_LAST ? WALK_NONE : top->at + 1;
}

static int report(const struct progress *progress, size_t done, struct err *err)
{
	if (progress && progress->fn && progress->fn(progress->data, "commits", done, 0) != 0)
		return err_set(err, ERR_UNDECIDED, "stopped while reading commits");
	return 0;
}

static int walk_all(
	struct walk *walk, const struct oid *tips, size_t count, const struct progress *progress, struct err *err)
{
	struct stack stack = { .items = NULL };
	size_t i, steps = 0;
	int rc = -1;

	for (i = 0; i < count && !walk->graph_lies; i++) {
		uint32_t commit = discover(walk, &tips[i]);

		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): discover() made room for it */
		if (!(walk->states[commit] & (STATE_DONE | STATE_GONE)))
			enter(walk, &stack, commit, true);
		if (i < TIPS_COMPARED && !walk->graph_lies)
			walk->graph_lies = !walk_agrees(walk, commit);
		while (stack.count && !walk->graph_lies) {
			step(walk, &stack);
			if (++steps % PROGRESS_EVERY == 0 && report(progress, walk->count, err) < 0)
				goto done;
		}
	}
	if (walk->boundary_count && !walk->graph_lies) {
		char hex[OID_HEX + 1];

		repo_add_limit(walk->repo,
			"the history is cut at a shallow boundary (%zu commit%s without parents, the first is %s); "
			"'git fetch --unshallow' gets the rest",
			walk->boundary_count, walk->boundary_count == 1 ? "" : "s", oid_hex(&walk->boundary, hex));
	}
	rc = 0;
done:
	free(stack.items);
	return rc;
}

/* What commits_find() looks in. */
static void make_table(struct commits *commits)
{
	size_t size = 64, i;

	while (size * 3 < commits->count * 4 + 4)
		size *= 2;
	commits->slots = xcalloc(size, sizeof(*commits->slots));
	commits->slot_mask = size - 1;
	for (i = 0; i < commits->count; i++)
		commits->slots[slot_of(commits->slots, commits->slot_mask, commits->ids, &commits->ids[i])] =
			(uint32_t)i + 1;
}

static void start_walk(struct walk *walk, struct repo *repo, const struct commit_graph *graph)
{
	*walk = (struct walk){ .repo = repo, .graph = graph };
	if (graph)
		walk->index_of = xcalloc(commit_graph_count(graph), sizeof(*walk->index_of));
}

int commits_load(struct commits *out, struct repo *repo, const struct oid *tips, size_t count,
	const struct progress *progress, struct err *err)
{
	struct walk walk;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	start_walk(&walk, repo, repo_commit_graph(repo));
	if (walk_all(&walk, tips, count, progress, err) < 0)
		goto done;
	if (walk.graph_lies) { /* nothing in it is worth anything then */
		walk_release(&walk);
		start_walk(&walk, repo, NULL);
		if (walk_all(&walk, tips, count, progress, err) < 0)
			goto done;
	}
	walk_number(&walk, out);
	make_table(out);
	out->is_shallow = walk.boundary_count > 0;
	if (out->count >= MANY)
		packs_expect_many(&repo->packs); /* whoever reads so many commits reads their trees */
	rc = report(progress, out->count, err);
done:
	walk_release(&walk);
	return rc;
}

uint32_t commits_find(const struct commits *commits, const struct oid *id)
{
	size_t at;

	if (!commits->slots)
		return COMMIT_NONE;
	at = slot_of(commits->slots, commits->slot_mask, commits->ids, id);
	return commits->slots[at] ? commits->slots[at] - 1 : COMMIT_NONE;
}

void commits_release(struct commits *commits)
{
	free(commits->ids);
	free(commits->trees);
	free(commits->times);
	free(commits->parent_at);
	free(commits->parents);
	free(commits->flags);
	free(commits->read_order);
	free(commits->graph_at);
	free(commits->slots);
	memset(commits, 0, sizeof(*commits));
}
