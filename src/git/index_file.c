#include "index_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"

enum {
	HEADER = 12,
	MODE_AT = 24,
	ID_AT = 40,
	FLAGS_AT = ID_AT + OID_BYTES,
	PATH_AT = FLAGS_AT + 2,
	FLAG_ASSUMED = 0x8000,
	FLAG_EXTENDED = 0x4000,
	FLAGS_STAGE = 0x3000,
	FLAGS_LENGTH = 0x0fff,
	FLAG_SKIP_WORKTREE = 0x4000, /* of those that extend: in the index all the same */
	EXTENSION_HEADER = 8,
	PATH_BYTES_MAX = 64 * 1024,
	DEPTH_MAX = 500,
	DIGITS_MAX = 10,
	FILE_MAX = 1024 * 1024 * 1024, /* some ten million entries; git is asked about a longer one */
};

/* Version 4 shortens paths, and a small file may mean long ones. */
#define PATHS_BYTES_MAX ((size_t)256 * 1024 * 1024)

#ifdef MAP_POPULATE
#define MAP_ALL_AT_ONCE MAP_POPULATE /* every page is read */
#else
#define MAP_ALL_AT_ONCE 0
#endif

/* What is left to be read. */
struct input {
	const unsigned char *at, *end;
};

static size_t left(const struct input *in)
{
	return (size_t)(in->end - in->at);
}

/* --- entries ----------------------------------------------------------------------------------------------------- */

static bool is_plain_mode(uint32_t mode)
{
	return mode == 0100644 || mode == 0100755 || mode == MODE_LINK || mode == MODE_GITLINK;
}

/* The path of an entry of version 2 or 3, padded with NULs so that the next one begins at a multiple of eight. */
static bool take_path(struct index_file *file, struct input *in, const unsigned char *path, struct index_record *out)
{
	const unsigned char *nul = memchr(path, '\0', (size_t)(in->end - path));
	size_t size;

	if (!nul || nul - path > PATH_BYTES_MAX)
		return false;
	size = ((size_t)(nul - in->at) + 8) & ~(size_t)7;
	if (size > left(in))
		return false;
	out->path = (uint32_t)(path - file->bytes);
	out->len = (uint32_t)(nul - path);
	in->at += size;
	return true;
}

/* git's variable-length number, each further byte counting from one more. */
static bool take_number(struct input *in, size_t *out)
{
	size_t value = 0;
	unsigned char c;

	do {
		if (in->at == in->end || value > PATHS_BYTES_MAX)
			return false;
		c = *in->at++;
		value = (value << 7) + (c & 0x7f);
		if (c & 0x80)
			value++;
	} while (c & 0x80);
	*out = value;
	return true;
}

/* The path of an entry of version 4: so many bytes less of the one before, and what follows them. */
static bool take_short_path(struct index_file *file, struct input *in, struct index_record *out)
{
	const struct index_record *before = file->count ? out - 1 : NULL;
	struct strbuf *paths = &file->long_paths;
	const unsigned char *nul;
	size_t dropped, kept, added;

	if (!take_number(in, &dropped) || dropped > (before ? before->len : 0))
		return false;
	kept = before ? before->len - dropped : 0;
	nul = memchr(in->at, '\0', left(in));
	if (!nul)
		return false;
	added = (size_t)(nul - in->at);
	if (added > PATH_BYTES_MAX || kept > PATH_BYTES_MAX - added || paths->len > PATHS_BYTES_MAX)
		return false;
	out->path = (uint32_t)paths->len;
	out->len = (uint32_t)(kept + added);
	strbuf_reserve(paths, kept + added);
	if (kept)
		strbuf_add(paths, paths->buf + before->path, kept);
	strbuf_add(paths, in->at, added);
	file->paths = paths->buf;
	in->at = nul + 1;
	return true;
}

