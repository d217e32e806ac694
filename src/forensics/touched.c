#include "revident/forensics/touched.h"

#include <stdlib.h>
#include <string.h>

#include "revident/alembic/config.h"
#include "revident/alembic/reader.h"
#include "revident/base/xalloc.h"
#include "revident/forensics/source.h"
#include "revident/forensics/survey.h"
#include "revident/git/object.h"
#include "survey_parts.h"

enum {
	ENV_PY_MAX = 1024 * 1024,
	DEPTH_MAX = 100,
	ODD_CONFIG_MAX = 64 * 1024, /* of what an alembic.ini under another name has: the usual one has 4 KiB */
	ODD_FILES_MAX = 256, /* that are read in search of one; where more files changed, one may be among them */
};

struct looking {
	struct study *study;
	struct touched *touched;
	struct source *sides[2]; /* NULL: empty */
	const struct env_defs *extra;
	struct intern plain_dirs, script_dirs; /* paths of directories without an env.py, and with one */
	struct intern unplaced;                /* paths of .py files that only a configuration can claim */
	struct intern seen;                    /* trees that were searched for configurations, and their paths */
	struct intern claimed;                 /* directories that configurations name */
	bool claims_any;                       /* one cannot be told which it names */
	struct oid *odd;                       /* files of any other name: an alembic.ini may be a link to one */
	size_t odd_count, odd_cap;
	struct err *err;
};

static bool dir_has_env(struct looking *l, struct text dir)
{
	struct strbuf path = STRBUF_INIT;
	struct source_entry entry;
	struct err why = { 0 };
	bool found = false;
	int i;

	if (intern_find(&l->plain_dirs, dir.ptr, dir.len) != INTERN_NONE)
		return false;
	if (intern_find(&l->script_dirs, dir.ptr, dir.len) != INTERN_NONE)
		return true;
	strbuf_add(&path, dir.ptr, dir.len);
	strbuf_addstr(&path, dir.len ? "/env.py" : "env.py");
	for (i = 0; i < 2 && !found; i++) /* where nobody knows, it may */
		found = l->sides[i] && source_find(l->sides[i], (struct text){ path.buf, path.len }, &entry, &why) != 0;
	intern_add(found ? &l->script_dirs : &l->plain_dirs, dir.ptr, dir.len);
	strbuf_release(&path);
	return found;
}

/* Is the file below a child of a script directory? */
static bool is_below_script(struct looking *l, struct text path)
{
	struct text dir = path;
	size_t cut = 0;

	for (;;) {
		const char *slash = dir.len ? memrchr(dir.ptr, '/', dir.len) : NULL;

		if (!slash && dir.len == 0)
			return false;
		dir.len = slash ? (size_t)(slash - dir.ptr) : 0;
		if (cut++ > 0 && dir_has_env(l, dir))
			return true;
	}
}

static bool is_below_extra(const struct looking *l, uint32_t path)
{
	return l->extra && env_defs_cover(l->extra, l->study, path);
}

static bool is_file(unsigned mode)
{
	return (mode & MODE_TYPE) == MODE_FILE;
}

static void add_suspect(struct looking *l, uint32_t path, const struct tree_difference *d)
{
	struct touched *t = l->touched;
	struct suspect *suspect;
	int i;

	t->any = true;
	VEC_GROW(t->suspects, t->suspect_count, t->suspect_cap);
	suspect = &t->suspects[t->suspect_count++];
	memset(suspect, 0, sizeof(*suspect));
	suspect->path = path;
	for (i = 0; i < 2; i++)
		if (is_file(d->modes[i]))
			suspect->ids[i] = d->ids[i];
}

/* --- configurations ---------------------------------------------------------------------------------------------- */

/*
 * A configuration that is damaged, or too large, may name any directory, and a damaged directory may hold one. What a
 * partial clone only left out is not taken to name these. `kind`: "blob" or "tree".
 */
