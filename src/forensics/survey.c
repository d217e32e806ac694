#include "revident/forensics/survey.h"

#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/discover.h"
#include "survey_parts.h"

enum { KEPT_MAX = 2 * 1000 * 1000 }; /* of what directories were found to hold: with more, they are searched again */

void survey_memo_init(struct survey_memo *memo, struct study *study)
{
	memset(memo, 0, sizeof(*memo));
	memo->study = study;
	intern_init(&memo->trees);
	intern_init(&memo->configs);
	intern_init(&memo->env_files);
	intern_init(&memo->looked);
	repeats_init(&memo->repeats, REPEATS_SEARCHED_MAX);
	intern_init(&memo->places);
}

void survey_memo_release(struct survey_memo *memo)
{
	size_t i;

	for (i = 0; i < memo->trees.count; i++)
		survey_release(&memo->found[i]);
	free(memo->found);
	intern_release(&memo->trees);
	intern_release(&memo->configs);
	intern_release(&memo->env_files);
	intern_release(&memo->looked);
	repeats_release(&memo->repeats);
	intern_release(&memo->places);
	free(memo->files);
	free(memo->is_unread);
	free(memo->env_is_alembic);
	free(memo->holds);
}

void survey_release(struct survey *survey)
{
	free(survey->configs);
	free(survey->scripts);
	free(survey->loose);
	memset(survey, 0, sizeof(*survey));
}

struct walk {
	struct survey_memo *memo;
	struct source *source;
	struct survey *out;
	struct strbuf path; /* of the directory at hand: it gets a number only where something is found */
	size_t versions;    /* length of the part of `path` that is the topmost version* directory; 0 outside of one */
	bool stays;         /* in the directory at hand */
	size_t link_count;  /* configurations that are links, which may lead anywhere in the source */
	struct err *err;
};

static uint32_t path_number(const struct walk *walk, size_t len)
{
	return study_path(walk->memo->study, walk->path.buf, len);
}

/* Something stands in the directory that is the first `len` bytes of the path. Returns its number. */
static uint32_t add_place(const struct walk *walk, size_t len)
{
	uint32_t place = path_number(walk, walk->versions ? walk->versions : len);

	intern_add(&walk->memo->places, &place, sizeof(place));
	return path_number(walk, len);
}

/* The walk is depth first, so whatever else a topmost version* directory holds is found directly behind it. */
static void add_loose(struct survey *survey, uint32_t dir)
{
	if (survey->loose_count && survey->loose[survey->loose_count - 1] == dir)
		return;
	VEC_GROW(survey->loose, survey->loose_count, survey->loose_cap);
	survey->loose[survey->loose_count++] = dir;
}

/* The path of an entry of the directory at hand, as sentences have it. */
static const char *shown_path(struct walk *walk, const struct source_entry *entry)
{
	size_t len = walk->path.len;
	const char *shown;

	strbuf_add_component(&walk->path, entry->name.ptr, entry->name.len);
	shown = study_shown(walk->memo->study, (struct text){ walk->path.buf, walk->path.len });
	strbuf_setlen(&walk->path, len);
	return shown;
}

/* A configuration that nobody can read: it may name other directories, and join them. Always 1. */
static int add_unread(struct walk *walk)
{
	add_place(walk, walk->path.len);
	walk->out->unread_count++;
	return 1;
}

/* `file` is what the entry is, or what it leads to. 1 if it is of interest, else 0. */
static int add_config(struct walk *walk, const struct source_entry *file, enum config_format format)
{
	const struct config_file *content;
	int found = survey_read_config(walk->memo, walk->source, file, format, &content);
	struct survey *out = walk->out;
	struct survey_config *config;
	size_t len = walk->path.len;

	if (found < 0)
		return survey_is_alembic_config(file->name) ? add_unread(walk) : 0;
	if (found == 0)
		return 0;
	VEC_GROW(out->configs, out->config_count, out->config_cap);
	config = &out->configs[out->config_count++];
	config->dir = add_place(walk, len);
	strbuf_add_component(&walk->path, file->name.ptr, file->name.len);
	config->path = path_number(walk, walk->path.len);
	strbuf_setlen(&walk->path, len);
	config->blob = file->id;
	config->file = content;
	return 1;
}

/*
 * Alembic opens what a link leads to, and takes the link's own directory for where the configuration is. A
 * pyproject.toml that leads out of the tree, to settings that many projects share say, is hardly ever Alembic's.
 */
