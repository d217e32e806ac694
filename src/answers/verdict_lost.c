#include "verdict_lost.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/ancestry.h"
#include "revident/git/commit_info.h"
#include "revident/model/scan.h"

static void key_of(const struct investigation *inv, size_t number, uint32_t *lineage, uint32_t *revision)
{
	uint32_t pair[2];

	memcpy(pair, intern_get(&inv->history.held, (uint32_t)number)->bytes, sizeof(pair));
	*lineage = pair[0];
	*revision = pair[1];
}

void sought_init(struct sought *sought, const struct investigation *inv, const struct verdict *verdict)
{
	size_t i;

	sought->count = inv->study.revisions.count;
	sought->revisions = xcalloc(sought->count, sizeof(*sought->revisions));
	for (i = 0; i < verdict->lost_count; i++)
		sought->revisions[verdict->lost[i].revision] = true;
	for (i = 0; i < verdict->missing_count; i++) {
		struct text name = verdict->missing[i].name;
		uint32_t revision = intern_find(&inv->study.revisions, name.ptr, name.len);

		if (revision != INTERN_NONE)
			sought->revisions[revision] = true;
	}
}

void sought_release(struct sought *sought)
{
	free(sought->revisions);
}

int mark_row(
	struct investigation *inv, uint32_t row, const struct sought *sought, unsigned char *present, struct err *err)
{
	const struct snapshot *snapshot = snapshots_get(inv->snapshots, row, err);
	size_t i;

	if (!snapshot)
		return -1;
	for (i = 0; i < snapshot->count; i++) {
		const struct snap_file *file = &snapshot->files[i];
		uint32_t pair[2] = { INTERN_NONE, file->revision }, key;

		if (file->revision == INTERN_NONE || (sought && !is_sought(sought, file->revision)))
			continue;
		pair[0] = investigation_lineage(inv, file);
		key = intern_find(&inv->history.held, pair, sizeof(pair));
		if (key != INTERN_NONE)
			present[key] = 1;
	}
	snapshot_put(inv->snapshots, snapshot);
	return 0;
}

static int mark_tips(struct investigation *inv, unsigned char *present, struct err *err)
{
	size_t v;

	for (v = 0; v < inv->view_count; v++)
		if (mark_row(inv, inv->views[v].row, NULL, present, err) < 0)
			return -1;
	return 0;
}

/* The last loss of every held pair, by key; none where it left for another lineage after that. */
static const struct change **last_losses(const struct investigation *inv)
{
	const struct change **last = xcalloc(inv->history.held.count, sizeof(*last));
	size_t i;

	for (i = 0; i < inv->history.count; i++) {
		const struct change *change = &inv->history.changes[i];
		uint32_t pair[2] = { change->lineage, change->revision };
		uint32_t key = intern_find(&inv->history.held, pair, sizeof(pair));

		if (event_kind_is_loss(change->kind) && key != INTERN_NONE)
			last[key] = change;
	}
	for (i = 0; i < inv->history.departure_count; i++) {
		const struct departure *departure = &inv->history.departures[i];
		uint32_t pair[2] = { departure->from, departure->revision };
		uint32_t key = intern_find(&inv->history.held, pair, sizeof(pair));

		if (key != INTERN_NONE && last[key] && last[key]->commit < departure->commit)
			last[key] = NULL;
	}
	return last;
}

static int compare_lost(const void *a, const void *b, void *data)
{
	const struct lost_key *x = a, *y = b;
	const struct study *study = data;
	int order = text_compare(study_revision_text(study, x->revision), study_revision_text(study, y->revision));

	return order ? order : (x->lineage > y->lineage) - (x->lineage < y->lineage);
}

/* Pairs that a move between environments linked are one revision: the number of the first of them, by pair. */
static uint32_t *link_moved(const struct investigation *inv)
{
	size_t i, k, count = inv->history.held.count;
	uint32_t *group = xcalloc(count, sizeof(*group));

	for (i = 0; i < count; i++)
		group[i] = (uint32_t)i;
	for (i = 0; i < inv->history.departure_count; i++) {
		const struct departure *departure = &inv->history.departures[i];
		uint32_t from[2] = { departure->from, departure->revision },
			 to[2] = { departure->to, departure->revision };
		uint32_t a = intern_find(&inv->history.held, from, sizeof(from));
		uint32_t b = intern_find(&inv->history.held, to, sizeof(to));

		if (a == INTERN_NONE || b == INTERN_NONE || group[a] == group[b])
			continue;
		a = group[a];
		b = group[b];
		for (k = 0; k < count; k++)
			if (group[k] == b)
				group[k] = a;
	}
	return group;
}