static void note_unreadable(
	struct looking *l, struct text path, const char *kind, const struct oid *id, const char *why)
{
	struct touched *t = l->touched;

	t->any = true;
	t->unreadable = arena_text(&l->study->arena, path);
	t->unreadable_kind = kind;
	t->unreadable_id = *id;
	t->why = text_of(arena_strdup(&l->study->arena, why));
}

/*
 * Reads a configuration; one that holds nothing of Alembic's has no sections. 1; 0 where it is absent, -1 where it
 * cannot be read, which is noted.
 */
static int read_config(
	struct looking *l, struct text path, const struct oid *id, enum config_format format, struct config_file *out)
{
	struct object object;
	struct err why = { 0 };
	int got;

	memset(out, 0, sizeof(*out));
	got = object_read(l->study->repo, id, CONFIG_BYTES_MAX, &object, &why);
	if (got < 0)
		note_unreadable(l, path, "blob", id, why.msg);
	if (got < 1)
		return got;
	if (memmem(object.bytes, object.len, "alembic", 7) || memmem(object.bytes, object.len, "script_location", 15))
		config_parse((const char *)object.bytes, object.len, format, &l->study->arena, out);
	object_release(&object);
	return 1;
}

static bool speaks_of_alembic(struct looking *l, const struct tree_difference *d)
{
	struct object object;
	struct err why = { 0 };
	bool found = false;
	int i;

	for (i = 0; i < 2 && !found; i++) {
		if (!is_file(d->modes[i]))
			continue;
		if (object_read(l->study->repo, &d->ids[i], ENV_PY_MAX, &object, &why) < 1)
			return true; /* nobody knows */
		found = memmem(object.bytes, object.len, "alembic", 7) != NULL;
		object_release(&object);
	}
	return found;
}

static bool is_configuration(struct looking *l, const struct tree_difference *d, enum config_format format)
{
	struct config_file file;
	bool found = false;
	int i;

	if ((d->modes[0] & MODE_TYPE) == MODE_LINK || (d->modes[1] & MODE_TYPE) == MODE_LINK)
		return true; /* to wherever it leads */
	for (i = 0; i < 2; i++)
		if (is_file(d->modes[i]) &&
			(read_config(l, d->path, &d->ids[i], format, &file) < 1 || file.section_count))
			found = true; /* of one that cannot be read nobody knows */
	return found;
}

static void claim(struct looking *l, const struct location *location, struct text config_dir)
{
	struct location_candidate candidates[LOCATION_CANDIDATES_MAX];
	size_t i, count = location_candidates(location, config_dir, &l->study->arena, candidates);

	for (i = 0; i < count; i++)
		intern_add(&l->claimed, candidates[i].path.ptr, candidates[i].path.len);
}

static void claim_all(struct looking *l, const struct config_file *file, struct text config_dir)
{
	size_t i, k;

	for (i = 0; i < file->section_count; i++) {
		claim(l, &file->sections[i].script_location, config_dir);
		for (k = 0; k < file->sections[i].version_location_count; k++) {
			const struct location *location = &file->sections[i].version_locations[k];

			l->claims_any = l->claims_any || location->kind == LOCATION_UNKNOWN;
			claim(l, location, config_dir);
		}
	}
}

/* What the configuration at `path`, whose content `file` has, claims for its directory. */
static void take_config(struct looking *l, struct text path, struct text dir, const struct source_entry *file,
	enum config_format format)
{
	struct config_file config;

	read_config(l, path, &file->id, format, &config);
	claim_all(l, &config, arena_text(&l->study->arena, dir));
}

static void look_at_config(
	struct looking *l, struct source *source, const struct strbuf *dir, const struct tree_entry *entry)
{
	struct source_entry file = { .id = entry->id }, link = file;
	enum config_format format;
	struct strbuf path = STRBUF_INIT;
	struct err why = { 0 };
	struct text at;
	int found = 1;

