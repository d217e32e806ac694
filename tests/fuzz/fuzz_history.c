/*
 * Builds a history from the bytes: up to 24 commits with any parents and times, each with any of eight migrations. The
 * walk and the events are held against a reference that looks at every pair of commits.
 *
 * A commit takes four bytes: how many parents, and which; its time; the set of migrations that it has. A migration never
 * changes, so that it can only be added, restored, deleted or lost in a merge.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/investigation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMMITS_MAX = 24, PARENTS_MAX = 3, IDS = 8, RECORD = 4 };

static const char ids[IDS][5] = { "aaa0", "bbb1", "ccc2", "ddd3", "eee4", "fff5", "9996", "8887" };

struct made {
	struct oid id;
	unsigned parents[PARENTS_MAX];
	size_t parent_count;
	unsigned time, held;     /* bits of `ids` */
	unsigned ancestors, had; /* bits of commits; what some ancestor, itself not included, held */
};

struct model {
	struct made commits[COMMITS_MAX];
	size_t count;
	unsigned order[COMMITS_MAX]; /* as they should be walked */
};

/* --- making it ----------------------------------------------------------------------------------------------------- */

/* No word is in two migrations, lest one continue another. */
static void make_blobs(struct oid *blobs)
{
	char text[400];
	size_t i;

	for (i = 0; i < IDS; i++) {
		int len = snprintf(text, sizeof(text),
			"revision = '%s'\ndown_revision = None\n\n\ndef "
			"upgrade():\n\top.%s(%zu)\n\top.%s_%zu()\n\t%s%zu = "
			"%zu\n",
			ids[i], ids[i], i * 7, ids[i], i * 11, ids[i], i, i * 13);

		place_object("blob", text, (size_t)len, &blobs[i]);
	}
}

static void add_entry(struct strbuf *tree, const char *mode, const char *name, const struct oid *id)
{
	strbuf_addf(tree, "%s %s", mode, name);
	strbuf_addch(tree, '\0');
	strbuf_add(tree, id->bytes, OID_BYTES);
}

/* The root tree of a set: alembic.ini, m/env.py and m/versions, in which git's order is by name. */
static void make_tree(unsigned held, const struct oid *blobs, struct oid *out)
{
	static const char config[] = "[alembic]\nscript_location = m\n";
	static const unsigned sorted[IDS] = { 7, 6, 0, 1, 2, 3, 4, 5 };
	struct strbuf tree = STRBUF_INIT;
	struct oid versions, scripts, file;
	size_t i;

	for (i = 0; i < IDS; i++)
		if (held >> sorted[i] & 1) {
			char name[16];

			snprintf(name, sizeof(name), "%s.py", ids[sorted[i]]);
			add_entry(&tree, "100644", name, &blobs[sorted[i]]);
		}
	add_entry(&tree, "100644", "readme", &blobs[0]); /* an empty directory would be none */
	place_object("tree", tree.buf, tree.len, &versions);
	place_object("blob", "\n", 1, &file);
	strbuf_clear(&tree);
	add_entry(&tree, "100644", "env.py", &file);
	add_entry(&tree, "40000", "versions", &versions);
	place_object("tree", tree.buf, tree.len, &scripts);
	place_object("blob", config, sizeof(config) - 1, &file);
	strbuf_clear(&tree);
	add_entry(&tree, "100644", "alembic.ini", &file);
	add_entry(&tree, "40000", "m", &scripts);
	place_object("tree", tree.buf, tree.len, out);
	strbuf_release(&tree);
}

static void make_commit(struct model *model, size_t number, const struct oid *blobs)
{
	struct made *commit = &model->commits[number];
	struct strbuf text = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct oid tree;
	size_t i;

	make_tree(commit->held, blobs, &tree);
	strbuf_addf(&text, "tree %s\n", oid_hex(&tree, hex));
	for (i = 0; i < commit->parent_count; i++)
		strbuf_addf(&text, "parent %s\n", oid_hex(&model->commits[commit->parents[i]].id, hex));
	strbuf_addf(
		&text, "author A <a> %u +0000\ncommitter A <a> %u +0000\n\n%zu\n", commit->time, commit->time, number);
	place_object("commit", text.buf, text.len, &commit->id);
	strbuf_release(&text);
}

static void add_parent(struct made *commit, unsigned parent)
{
	size_t i;

	for (i = 0; i < commit->parent_count; i++)
		if (commit->parents[i] == parent)
			return;
	commit->parents[commit->parent_count++] = parent;
}

static void make(struct model *model, const uint8_t *data, size_t size)
{
	struct oid blobs[IDS];
	size_t n, i;

	memset(model, 0, sizeof(*model));
	make_blobs(blobs);
	for (n = 0; n < COMMITS_MAX && size >= RECORD; n++, data += RECORD, size -= RECORD) {
		struct made *commit = &model->commits[n];

		commit->time = data[2];
		commit->held = data[3];
		for (i = 0; n > 0 && i < data[0] % (PARENTS_MAX + 1); i++)
			add_parent(commit, (unsigned)(n - 1 - (data[1] >> (2 * i) & 3) % n));
		for (i = 0; i < commit->parent_count; i++) {
			const struct made *parent = &model->commits[commit->parents[i]];

			commit->ancestors |= parent->ancestors | 1U << commit->parents[i];
			commit->had |= parent->had | parent->held;
		}
		make_commit(model, n, blobs);
		model->count++;
	}
}