static bool is_in_order(struct text before, struct text now)
{
	int order = memcmp(before.ptr, now.ptr, before.len < now.len ? before.len : now.len);

	return order < 0 || (order == 0 && before.len < now.len);
}

static bool take_record(struct index_file *file, uint32_t version, struct input *in)
{
	struct index_record *out = &file->records[file->count];
	const unsigned char *start = in->at, *path = start + PATH_AT;
	uint32_t flags, length;

	if (left(in) < PATH_AT + 2)
		return false;
	flags = be16(start + FLAGS_AT);
	if (flags & FLAGS_STAGE || !is_plain_mode(be32(start + MODE_AT)))
		return false;
	if (flags & FLAG_EXTENDED) {
		if (version < 3 || be16(path) & ~(uint32_t)FLAG_SKIP_WORKTREE)
			return false;
		file->has_skipped = file->has_skipped || be16(path) & FLAG_SKIP_WORKTREE;
		path += 2;
	}
	out->at = (uint32_t)(start - file->bytes);
	if (version < 4) {
		if (!take_path(file, in, path, out))
			return false;
	} else {
		in->at = path;
		if (!take_short_path(file, in, out))
			return false;
	}
	length = out->len < FLAGS_LENGTH ? out->len : FLAGS_LENGTH;
	if (out->len == 0 || length != (flags & FLAGS_LENGTH))
		return false;
	file->count++;
	return file->count == 1 || is_in_order(index_path(file, file->count - 2), index_path(file, file->count - 1));
}

unsigned index_mode(const struct index_file *file, uint32_t record)
{
	return be32(file->bytes + file->records[record].at + MODE_AT);
}

bool index_is_assumed(const struct index_file *file, uint32_t record)
{
	return be16(file->bytes + file->records[record].at + FLAGS_AT) & FLAG_ASSUMED;
}

const unsigned char *index_id(const struct index_file *file, uint32_t record)
{
	return file->bytes + file->records[record].at + ID_AT;
}

/* --- cached trees ------------------------------------------------------------------------------------------------ */

/* A decimal number and the byte behind it. */
static bool take_decimal(struct input *in, unsigned char behind, int64_t *out)
{
	bool is_negative = left(in) && *in->at == '-';
	const unsigned char *first = in->at += is_negative;
	int64_t value = 0;

	for (; left(in) && *in->at >= '0' && *in->at <= '9' && in->at - first < DIGITS_MAX; in->at++)
		value = value * 10 + (*in->at - '0');
	if (in->at == first || !left(in) || *in->at++ != behind)
		return false;
	*out = is_negative ? -value : value;
	return true;
}

static int compare_trees(const void *a, const void *b)
{
	return text_compare((*(struct cached_tree *const *)a)->name, (*(struct cached_tree *const *)b)->name);
}

static struct cached_tree *take_tree(struct index_file *file, struct input *in, unsigned depth)
{
	struct cached_tree *tree = arena_alloc(&file->arena, sizeof(*tree)), *last = NULL;
	const unsigned char *nul = memchr(in->at, '\0', left(in));
	int64_t count;
	size_t i = 0;

	if (depth > DEPTH_MAX || !nul)
		return NULL;
	tree->name = (struct text){ (const char *)in->at, (size_t)(nul - in->at) };
	in->at = nul + 1;
	if (!take_decimal(in, ' ', &tree->entries) || !take_decimal(in, '\n', &count) || tree->entries < -1 ||
		count < 0)
		return NULL;
	if (tree->entries >= 0) {
		if (left(in) < OID_BYTES)
			return NULL;
		memcpy(tree->id.bytes, in->at, OID_BYTES);
		in->at += OID_BYTES;
	}
	for (; tree->count < (size_t)count; tree->count++) {
		struct cached_tree *child = take_tree(file, in, depth + 1);

		if (!child)
			return NULL;
		child->next = last;
		last = child;
	}
	tree->children = arena_calloc(&file->arena, tree->count + 1, sizeof(*tree->children)); /* all are there */
	for (; last; last = last->next)
		tree->children[i++] = last;
	if (tree->count)
		qsort(tree->children, tree->count, sizeof(*tree->children), compare_trees);
	return tree;
}

