/*
 * The packs as libgit2's own functions see them (looking up abbreviated ids, merging trees). libgit2 1.5's own reader
 * is never asked: it does not return from deltas that are each other's base, believes an index that points anywhere,
 * and opens whatever has an index's name. Damage is an error, never "not found".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/odb_backend.h>

#include "internal.h"
#include "revident/base/xalloc.h"

struct pack_backend {
	git_odb_backend parent; /* first: libgit2 hands this back to us */
	struct repo *repo;
};

static struct repo *repo_of(git_odb_backend *backend)
{
	return ((struct pack_backend *)(void *)backend)->repo;
}

static const struct oid *as_oid(const git_oid *id)
{
	return (const struct oid *)(const void *)id->id;
}

static git_object_t git_type(enum object_type type)
{
	static const git_object_t types[] = { [OBJECT_COMMIT] = GIT_OBJECT_COMMIT,
		[OBJECT_TREE] = GIT_OBJECT_TREE,
		[OBJECT_BLOB] = GIT_OBJECT_BLOB,
		[OBJECT_TAG] = GIT_OBJECT_TAG };

	return types[type];
}

static int failed(const git_oid *id, const char *why)
{
	char hex[OID_HEX + 1], text[160];

	git_oid_tostr(hex, sizeof(hex), id);
	snprintf(text, sizeof(text), "packed object %s %s", hex, why);
	git_error_set_str(GIT_ERROR_ODB, text);
	return GIT_ERROR;
}

static int pack_exists(git_odb_backend *backend, const git_oid *id)
{
	const struct packs *packs = &repo_of(backend)->packs;
	uint32_t position;
	size_t i;

	for (i = 0; i < packs->count; i++)
		if (pack_find(&packs->items[i], as_oid(id), &position))
			return 1;
	return 0;
}

/* What could not be read although it may be there. */
static int absent_or_damaged(git_odb_backend *backend, const git_oid *id)
{
	return pack_exists(backend, id) ? failed(id, "is damaged") : GIT_ENOTFOUND;
}

static int pack_read(void **data, size_t *len, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct pack_bytes *bytes;
	size_t size;

	switch (packs_read(&repo_of(backend)->packs, as_oid(id), OBJECT_META_MAX, &bytes, &size)) {
	case PACK_UNKNOWN:
		return absent_or_damaged(backend, id);
	case PACK_TOO_LONG:
		return failed(id, "is too long");
	case PACK_FOUND:
		break;
	}
	*data = git_odb_backend_data_alloc(backend, bytes->len + 1);
	if (!*data) {
		pack_bytes_release(bytes);
		return failed(id, "is too long");
	}
	memcpy(*data, bytes->bytes, bytes->len + 1);
	*len = bytes->len;
	*type = git_type(bytes->type);
	pack_bytes_release(bytes);
	return 0;
}

static int pack_read_header(size_t *len, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	enum object_type kind;

	if (!packs_header(&repo_of(backend)->packs, as_oid(id), &kind, len))
		return absent_or_damaged(backend, id);
	*type = git_type(kind);
	return 0;
}

static int pack_exists_prefix(git_oid *out, git_odb_backend *backend, const git_oid *prefix, size_t len)
{
	const struct packs *packs = &repo_of(backend)->packs;
	uint32_t at, end;
	bool any = false;
	git_oid id;
	size_t i;

	if (len < 2)
		return GIT_EAMBIGUOUS;
	for (i = 0; i < packs->count; i++) {
		pack_range(&packs->items[i], prefix->id[0], &at, &end);
		for (; at < end; at++) {
			pack_id_at(&packs->items[i], at, (struct oid *)(void *)id.id);
			if (git_oid_ncmp(&id, prefix, len) != 0)
				continue;
			if (any && !git_oid_equal(&id, out))
				return GIT_EAMBIGUOUS;
			*out = id;
			any = true;
		}
	}
	return any ? 0 : GIT_ENOTFOUND;
}

static int pack_read_prefix(git_oid *out, void **data, size_t *len, git_object_t *type, git_odb_backend *backend,
	const git_oid *prefix, size_t prefix_len)
{
	int rc = pack_exists_prefix(out, backend, prefix, prefix_len);

	return rc < 0 ? rc : pack_read(data, len, type, backend, out);
}

/* Called where an object was not found: a repack may have moved it. */
static int pack_refresh(git_odb_backend *backend)
{
	if (!repo_of(backend)->packs_are_held)
		odb_look_for_packs(repo_of(backend));
	return 0;
}

static void pack_free(git_odb_backend *backend)
{
	free(backend);
}

int pack_backend_new(git_odb_backend **out, struct repo *repo, struct err *err)
{
	struct pack_backend *backend = xcalloc(1, sizeof(*backend));

	if (git_odb_init_backend(&backend->parent, GIT_ODB_BACKEND_VERSION) < 0) {
		free(backend);
		return err_set_git(err, ERR_UNDECIDED, "libgit2 takes no object store");
	}
	backend->parent.read = pack_read;
	backend->parent.read_prefix = pack_read_prefix;
	backend->parent.read_header = pack_read_header;
	backend->parent.exists = pack_exists;
	backend->parent.exists_prefix = pack_exists_prefix;
	backend->parent.refresh = pack_refresh;
	backend->parent.free = pack_free;
	backend->repo = repo;
	*out = &backend->parent;
	return 0;
}