	if (!config_file_name(entry->name, entry->name_len, &format))
		return;
	strbuf_add(&path, dir->buf, dir->len);
	strbuf_add_component(&path, entry->name, entry->name_len);
	at = (struct text){ path.buf, path.len };
	if (entry->mode == MODE_LINK)
		found = source_follow(source, at, &link, &file, NULL, &why);
	else if (!is_file(entry->mode))
		found = 0;
	if (found < 0)
		note_unreadable(l, at, "blob", &entry->id, why.msg);
	if (found == 1)
		take_config(l, at, (struct text){ dir->buf, dir->len }, &file, format);
	strbuf_release(&path);
}

/* A tree by its path as well: what a configuration names may be relative to where it stands. */
static bool is_seen(struct looking *l, const struct oid *tree, const struct strbuf *path)
{
	size_t before = l->seen.count;
	struct strbuf key = STRBUF_INIT;

	strbuf_add(&key, tree->bytes, OID_BYTES);
	strbuf_add(&key, path->buf, path->len);
	intern_add(&l->seen, key.buf, key.len);
	strbuf_release(&key);
	return l->seen.count == before;
}

/* Finds every configuration of a tree, by reading trees alone, and what it claims. Trees seen before are passed by. */
static void search_configs(
	struct looking *l, struct source *source, const struct oid *tree, struct strbuf *path, unsigned depth)
{
	size_t len = path->len;
	struct tree_entry entry;
	struct object object;
	struct tree_iter it;
	struct err why = { 0 };
	int got;

	if (is_seen(l, tree, path) || study_is_dull(l->study, tree, false) || study_is_dull(l->study, tree, true) ||
		depth > DEPTH_MAX)
		return;
	got = object_read(l->study->repo, tree, OBJECT_META_MAX, &object, &why);
	if (got < 0)
		note_unreadable(l, (struct text){ path->buf, path->len }, "tree", tree, why.msg);
	if (got < 1)
		return;
	it = (struct tree_iter){ object.bytes, object.type == OBJECT_TREE ? object.len : 0 };
	while ((got = tree_next(&it, &entry)) == 1) {
		if (entry.mode != MODE_TREE) {
			look_at_config(l, source, path, &entry);
			continue;
		}
		strbuf_add_component(path, entry.name, entry.name_len);
		search_configs(l, source, &entry.id, path, depth + 1);
		strbuf_setlen(path, len);
	}
	if (got < 0)
		note_unreadable(l, (struct text){ path->buf, path->len }, "tree", tree, "it is malformed");
	object_release(&object);
}

/* Does the file bind a revision id on either side, or may it, for all that can be read? */
static bool may_be_migration(struct looking *l, struct text path)
{
	struct source_entry entry;
	struct err why = { 0 };
	bool found = false;
	int side, got;

	for (side = 0; side < 2 && !found; side++) {
		got = l->sides[side] ? source_find(l->sides[side], path, &entry, &why) : 0;
		if (got == 1)
			got = survey_is_migration(l->study, &entry, &why);
		found = got != 0;
	}
	return found;
}

/* Does a configuration anywhere claim one of the files that nothing else placed? */
static void look_at_unplaced(struct looking *l)
{
	struct strbuf path = STRBUF_INIT;
	struct oid root;
	size_t i, k;
	int side;

	for (side = 0; side < 2; side++)
		if (l->sides[side] && source_root(l->sides[side], &root))
			search_configs(l, l->sides[side], &root, &path, 0);
	for (i = 0; i < l->unplaced.count; i++) {
		const struct intern_key *file = intern_get(&l->unplaced, (uint32_t)i);
		struct text at = { (const char *)file->bytes, file->len };

		if (l->claims_any && !l->touched->any)
			l->touched->any = may_be_migration(l, at);
		for (k = 0; k < l->claimed.count && !l->touched->any; k++) {
			const struct intern_key *dir = intern_get(&l->claimed, (uint32_t)k);

			l->touched->any = text_is_below(at, (struct text){ (const char *)dir->bytes, dir->len });
		}
	}
	strbuf_release(&path);
}

