#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "oid_set.h"
#include "revident/alembic/reader.h"
#include "revident/base/xalloc.h"
#include "revident/git/pack_cache.h"

enum {
	NEWS_MIN = 32,               /* facts: fewer are found out again in a moment */
	NEWS_PART = 16,              /* and one new fact to so many known ones is not worth writing all of them again */
	KEPT_MAX = 32 * 1024 * 1024, /* bytes: each later run takes all of them in */
	IN_VERSIONS = 2,             /* sets of dull trees: see study_add_dull() */
	ORDER = 0x01020304           /* told from another machine's by its bytes */
};

/* What is kept begins with it; behind it stand the ids of dull trees, other trees, records, and what a watch knew. */
struct facts_head {
	uint64_t line_key; /* see reader_line_key() */
	uint32_t order, record_count, tree_count, dull_count[IN_VERSIONS];
	uint32_t watched_len; /* bytes, behind the records: see watch_tell() */
};

/* A tree, told apart by where it is looked at; `in_versions` is 0 or 1. */
struct tree_id {
	struct oid id;
	uint32_t in_versions;
};

/* Before the bytes of its entries. */
struct tree_key {
	struct tree_id id;
	uint32_t size, len; /* of the whole tree, and of the entries */
};

struct known_tree {
	size_t size;
	struct text entries;
};

/* Before the bytes of each record. */
struct record_key {
	struct oid id;
	uint32_t len;
};

struct facts {
	struct strbuf file;            /* as read; all that was known before points into it */
	const char *dull[IN_VERSIONS]; /* ids in their order */
	size_t dull_count[IN_VERSIONS];
	struct intern blobs;  /* ids */
	struct text *records; /* by number in `blobs` */
	size_t record_cap;
	struct intern tree_ids;
	struct known_tree *trees; /* by number in `tree_ids` */
	size_t tree_cap;
	size_t trees_known;  /* before this run */
	struct text watched; /* by an earlier watch */
	struct arena arena;  /* for the entries of the others */
	bool has_deep_trees;
};

static const char *writer_text(struct arena *arena)
{
	return arena_printf(arena, "facts 4, reader %s, %s", reader_digest, reader_library(arena));
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	strbuf_release(&facts->file);
	intern_release(&facts->blobs);
	intern_release(&facts->tree_ids);
	arena_release(&facts->arena);
	free(facts->records);
	free(facts->trees);
	free(facts);
}

static void add_record(struct facts *facts, const struct oid *id, struct text record)
{
	uint32_t number = intern_add(&facts->blobs, id->bytes, OID_BYTES);

	VEC_REACH(facts->records, number, facts->record_cap, 0);
	facts->records[number] = record;
}

static void add_tree(struct facts *facts, const struct tree_id *id, const struct known_tree *tree)
{
	uint32_t number = intern_add(&facts->tree_ids, id, sizeof(*id));

	VEC_REACH(facts->trees, number, facts->tree_cap, 0);
	facts->trees[number] = *tree;
}

void facts_add_tree(struct facts *facts, const struct oid *id, bool in_versions, size_t size, struct text entries)
{
	const struct tree_id key = { .id = *id, .in_versions = in_versions };

	if (size <= UINT32_MAX && entries.len <= UINT32_MAX &&
		intern_find(&facts->tree_ids, &key, sizeof(key)) == INTERN_NONE)
		add_tree(facts, &key, &(struct known_tree){ size, arena_text(&facts->arena, entries) });
}

bool facts_tree(const struct facts *facts, const struct oid *id, bool in_versions, size_t *size, struct text *entries)
{
	const struct tree_id key = { .id = *id, .in_versions = in_versions };
	uint32_t number = intern_find(&facts->tree_ids, &key, sizeof(key));

	if (number == INTERN_NONE || number >= facts->trees_known)
		return false;
	*size = facts->trees[number].size;
	*entries = facts->trees[number].entries;
	return true;
}

bool facts_is_dull(const struct facts *facts, const struct oid *id, bool in_versions)
{
	return facts->dull_count[in_versions] &&
	       bsearch(id, facts->dull[in_versions], facts->dull_count[in_versions], OID_BYTES, oid_compare_items);
}

void facts_note_deep_tree(struct facts *facts)
{
	facts->has_deep_trees = true;
}

