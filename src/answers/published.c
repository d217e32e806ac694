#include "revident/answers/published.h"

#include <stdlib.h>
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/source.h"
#include "revident/git/commit_info.h"
#include "revident/git/refs.h"

/* What was not to be read of one directory and its subdirectories. */
struct gap {
	bool is_there;
	struct oid missing; /* the first */
};

/* Keys of what is known of a directory: a revision in it or below; a tree below it that was listed, at that depth. */
struct member_key {
	uint32_t dir, revision;
};

struct listed_key {
	uint32_t dir, depth;
	struct oid tree;
};

/* The root of a commit of a ref or a tag; NULL where it cannot be read. */
struct known_root {
	struct source *source;
	struct oid tree;
};

/* What stands at a directory's path in one of them. */
struct known_place {
	int found;
	enum source_kind kind;
	struct oid id;
};

struct place_key {
	uint32_t commit, dir;
};

enum { PLACES_MAX = 1000 * 1000 };

struct published {
	struct study *study;
	struct discovery *discovery;
	struct ref_list refs;
	struct ref head;
	struct protection protection;
	struct intern dirs; /* tree ids of versions directories */
	struct intern members, listed;
	struct gap *gaps; /* by number in `dirs` */
	size_t gap_cap;
	struct commits commits;
	bool has_commits;
	bool *on_line; /* by commit number */

	/* Thousands of revisions are asked of thousands of tags: each commit is read once, and looked into once. */
	struct intern roots; /* commit ids */
	struct known_root *known_roots;
	size_t root_cap;
	struct intern places;
	struct known_place *known_places;
	size_t place_cap;
};

struct published *published_new(
	struct study *study, struct discovery *discovery, const struct policy *policy, struct err *err)
{
	struct published *p = xcalloc(1, sizeof(*p));
	int found = -1;

	p->study = study;
	p->discovery = discovery;
	intern_init(&p->dirs);
	intern_init(&p->members);
	intern_init(&p->listed);
	intern_init(&p->roots);
	intern_init(&p->places);
	if (protection_refs(study->repo, policy, &study->arena, &p->refs, err) == 0)
		found = refs_head(study->repo, &study->arena, &p->head, err);
	if (found < 0) {
		published_free(p);
		return NULL;
	}
	protection_find(policy, &p->refs, found == 1 ? &p->head : NULL, &study->arena, &p->protection);
	return p;
}

void published_free(struct published *p)
{
	if (!p)
		return;
	intern_release(&p->dirs);
	intern_release(&p->members);
	intern_release(&p->listed);
	intern_release(&p->roots);
	intern_release(&p->places);
	free(p->known_roots);
	free(p->known_places);
	free(p->gaps);
	if (p->has_commits)
		commits_release(&p->commits);
	free(p->on_line);
	free(p);
}

const struct protection *published_protection(const struct published *p)
{
	return &p->protection;
}

static bool add_to(struct intern *set, const void *key, size_t len)
{
	size_t before = set->count;

	return intern_add(set, key, len) == before;
}

static void note_missing(bool *is_unclear, struct oid *missing, const struct oid *id)
{
	if (!*is_unclear)
		*missing = *id;
	*is_unclear = true;
}

/* Notes what a directory declares for the versions directory number `number`, which it is or is below. */
static int list_members(struct published *p, struct source *source, struct text dir, const struct oid *id,
	unsigned depth, uint32_t number, struct err *err)
{
	struct listed_key listed = { number, depth, *id };
	struct gap *gap = &p->gaps[number];
	struct source_entry entry;
	struct source_scan scan;
	struct err why = { 0 };
	int rc = 0, got = 0;

	if (!add_to(&p->listed, &listed, sizeof(listed)))
		return 0;
	if (source_scan_open(source, dir, id, &scan, &why) < 1) {
		note_missing(&gap->is_there, &gap->missing, id);
		return 0;
	}
	while (rc == 0 && (got = source_scan_next(&scan, &entry, &why)) == 1) {
		struct member_key member = { .dir = number };
		const struct blob *blob;

		if (entry.kind == SOURCE_DIR && depth < VERSIONS_DEPTH_MAX) {
			struct text below = text_of(arena_printf(&p->study->arena, "%.*s/%.*s", (int)dir.len, dir.ptr,
				(int)entry.name.len, entry.name.ptr));

			rc = list_members(p, source, below, &entry.id, depth + 1, number, err);
			continue;
		}
		if (entry.kind != SOURCE_FILE || !migration_file_name(entry.name.ptr, entry.name.len))
			continue;
		blob = study_blob(p->study, study_blob_number(p->study, &entry.id), err);
		if (!blob)
			rc = -1;
		else if (blob->state == BLOB_ABSENT)
			note_missing(&gap->is_there, &gap->missing, &blob->id);
		else if (blob->revision != INTERN_NONE) {
			member.revision = blob->revision;
			add_to(&p->members, &member, sizeof(member));
		}
	}
	if (got < 0) /* it breaks off in the middle */
		note_missing(&gap->is_there, &gap->missing, id);
	source_scan_close(&scan);
	return rc;
}