const struct cached_tree *cached_tree_find(const struct cached_tree *dir, struct text name)
{
	struct cached_tree key = { .name = name }, *at = &key, **found;

	if (!dir || !dir->count)
		return NULL;
	found = bsearch(&at, dir->children, dir->count, sizeof(*dir->children), compare_trees);
	return found ? *found : NULL;
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

/* What a capital letter begins may be passed by; "link" and "sdir" change what the entries mean. */
static bool take_extensions(struct index_file *file, struct input *in)
{
	while (left(in)) {
		const unsigned char *name = in->at;
		struct input inside;
		size_t size;

		if (left(in) < EXTENSION_HEADER)
			return false;
		size = be32(name + 4);
		in->at += EXTENSION_HEADER;
		if (size > left(in) || *name < 'A' || *name > 'Z')
			return false;
		inside = (struct input){ in->at, in->at + size };
		in->at += size;
		if (memcmp(name, "TREE", 4) != 0 || size == 0)
			continue;
		file->root = file->root ? NULL : take_tree(file, &inside, 0);
		if (!file->root || left(&inside))
			return false;
	}
	return true;
}

static bool take_records(
	struct index_file *file, uint32_t version, uint32_t count, index_path_fn *matters, struct input *in)
{
	file->records = xreallocarray(NULL, (size_t)count + 1, sizeof(*file->records));
	file->records[0].matter = 0;
	while (file->count < count) {
		const struct index_record *record = &file->records[file->count];

		if (!take_record(file, version, in))
			return false;
		file->records[file->count].matter =
			record->matter + (matters && matters(index_path(file, file->count - 1)));
	}
	return true;
}

static bool parse(struct index_file *file, const unsigned char *bytes, size_t len, index_path_fn *matters)
{
	struct input in = { bytes, bytes + len };
	uint32_t version, count;

	file->bytes = bytes;
	file->paths = (const char *)bytes;
	if (len < HEADER + OID_BYTES || len > UINT32_MAX || memcmp(bytes, "DIRC", 4) != 0)
		return false;
	version = be32(bytes + 4);
	count = be32(bytes + 8);
	in.at += HEADER;
	in.end -= OID_BYTES;
	if (version < 2 || version > 4 || count > left(&in) / PATH_AT)
		return false;
	return take_records(file, version, count, matters, &in) && take_extensions(file, &in);
}

static void init(struct index_file *out)
{
	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	strbuf_init(&out->long_paths);
}

bool index_file_parse(struct index_file *out, const unsigned char *bytes, size_t len, index_path_fn *matters)
{
	init(out);
	return parse(out, bytes, len, matters);
}

/* Mapping pages that only a hole in a file stands for takes as long as reading them would. */
static bool may_be_index(int fd, struct stat *st)
{
	char start[4];

	return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size >= HEADER + OID_BYTES &&
	       st->st_size <= FILE_MAX && pread(fd, start, sizeof(start), 0) == sizeof(start) &&
	       memcmp(start, "DIRC", sizeof(start)) == 0;
}

bool index_file_open(struct index_file *out, const char *path, index_path_fn *matters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	void *map = MAP_FAILED;
	struct stat st;

	init(out);
	if (fd < 0)
		return false;
	if (may_be_index(fd, &st))
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_ALL_AT_ONCE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	out->map = map;
	out->map_len = (size_t)st.st_size;
	return parse(out, map, out->map_len, matters);
}

void index_file_release(struct index_file *file)
{
	if (file->map)
		munmap(file->map, file->map_len);
	free(file->records);
	strbuf_release(&file->long_paths);
	arena_release(&file->arena);
	memset(file, 0, sizeof(*file));
}
