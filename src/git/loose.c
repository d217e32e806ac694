/*
 * The strict reader of loose objects. libgit2 1.5's own never returns from a truncated object and writes outside its
 * buffer where an object is longer than its header says; this one takes an object only if its file is regular, inflates
 * to exactly the length that a well-formed header claims, ends there, and has the content that its id says. Damage is
 * an error, never "not found".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <git2/sys/odb_backend.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/xalloc.h"
#include "sha1.h"

enum {
	HEADER_MAX = 32, /* "commit", a space, 20 digits and a NUL fit */
	FILE_MAX = OBJECT_META_MAX,
	NAME_MAX_LEN = OID_HEX + 2,
	EXPANSION_MAX = 1032, /* of what zlib makes: 258 bytes of two bits, at best */
};

struct loose_backend {
	git_odb_backend parent; /* first: libgit2 hands this back to us */
	const struct object_dirs *dirs;
};

struct loose_header {
	git_object_t type;
	size_t size;   /* of the content */
	size_t length; /* of the header with its NUL */
};

static int damaged(const git_oid *id, const char *why)
{
	char hex[OID_HEX + 1], text[192];

	git_oid_tostr(hex, sizeof(hex), id);
	snprintf(text, sizeof(text), "loose object %s %s", hex, why);
	git_error_set_str(GIT_ERROR_ODB, text);
	return GIT_ERROR;
}

static int unreadable(const git_oid *id)
{
	char why[96];

	snprintf(why, sizeof(why), "cannot be read: %s", strerror(errno));
	return damaged(id, why);
}

/* "TYPE SIZE\0" with one space and no leading zeros, as git itself demands. */
static bool parse_header(const unsigned char *bytes, size_t len, struct loose_header *out)
{
	static const struct {
		const char *name;
		git_object_t type;
	} types[] = { { "blob ", GIT_OBJECT_BLOB }, { "tree ", GIT_OBJECT_TREE }, { "commit ", GIT_OBJECT_COMMIT },
		{ "tag ", GIT_OBJECT_TAG } };
	size_t i, at = 0, first;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		at = strlen(types[i].name);
		if (len > at && memcmp(bytes, types[i].name, at) == 0)
			break;
	}
	if (i == sizeof(types) / sizeof(*types))
		return false;
	out->type = types[i].type;
	out->size = 0;
	for (first = at; at < len && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
		if (out->size > (SIZE_MAX - 9) / 10)
			return false;
		out->size = out->size * 10 + (size_t)(bytes[at] - '0');
	}
	if (at == first || at == len || bytes[at] != '\0' || (bytes[first] == '0' && at > first + 1))
		return false;
	out->length = at + 1;
	return true;
}

/* Reads the whole file of an object in `dir`. 0 with the bytes; GIT_ENOTFOUND; GIT_ERROR. Freed by the caller. */
static int read_file(int dir, const char *name, const git_oid *id, unsigned char **out, size_t *out_len)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	unsigned char *bytes = NULL;
	size_t len = 0, size;
	struct stat st;
	int rc = GIT_ERROR;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? GIT_ENOTFOUND : unreadable(id);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		damaged(id, "is no regular file");
		goto done;
	}
	if (st.st_size <= 0 || st.st_size > FILE_MAX) {
		damaged(id, st.st_size > 0 ? "is too long" : "is empty");
		goto done;
	}
	size = (size_t)st.st_size;
	bytes = xmalloc(size);
	while (len < size) {
		ssize_t n = read(fd, bytes + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			n < 0 ? unreadable(id) : damaged(id, "shrank while it was read");
			goto done;
		}
		len += (size_t)n;
	}
	*out = bytes;
	*out_len = len;
	bytes = NULL;
	rc = 0;
done:
	free(bytes);
	close(fd);
	return rc;
}

/*
 * Inflates the content behind a header that is already in `head`. The buffer has room for one byte more than the header
 * says: a sound stream ends without using it. 0 with *data, or GIT_ERROR.
 */