/* A look into one commit for one revision. */
struct looking {
	struct published *published;
	uint32_t revision;
	bool is_unclear; /* what could not be read may have it */
	struct oid missing;
	struct err *err;
};

static int dir_holds(struct looking *l, struct source *source, struct text dir, const struct oid *id)
{
	struct published *p = l->published;
	struct member_key key = { .revision = l->revision };
	size_t before = p->dirs.count;

	key.dir = intern_add(&p->dirs, id->bytes, OID_BYTES);
	if (key.dir == before) {
		VEC_GROW(p->gaps, before, p->gap_cap);
		memset(&p->gaps[key.dir], 0, sizeof(*p->gaps));
		if (list_members(p, source, dir, id, 0, key.dir, l->err) < 0)
			return -1;
	}
	if (intern_find(&p->members, &key, sizeof(key)) != INTERN_NONE)
		return 1;
	if (p->gaps[key.dir].is_there)
		note_missing(&l->is_unclear, &l->missing, &p->gaps[key.dir].missing);
	return 0;
}

/* The number of a commit in `roots`. */
static uint32_t root_number(struct published *p, const struct oid *commit)
{
	size_t before = p->roots.count;
	uint32_t number = intern_add(&p->roots, commit->bytes, OID_BYTES);
	struct commit_info info;
	struct arena scratch;
	struct err why = { 0 };

	if (number < before)
		return number;
	VEC_GROW(p->known_roots, before, p->root_cap);
	p->known_roots[number] = (struct known_root){ 0 };
	arena_init(&scratch);
	if (commit_info_read(p->study->repo, &scratch, commit, &info, &why) == 1)
		p->known_roots[number] = (struct known_root){ source_of_tree(p->study, &info.tree), info.tree };
	arena_release(&scratch);
	return number;
}

static struct known_place look_at_place(struct published *p, uint32_t commit, uint32_t dir)
{
	struct known_place place = { 0 };
	struct source_entry entry;
	struct err why = { 0 };

	place.found = source_find(p->known_roots[commit].source, study_path_text(p->study, dir), &entry, &why);
	if (place.found == 1) {
		place.kind = entry.kind;
		place.id = entry.id;
	}
	return place;
}

static struct known_place place_in(struct published *p, uint32_t commit, uint32_t dir)
{
	struct place_key key = { commit, dir };
	uint32_t number = intern_find(&p->places, &key, sizeof(key));
	size_t count = p->places.count;

	if (number != INTERN_NONE)
		return p->known_places[number];
	if (count == PLACES_MAX)
		return look_at_place(p, commit, dir);
	VEC_GROW(p->known_places, count, p->place_cap);
	p->known_places[count] = look_at_place(p, commit, dir);
	intern_add(&p->places, &key, sizeof(key));
	return p->known_places[count];
}

/* 1 if a versions directory of the definitions has it, 0 if not; *stands: some of them are there. -1. */
static int defs_hold(struct looking *l, uint32_t commit, const struct env_defs *defs, bool *stands)
{
	struct published *p = l->published;
	const struct known_root root = p->known_roots[commit];
	size_t i, k;

	*stands = false;
	for (i = 0; i < defs->count; i++) {
		for (k = 0; k < defs->items[i].version_count; k++) {
			uint32_t dir = defs->items[i].versions[k];
			struct known_place place = place_in(p, commit, dir);
			int holds;

			if (place.found < 0)
				note_missing(&l->is_unclear, &l->missing, &root.tree);
			if (place.found != 1 || place.kind != SOURCE_DIR)
				continue;
			*stands = true;
			holds = dir_holds(l, root.source, study_path_text(p->study, dir), &place.id);
			if (holds)
				return holds;
		}
	}
	return 0;
}

/* Does the path have it? 1, 0, -1. Where its directory is none, nothing is there. */
static int path_holds(struct looking *l, uint32_t commit, uint32_t path)
{
	struct published *p = l->published;
	const struct known_root *root = &p->known_roots[commit];
	uint32_t dir = study_path_dir(p->study, path);
	struct source_entry entry;
	struct err why = { 0 };
	const struct blob *blob;
	int got = dir == INTERN_NONE ? 1 : place_in(p, commit, dir).found;

	if (got == 1)
		got = source_find(root->source, study_path_text(p->study, path), &entry, &why);
	if (got < 0)
		note_missing(&l->is_unclear, &l->missing, &root->tree);
	if (got != 1 || entry.kind != SOURCE_FILE)
		return 0;
	blob = study_blob(p->study, study_blob_number(p->study, &entry.id), l->err);
	if (!blob)
		return -1;
	if (blob->state == BLOB_ABSENT)
		note_missing(&l->is_unclear, &l->missing, &entry.id);
	return blob->revision == l->revision;
}

