#include "revident/git/merge_base.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"

enum {
	OF_OTHERS = 1, /* stays as long as the others do */
	SEEN = 2,
	BELOW = 4, /* an ancestor of a commit that was met */
};

struct numbers {
	uint32_t *items;
	size_t count, cap;
};

struct merge_finder {
	struct repo *repo;
	struct oid *expected;
	size_t expected_count;
	struct commits commits; /* of everybody who was asked about since it was read */
	unsigned char *marks;   /* by number */
	struct oid *others;
	size_t other_count;
	bool knows_others, others_are_cut;
	struct numbers waiting, seen,
		met; /* of one question; `met`: those of the others that the tip's history leads to */
};

static void add(struct numbers *list, uint32_t number)
{
	VEC_GROW(list->items, list->count, list->cap);
	list->items[list->count++] = number;
}

struct merge_finder *merge_finder_new(struct repo *repo, const struct oid *expected, size_t count)
{
	struct merge_finder *f = xcalloc(1, sizeof(*f));

	f->repo = repo;
	f->expected = xcalloc(count + 1, sizeof(*f->expected));
	f->expected_count = count;
	if (count)
		memcpy(f->expected, expected, count * sizeof(*expected));
	return f;
}

static void forget(struct merge_finder *f)
{
	commits_release(&f->commits);
	free(f->marks);
	f->marks = NULL;
	f->knows_others = false;
}

void merge_finder_free(struct merge_finder *f)
{
	if (!f)
		return;
	forget(f);
	free(f->expected);
	free(f->others);
	free(f->waiting.items);
	free(f->seen.items);
	free(f->met.items);
	free(f);
}

static bool are_known(const struct merge_finder *f, const struct oid *others, size_t count)
{
	return f->knows_others && f->other_count == count &&
	       (count == 0 || memcmp(f->others, others, count * sizeof(*others)) == 0);
}

/* Reads the history of these, and of those that are expected. */
static int read_history(struct merge_finder *f, const struct oid *tip, const struct oid *others, size_t count,
	const struct progress *progress, struct err *err)
{
	struct oid *tips = xcalloc(1 + count + f->expected_count, sizeof(*tips));
	int rc;

	tips[0] = *tip;
	if (count)
		memcpy(tips + 1, others, count * sizeof(*others));
	if (f->expected_count)
		memcpy(tips + 1 + count, f->expected, f->expected_count * sizeof(*tips));
	forget(f);
	rc = commits_load(&f->commits, f->repo, tips, 1 + count + f->expected_count, progress, err);
	free(tips);
	if (rc == 0)
		f->marks = xcalloc(f->commits.count + 1, sizeof(*f->marks));
	else
		forget(f);
	return rc;
}

static bool has_all(const struct merge_finder *f, const struct oid *tip, const struct oid *others, size_t count)
{
	size_t i;

	if (!f->marks || commits_find(&f->commits, tip) == COMMIT_NONE)
		return false;
	for (i = 0; i < count && !are_known(f, others, count); i++)
		if (commits_find(&f->commits, &others[i]) == COMMIT_NONE)
			return false;
	return true;
}

static int say_missing(const struct oid *id, struct err *err)
{
	char hex[OID_HEX + 1];

	return err_set(
		err, ERR_UNDECIDED, "commit %s is not in this clone; 'git fetch' may bring it", oid_hex(id, hex));
}

/* Marks what the others have. A parent's number is the smaller one: all its children were there before it. */
static int know_others(struct merge_finder *f, const struct oid *others, size_t count, struct err *err)
{
	const struct commits *commits = &f->commits;
	struct oid *copy = xcalloc(count + 1, sizeof(*copy));
	size_t i;
	uint32_t at;

	if (count)
		memcpy(copy, others, count * sizeof(*others));
	free(f->others);
	f->others = copy;
	f->other_count = count;
	f->knows_others = f->others_are_cut = false;
	if (commits->count)
		memset(f->marks, 0, commits->count);
	for (i = 0; i < count; i++) {
		at = commits_find(commits, &others[i]);
		if (at == COMMIT_NONE)
			return say_missing(&others[i], err);
		f->marks[at] = OF_OTHERS;
	}
	for (at = (uint32_t)commits->count; at-- > 0;) {
		if (!f->marks[at])
			continue;
		f->others_are_cut = f->others_are_cut || commits->flags[at] & COMMIT_CUT;
		for (i = 0; i < commit_parent_count(commits, at); i++)
			f->marks[commit_parents(commits, at)[i]] = OF_OTHERS;
	}
	f->knows_others = true;
	return 0;
}