/* Of linked pairs: present where one is, and lost by the last loss of them all, which then is that pair's alone. */
static void share_fate(const struct investigation *inv, unsigned char *present, const struct change **last)
{
	size_t i, count = inv->history.held.count;
	uint32_t *group;

	if (!inv->history.departure_count)
		return;
	group = link_moved(inv);
	for (i = 0; i < count; i++)
		present[group[i]] = present[group[i]] || present[i];
	for (i = 0; i < count; i++) {
		const struct change **best = &last[group[i]];

		present[i] = present[group[i]];
		if (i == group[i])
			continue;
		if (last[i] && (!*best || last[i]->commit > (*best)->commit))
			*best = last[i];
		last[i] = NULL;
	}
	free(group);
}

static void list_lost(struct investigation *inv, struct verdict *verdict, unsigned char *present)
{
	const struct change **last = last_losses(inv);
	size_t i;

	share_fate(inv, present, last);
	verdict->lost = arena_calloc(&inv->study.arena, inv->history.held.count, sizeof(*verdict->lost));
	for (i = 0; i < inv->history.held.count; i++) {
		struct lost_key *lost = &verdict->lost[verdict->lost_count];

		key_of(inv, i, &lost->lineage, &lost->revision);
		if (last[i])
			lost->lineage = last[i]->lineage;
		if (present[i] || !last[i])
			continue;
		lost->key = (uint32_t)i;
		lost->loss = last[i];
		verdict->lost_count++;
	}
	free(last);
	if (verdict->lost_count)
		qsort_r(verdict->lost, verdict->lost_count, sizeof(*verdict->lost), compare_lost, &inv->study);
}

static bool decides(const struct investigation *inv, size_t tip)
{
	return text_equal(inv->tips[tip].name, TEXT_LITERAL("HEAD")) ||
	       !(inv->tips[tip].name.len > 5 && memcmp(inv->tips[tip].name.ptr, "refs/", 5) == 0);
}

static void add_lost_tip(const struct investigation *inv, struct lost_key *lost, uint32_t tip)
{
	if (lost->tip_count < TIPS_SHOWN)
		lost->tips[lost->tip_count] = tip;
	lost->tip_count++;
	lost->at_deciding_tip = lost->at_deciding_tip || decides(inv, tip);
}

/* Tells the lost revisions of a batch the tips whose nodes have their bits. */
static void add_lost_tips(
	struct investigation *inv, struct verdict *verdict, const struct key_batch *batch, const uint64_t *bits)
{
	struct lost_key *by_bit[64] = { NULL };
	uint64_t left;
	uint32_t t;
	size_t i;

	for (i = 0; i < verdict->lost_count; i++) {
		uint64_t bit = key_batch_bit(batch, verdict->lost[i].key);

		if (!bit)
			continue;
		by_bit[__builtin_ctzll(bit)] = &verdict->lost[i];
		verdict->lost[i].tips = arena_calloc(&inv->study.arena, TIPS_SHOWN, sizeof(uint32_t));
	}
	for (t = 0; t < inv->tip_count; t++) {
		uint32_t commit = inv->tip_commits[t];

		left = commit == COMMIT_NONE ? 0 : bits[inv->lineage.node_of[commit]];
		for (; left; left &= left - 1)
			add_lost_tip(inv, by_bit[__builtin_ctzll(left)], t);
	}
}

/* Which tips' histories had the lost revisions: 64 at a time, carried from parents to children. */
static void find_tips(struct investigation *inv, struct verdict *verdict)
{
	uint32_t *wanted = xcalloc(inv->history.held.count, sizeof(*wanted));
	uint64_t *bits = xcalloc(inv->lineage.node_count, sizeof(*bits));
	struct key_batch batch;
	size_t i, n, at = 0;
	uint32_t p;

	for (i = 0; i < verdict->lost_count; i++)
		wanted[verdict->lost[i].key] = 1;
	while (key_batch_next(&batch, wanted, inv->history.held.count, &at)) {
		memset(bits, 0, inv->lineage.node_count * sizeof(*bits));
		for (i = 0; i < inv->history.arrival_count; i++)
			bits[inv->history.arrivals[i].node] |= key_batch_bit(&batch, inv->history.arrivals[i].key);
		for (n = 0; n < inv->lineage.node_count; n++)
			for (p = 0; p < inv->lineage.nodes[n].parent_count; p++)
				bits[n] |= bits[node_parents(&inv->lineage, (uint32_t)n)[p]];
		add_lost_tips(inv, verdict, &batch, bits);
	}
	free(wanted);
	free(bits);
}

