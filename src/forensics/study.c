#include "revident/forensics/study.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "revident/alembic/content.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "facts.h"
#include "oid_set.h"
#include "tree_index.h"

enum { KEPT_BYTES_MAX = 8 * 1024 * 1024 };

int study_init(struct study *study, struct repo *repo, struct err *err)
{
	memset(study, 0, sizeof(*study));
	study->repo = repo;
	arena_init(&study->arena);
	intern_init(&study->paths);
	intern_init(&study->revisions);
	intern_init(&study->blob_ids);
	study->dull = xcalloc(2, sizeof(*study->dull));
	study->large_trees = tree_indexes_new();
	return reader_new(&study->reader, err);
}

void study_release(struct study *study)
{
	size_t i;

	for (i = 0; i < study->blob_ids.count; i++)
		if (study->blobs[i].kept)
			object_release(study->blobs[i].kept);
	reader_free(study->reader);
	intern_release(&study->paths);
	intern_release(&study->revisions);
	intern_release(&study->blob_ids);
	for (i = 0; study->dull && i < 2; i++)
		oid_set_release(&study->dull[i]);
	free(study->dull);
	tree_indexes_free(study->large_trees);
	facts_free(study->facts);
	free(study->blobs);
	free(study->path_dir);
	free(study->path_rank);
	arena_release(&study->arena);
	memset(study, 0, sizeof(*study));
}

struct text study_sentence(struct study *study, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(&study->arena, fmt, ap);
	va_end(ap);
	return text_of(text);
}

const char *study_shown(struct study *study, struct text text)
{
	return arena_printable(&study->arena, text);
}

uint32_t study_path(struct study *study, const char *path, size_t len)
{
	uint32_t number = intern_find(&study->paths, path, len);
	const char *slash;
	uint32_t dir;

	if (number != INTERN_NONE)
		return number;
	slash = len ? memrchr(path, '/', len) : NULL;
	if (slash)
		dir = study_path(study, path, (size_t)(slash - path));
	else
		dir = len ? study_path(study, "", 0) : INTERN_NONE;
	number = intern_add(&study->paths, path, len);
	assert(number == study->path_dir_count);
	VEC_GROW(study->path_dir, study->path_dir_count, study->path_dir_cap);
	study->path_dir[study->path_dir_count++] = dir;
	return number;
}

uint32_t study_path_below(struct study *study, uint32_t dir, struct text name)
{
	struct text above = study_path_text(study, dir);
	struct strbuf path = STRBUF_INIT;
	uint32_t number;

	strbuf_add(&path, above.ptr, above.len);
	strbuf_add_component(&path, name.ptr, name.len);
	number = study_path(study, path.buf, path.len);
	strbuf_release(&path);
	return number;
}

uint32_t study_path_dir(const struct study *study, uint32_t path)
{
	assert(path < study->path_dir_count);
	return study->path_dir[path];
}

int study_compare_paths(const struct study *study, uint32_t a, uint32_t b)
{
	if (a == b)
		return 0;
	if (a < study->ranked_count && b < study->ranked_count)
		return study->path_rank[a] < study->path_rank[b] ? -1 : 1;
	return text_compare(study_path_text(study, a), study_path_text(study, b));
}

static int compare_path_numbers(const void *a, const void *b, void *data)
{
	const uint32_t *x = a, *y = b;

	return study_compare_paths(data, *x, *y);
}

void study_rank_paths(struct study *study)
{
	size_t i, count = study->paths.count;
	uint32_t *order;

	if (study->ranked_count == count)
		return;
	order = xreallocarray(NULL, count, sizeof(*order));
	for (i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof(*order), compare_path_numbers, study);
	study->path_rank = xreallocarray(study->path_rank, count, sizeof(*study->path_rank));
	for (i = 0; i < count; i++)
		study->path_rank[order[i]] = (uint32_t)i;
	study->ranked_count = count;
	free(order);
}

bool study_path_is_below(const struct study *study, uint32_t path, uint32_t dir)
{
	return path == dir || text_is_below(study_path_text(study, path), study_path_text(study, dir));
}

bool study_path_is_below_any(const struct study *study, uint32_t path, const uint32_t *dirs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (study_path_is_below(study, path, dirs[i]))
			return true;
	return false;
}

static struct text key_text(const struct intern *set, uint32_t number)
{
	const struct intern_key *key = intern_get(set, number);

	return (struct text){ (const char *)key->bytes, key->len };
}

struct text study_path_text(const struct study *study, uint32_t path)
{
	return key_text(&study->paths, path);
}

struct text study_revision_text(const struct study *study, uint32_t revision)
{
	return key_text(&study->revisions, revision);
}

/* What is known of a tree depends on whether every .py file in it counts. */
void study_add_dull(struct study *study, const struct oid *tree, bool in_versions)
{
	oid_set_add(&study->dull[in_versions], tree);
}

bool study_is_dull(const struct study *study, const struct oid *tree, bool in_versions)
{
	return oid_set_has(&study->dull[in_versions], tree);
}