/* --- what a link may lead to ------------------------------------------------------------------------------------- */

/* What changed under a name that means nothing. A link that changed may be on the way to a configuration. */
static void add_odd(struct looking *l, const struct tree_difference *d)
{
	int i;

	for (i = 0; i < 2; i++) {
		if ((d->modes[i] & MODE_TYPE) == MODE_LINK || l->odd_count == ODD_FILES_MAX)
			l->touched->any = true;
		if (!is_file(d->modes[i]) || l->touched->any)
			continue;
		VEC_GROW(l->odd, l->odd_count, l->odd_cap);
		l->odd[l->odd_count++] = d->ids[i];
	}
}

/* Does it say where migrations are? Of one that cannot be read nobody knows; one that is too long is none. */
static bool may_be_config(struct looking *l, const struct oid *id)
{
	struct object object;
	struct err why = { 0 };
	size_t len;
	int found = object_header(l->study->repo, id, NULL, &len, &why);

	if (found < 1 || len > ODD_CONFIG_MAX)
		return found < 0;
	found = object_read(l->study->repo, id, ODD_CONFIG_MAX, &object, &why);
	if (found < 1)
		return found < 0;
	found = memmem(object.bytes, object.len, "script_location", 15) != NULL;
	object_release(&object);
	return found;
}

static void look_at_odd(struct looking *l)
{
	size_t i;

	for (i = 0; i < l->odd_count && !l->touched->any; i++)
		l->touched->any = may_be_config(l, &l->odd[i]);
}

/* --- the differences --------------------------------------------------------------------------------------------- */

static int look_at(void *data, const struct tree_difference *d)
{
	struct text name = text_base_name(d->path);
	struct looking *l = data;
	enum config_format format;
	uint32_t path;

	if (text_equal(name, TEXT_LITERAL("env.py"))) {
		l->touched->any = l->touched->any || speaks_of_alembic(l, d);
	} else if (config_file_name(name.ptr, name.len, &format)) {
		l->touched->any = is_configuration(l, d, format) || l->touched->any;
	} else if (migration_file_name(name.ptr, name.len)) {
		path = study_path(l->study, d->path.ptr, d->path.len);
		if (is_below_extra(l, path) || survey_is_in_versions(d->path) || is_below_script(l, d->path))
			add_suspect(l, path, d);
		else if (!l->touched->any)
			intern_add(&l->unplaced, d->path.ptr, d->path.len);
	} else if (!l->touched->any) {
		add_odd(l, d);
	}
	return 0;
}

int touched_look(struct study *study, const struct oid *before, const struct oid *after, const struct env_defs *extra,
	struct touched *touched, struct err *err)
{
	struct looking l = { .study = study, .touched = touched, .extra = extra, .err = err };
	int rc;

	l.sides[0] = before ? source_of_tree(study, before) : NULL;
	l.sides[1] = source_of_tree(study, after);
	intern_init(&l.plain_dirs);
	intern_init(&l.script_dirs);
	intern_init(&l.unplaced);
	intern_init(&l.seen);
	intern_init(&l.claimed);
	rc = tree_diff(study->repo, before, after, look_at, &l, err);
	if (rc == 0)
		look_at_odd(&l);
	if (rc == 0 && !touched->any && l.unplaced.count)
		look_at_unplaced(&l);
	intern_release(&l.plain_dirs);
	intern_release(&l.script_dirs);
	intern_release(&l.unplaced);
	intern_release(&l.seen);
	intern_release(&l.claimed);
	free(l.odd);
	return rc < 0 ? -1 : 0;
}

void touched_release(struct touched *touched)
{
	free(touched->suspects);
	memset(touched, 0, sizeof(*touched));
}
