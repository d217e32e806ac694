#include "revident/git/object.h"

#include <string.h>

#include "internal.h"
#include "sha1.h"

/* A chain of tags longer than this is taken for a loop. */
enum { TAG_DEPTH_MAX = 100, OTHER_CHECKED_MAX = 1024 * 1024 };

bool object_type_of(git_object_t type, enum object_type *out)
{
	switch (type) {
	case GIT_OBJECT_COMMIT:
		*out = OBJECT_COMMIT;
		return true;
	case GIT_OBJECT_TREE:
		*out = OBJECT_TREE;
		return true;
	case GIT_OBJECT_BLOB:
		*out = OBJECT_BLOB;
		return true;
	case GIT_OBJECT_TAG:
		*out = OBJECT_TAG;
		return true;
	default:
		return false;
	}
}

static int cannot_read(const struct oid *id, struct err *err)
{
	char hex[OID_HEX + 1];

	return err_set_git(err, ERR_UNDECIDED, "cannot read object %s", oid_hex(id, hex));
}

static int too_long(const struct oid *id, size_t len, size_t max, struct err *err)
{
	char hex[OID_HEX + 1];

	return err_set(err, ERR_UNDECIDED, "object %s has %zu bytes, more than the %zu that are read", oid_hex(id, hex),
		len, max);
}

int object_header(struct repo *repo, const struct oid *id, enum object_type *type, size_t *len, struct err *err)
{
	enum object_type known;
	git_object_t kind;
	size_t size;
	int got;

	if (packs_header(&repo->packs, id, type, len))
		return 1;
	got = git_odb_read_header(&size, &kind, repo->odb, as_git_oid(id));
	if (got == GIT_ENOTFOUND || oid_is_null(id))
		return 0;
	if (got < 0) {
		cannot_read(id, err);
		got = git_odb_read_header(&size, &kind, repo->loose, as_git_oid(id));
		if (got < 0)
			return -1;
		err_clear(err);
	}
	if (!object_type_of(kind, &known))
		return cannot_read(id, err);
	if (type)
		*type = known;
	if (len)
		*len = size;
	return 1;
}

/* What is not in a pack that we read ourselves: loose, packed since, or damaged. */
static int read_by_libgit2(struct repo *repo, const struct oid *id, size_t max, struct object *out, struct err *err)
{
	git_odb_object *object = NULL;
	size_t len = 0;
	int got;

	if (max < OBJECT_META_MAX) { /* the largest are bounded where memory is taken; see startup.c */
		got = object_header(repo, id, NULL, &len, err);
		if (got <= 0)
			return got;
		if (len > max)
			return too_long(id, len, max, err);
	}
	got = git_odb_read(&object, repo->odb, as_git_oid(id));
	if (got == GIT_ENOTFOUND || oid_is_null(id))
		return 0;
	if (got < 0) { /* a packed copy is damaged; another may lie loose */
		cannot_read(id, err);
		got = git_odb_read(&object, repo->loose, as_git_oid(id));
		if (got < 0)
			return -1;
		err_clear(err);
	}
	len = git_odb_object_size(object);
	if (len > max || !object_type_of(git_odb_object_type(object), &out->type)) {
		git_odb_object_free(object);
		return len > max ? too_long(id, len, max, err) : cannot_read(id, err);
	}
	out->handle = object;
	out->bytes = git_odb_object_data(object);
	out->len = len;
	return 1;
}

static int read_anywhere(struct repo *repo, const struct oid *id, size_t max, struct object *out, struct err *err)
{
	struct pack_bytes *bytes;
	size_t len;

	switch (packs_read(&repo->packs, id, max, &bytes, &len)) {
	case PACK_TOO_LONG:
		return too_long(id, len, max, err);
	case PACK_FOUND:
		out->type = bytes->type;
		out->bytes = bytes->bytes;
		out->len = bytes->len;
		out->shared = bytes;
		return 1;
	default:
		repo->objects_elsewhere++;
		return read_by_libgit2(repo, id, max, out, err);
	}
}