static int add_linked_config(struct walk *walk, const struct source_entry *link, enum config_format format)
{
	struct source_entry file;
	struct err why = { 0 };
	size_t len = walk->path.len;
	int found;

	walk->link_count++;
	strbuf_add_component(&walk->path, link->name.ptr, link->name.len);
	found = source_follow(walk->source, (struct text){ walk->path.buf, walk->path.len }, link, &file, NULL, &why);
	strbuf_setlen(&walk->path, len);
	if (found == 1)
		return add_config(walk, &file, format);
	if (found == 0 && format == CONFIG_TOML)
		return 0;
	if (found < 0)
		repo_add_limit(walk->memo->study->repo, "%s", why.msg);
	else
		repo_add_limit(walk->memo->study->repo,
			"'%s' is a symbolic link to no file of the tree: what it configures is not known",
			shown_path(walk, link));
	return add_unread(walk);
}

/*
 * What stands where Alembic's configuration would, and is no file: Alembic finds none there. 1, or 0 for other names.
 */
static int add_odd_config(struct walk *walk, const struct source_entry *entry)
{
	if (!text_equal(entry->name, TEXT_LITERAL("alembic.ini")))
		return 0;
	repo_add_limit(walk->memo->study->repo,
		"'%s' is %s, which Alembic reads no configuration from: what it was to configure is not known",
		shown_path(walk, entry), entry->kind == SOURCE_DIR ? "a directory" : "no file");
	return add_unread(walk);
}

/* An entry that has a configuration's name. 1 if it is of interest, else 0. */
static int survey_config(struct walk *walk, const struct source_entry *entry, enum config_format format)
{
	switch (entry->kind) {
	case SOURCE_FILE:
		return add_config(walk, entry, format);
	case SOURCE_LINK:
		return survey_is_alembic_config(entry->name) ? add_linked_config(walk, entry, format) : 0;
	case SOURCE_UNREADABLE:
		return survey_is_alembic_config(entry->name) ? add_unread(walk) : 0;
	default:
		return add_odd_config(walk, entry);
	}
}

/* 1 if the file is of interest, 0, -1. One migration is enough: `*holds` says that the directory has shown one. */
static int survey_file(struct walk *walk, const struct oid *tree, const struct source_entry *entry, bool *holds)
{
	struct survey *out = walk->out;
	enum config_format format;
	int found;

	if (config_file_name(entry->name.ptr, entry->name.len, &format))
		return survey_config(walk, entry, format);
	if (entry->kind != SOURCE_FILE)
		return 0;
	if (survey_is_file_called(entry, "env.py") && survey_is_alembic_env(walk->memo, walk->source, entry)) {
		VEC_GROW(out->scripts, out->script_count, out->script_cap);
		out->scripts[out->script_count++] = (struct survey_script){ add_place(walk, walk->path.len), *tree };
		return 1;
	}
	if (!walk->versions || *holds)
		return 0;
	found = survey_is_migration(walk->memo->study, entry, walk->err);
	if (found == 1) {
		*holds = true;
		add_loose(out, add_place(walk, walk->versions));
	}
	return found;
}

static int survey_dir(struct walk *walk, const struct oid *id, unsigned depth);

static int survey_subdir(struct walk *walk, const struct source_entry *entry, unsigned depth)
{
	size_t outer = walk->versions, len = walk->path.len;
	int found;

	if (walk->stays || survey_is_skipped_dir(entry->name))
		return 0;
	if (depth == SURVEY_DEPTH_MAX) {
		repo_add_limit(walk->memo->study->repo, "directories more than %d levels deep were not searched",
			SURVEY_DEPTH_MAX);
		return 0;
	}
	strbuf_add_component(&walk->path, entry->name.ptr, entry->name.len);
	if (!outer && survey_is_versions_name(entry->name))
		walk->versions = walk->path.len;
	found = survey_dir(walk, &entry->id, depth + 1);
	walk->versions = outer;
	strbuf_setlen(&walk->path, len);
	return found;
}

static void append(struct survey *to, const struct survey *from, size_t configs, size_t scripts)
{
	for (; configs < from->config_count; configs++) {
		VEC_GROW(to->configs, to->config_count, to->config_cap);
		to->configs[to->config_count++] = from->configs[configs];
	}
	for (; scripts < from->script_count; scripts++) {
		VEC_GROW(to->scripts, to->script_count, to->script_cap);
		to->scripts[to->script_count++] = from->scripts[scripts];
	}
}

/* A directory that holds something, told apart by its path and tree. */
struct memo_key {
	uint32_t dir;
	struct oid tree;
};

/* What earlier runs found in trees; NULL where the directory is none, is looked at by itself or is very deep. */
static struct facts *facts_at(const struct walk *walk, const struct oid *id, unsigned depth)
{
	struct facts *facts = walk->stays || oid_is_null(id) ? NULL : walk->memo->study->facts;

