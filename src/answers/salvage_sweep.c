#include <stdlib.h>
#include <string.h>

#include "revident/alembic/reader.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/pack_notes.h"
#include "revident/git/sweep.h"
#include "salvage_parts.h"

/* Packs with fewer objects are read again in a moment, and leave nothing in the repository. */
enum { NOTED_OBJECTS_MIN = 1000, COUNT_BYTES = 4 };

/* The sweep's view of a salvager. */
struct sweeping {
	struct salvager *s;
	struct err *err;
	const char *writer;          /* of notes: changes with whatever decides what they say */
	bool noting;                 /* a note is made of the pack that is visited */
	struct strbuf commits, hits; /* what it will say */
	uint32_t commit_count, hit_count;
};

static void add_lost_tip(struct salvager *s, const struct oid *id)
{
	VEC_GROW(s->lost_tips, s->lost_tip_count, s->lost_tip_cap);
	s->lost_tips[s->lost_tip_count++] = *id;
}

static int sweep_commit(void *data, const struct oid *id)
{
	struct sweeping *w = data;

	if (w->noting) {
		strbuf_add(&w->commits, id->bytes, OID_BYTES);
		w->commit_count++;
	}
	if (!is_walked(w->s, id))
		add_lost_tip(w->s, id);
	return 0;
}

static void add_count(struct strbuf *out, size_t count)
{
	const unsigned char bytes[COUNT_BYTES] = { (unsigned char)(count >> 24), (unsigned char)(count >> 16),
		(unsigned char)(count >> 8), (unsigned char)count };

	strbuf_add(out, bytes, sizeof(bytes));
}

/* Does "revision" occur? By its rarest letter, which memchr() finds several times faster than memmem() the word. */
static bool mentions_revision(const unsigned char *bytes, size_t len)
{
	static const char word[] = "revision";
	const size_t before = 2, size = sizeof(word) - 1; /* of the letter "v" */
	const unsigned char *at = bytes + before, *end = bytes + len;

	if (len < size)
		return false;
	while ((at = memchr(at, word[before], (size_t)(end - at))) != NULL) {
		if ((size_t)(end - at) >= size - before && memcmp(at - before, word, size) == 0)
			return true;
		at++;
	}
	return false;
}

/*
 * An index may have another id for what its pack holds: what is offered as a source has the content that its id says.
 */
static bool is_what_it_says(struct sweeping *w, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct oid own;
	struct err why;

	object_blob_id(bytes, len, &own);
	if (oid_equal(&own, id))
		return true;
	err_set(&why, ERR_UNDECIDED, "it has the content of another object");
	object_add_limit(w->s->head->repo, "object", id, &why);
	w->noting = false;
	return false;
}

static int sweep_blob(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct sweeping *w = data;
	struct study *study = &w->s->head->study;
	struct stray stray = { 0 };
	const struct blob *blob;

	if (!mentions_revision(bytes, len) || !is_what_it_says(w, id, bytes, len))
		return 0;
	stray.blob = study_blob_number(study, id);
	blob = study_blob_at_hand(study, stray.blob, bytes, len, w->err);
	if (!blob)
		return -1;
	stray.revision = blob->revision;
	if (stray.revision == INTERN_NONE)
		return 0;
	add_stray(&w->s->dangling, &stray);
	if (w->noting) {
		struct text revision = study_revision_text(study, stray.revision);

		strbuf_add(&w->hits, id->bytes, OID_BYTES);
		add_count(&w->hits, revision.len);
		strbuf_add(&w->hits, revision.ptr, revision.len);
		w->hit_count++;
	}
	return 0;
}

/* A note that is being read. */
struct reading {
	const unsigned char *at, *end;
};

static bool take_bytes(struct reading *r, size_t len, const unsigned char **out)
{
	*out = r->at;
	if ((size_t)(r->end - r->at) < len)
		return false;
	r->at += len;
	return true;
}

static bool take_count(struct reading *r, uint32_t *out)
{
	const unsigned char *p;

	if (!take_bytes(r, COUNT_BYTES, &p))
		return false;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return true;
}

static bool take_id(struct reading *r, struct oid *out)
{
	const unsigned char *p;

	if (!take_bytes(r, OID_BYTES, &p))
		return false;
	memcpy(out->bytes, p, OID_BYTES);
	return true;
}

/* Believes a commit only if it is one: a note can be forged, and then must not be able to stop the search. */
static void take_commit(struct salvager *s, const struct oid *id)
{
	enum object_type type;
	struct err why = { 0 };

	if (!is_walked(s, id) && object_header(s->head->repo, id, &type, NULL, &why) == 1 && type == OBJECT_COMMIT)
		add_lost_tip(s, id);
}

/* Enters what a note says; only looks whether it is well formed where `s` is NULL. */
static bool take_note(struct salvager *s, const struct strbuf *note)
{
	struct reading r = { (const unsigned char *)note->buf, (const unsigned char *)note->buf + note->len };
	const unsigned char *revision;
	uint32_t count, len;
	struct oid id;

	if (!take_count(&r, &count))
		return false;
	for (; count; count--) {
		if (!take_id(&r, &id))
			return false;
		if (s)
			take_commit(s, &id);
	}
	if (!take_count(&r, &count))
		return false;
	for (; count; count--) {
		struct stray stray = { 0 };

		if (!take_id(&r, &id) || !take_count(&r, &len) || !take_bytes(&r, len, &revision))
			return false;
		if (!s)
			continue;
		stray.blob = study_blob_number(&s->head->study, &id);
		stray.revision = intern_add(&s->head->study.revisions, revision, len);
		add_stray(&s->dangling, &stray);
	}
	return r.at == r.end;
}