uint32_t study_blob_number(struct study *study, const struct oid *id)
{
	size_t before = study->blob_ids.count;
	uint32_t number = intern_add(&study->blob_ids, id->bytes, OID_BYTES);

	if (study->blob_ids.count > before) {
		VEC_GROW(study->blobs, before, study->blob_cap);
		study->blobs[number] = (struct blob){ .id = *id, .revision = INTERN_NONE };
	}
	return number;
}

static void add_migration(struct study *study, uint32_t number, const struct migration *migration)
{
	struct blob *blob = &study->blobs[number];

	blob->migration = migration;
	blob->state = BLOB_READ;
	if (migration_has_identity(migration)) {
		struct text id = migration_id(migration);

		blob->revision = intern_add(&study->revisions, id.ptr, id.len);
	}
}

static int parse_blob(struct study *study, uint32_t number, const char *bytes, size_t len, struct err *err)
{
	struct migration *migration = arena_alloc(&study->arena, sizeof(*migration));

	if (reader_read(study->reader, &study->arena, bytes, len, migration, err) < 0)
		return -1;
	add_migration(study, number, migration);
	return 0;
}

/* Is it known from an earlier run what the blob declares? */
static bool recall_blob(struct study *study, uint32_t number)
{
	struct migration migration;

	if (!facts_migration(study->facts, &study->blobs[number].id, &study->arena, &migration))
		return false;
	add_migration(study, number, arena_copy(&study->arena, &migration, 1, sizeof(migration)));
	return true;
}

static void mark_too_large(struct study *study, struct blob *blob)
{
	struct migration *migration = arena_alloc(&study->arena, sizeof(*migration));

	migration->unreadable = UNREADABLE_TOO_LARGE;
	blob->migration = migration;
	blob->state = BLOB_READ;
}

bool study_blob_is_too_large(const struct study *study, uint32_t number)
{
	const struct blob *blob = number == BLOB_NONE ? NULL : &study->blobs[number];

	return blob && blob->state == BLOB_READ && blob->migration->unreadable == UNREADABLE_TOO_LARGE;
}

static int no_blob(const struct oid *id, struct err *why)
{
	char hex[OID_HEX + 1];

	return err_set(why, ERR_UNDECIDED, "object %s is no blob", oid_hex(id, hex));
}

/* Why could a blob not be read? It may be too large, which is no failure: then true. */
static bool is_too_large(struct study *study, const struct oid *id, struct err *why)
{
	struct err ignored = { 0 };
	enum object_type type;
	size_t len;

	if (object_header(study->repo, id, &type, &len, &ignored) < 1)
		return false;
	if (type != OBJECT_BLOB)
		no_blob(id, why);
	return type == OBJECT_BLOB && len > MIGRATION_BYTES_MAX;
}

static void keep_bytes(struct study *study, struct blob *blob, const struct object *object)
{
	if (object->len > KEPT_BYTES_MAX - study->kept_bytes)
		return;
	study->kept_bytes += object->len;
	blob->kept = arena_alloc(&study->arena, sizeof(*blob->kept));
	object_share(object, blob->kept);
}

/* 1 with the blob's bytes in `out`; 0 where it cannot be had (noted as a limit) or is too large (noted in the blob). */
static int fetch_blob(struct study *study, struct blob *blob, struct object *out)
{
	const size_t elsewhere = object_count_elsewhere(study->repo);
	struct err why;
	int found;

	if (blob->kept) {
		object_share(blob->kept, out);
		return 1;
	}
	found = object_read(study->repo, &blob->id, MIGRATION_BYTES_MAX, out, &why);
	if (found == 1 && out->type == OBJECT_BLOB) {
		blob->is_packed = object_count_elsewhere(study->repo) == elsewhere;
		keep_bytes(study, blob, out);
		return 1;
	}
	if (found < 0 && is_too_large(study, &blob->id, &why)) {
		mark_too_large(study, blob);
		return 0;
	}
	if (found == 1) {
		object_release(out);
		found = no_blob(&blob->id, &why);
	}
	blob->state = BLOB_ABSENT;
	if (found == 0)
		object_add_limit(study->repo, "blob", &blob->id, NULL);
	else
		repo_add_limit(study->repo, "%s; 'git fsck' tells more", why.msg);
	if (found < 0)
		blob->unreadable = arena_strdup(&study->arena, why.msg);
	return 0;
}

const struct blob *study_blob(struct study *study, uint32_t number, struct err *err)
{
	struct blob *blob;
	struct object object;
	int rc;

	assert(number < study->blob_ids.count);
	blob = &study->blobs[number];
	if (blob->state != BLOB_UNREAD || recall_blob(study, number) || fetch_blob(study, blob, &object) == 0)
		return blob;
	rc = parse_blob(study, number, (const char *)object.bytes, object.len, err);
	object_release(&object);
	return rc < 0 ? NULL : &study->blobs[number];
}