static void visit(struct merge_finder *f, uint32_t at)
{
	if (f->marks[at] & SEEN)
		return;
	f->marks[at] |= SEEN;
	add(&f->seen, at);
	add(f->marks[at] & OF_OTHERS ? &f->met : &f->waiting, at);
}

/* From the tip on, to the first that the others have, too: the best common ancestors are among these. */
static void walk_down(struct merge_finder *f, uint32_t tip, struct merge_bases *out)
{
	const struct commits *commits = &f->commits;

	f->waiting.count = f->seen.count = f->met.count = 0;
	visit(f, tip);
	while (f->waiting.count) {
		uint32_t at = f->waiting.items[--f->waiting.count];
		size_t i;

		out->is_doubtful = out->is_doubtful || commits->flags[at] & COMMIT_CUT;
		for (i = 0; i < commit_parent_count(commits, at); i++)
			visit(f, commit_parents(commits, at)[i]);
	}
	out->is_cut = out->is_doubtful || f->others_are_cut;
}

/* Marks those that were met and are ancestors of another one. `least` to `most`: where they are. */
static void mark_below(struct merge_finder *f, uint32_t least, uint32_t most)
{
	const struct commits *commits = &f->commits;
	uint32_t at;
	size_t i;

	for (at = most + 1; at-- > least;) {
		if (!((f->marks[at] & (OF_OTHERS | SEEN)) == (OF_OTHERS | SEEN) || f->marks[at] & BELOW))
			continue;
		for (i = 0; i < commit_parent_count(commits, at); i++)
			if (commit_parents(commits, at)[i] >= least)
				f->marks[commit_parents(commits, at)[i]] |= BELOW;
	}
}

static void take_best(struct merge_finder *f, struct arena *arena, struct merge_bases *out)
{
	uint32_t least = UINT32_MAX, most = 0, at;
	size_t i;

	for (i = 0; i < f->met.count; i++) {
		least = f->met.items[i] < least ? f->met.items[i] : least;
		most = f->met.items[i] > most ? f->met.items[i] : most;
	}
	if (f->met.count > 1)
		mark_below(f, least, most);
	out->items = arena_calloc(arena, f->met.count + 1, sizeof(*out->items));
	for (i = 0; i < f->met.count; i++)
		if (!(f->marks[f->met.items[i]] & BELOW))
			out->items[out->count++] = f->commits.ids[f->met.items[i]];
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), oid_compare_items);
	for (at = least; f->met.count > 1 && at <= most; at++)
		f->marks[at] &= (unsigned char)~BELOW;
	for (i = 0; i < f->seen.count; i++)
		f->marks[f->seen.items[i]] &= (unsigned char)~SEEN;
}

int merge_finder_find(struct merge_finder *f, struct arena *arena, const struct oid *tip, const struct oid *others,
	size_t count, const struct progress *progress, struct merge_bases *out, struct err *err)
{
	uint32_t at;

	memset(out, 0, sizeof(*out));
	if (!has_all(f, tip, others, count) && read_history(f, tip, others, count, progress, err) < 0)
		return -1;
	at = commits_find(&f->commits, tip);
	if (at == COMMIT_NONE)
		return say_missing(tip, err);
	if (!are_known(f, others, count) && know_others(f, others, count, err) < 0)
		return -1;
	walk_down(f, at, out);
	take_best(f, arena, out);
	return 0;
}

int merge_bases_find(struct repo *repo, struct arena *arena, const struct oid *tip, const struct oid *others,
	size_t count, const struct progress *progress, struct merge_bases *out, struct err *err)
{
	struct merge_finder *finder = merge_finder_new(repo, NULL, 0);
	int rc = merge_finder_find(finder, arena, tip, others, count, progress, out, err);

	merge_finder_free(finder);
	return rc;
}