int object_read(struct repo *repo, const struct oid *id, size_t max, struct object *out, struct err *err)
{
	int found;

	memset(out, 0, sizeof(*out));
	found = read_anywhere(repo, id, max, out, err);
	if (found == 1)
		repo->objects_read[out->type]++;
	return found;
}

size_t object_count_elsewhere(const struct repo *repo)
{
	return repo->objects_elsewhere + repo->packs.rescue_count;
}

size_t object_count_read(const struct repo *repo, enum object_type type)
{
	return repo->objects_read[type];
}

void object_release(struct object *object)
{
	pack_bytes_release(object->shared);
	git_odb_object_free(object->handle);
	memset(object, 0, sizeof(*object));
}

void object_share(const struct object *object, struct object *out)
{
	git_odb_object *handle = NULL;

	*out = *object;
	if (object->shared)
		((struct pack_bytes *)object->shared)->refs++;
	if (object->handle)
		git_odb_object_dup(&handle, object->handle); /* counts one more user, and cannot fail */
	out->handle = handle;
}

/* What a tag says that it names. */
struct named {
	struct oid id;
	bool has_type; /* one that git knows */
	enum object_type type;
};

/* Takes a word that stands behind `key` in a line of its own. */
static bool take_line(const char **at, const char *end, const char *key, struct text *word)
{
	const size_t skip = strlen(key);
	const char *eol = *at ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

	if (!eol || (size_t)(eol - *at) < skip || memcmp(*at, key, skip) != 0)
		return false;
	*word = (struct text){ *at + skip, (size_t)(eol - *at) - skip };
	*at = eol + 1;
	return true;
}

/* A tag begins "object <id>\ntype <type>\n". */
static bool tag_target(const struct object *tag, struct named *out)
{
	static const char *const types[] = {
		[OBJECT_COMMIT] = "commit", [OBJECT_TREE] = "tree", [OBJECT_BLOB] = "blob", [OBJECT_TAG] = "tag"
	};
	const char *at = (const char *)tag->bytes, *end = at + tag->len;
	struct text word;
	size_t i;

	if (!take_line(&at, end, "object ", &word) || word.len != OID_HEX || !oid_parse(&out->id, word.ptr, OID_HEX))
		return false;
	out->has_type = false;
	if (!take_line(&at, end, "type ", &word))
		return true;
	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !out->has_type; i++) {
		out->has_type = types[i] && text_equal(word, text_of(types[i]));
		out->type = (enum object_type)i;
	}
	return true;
}

/* Something else than a commit or a tag, its header says: 0 where that is so, -1 where it is damaged. */
static int check_other(struct repo *repo, const struct oid *id, struct err *err)
{
	struct object object;
	size_t len;
	int got = object_header(repo, id, NULL, &len, err);

	if (got > 0 && len > OTHER_CHECKED_MAX)
		return 0;
	if (got > 0)
		got = object_read(repo, id, OTHER_CHECKED_MAX, &object, err);
	if (got > 0)
		object_release(&object);
	return got < 0 ? -1 : 0;
}

int object_peel(struct repo *repo, const struct oid *id, struct oid *out, struct oid *missing, struct err *err)
{
	char hex[OID_HEX + 1] = "";
	struct named at = { .id = *id };
	unsigned depth;

	memset(missing, 0, sizeof(*missing));
	for (depth = 0; depth < TAG_DEPTH_MAX; depth++) {
		enum object_type type;
		struct object tag;
		int got = object_header(repo, &at.id, &type, NULL, err);
		bool leads;

		if (got > 0 && at.has_type && type != at.type)
			return err_set(err, ERR_UNDECIDED, "tag object %s takes what it names for something else", hex);
		if (got > 0 && type == OBJECT_COMMIT) {
			*out = at.id;
			return 1;
		}
		if (got > 0 && type != OBJECT_TAG)
			return check_other(repo, &at.id, err);
		if (got > 0)
			got = object_read(repo, &at.id, OBJECT_META_MAX, &tag, err);
		if (got == 0)
			*missing = at.id;
		if (got <= 0)
			return got;
		oid_hex(&at.id, hex);
		leads = tag_target(&tag, &at);
		object_release(&tag);
		if (!leads)
			return err_set(err, ERR_UNDECIDED, "tag object %s names no object", hex);
		if (!at.has_type) /* git follows no such tag */
			return err_set(err, ERR_UNDECIDED,
				"tag object %s names an object of a type that git does not know", hex);
	}
	return err_set(err, ERR_UNDECIDED, "tag object %s leads through too many tags", oid_hex(id, hex));
}