/* Marks what the trees on a protected ref's line of first parents hold. 0 or -1. */
static int mark_line(struct investigation *inv, const struct ref *ref, const struct sought *sought,
	unsigned char *rows_seen, unsigned char *published, struct err *err)
{
	uint32_t commit = commits_find(&inv->commits, &ref->commit);
	struct oid at = ref->commit;
	uint32_t row = WATCH_UNKNOWN, last_row = WATCH_UNKNOWN;
	int found = 1;

	while (commit == COMMIT_NONE && found == 1) { /* ahead of what was walked */
		struct commit_info info;
		struct arena scratch;

		arena_init(&scratch);
		found = investigation_row(inv, &at, &row, err);
		if (found == 1 && row != last_row && mark_row(inv, row, sought, published, err) < 0)
			found = -1;
		last_row = row;
		if (found == 1)
			found = commit_info_read(inv->repo, &scratch, &at, &info, err);
		if (found == 1 && info.parent_count == 0)
			found = 0;
		if (found == 1) {
			at = info.parents[0];
			commit = commits_find(&inv->commits, &at);
		}
		arena_release(&scratch);
	}
	while (found == 1 && commit != COMMIT_NONE) {
		row = watch_row(inv->watch, commit);
		if (row != WATCH_UNKNOWN && !rows_seen[row]) {
			rows_seen[row] = 1;
			if (mark_row(inv, row, sought, published, err) < 0)
				found = -1;
		}
		commit = commit_parent_count(&inv->commits, commit) ? commit_parents(&inv->commits, commit)[0]
								    : COMMIT_NONE;
	}
	return found < 0 ? -1 : 0;
}

static void add_tag(struct investigation *inv, struct lost_key *lost, uint32_t tag)
{
	if (!lost->tags)
		lost->tags = arena_calloc(&inv->study.arena, TIPS_SHOWN, sizeof(*lost->tags));
	if (lost->tag_count < TIPS_SHOWN)
		lost->tags[lost->tag_count] = tag;
	lost->tag_count++;
}

static int find_tags(struct investigation *inv, struct verdict *verdict, const struct sought *sought, struct err *err)
{
	unsigned char *present = xcalloc(inv->history.held.count, 1);
	uint32_t last_row = WATCH_UNKNOWN;
	size_t i, t;
	int rc = 0;

	for (t = 0; t < verdict->protection.tag_count && rc == 0; t++) {
		uint32_t row;
		int found = investigation_row(inv, &verdict->protection.tags[t].commit, &row, err);

		if (found < 1) {
			rc = found;
			continue;
		}
		if (row != last_row) {
			memset(present, 0, inv->history.held.count);
			rc = mark_row(inv, row, sought, present, err);
		}
		last_row = row;
		for (i = 0; i < verdict->lost_count; i++)
			if (present[verdict->lost[i].key])
				add_tag(inv, &verdict->lost[i], (uint32_t)t);
	}
	free(present);
	return rc;
}

static bool is_marked(const struct investigation *inv, const struct missing_key *missing, const unsigned char *marks)
{
	uint32_t pair[2] = { missing->lineage,
		intern_find(&inv->study.revisions, missing->name.ptr, missing->name.len) };
	uint32_t key = intern_find(&inv->history.held, pair, sizeof(pair));

	return key != INTERN_NONE && marks[key];
}

static int find_published(
	struct investigation *inv, struct verdict *verdict, const struct sought *sought, struct err *err)
{
	unsigned char *published = xcalloc(inv->history.held.count, 1);
	unsigned char *rows_seen = xcalloc(watch_row_count(inv->watch), 1);
	size_t i;
	int rc = 0;

	for (i = 0; i < verdict->protection.ref_count && rc == 0; i++)
		rc = mark_line(inv, &verdict->protection.refs[i], sought, rows_seen, published, err);
	for (i = 0; i < verdict->missing_count && rc == 0; i++)
		verdict->missing[i].published = is_marked(inv, &verdict->missing[i], published);
	for (i = 0; i < verdict->lost_count && rc == 0; i++)
		verdict->lost[i].published = published[verdict->lost[i].key] || verdict->lost[i].tag_count > 0;
	free(published);
	free(rows_seen);
	return rc;
}

int find_lost(struct investigation *inv, struct verdict *verdict, struct err *err)
{
	unsigned char *present = xcalloc(inv->history.held.count, 1);
	struct sought sought;
	int rc = mark_tips(inv, present, err);

	if (rc == 0)
		list_lost(inv, verdict, present);
	free(present);
	if (rc < 0 || (verdict->lost_count == 0 && verdict->missing_count == 0))
		return rc;
	find_tips(inv, verdict);
	sought_init(&sought, inv, verdict);
	rc = find_tags(inv, verdict, &sought, err);
	if (rc == 0)
		rc = find_published(inv, verdict, &sought, err);
	sought_release(&sought);
	return rc;
}
