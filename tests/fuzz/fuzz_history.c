/*
 * Builds a history from the bytes: up to 24 commits with any parents and times, each with any of fifteen contents at
 * any of four paths. The walk and the events are held against a reference that looks at every pair of commits.
 *
 * A commit takes five bytes: how many parents; which; its time; and two for what its paths hold, four bits each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history_reference.h"
#include "place.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/investigation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORD = 5 };

static const char paths[PATHS][5] = { "a.py", "b.py", "c.py", "d.py" };

/* --- making it --------------------------------------------------------------------------------------------------- */

static void make_blob(const struct kind_of_file *content, struct oid *out)
{
	struct strbuf text = STRBUF_INIT;
	int i;

	if (content->id)
		strbuf_addf(&text, "revision = '%s'\n", content->id);
	if (content->down)
		strbuf_addf(&text, "down_revision = '%s'\n\n\n", content->down);
	else
		strbuf_addstr(&text, "down_revision = None\n\n\n");
	strbuf_addstr(&text, "def upgrade():\n");
	for (i = 0; i < 4; i++)
		strbuf_addf(&text, "\top.%c%d()\n", content->body, i);
	strbuf_addf(&text, "\top.%c%s()\n", content->body, content->edited ? "_is_other" : "4");
	place_object("blob", text.buf, text.len, out);
	strbuf_release(&text);
}

static void add_entry(struct strbuf *tree, const char *mode, const char *name, const struct oid *id)
{
	strbuf_addf(tree, "%s %s", mode, name);
	strbuf_addch(tree, '\0');
	strbuf_add(tree, id->bytes, OID_BYTES);
}

static void make_tree(const char *mode, const char *name, const struct oid *id, struct strbuf *tree, struct oid *out)
{
	add_entry(tree, mode, name, id);
	place_object("tree", tree->buf, tree->len, out);
	strbuf_clear(tree);
}

/* The root tree: alembic.ini, m/env.py and m/versions, which is there without migrations, too. */
static void make_root(const unsigned char *files, const struct oid *blobs, struct oid *out)
{
	static const char config[] = "[alembic]\nscript_location = m\n";
	struct strbuf tree = STRBUF_INIT;
	struct oid id;
	size_t p;

	for (p = 0; p < PATHS; p++)
		if (files[p])
			add_entry(&tree, "100644", paths[p], &blobs[files[p]]);
	make_tree("100644", "readme", &blobs[0], &tree, out);
	add_entry(&tree, "100644", "env.py", &blobs[0]);
	make_tree("40000", "versions", out, &tree, out);
	place_object("blob", config, sizeof(config) - 1, &id);
	add_entry(&tree, "100644", "alembic.ini", &id);
	make_tree("40000", "m", out, &tree, out);
	strbuf_release(&tree);
}

/* Trees and blobs are made once and stay. */
static const struct oid *root_of(const unsigned char *files)
{
	static struct oid blobs[CONTENTS], roots[CONTENTS * CONTENTS * CONTENTS * CONTENTS];
	size_t number = 0, i;

	if (oid_is_null(&blobs[0])) {
		place_object("blob", "\n", 1, &blobs[0]);
		for (i = 1; i < CONTENTS; i++)
			make_blob(&contents[i], &blobs[i]);
	}
	for (i = 0; i < PATHS; i++)
		number = number * CONTENTS + files[i];
	if (oid_is_null(&roots[number]))
		make_root(files, blobs, &roots[number]);
	place_keep();
	return &roots[number];
}

static void make_commit(struct model *model, size_t number, const struct oid *root)
{
	struct made *commit = &model->commits[number];
	struct strbuf text = STRBUF_INIT;
	char hex[OID_HEX + 1];
	size_t i;

	strbuf_addf(&text, "tree %s\n", oid_hex(root, hex));
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

static void read_record(struct model *model, size_t n, const uint8_t *record)
{
	struct made *commit = &model->commits[n];
	size_t i, p;

	for (i = 0; n > 0 && i < record[0] % (PARENTS_MAX + 1); i++)
		add_parent(commit, (unsigned)(n - 1 - (record[1] >> (2 * i) & 3) % n));
	for (i = 0; i < commit->parent_count; i++)
		commit->ancestors |= model->commits[commit->parents[i]].ancestors | 1U << commit->parents[i];
	commit->time = record[2];
	for (p = 0; p < PATHS; p++)
		commit->files[p] = record[3 + p / 2] >> (p % 2 * 4) & 0xf;
}

static void make(struct model *model, const uint8_t *data, size_t size)
{
	const struct oid *roots[COMMITS_MAX];
	size_t n;

	memset(model, 0, sizeof(*model));
	for (n = 0; n < COMMITS_MAX && n < size / RECORD; n++) {
		read_record(model, n, data + n * RECORD);
		roots[n] = root_of(model->commits[n].files);
	}
	for (model->count = n, n = 0; n < model->count; n++)
		make_commit(model, n, roots[n]);
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

/* --- the comparison ---------------------------------------------------------------------------------------------- */

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

static bool is_at(const struct study *study, struct place place, size_t path)
{
	static const char directory[] = "m/versions/";
	struct text at;

	if (place.path == INTERN_NONE || path == NOWHERE)
		return place.path == INTERN_NONE && path == NOWHERE;
	at = study_path_text(study, place.path);
	return at.len == strlen(directory) + strlen(paths[path]) && !memcmp(at.ptr, directory, strlen(directory)) &&
	       !memcmp(at.ptr + strlen(directory), paths[path], strlen(paths[path]));
}

static bool is_as_expected(
	const struct study *study, const struct change *change, const struct expected *e, uint32_t parent)
{
	return change->kind == e->kind &&
	       text_equal(study_revision_text(study, change->revision), text_of(e->revision)) &&
	       change->parent == parent && is_at(study, change->before, e->before) &&
	       is_at(study, change->after, e->after) && is_at(study, change->continues_as, e->onward) &&
	       change->content_changed == e->content_changed && change->same_content == e->same_content &&
	       change->reused == e->reused;
}

/* The events of one commit: as many as the reference has, and each of them. */
static size_t check_events(const struct model *model, struct investigation *inv, uint32_t place, size_t at)
{
	const struct history *history = &inv->history;
	struct expected expected[EVENTS_MAX];
	size_t end = at, i, e, count = model_events(model, &model->commits[model->order[place]], expected);

	while (end < history->count && history->changes[end].commit == place)
		end++;
	require(end - at == count);
	for (e = 0; e < count; e++) {
		uint32_t parent = commit_parent_count(&inv->commits, place)
					  ? commit_parents(&inv->commits, place)[expected[e].parent]
					  : COMMIT_NONE;

		for (i = at; i < end; i++)
			if (is_as_expected(&inv->study, &history->changes[i], &expected[e], parent))
				break;
		require(i < end);
	}
	return end;
}

static void compare(const struct model *model)
{
	static const struct progress silent;
	const struct investigation_options how = { .all = true, .progress = &silent };
	struct repo *repo = place_open();
	struct investigation inv;
	struct arena arena;
	uint32_t place;
	size_t at = 0;
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
		model_put_in_order(&model);
		compare(&model);
	}
	place_clear();
	return 0;
}