static int inflate_body(git_odb_backend *backend, z_stream *z, const git_oid *id, const struct loose_header *header,
	const unsigned char *head, size_t head_len, void **data)
{
	size_t have = head_len - header->length;
	unsigned char *body;
	struct oid sum;
	int status;

	if (header->size > OBJECT_META_MAX)
		return damaged(id, "is too long");
	if (have > header->size)
		return damaged(id, "is longer than its header says");
	body = git_odb_backend_data_alloc(backend, header->size + 1);
	if (!body)
		return damaged(id, "is too long");
	memcpy(body, head + header->length, have);
	z->next_out = body + have;
	z->avail_out = (uInt)(header->size - have) + 1;
	status = inflate(z, Z_FINISH);
	if (status != Z_STREAM_END || z->avail_out != 1 || z->avail_in != 0) {
		git_odb_backend_data_free(backend, body);
		if (status == Z_DATA_ERROR)
			return damaged(id, "is damaged");
		if (z->avail_out == 0 || z->avail_in != 0)
			return damaged(id, "is longer than its header says");
		return damaged(id, "is cut short");
	}
	sha1_of_object(git_object_type2string(header->type), body, header->size, &sum);
	if (memcmp(sum.bytes, id->id, OID_BYTES) != 0) {
		git_odb_backend_data_free(backend, body);
		return damaged(id, "has the content of another object");
	}
	body[header->size] = '\0';
	*data = body;
	return 0;
}

/* Reads one object of one directory; `data` NULL: its header alone. 0, GIT_ENOTFOUND or GIT_ERROR. */
static int read_in(git_odb_backend *backend, int dir, const git_oid *id, struct loose_header *header, void **data)
{
	char name[NAME_MAX_LEN];
	unsigned char head[HEADER_MAX + 1], *file = NULL;
	size_t file_len = 0;
	z_stream z;
	int rc, status;

	git_oid_pathfmt(name, id);
	name[NAME_MAX_LEN - 1] = '\0';
	rc = read_file(dir, name, id, &file, &file_len);
	if (rc < 0)
		return rc;
	memset(&z, 0, sizeof(z));
	if (inflateInit(&z) != Z_OK) {
		free(file);
		return damaged(id, "cannot be inflated");
	}
	z.next_in = file;
	z.avail_in = (uInt)file_len;
	z.next_out = head;
	z.avail_out = HEADER_MAX;
	status = inflate(&z, Z_SYNC_FLUSH);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		rc = damaged(id, "is no zlib stream");
	else if (!parse_header(head, HEADER_MAX - z.avail_out, header))
		rc = damaged(id, "has no proper header");
	else if (header->size / EXPANSION_MAX > file_len)
		rc = damaged(id, "is shorter than its header says");
	else if (data)
		rc = inflate_body(backend, &z, id, header, head, HEADER_MAX - z.avail_out, data);
	inflateEnd(&z);
	free(file);
	return rc;
}

/* The same over all directories: the first good copy counts; damage is reported only where there is none. */
static int read_anywhere(git_odb_backend *parent, const git_oid *id, struct loose_header *header, void **data)
{
	struct loose_backend *backend = (struct loose_backend *)(void *)parent;
	int rc = GIT_ENOTFOUND;
	size_t i;

	for (i = 0; i < backend->dirs->count; i++) {
		int got = read_in(parent, backend->dirs->items[i].fd, id, header, data);

		if (got == 0)
			return 0;
		if (got != GIT_ENOTFOUND)
			rc = got;
	}
	return rc;
}

static int loose_read(void **data, size_t *len, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct loose_header header;
	int rc = read_anywhere(backend, id, &header, data);

	if (rc == 0) {
		*len = header.size;
		*type = header.type;
	}
	return rc;
}

static int loose_read_header(size_t *len, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct loose_header header;
	int rc = read_anywhere(backend, id, &header, NULL);

	if (rc == 0) {
		*len = header.size;
		*type = header.type;
	}
	return rc;
}