	if (facts && depth > SURVEY_DEPTH_MAX / 2) {
		facts_note_deep_tree(facts);
		return NULL;
	}
	return facts;
}

/* Is it known, from this run or an earlier one, that nothing is to be found in the tree? */
static bool is_dull(const struct walk *walk, const struct oid *id, bool in_versions, unsigned depth)
{
	const struct facts *facts = facts_at(walk, id, depth);

	return study_is_dull(walk->memo->study, id, in_versions) || (facts && facts_is_dull(facts, id, in_versions));
}

/* What an earlier search found in this directory: 1, 0 with nothing to be found, -1 if it was not searched yet. */
static int recall(struct walk *walk, const struct oid *id, unsigned depth)
{
	struct survey_memo *memo = walk->memo;
	struct memo_key key = { .tree = *id };
	uint32_t number;
	size_t i;

	if (is_dull(walk, id, walk->versions > 0, depth))
		return 0;
	key.dir = intern_find(&memo->study->paths, walk->path.buf, walk->path.len);
	number = key.dir == INTERN_NONE ? INTERN_NONE : intern_find(&memo->trees, &key, sizeof(key));
	if (number == INTERN_NONE)
		return -1;
	append(walk->out, &memo->found[number], 0, 0);
	walk->out->unread_count += memo->found[number].unread_count;
	for (i = 0; i < memo->found[number].loose_count; i++)
		add_loose(walk->out, memo->found[number].loose[i]);
	return 1;
}

/* Keeps what was found: everything behind `before`, and the version* directory that this one is in, if it counts. */
static void remember(struct walk *walk, const struct oid *id, const struct survey *before, bool found)
{
	struct survey_memo *memo = walk->memo;
	struct memo_key key = { .tree = *id };
	size_t i = before->loose_count, count, items;
	struct survey *kept;

	if (!found) {
		study_add_dull(memo->study, id, walk->versions > 0);
		return;
	}
	items = walk->out->unread_count - before->unread_count + walk->out->config_count - before->config_count +
		walk->out->script_count - before->script_count + walk->out->loose_count - before->loose_count;
	if (items > KEPT_MAX - memo->kept_items)
		return;
	memo->kept_items += items;
	key.dir = path_number(walk, walk->path.len);
	count = memo->trees.count;
	intern_add(&memo->trees, &key, sizeof(key));
	VEC_GROW(memo->found, count, memo->found_cap);
	kept = &memo->found[count];
	memset(kept, 0, sizeof(*kept));
	append(kept, walk->out, before->config_count, before->script_count);
	kept->unread_count = walk->out->unread_count - before->unread_count;
	if (i > 0 && walk->versions && walk->out->loose[i - 1] == path_number(walk, walk->versions))
		i--; /* the one that this directory is in */
	for (; i < walk->out->loose_count; i++)
		add_loose(kept, walk->out->loose[i]);
}

/* Is it known that nothing is to be found in the directory? Of nearly all that the trees of a history have, it is. */
static bool is_dull_subdir(const struct walk *walk, const struct source_entry *entry, unsigned depth)
{
	return is_dull(walk, &entry->id, walk->versions > 0 || survey_is_versions_name(entry->name), depth + 1);
}

/* Opens the directory, of a tree that an earlier run surveyed only the entries that led it to something. 1, 0, -1. */
static int open_entries(
	struct walk *walk, const struct oid *id, unsigned depth, struct source_scan *scan, struct err *why)
{
	const struct facts *facts = facts_at(walk, id, depth);
	struct text entries;
	size_t size;

	if (!facts || !facts_tree(facts, id, walk->versions > 0, &size, &entries))
		return source_scan_open(walk->source, (struct text){ walk->path.buf, walk->path.len }, id, scan, why);
	source_scan_some(walk->source, entries, size, scan);
	return 1;
}

/* Appends the entry as a tree has it. */
static void add_entry(struct strbuf *tree, const struct source_entry *entry)
{
	strbuf_addstr(tree, entry->kind == SOURCE_DIR ? "40000 " : entry->executable ? "100755 " : "100644 ");
	strbuf_add(tree, entry->name.ptr, entry->name.len);
	strbuf_addch(tree, '\0');
	strbuf_add(tree, entry->id.bytes, OID_BYTES);
}

