#include "revident/git/commits.h"

#include <stdlib.h>
#include <string.h>

#include "commit_parse.h"
#include "internal.h"
#include "revident/base/xalloc.h"
#include "walk.h"

enum { PROGRESS_EVERY = 4096, COMMIT_COUNT_MAX = 0x7ffffff0 };

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

static void rehash(uint32_t **slots, size_t *mask, const struct oid *ids, size_t count, size_t size)
{
	size_t i;

	free(*slots);
	*slots = xcalloc(size, sizeof(**slots));
	*mask = size - 1;
	for (i = 0; i < count; i++) {
		size_t at = hash_of(&ids[i]) & *mask;

		while ((*slots)[at])
			at = (at + 1) & *mask;
		(*slots)[at] = (uint32_t)i + 1;
	}
}

/* The index of a commit in the walk, new or known; WALK_NONE where there are too many. */
static uint32_t discover(struct walk *walk, const struct oid *id)
{
	size_t at;

	if (!walk->slots || walk->count * 4 >= (walk->mask + 1) * 3)
		rehash(&walk->slots, &walk->mask, walk->ids, walk->count, walk->slots ? (walk->mask + 1) * 2 : 1024);
	at = slot_of(walk->slots, walk->mask, walk->ids, id);
	if (walk->slots[at])
		return walk->slots[at] - 1;
	if (walk->count == walk->cap) {
		walk->cap = walk->cap ? walk->cap + walk->cap / 2 : 1024;
		walk->ids = xreallocarray(walk->ids, walk->cap, sizeof(*walk->ids));
		walk->trees = xreallocarray(walk->trees, walk->cap, sizeof(*walk->trees));
		walk->times = xreallocarray(walk->times, walk->cap, sizeof(*walk->times));
		walk->first_parent = xreallocarray(walk->first_parent, walk->cap, sizeof(*walk->first_parent));
		walk->states = xreallocarray(walk->states, walk->cap, sizeof(*walk->states));
	}
	walk->ids[walk->count] = *id;
	walk->states[walk->count] = STATE_NEW;
	walk->first_parent[walk->count] = WALK_NONE;
	walk->slots[at] = (uint32_t)++walk->count;
	return (uint32_t)walk->count - 1;
}

static void add_parents(struct walk *walk, uint32_t commit, const struct commit_header *header)
{
	size_t i;

	if (header->parent_count == 0)
		return;
	walk->first_parent[commit] = (uint32_t)walk->parent_count;
	for (i = 0; i < header->parent_count; i++) {
		struct oid id;
		uint32_t parent;

		commit_parent_id(header, i, &id);
		parent = discover(walk, &id);
		VEC_GROW(walk->parents, walk->parent_count, walk->parent_cap);
		walk->parents[walk->parent_count++] = parent;
	}
	walk->parents[walk->parent_count - 1] |= WALK_LAST;
}

/* Reads one commit's tree, parents and time. Returns whether it is there; what is damaged or missing becomes a limit. */
static bool read_commit(struct walk *walk, uint32_t commit, bool is_tip)
{
	struct oid id = walk->ids[commit];
	struct err bad = { .kind = ERR_NONE };
	struct commit_header header;
	struct object object;
	int got = object_read(walk->repo, &id, OBJECT_META_MAX, &object, &bad);
	bool parsed;

	if (got <= 0) {
		limit_object(walk->repo, "commit", &id, got < 0 ? &bad : NULL);
		return false;
	}
	if (object.type != OBJECT_COMMIT) {
		object_release(&object);
		if (!is_tip) {
			err_set(&bad, ERR_UNDECIDED, "it is no commit");
			limit_object(walk->repo, "commit", &id, &bad);
		}
		return false;
	}
	parsed = commit_parse(object.bytes, object.len, &header);
	if (parsed && (walk->parent_count + header.parent_count > COMMIT_COUNT_MAX || walk->count > COMMIT_COUNT_MAX))
		parsed = false;
	if (parsed) {
		walk->trees[commit] = header.tree;
		walk->times[commit] = header.time;
		if (header.parent_count && shallow_has(walk->repo, &id)) {
			walk->states[commit] |= STATE_CUT;
			if (walk->boundary_count++ == 0)
				walk->boundary = id;
		} else {
			add_parents(walk, commit, &header);
		}
	} else {
		err_set(&bad, ERR_UNDECIDED, "its tree or parent lines cannot be read");
		limit_object(walk->repo, "commit", &id, &bad);
	}
	object_release(&object);
	return parsed;
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
 * One step at the top of the stack: to its next parent, or off the stack. A parent that is still open is the commit's own
 * descendant, which only forged objects bring about: it is dropped like one that is missing.
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
	if (state & STATE_OPEN) {
		struct err bad;

		err_set(&bad, ERR_UNDECIDED, "it is its own ancestor");
		limit_object(walk->repo, "commit", &walk->ids[parent], &bad);
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

	for (i = 0; i < count; i++) {
		uint32_t commit = discover(walk, &tips[i]);

		if (!(walk->states[commit] & (STATE_DONE | STATE_GONE)))
			enter(walk, &stack, commit, true);
		while (stack.count) {
			step(walk, &stack);
			if (++steps % PROGRESS_EVERY == 0 && report(progress, walk->order_count, err) < 0)
				goto done;
		}
	}
	if (walk->boundary_count) {
		char hex[OID_HEX + 1];

		repo_add_limit(walk->repo,
			"the history is cut at a shallow boundary (%zu commits without their parents, the first is "
			"%s); "
			"'git fetch --unshallow' gets the rest",
			walk->boundary_count, oid_hex(&walk->boundary, hex));
	}
	rc = 0;
done:
	free(stack.items);
	return rc;
}

int commits_load(struct commits *out, struct repo *repo, const struct oid *tips, size_t count,
	const struct progress *progress, struct err *err)
{
	struct walk walk = { .repo = repo };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (walk_all(&walk, tips, count, progress, err) < 0)
		goto done;
	walk_number(&walk, out);
	{
		size_t size = 64;

		while (size * 3 < out->count * 4 + 4)
			size *= 2;
		rehash(&out->slots, &out->slot_mask, out->ids, out->count, size);
	}
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
	free(commits->slots);
	memset(commits, 0, sizeof(*commits));
}