const struct blob *study_blob_at_hand(
	struct study *study, uint32_t number, const unsigned char *bytes, size_t len, struct err *err)
{
	assert(number < study->blob_ids.count && len <= MIGRATION_BYTES_MAX);
	if (study->blobs[number].state == BLOB_UNREAD && parse_blob(study, number, (const char *)bytes, len, err) < 0)
		return NULL;
	return &study->blobs[number];
}

uint32_t study_unreadable_blob(struct study *study)
{
	static const struct oid none;
	uint32_t number = study_blob_number(study, &none);

	study->blobs[number].state = BLOB_ABSENT;
	study->blobs[number].unreadable = "it cannot be read";
	return number;
}

uint32_t study_add_bytes(struct study *study, const char *bytes, size_t len, struct err *err)
{
	struct content *content;
	struct oid id;
	uint32_t number;

	object_blob_id(bytes, len, &id);
	number = study_blob_number(study, &id);
	if (study->blobs[number].state == BLOB_READ)
		return number;
	if (len > MIGRATION_BYTES_MAX) {
		mark_too_large(study, &study->blobs[number]);
		return number;
	}
	content = arena_alloc(&study->arena, sizeof(*content));
	if (parse_blob(study, number, bytes, len, err) < 0 ||
		reader_content(study->reader, &study->arena, bytes, len, content, err) < 0)
		return INTERN_NONE;
	study->blobs[number].content = content;
	return number;
}

struct content *study_content(struct study *study, uint32_t number, struct err *err)
{
	const struct blob *blob = study_blob(study, number, err);
	struct content *content;
	struct object object;
	int rc;

	if (!blob)
		return NULL;
	if (blob->content)
		return blob->content;
	content = arena_alloc(&study->arena, sizeof(*content));
	if (blob->state == BLOB_READ && !facts_content(study->facts, &blob->id, &study->arena, content) &&
		fetch_blob(study, &study->blobs[number], &object) == 1) {
		rc = reader_content(study->reader, &study->arena, (const char *)object.bytes, object.len, content, err);
		object_release(&object);
		if (rc < 0)
			return NULL;
	}
	study->blobs[number].content = content;
	return content;
}

/* Both contents, or -1. */
static int contents_of(
	struct study *study, uint32_t a, uint32_t b, struct content **ca, struct content **cb, struct err *err)
{
	*ca = study_content(study, a, err);
	*cb = *ca ? study_content(study, b, err) : NULL;
	return *cb ? 0 : -1;
}

int study_similarity(struct study *study, uint32_t a, uint32_t b, double *out, struct err *err)
{
	struct content *ca, *cb;

	if (contents_of(study, a, b, &ca, &cb, err) < 0)
		return -1;
	*out = content_similarity(ca, cb);
	return 0;
}

int study_much_the_same(struct study *study, uint32_t a, uint32_t b, bool *out, struct err *err)
{
	struct content *ca, *cb;

	if (contents_of(study, a, b, &ca, &cb, err) < 0)
		return -1;
	*out = content_is_much_the_same(study->blobs[a].migration, ca, study->blobs[b].migration, cb);
	return 0;
}

int study_other_content(struct study *study, uint32_t a, uint32_t b, bool *out, struct err *err)
{
	struct content *ca, *cb;

	if (contents_of(study, a, b, &ca, &cb, err) < 0)
		return -1;
	*out = content_is_other(study->blobs[a].migration, ca, study->blobs[b].migration, cb);
	return 0;
}

static struct text text_of_object(const struct object *object)
{
	return (struct text){ (const char *)object->bytes, object->len };
}

/* The bytes of two migrations. 1, for object_release() each; 0 where one of them cannot be had. */
static int fetch_both(struct study *study, uint32_t a, uint32_t b, struct object *in_a, struct object *in_b)
{
	if (study->blobs[a].state != BLOB_READ || study->blobs[b].state != BLOB_READ)
		return 0;
	if (fetch_blob(study, &study->blobs[a], in_a) == 0)
		return 0;
	if (fetch_blob(study, &study->blobs[b], in_b) == 1)
		return 1;
	object_release(in_a);
	return 0;
}

int study_compare(struct study *study, uint32_t before, uint32_t after, enum edit *out, struct err *err)
{
	struct object old, now;
	int rc;

	*out = EDIT_OTHER;
	if (fetch_both(study, before, after, &old, &now) == 0)
		return 0;
	rc = reader_compare(study->reader, text_of_object(&old), text_of_object(&now), out, err);
	object_release(&old);
	object_release(&now);
	return rc;
}

int study_same_code(struct study *study, uint32_t before, uint32_t after, bool *out, struct err *err)
{
	struct object old, now;
	int rc;

	*out = false;
	if (fetch_both(study, before, after, &old, &now) == 0)
		return 0;
	rc = reader_same_code(study->reader, text_of_object(&old), text_of_object(&now), out, err);
	object_release(&old);
	object_release(&now);
	return rc;
}