/* Does the commit's tree have the revision, in the versions directories, at the path or anywhere? 1, 0, -1. */
static int commit_holds(struct looking *l, const struct oid *id, uint32_t path, const struct env_defs *defs)
{
	struct published *p = l->published;
	struct looking in_dirs = *l; /* what is not clear at the path itself is told first */
	struct env_defs found = { .count = 0 };
	uint32_t commit = root_number(p, id);
	bool stands;
	int rc;

	if (!p->known_roots[commit].source) {
		note_missing(&l->is_unclear, &l->missing, id);
		return 0;
	}
	rc = defs_hold(&in_dirs, commit, defs, &stands);
	if (rc == 0)
		rc = path_holds(l, commit, path);
	if (in_dirs.is_unclear)
		note_missing(&l->is_unclear, &l->missing, &in_dirs.missing);
	if (rc || stands)
		return rc;
	if (discover(p->discovery, p->known_roots[commit].source, &found, l->err) < 0)
		rc = -1;
	else
		rc = defs_hold(l, commit, &found, &stands);
	env_defs_release(&found);
	return rc;
}

/* A remote's HEAD is known by the branch that it names. */
static struct text shown_name(const struct ref *ref)
{
	return ref->symbolic.ptr && ref->name.len > 5 && memcmp(ref->name.ptr, "refs/", 5) == 0 ? ref->symbolic
												: ref->name;
}

/* The same for one ref or tag; `out` is told where that remains unclear. */
static int ref_holds(struct published *p, const struct ref *ref, uint32_t revision, uint32_t path,
	const struct env_defs *defs, struct holding *out, struct err *err)
{
	struct looking l = { .published = p, .revision = revision, .err = err };
	int holds = commit_holds(&l, &ref->commit, path, defs);

	if (holds == 0 && l.is_unclear && !out->unclear.ptr) {
		out->unclear = shown_name(ref);
		out->missing = l.missing;
	}
	return holds;
}

int published_holding(struct published *p, uint32_t revision, uint32_t path, const struct env_defs *defs,
	struct holding *out, struct err *err)
{
	size_t i;
	int holds;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < p->protection.ref_count && !out->ref.ptr; i++) {
		holds = ref_holds(p, &p->protection.refs[i], revision, path, defs, out, err);
		if (holds < 0)
			return -1;
		if (holds)
			out->ref = shown_name(&p->protection.refs[i]);
	}
	for (i = 0; i < p->protection.tag_count; i++) {
		holds = ref_holds(p, &p->protection.tags[i], revision, path, defs, out, err);
		if (holds < 0)
			return -1;
		if (holds && out->tag_count++ == 0)
			out->tag = p->protection.tags[i].name;
	}
	if (out->ref.ptr || out->tag.ptr)
		out->unclear = TEXT_NONE;
	return 0;
}

static int read_lines(struct published *p, const struct progress *progress, struct err *err)
{
	size_t count = p->protection.ref_count, i;
	struct oid *tips = xcalloc(count + p->protection.tag_count + 1, sizeof(*tips));
	int rc;

	for (i = 0; i < count; i++)
		tips[i] = p->protection.refs[i].commit;
	for (i = 0; i < p->protection.tag_count; i++)
		tips[count + i] = p->protection.tags[i].commit;
	p->has_commits = true;
	rc = commits_load(&p->commits, p->study->repo, tips, count + p->protection.tag_count, progress, err);
	p->on_line = xcalloc(p->commits.count + 1, sizeof(*p->on_line));
	for (i = 0; rc == 0 && i < count + p->protection.tag_count; i++) {
		uint32_t at = commits_find(&p->commits, &tips[i]);

		while (at != COMMIT_NONE && !p->on_line[at]) {
			p->on_line[at] = true;
			if (i >= count || commit_parent_count(&p->commits, at) == 0)
				break;
			at = commit_parents(&p->commits, at)[0];
		}
	}
	free(tips);
	return rc;
}

int published_commit(struct published *p, const struct oid *commit, const struct progress *progress, struct err *err)
{
	uint32_t at;

	if (!p->has_commits && read_lines(p, progress, err) < 0)
		return -1;
	at = commits_find(&p->commits, commit);
	return at != COMMIT_NONE && p->on_line[at];
}