/* Takes in what was kept. Stops where it makes no sense; what came before is good by itself. */
static void take_facts(struct facts *facts, struct text bytes, struct reader *reader)
{
	const char *at = bytes.ptr, *end;
	struct facts_head head;
	struct record_key key;
	struct tree_key tree;
	size_t i, k;

	if (bytes.len < sizeof(head))
		return;
	end = at + bytes.len;
	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	if (head.order != ORDER)
		return;
	reader_set_line_key(reader, head.line_key);
	for (k = 0; k < IN_VERSIONS; k++) {
		if (head.dull_count[k] > (size_t)(end - at) / OID_BYTES)
			return;
		facts->dull[k] = at;
		facts->dull_count[k] = head.dull_count[k];
		at += facts->dull_count[k] * OID_BYTES;
	}
	for (i = 0; i < head.tree_count && (size_t)(end - at) >= sizeof(tree); i++) {
		memcpy(&tree, at, sizeof(tree));
		at += sizeof(tree);
		if (tree.len > (size_t)(end - at))
			return;
		add_tree(facts, &tree.id, &(struct known_tree){ tree.size, { at, tree.len } });
		at += tree.len;
	}
	for (i = 0; i < head.record_count && (size_t)(end - at) >= sizeof(key); i++) {
		memcpy(&key, at, sizeof(key));
		at += sizeof(key);
		if (key.len > (size_t)(end - at))
			return;
		add_record(facts, &key.id, (struct text){ at, key.len });
		at += key.len;
	}
	if (i == head.record_count && head.watched_len <= (size_t)(end - at))
		facts->watched = (struct text){ at, head.watched_len };
}

struct facts *facts_take(struct text bytes, struct reader *reader)
{
	struct facts *facts = xcalloc(1, sizeof(*facts));

	strbuf_init(&facts->file);
	intern_init(&facts->blobs);
	intern_init(&facts->tree_ids);
	arena_init(&facts->arena);
	take_facts(facts, bytes, reader);
	facts->trees_known = facts->tree_ids.count;
	return facts;
}

void facts_load(struct study *study)
{
	struct strbuf file = STRBUF_INIT;
	struct text body = TEXT_NONE;
	struct arena arena;

	if (!pack_cache_is_used(study->repo))
		return;
	arena_init(&arena);
	if (!pack_cache_read(study->repo, writer_text(&arena), &file, &body))
		body = TEXT_NONE;
	study->facts = facts_take(body, study->reader);
	study->facts->file = file;
	arena_release(&arena);
}

void facts_remember(const struct facts *facts, struct watch *watch)
{
	if (facts)
		watch_remember(watch, facts->watched);
}

static struct text record_of(const struct facts *facts, const struct oid *id)
{
	uint32_t number = facts ? intern_find(&facts->blobs, id->bytes, OID_BYTES) : INTERN_NONE;

	return number == INTERN_NONE ? TEXT_NONE : facts->records[number];
}

bool facts_migration(const struct facts *facts, const struct oid *id, struct arena *arena, struct migration *out)
{
	return fact_read_migration(record_of(facts, id), arena, out);
}

bool facts_content(const struct facts *facts, const struct oid *id, struct arena *arena, struct content *out)
{
	return fact_read_content(record_of(facts, id), arena, out);
}

/* What is about to be kept. */
struct telling {
	const struct study *study;
	bool with_trees; /* those that this run found, too */
	struct facts_head head;
	const struct watch *watch;
	struct strbuf out;
};

/* Those that were known, and those that the study found. */
static void tell_dull(struct telling *t)
{
	const struct facts *facts = t->study->facts;
	size_t k, count, found;
	struct oid *ids;

	for (k = 0; k < IN_VERSIONS; k++) {
		const struct oid_set *set = &t->study->dull[k];

		count = facts->dull_count[k];
		found = t->with_trees ? set->count : 0;
		if (count + found > KEPT_MAX / OID_BYTES)
			found = 0;
		ids = xcalloc(count + found + 1, sizeof(*ids));
		if (count)
			memcpy(ids, facts->dull[k], count * OID_BYTES);
		if (found)
			memcpy(ids + count, set->ids, found * OID_BYTES);
		t->head.dull_count[k] = (uint32_t)(count + found);
		qsort(ids, count + found, sizeof(*ids), oid_compare_items);
		strbuf_add(&t->out, ids, (count + found) * sizeof(*ids));
		free(ids);
	}
}

static void tell_trees(struct telling *t)
{
	const struct facts *facts = t->study->facts;
	size_t count = t->with_trees ? facts->tree_ids.count : facts->trees_known;
	uint32_t i;

	for (i = 0; i < count && t->out.len <= KEPT_MAX; i++) {
		const struct known_tree *tree = &facts->trees[i];
		struct tree_key key = { .size = (uint32_t)tree->size, .len = (uint32_t)tree->entries.len };

		memcpy(&key.id, intern_get(&facts->tree_ids, i)->bytes, sizeof(key.id));
		strbuf_add(&t->out, &key, sizeof(key));
		strbuf_add(&t->out, tree->entries.ptr, tree->entries.len);
		t->head.tree_count++;
	}
}