/* A ref for each commit, so that all are walked; HEAD is the last. */
static void make_refs(const struct model *model)
{
	struct strbuf packed = STRBUF_INIT;
	char hex[OID_HEX + 1];
	size_t i;

	for (i = 0; i < model->count; i++)
		strbuf_addf(&packed, "%s refs/heads/b%02zu\n", oid_hex(&model->commits[i].id, hex), i);
	strbuf_addf(&packed, "%s refs/heads/main\n", oid_hex(&model->commits[model->count - 1].id, hex));
	place_write("packed-refs", packed.buf, packed.len);
	strbuf_release(&packed);
}

/* --- the reference --------------------------------------------------------------------------------------------------- */

/* Of the commits whose parents are all listed, the smallest by time, then id. */
static void put_in_order(struct model *model)
{
	unsigned listed = 0;
	size_t n, i, k;

	for (n = 0; n < model->count; n++) {
		size_t best = COMMITS_MAX;

		for (i = 0; i < model->count; i++) {
			const struct made *c = &model->commits[i], *b = &model->commits[best % COMMITS_MAX];
			bool ready = !(listed >> i & 1);

			for (k = 0; k < c->parent_count; k++)
				ready = ready && (listed >> c->parents[k] & 1);
			if (ready && (best == COMMITS_MAX || c->time < b->time ||
					     (c->time == b->time && oid_compare(&c->id, &b->id) < 0)))
				best = i;
		}
		model->order[n] = (unsigned)best;
		listed |= 1U << best;
	}
}

/* What a commit did to one migration: an event, or EVENT_KINDS. */
static enum event_kind event_of(const struct model *model, const struct made *commit, unsigned id)
{
	bool has = commit->held >> id & 1, all = commit->parent_count > 0, any = false, never = false, bare = true;
	size_t i;

	for (i = 0; i < commit->parent_count; i++) {
		const struct made *parent = &model->commits[commit->parents[i]];
		bool had = parent->held >> id & 1;

		all = all && had;
		any = any || had;
		if (!had)
			bare = bare && !(parent->had >> id & 1);
	}
	never = any && !all && bare;
	if (has && !any)
		return commit->had >> id & 1 ? EVENT_RESTORED : EVENT_ADDED;
	if (!has && all)
		return EVENT_DELETED;
	return !has && never ? EVENT_LOST_IN_MERGE : EVENT_KINDS;
}

/* --- the comparison -------------------------------------------------------------------------------------------------- */

static void check_walk(const struct model *model, const struct commits *commits)
{
	size_t n, i;

	require(commits->count == model->count);
	for (n = 0; n < model->count; n++) {
		const struct made *commit = &model->commits[model->order[n]];
		const uint32_t *parents = commit_parents(commits, (uint32_t)n);

		require(oid_equal(&commits->ids[n], &commit->id));
		require(commits->times[n] == commit->time);
		require(commits_find(commits, &commit->id) == n);
		require(commit_parent_count(commits, (uint32_t)n) == commit->parent_count);
		for (i = 0; i < commit->parent_count; i++)
			require(oid_equal(&commits->ids[parents[i]], &model->commits[commit->parents[i]].id));
	}
}

/* The events of one commit: as many as the reference has, and each of them. */
static size_t check_events(const struct model *model, struct investigation *inv, size_t place, size_t at)
{
	const struct history *history = &inv->history;
	size_t end = at;
	unsigned id, found;

	while (end < history->count && history->changes[end].commit == place)
		end++;
	for (id = found = 0; id < IDS; id++) {
		enum event_kind kind = event_of(model, &model->commits[model->order[place]], id);
		size_t i;

		for (i = at; i < end && kind != EVENT_KINDS; i++)
			if (history->changes[i].kind == kind &&
				text_equal(study_revision_text(&inv->study, history->changes[i].revision),
					text_of(ids[id])))
				break;
		require(kind == EVENT_KINDS || i < end);
		found += kind != EVENT_KINDS;
	}
	require(found == end - at);
	return end;
}

static void compare(const struct model *model)
{
	static const struct progress silent;
	const struct investigation_options how = { .all = true, .progress = &silent };
	struct repo *repo = place_open();
	struct investigation inv;
	struct arena arena;
	size_t place, at = 0;
	struct err err;

	require(repo != NULL);
	arena_init(&arena);
	err_clear(&err);
	require(investigation_open(&inv, repo, &arena, &how, &err) == 0);
	check_walk(model, &inv.commits);
	for (place = 0; place < model->count; place++)
		at = check_events(model, &inv, place, at);
	require(at == inv.history.count);
	investigation_close(&inv);
	arena_release(&arena);
	repo_close(repo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model model;

	make(&model, data, size);
	if (model.count) {
		make_refs(&model);
		put_in_order(&model);
		compare(&model);
	}
	place_clear();
	return 0;
}