int object_peel_to_commit(struct repo *repo, const struct oid *id, struct oid *out, struct err *err)
{
	struct oid missing;

	return object_peel(repo, id, out, &missing, err);
}

void object_blob_id(const void *bytes, size_t len, struct oid *out)
{
	sha1_of_object("blob", bytes, len, out);
}

/* What git takes a stored mode for: any that says directory, file or link is one, and all others are submodules. */
static unsigned plain_mode(unsigned mode)
{
	switch (mode & MODE_TYPE) {
	case MODE_FILE:
		return mode & 0100 ? 0100755 : 0100644;
	case MODE_TREE:
	case MODE_LINK:
		return mode & MODE_TYPE;
	default:
		return MODE_GITLINK;
	}
}

/* Takes an entry's mode and the space behind it. False where there is none. */
static bool take_mode(const unsigned char **at, const unsigned char *end, unsigned *out)
{
	const unsigned char *p = *at;
	unsigned mode = 0;
	size_t digits;

	for (digits = 0; p < end && *p >= '0' && *p <= '7' && digits < 7; p++, digits++)
		mode = mode << 3 | (unsigned)(*p - '0');
	if (digits == 0 || p == end || *p != ' ')
		return false;
	*at = p + 1;
	*out = plain_mode(mode);
	return true;
}

/* The same for the two that nearly all entries have, at one look each. */
static bool take_common_mode(const unsigned char **at, const unsigned char *end, unsigned *out)
{
	static const char file[] = "100644 ", tree[] = "40000 ";

	if ((size_t)(end - *at) < sizeof(file))
		return false;
	if (memcmp(*at, file, sizeof(file) - 1) == 0) {
		*at += sizeof(file) - 1;
		*out = 0100644;
		return true;
	}
	if (memcmp(*at, tree, sizeof(tree) - 1) != 0)
		return false;
	*at += sizeof(tree) - 1;
	*out = MODE_TREE;
	return true;
}

int tree_next(struct tree_iter *it, struct tree_entry *out)
{
	const unsigned char *p = it->bytes, *end = p + it->len, *nul;

	if (p == end)
		return 0;
	if (!take_common_mode(&p, end, &out->mode) && !take_mode(&p, end, &out->mode))
		return -1;
	nul = memchr(p, '\0', (size_t)(end - p));
	if (!nul || nul == p || (size_t)(end - nul) <= OID_BYTES)
		return -1;
	out->name = (const char *)p;
	out->name_len = (size_t)(nul - p);
	memcpy(out->id.bytes, nul + 1, OID_BYTES);
	it->bytes = nul + 1 + OID_BYTES;
	it->len = (size_t)(end - it->bytes);
	return 1;
}

int tree_compare(struct text a, bool a_is_tree, struct text b, bool b_is_tree)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
	unsigned char left = a_is_tree ? '/' : 0, right = b_is_tree ? '/' : 0;

	if (order)
		return order;
	if (a.len > shorter)
		left = (unsigned char)a.ptr[shorter];
	if (b.len > shorter)
		right = (unsigned char)b.ptr[shorter];
	return (int)left - (int)right;
}

void object_add_limit(struct repo *repo, const char *what, const struct oid *id, const struct err *why)
{
	char hex[OID_HEX + 1];

	oid_hex(id, hex);
	if (why)
		repo_add_limit(repo, "%s %s is damaged: %s; 'git fsck' tells more", what, hex, why->msg);
	else if (repo->partial)
		repo_add_limit(repo,
			"%s %s is not available here (partial clone): 'git cat-file -t %s' fetches it, "
			"'git fetch --refetch --no-filter' all of them",
			what, hex, hex);
	else
		repo_add_limit(repo, "%s %s is missing; 'git fsck' tells more", what, hex);
}