static void tell_record(struct telling *t, const struct oid *id, struct text record)
{
	struct record_key key = { .id = *id, .len = (uint32_t)record.len };

	strbuf_add(&t->out, &key, sizeof(key));
	strbuf_add(&t->out, record.ptr, record.len);
	t->head.record_count++;
}

/* Is there nothing in the blob that the record does not say? */
static bool says_all(struct text record, const struct blob *blob)
{
	return record.ptr && (!blob->content || fact_has_content(record));
}

/* A blob that came from a pack, of which more is known than was before. */
static bool is_news(const struct facts *facts, const struct blob *blob)
{
	return blob->state == BLOB_READ && blob->is_packed && !says_all(record_of(facts, &blob->id), blob);
}

static void tell_blobs(struct telling *t)
{
	const struct study *study = t->study;
	const struct facts *facts = study->facts;
	struct strbuf fresh = STRBUF_INIT;
	uint32_t i, number;

	for (i = 0; i < facts->blobs.count && t->out.len <= KEPT_MAX; i++) {
		struct oid id;

		memcpy(id.bytes, intern_get(&facts->blobs, i)->bytes, OID_BYTES);
		number = intern_find(&study->blob_ids, id.bytes, OID_BYTES);
		if (number == INTERN_NONE || !is_news(facts, &study->blobs[number]))
			tell_record(t, &id, facts->records[i]);
	}
	for (i = 0; i < study->blob_ids.count && t->out.len <= KEPT_MAX; i++) {
		const struct blob *blob = &study->blobs[i];

		if (!is_news(facts, blob))
			continue;
		strbuf_clear(&fresh);
		fact_write(&fresh, blob->migration, blob->content);
		tell_record(t, &blob->id, (struct text){ fresh.buf, fresh.len });
	}
	strbuf_release(&fresh);
}

static void tell_watched(struct telling *t)
{
	const struct text before = t->study->facts->watched;
	size_t at = t->out.len;

	if (t->watch)
		watch_tell(t->watch, &t->out);
	if (!t->watch || t->out.len > KEPT_MAX) {
		strbuf_setlen(&t->out, at);
		strbuf_add(&t->out, before.ptr, before.len);
	}
	t->head.watched_len = (uint32_t)(t->out.len - at);
}

/*
 * Is there so much that was not known before that all of it is worth writing? `known` and `news` are the watch's trees.
 */
static bool is_worth_keeping(const struct study *study, size_t known, size_t news, bool with_trees)
{
	const struct facts *facts = study->facts;
	size_t k, i;

	known += facts->blobs.count + facts->trees_known;
	for (k = 0; k < IN_VERSIONS; k++) {
		known += facts->dull_count[k];
		news += with_trees ? study->dull[k].count : 0;
	}
	news += with_trees ? facts->tree_ids.count - facts->trees_known : 0;
	for (i = 0; i < study->blob_ids.count; i++)
		news += is_news(facts, &study->blobs[i]);
	return news >= NEWS_MIN && news >= known / NEWS_PART;
}

void facts_tell(const struct study *study, const struct watch *watch, bool with_trees, struct strbuf *out)
{
	struct telling t = { .study = study,
		.watch = watch,
		.with_trees = with_trees,
		.head = { .order = ORDER, .line_key = reader_line_key(study->reader) },
		.out = STRBUF_INIT };

	strbuf_add(&t.out, &t.head, sizeof(t.head));
	tell_dull(&t);
	tell_trees(&t);
	tell_blobs(&t);
	tell_watched(&t);
	memcpy(t.out.buf, &t.head, sizeof(t.head));
	strbuf_release(out);
	*out = t.out;
}

void facts_keep(const struct study *study, const struct watch *watch, bool searched_all)
{
	const struct facts *facts = study->facts;
	struct strbuf bytes = STRBUF_INIT;
	const char *const *limits;
	struct arena arena;
	size_t known, fresh;
	bool with_trees;

	if (!facts || repo_limits(study->repo, &limits) > 0)
		return;
	with_trees = !searched_all && !facts->has_deep_trees && object_count_elsewhere(study->repo) == 0;
	known = watch_trees(watch, &fresh);
	if (!with_trees)
		fresh = 0;
	if (!is_worth_keeping(study, known, fresh, with_trees))
		return;
	facts_tell(study, fresh ? watch : NULL, with_trees, &bytes);
	arena_init(&arena);
	pack_cache_write(study->repo, writer_text(&arena), bytes.buf, bytes.len);
	arena_release(&arena);
	strbuf_release(&bytes);
}