static int survey_entries(struct walk *walk, const struct oid *id, unsigned depth)
{
	struct strbuf kept = STRBUF_INIT;
	struct source_scan scan;
	struct source_entry entry;
	struct err why = { 0 };
	size_t links = walk->link_count;
	bool interesting = false, holds = false;
	int found = 0;
	int rc = open_entries(walk, id, depth, &scan, &why);

	if (rc < 0)
		repo_add_limit(walk->memo->study->repo, "%s", why.msg);
	if (rc < 1)
		return 0;
	if (!source_scan_allow(&scan, &walk->memo->repeats, id)) {
		source_scan_close(&scan);
		return 1; /* where it was looked at, something was found */
	}
	while (found >= 0 && (rc = source_scan_next(&scan, &entry, &why)) == 1) {
		if (entry.kind == SOURCE_DIR)
			interesting = add_odd_config(walk, &entry) == 1 || interesting;
		if (entry.kind == SOURCE_DIR && depth < SURVEY_DEPTH_MAX && is_dull_subdir(walk, &entry, depth))
			continue;
		found = entry.kind == SOURCE_DIR ? survey_subdir(walk, &entry, depth)
						 : survey_file(walk, id, &entry, &holds);
		interesting = interesting || found == 1;
		if (found == 1)
			add_entry(&kept, &entry);
	}
	if (rc == 0 && found >= 0 && interesting && walk->link_count == links && facts_at(walk, id, depth))
		facts_add_tree(walk->memo->study->facts, id, walk->versions > 0, scan.size,
			(struct text){ kept.buf, kept.len });
	strbuf_release(&kept);
	source_scan_close(&scan);
	if (rc < 0)
		repo_add_limit(walk->memo->study->repo, "%s", why.msg);
	return found < 0 ? -1 : interesting;
}

/* 1 if anything of interest is in the directory or below, 0 if not, -1. */
static int survey_dir(struct walk *walk, const struct oid *id, unsigned depth)
{
	struct survey before = *walk->out;
	size_t links = walk->link_count;
	bool is_tree = !oid_is_null(id);
	int found = is_tree ? recall(walk, id, depth) : -1;

	if (found >= 0)
		return found;
	found = survey_entries(walk, id, depth);
	if (is_tree && found >= 0 && walk->link_count == links) /* what a link leads to is not part of the tree */
		remember(walk, id, &before, found == 1);
	return found;
}

int survey_source(struct survey_memo *memo, struct source *source, struct survey *out, struct err *err)
{
	struct walk walk = { .memo = memo, .source = source, .out = out, .path = STRBUF_INIT, .err = err };
	struct oid root = { { 0 } };
	int rc;

	memset(out, 0, sizeof(*out));
	source_root(source, &root);
	rc = survey_dir(&walk, &root, 0);
	strbuf_release(&walk.path);
	return rc < 0 ? -1 : 0;
}

/* A topmost version* directory with all below it; any other by itself. */
static int survey_place(struct walk *walk, struct text path)
{
	struct source_entry entry;
	struct err why = { 0 };
	int found = source_find(walk->source, path, &entry, &why);

	if (found < 0)
		repo_add_limit(walk->memo->study->repo, "%s", why.msg);
	if (found < 1 || entry.kind != SOURCE_DIR)
		return 0;
	strbuf_clear(&walk->path);
	strbuf_add(&walk->path, path.ptr, path.len);
	walk->versions = survey_is_versions_name(text_base_name(path)) ? path.len : 0;
	walk->stays = !walk->versions;
	return walk->stays ? survey_entries(walk, &entry.id, 0) : survey_dir(walk, &entry.id, 0);
}

static int compare_places(const void *a, const void *b, void *data)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return text_compare(study_path_text(data, x), study_path_text(data, y));
}

static int compare_configs(const void *a, const void *b, void *data)
{
	const struct survey_config *x = a, *y = b;

	return text_compare(study_path_text(data, x->path), study_path_text(data, y->path));
}

int survey_places(struct survey_memo *memo, struct source *source, struct survey *out, struct err *err)
{
	struct walk walk = { .memo = memo, .source = source, .out = out, .path = STRBUF_INIT, .err = err };
	uint32_t places[SURVEY_PLACES_MAX];
	size_t i, count = memo->places.count;
	int rc = 0;

	if (count > SURVEY_PLACES_MAX)
		return survey_source(memo, source, out, err);
	memset(out, 0, sizeof(*out));
	for (i = 0; i < count; i++)
		memcpy(&places[i], intern_get(&memo->places, (uint32_t)i)->bytes, sizeof(places[i]));
	qsort_r(places, count, sizeof(*places), compare_places, memo->study);
	for (i = 0; i < count && rc >= 0; i++)
		rc = survey_place(&walk, study_path_text(memo->study, places[i]));
	if (out->config_count) /* in the order of a walk through everything */
		qsort_r(out->configs, out->config_count, sizeof(*out->configs), compare_configs, memo->study);
	strbuf_release(&walk.path);
	return rc < 0 ? -1 : 0;
}