static int loose_exists(git_odb_backend *parent, const git_oid *id)
{
	struct loose_backend *backend = (struct loose_backend *)(void *)parent;
	char name[NAME_MAX_LEN];
	size_t i;

	git_oid_pathfmt(name, id);
	name[NAME_MAX_LEN - 1] = '\0';
	for (i = 0; i < backend->dirs->count; i++)
		if (faccessat(backend->dirs->items[i].fd, name, F_OK, 0) == 0 || (errno != ENOENT && errno != ENOTDIR))
			return 1; /* or who reads it is told why that fails */
	return 0;
}

/* Calls `fn` for each object file below the two hexadecimal digits `fan`, in every directory. */
static int each_in_fan(const struct object_dirs *dirs, const char *fan, git_odb_foreach_cb fn, void *payload)
{
	size_t i, n;
	int rc = 0;

	for (i = 0; i < dirs->count && rc == 0; i++) {
		struct directory directory;
		struct err why;

		if (directory_read_at(&directory, dirs->items[i].fd, fan, fan, &why) < 0) {
			git_error_set_str(GIT_ERROR_ODB, why.msg);
			rc = GIT_ERROR;
		}
		for (n = 0; rc == 0 && n < directory.count; n++) {
			char hex[OID_HEX + 1];
			struct oid id;

			if (strlen(directory.names[n]) != OID_HEX - 2)
				continue;
			memcpy(hex, fan, 2);
			memcpy(hex + 2, directory.names[n], OID_HEX - 1);
			if (oid_parse(&id, hex, OID_HEX))
				rc = fn(as_git_oid(&id), payload);
		}
		directory_release(&directory);
	}
	return rc;
}

int loose_each(const struct object_dirs *dirs, git_odb_foreach_cb fn, void *payload)
{
	unsigned fan;
	int rc = 0;

	for (fan = 0; fan < 256 && rc == 0; fan++) {
		char name[3];

		snprintf(name, sizeof(name), "%02x", fan);
		rc = each_in_fan(dirs, name, fn, payload);
	}
	return rc;
}

struct prefix_search {
	const git_oid *prefix;
	size_t len;
	git_oid found;
	bool any;
};

static int match_prefix(const git_oid *id, void *payload)
{
	struct prefix_search *search = payload;

	if (git_oid_ncmp(id, search->prefix, search->len) != 0)
		return 0;
	if (search->any && !git_oid_equal(&search->found, id))
		return GIT_EAMBIGUOUS;
	search->found = *id;
	search->any = true;
	return 0;
}

static int loose_exists_prefix(git_oid *out, git_odb_backend *parent, const git_oid *prefix, size_t len)
{
	struct loose_backend *backend = (struct loose_backend *)(void *)parent;
	struct prefix_search search = { .prefix = prefix, .len = len };
	char fan[3];
	int rc;

	if (len < 2)
		return GIT_EAMBIGUOUS;
	snprintf(fan, sizeof(fan), "%02x", prefix->id[0]);
	rc = each_in_fan(backend->dirs, fan, match_prefix, &search);
	if (rc < 0)
		return rc;
	if (!search.any)
		return GIT_ENOTFOUND;
	*out = search.found;
	return 0;
}

static int loose_read_prefix(git_oid *out, void **data, size_t *len, git_object_t *type, git_odb_backend *backend,
	const git_oid *prefix, size_t prefix_len)
{
	int rc = loose_exists_prefix(out, backend, prefix, prefix_len);

	return rc < 0 ? rc : loose_read(data, len, type, backend, out);
}

static void loose_free(git_odb_backend *backend)
{
	free(backend);
}

int loose_backend_new(git_odb_backend **out, const struct object_dirs *dirs, struct err *err)
{
	struct loose_backend *backend = xcalloc(1, sizeof(*backend));

	if (git_odb_init_backend(&backend->parent, GIT_ODB_BACKEND_VERSION) < 0) {
		free(backend);
		return err_set_git(err, ERR_UNDECIDED, "libgit2 takes no object store");
	}
	backend->parent.read = loose_read;
	backend->parent.read_prefix = loose_read_prefix;
	backend->parent.read_header = loose_read_header;
	backend->parent.exists = loose_exists;
	backend->parent.exists_prefix = loose_exists_prefix;
	backend->parent.free = loose_free;
	backend->dirs = dirs;
	*out = &backend->parent;
	return 0;
}