static enum sweep_answer sweep_pack(void *data, const struct sweep_pack *pack)
{
	struct sweeping *w = data;
	struct strbuf note = STRBUF_INIT;
	bool known;

	w->noting = false;
	if (w->s->options.notes == NOTES_IGNORED || pack->count < NOTED_OBJECTS_MIN)
		return SWEEP_VISIT;
	known = pack_note_read(w->s->head->repo, &pack->checksum, w->writer, &note) && take_note(NULL, &note) &&
		take_note(w->s, &note);
	strbuf_release(&note);
	if (known)
		return SWEEP_SKIP;
	w->noting = w->s->options.notes == NOTES_KEPT;
	strbuf_clear(&w->commits);
	strbuf_clear(&w->hits);
	w->commit_count = w->hit_count = 0;
	return w->noting ? SWEEP_ALL : SWEEP_VISIT;
}

static int sweep_pack_done(void *data, const struct sweep_pack *pack, bool whole)
{
	struct sweeping *w = data;
	struct strbuf note = STRBUF_INIT;

	if (!w->noting || !whole)
		return 0;
	add_count(&note, w->commit_count);
	strbuf_add(&note, w->commits.buf, w->commits.len);
	add_count(&note, w->hit_count);
	strbuf_add(&note, w->hits.buf, w->hits.len);
	pack_note_write(w->s->head->repo, &pack->checksum, w->writer, note.buf, note.len);
	strbuf_release(&note);
	w->noting = false;
	return 0;
}

static int sweep(struct salvager *s, struct err *err)
{
	struct sweeping w = { .s = s, .err = err };
	struct sweep_visitor visitor = {
		.commit = sweep_commit, .blob = sweep_blob, .pack = sweep_pack, .pack_done = sweep_pack_done, .data = &w
	};
	int rc;

	w.writer = arena_printf(s->arena, "sweep 1, reader %s, %s, blobs of %d to %d bytes", reader_digest,
		reader_library(s->arena), SWEEP_BLOB_MIN, SWEEP_BLOB_MAX);
	strbuf_init(&w.commits);
	strbuf_init(&w.hits);
	rc = sweep_objects(s->head->repo, &visitor, s->options.progress, &s->searched.unreachable_objects, err);
	strbuf_release(&w.commits);
	strbuf_release(&w.hits);
	return rc;
}

/*
 * Opens the commits that the sweep met for the first time; some of them several times, in an order that is not to be
 * seen.
 */
static int open_lost(struct salvager *s, struct err *err)
{
	struct ref *tips = xcalloc(s->lost_tip_count, sizeof(*tips));
	size_t i, n = 0;
	int rc = 0;

	if (s->lost_tip_count)
		qsort(s->lost_tips, s->lost_tip_count, sizeof(*s->lost_tips), oid_compare_items);
	for (i = 0; i < s->lost_tip_count; i++)
		if (i == 0 || !oid_equal(&s->lost_tips[i], &s->lost_tips[i - 1]))
			tips[n++] = nameless_tip(s, &s->lost_tips[i]);
	if (n)
		rc = open_place(s, &s->lost, tips, n, &s->lost_open, err);
	free(tips);
	return rc;
}

int search_objects(struct salvager *s, struct err *err)
{
	if (s->searched_objects)
		return 0;
	s->searched_objects = true;
	return sweep(s, err) < 0 || open_lost(s, err) < 0 ? -1 : 0;
}

struct naming {
	const struct oid *blob;
	struct arena *arena;
	struct text *out;
};

/* A name that a migration could have, and nothing else: a tree can hold anything. */
static bool is_plain_name(struct text name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f || name.ptr[i] == '/')
			return false;
	return migration_file_name(name.ptr, name.len);
}

/* The first name by byte order: the order in which trees are read is not to be seen. */
static int look_in_tree(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	struct naming *naming = data;
	struct tree_iter it = { bytes, len };
	struct tree_entry entry;

	(void)id;
	if (!memmem(bytes, len, naming->blob->bytes, OID_BYTES))
		return 0;
	while (tree_next(&it, &entry) == 1) {
		struct text name = { entry.name, entry.name_len };

		if (oid_equal(&entry.id, naming->blob) && is_plain_name(name) &&
			(!naming->out->ptr || text_compare(name, *naming->out) < 0))
			*naming->out = arena_text(naming->arena, name);
	}
	return 0;
}

int name_in_trees(struct salvager *s, const struct oid *blob, struct text *out, struct err *err)
{
	struct naming naming = { blob, s->arena, out };
	struct sweep_visitor visitor = { .tree = look_in_tree, .data = &naming };
	size_t count;

	*out = TEXT_NONE;
	return sweep_objects(s->head->repo, &visitor, s->options.progress, &count, err);
}
