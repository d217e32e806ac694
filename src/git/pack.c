#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "internal.h"
#include "pack.h"
#include "revident/base/xalloc.h"
#include "user_cache.h"

enum {
	FANOUT = 256 * 4,
	V2_HEADER = 8,
	TRAILER = 2 * OID_BYTES,
	PACK_SMALLEST = 12 + OID_BYTES,
	V1_ENTRY = 4 + OID_BYTES,
	V2_ENTRY = OID_BYTES + 4 + 4,
	GUESS_OFF = 6, /* a guess misses by some places, mostly more than so many */
	GUESSES = 8,   /* places guessed before a search falls back to halving */
};

/* The number of objects, or -1 where the fanout decreases. */
static int64_t fanout_count(const unsigned char *fanout)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < FANOUT; i += 4) {
		uint32_t next = be32(fanout + i);

		if (next < last)
			return -1;
		last = next;
	}
	return last;
}

static const char *check_v1(const unsigned char *map, uint64_t size, uint64_t pack_size)
{
	int64_t count = fanout_count(map);
	int64_t i;

	if (count < 0)
		return "its table of contents is out of order";
	if (size != (uint64_t)FANOUT + (uint64_t)count * V1_ENTRY + TRAILER)
		return "its length does not fit the number of objects in it";
	for (i = 0; i < count; i++)
		if (be32(map + FANOUT + i * V1_ENTRY) > pack_size - OID_BYTES)
			return "it points past the end of its pack";
	return NULL;
}

/* libgit2 1.5 takes the table of 64-bit offsets on trust: an index into it that is too large reads outside the file. */
static const char *check_v2(const unsigned char *map, uint64_t size, uint64_t pack_size)
{
	int64_t count = fanout_count(map + V2_HEADER), i;
	const unsigned char *offsets, *wide;
	uint64_t fixed, wide_count;

	if (be32(map + 4) != 2)
		return "it is of a version that is not known here";
	if (count < 0)
		return "its table of contents is out of order";
	fixed = V2_HEADER + FANOUT + (uint64_t)count * V2_ENTRY + TRAILER;
	if (size < fixed || (size - fixed) % 8 != 0 || (size - fixed) / 8 > (uint64_t)count)
		return "its length does not fit the number of objects in it";
	wide_count = (size - fixed) / 8;
	offsets = map + V2_HEADER + FANOUT + (uint64_t)count * (OID_BYTES + 4);
	wide = offsets + (uint64_t)count * 4;
	for (i = 0; i < count; i++) {
		uint64_t offset = be32(offsets + i * 4);

		if (offset & PACK_WIDE) {
			if ((offset & ~(uint64_t)PACK_WIDE) >= wide_count)
				return "it points outside itself";
			offset = be64(wide + (offset & ~(uint64_t)PACK_WIDE) * 8);
		}
		if (offset > pack_size - OID_BYTES)
			return "it points past the end of its pack";
	}
	return NULL;
}

static const unsigned char magic[] = { 0xff, 't', 'O', 'c' };

static const char *check_index(const unsigned char *map, uint64_t size, uint64_t pack_size)
{
	if (size >= V2_HEADER + FANOUT + TRAILER && memcmp(map, magic, sizeof(magic)) == 0)
		return check_v2(map, size, pack_size);
	if (size >= FANOUT + TRAILER)
		return check_v1(map, size, pack_size);
	return "it is cut short";
}

/* Opens a regular file for reading without blocking. The descriptor, or -1 with the reason. */
static int open_regular(const char *path, struct stat *st, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		*why = errno == ENOENT ? "it is not there" : strerror(errno);
		return -1;
	}
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		*why = "it is no regular file";
		close(fd);
		return -1;
	}
	return fd;
}

const char *pack_map_file(const char *path, const unsigned char **map, size_t *size, struct stat *st)
{
	const char *why = NULL;
	struct stat own = { 0 }, *file = st ? st : &own;
	uint64_t len;
	int fd = open_regular(path, file, &why);
	void *at;

	if (fd < 0)
		return why;
	len = (uint64_t)file->st_size;
	if (len == 0)
		why = "it is empty";
	else if (len > SIZE_MAX / 2)
		why = "it is too long";
	if (!why) {
		at = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at == MAP_FAILED) {
			why = strerror(errno);
		} else {
			*map = at;
			*size = (size_t)len;
		}
	}
	close(fd);
	return why;
}

void pack_unmap(const unsigned char *map, size_t size)
{
	if (map)
		munmap((void *)(uintptr_t)map, size); /* takes no const pointer, and changes nothing */
}

/* The reason why a mapped pack is none, or NULL. */
static const char *check_pack(const struct pack *pack)
{
	if (pack->size < PACK_SMALLEST)
		return "it is cut short";
	if (memcmp(pack->map, "PACK", 4) != 0 || (be32(pack->map + 4) != 2 && be32(pack->map + 4) != 3))
		return "it is no pack";
	return NULL;
}

/* Is a checked index that of a checked pack? Each ends with the checksum of the pack. */
static bool is_of_pack(const struct pack *pack)
{
	return memcmp(pack->map + pack->size - OID_BYTES, pack->index + pack->index_size - TRAILER, OID_BYTES) == 0;
}

/* Where the tables of a checked index stand. */
static void find_tables(struct pack *pack)
{
	if (memcmp(pack->index, magic, sizeof(magic)) != 0) {
		pack->fanout = pack->index;
		pack->count = be32(pack->fanout + FANOUT - 4);
		pack->offsets = pack->fanout + FANOUT;
		pack->ids = pack->offsets + 4;
		pack->stride = V1_ENTRY;
		return;
	}
	pack->fanout = pack->index + V2_HEADER;
	pack->count = be32(pack->fanout + FANOUT - 4);
	pack->ids = pack->fanout + FANOUT;
	pack->sums = pack->ids + (size_t)pack->count * OID_BYTES;
	pack->offsets = pack->sums + (size_t)pack->count * 4;
	pack->wide = pack->offsets + (size_t)pack->count * 4;
}

bool pack_open(struct pack *pack, const char *dir, const char *name, struct strbuf *why)
{
	const char *bad = NULL, *bad_pack;
	char *path = path_join(dir, name);
	struct strbuf sb = STRBUF_INIT;

	memset(pack, 0, sizeof(*pack));
	strbuf_add(&sb, path, strlen(path) - strlen("idx"));
	strbuf_addstr(&sb, "pack");
	bad_pack = pack_map_file(sb.buf, &pack->map, &pack->size, &pack->stat);
	if (!bad_pack)
		bad_pack = check_pack(pack);
	if (!bad_pack)
		bad = pack_map_file(path, &pack->index, &pack->index_size, &pack->index_stat);
	if (!bad_pack && !bad)
		bad = check_index(pack->index, pack->index_size, pack->size);
	if (!bad_pack && !bad && !is_of_pack(pack))
		bad = "it is the index of another pack";
	if (bad_pack)
		strbuf_addf(why, "the pack of that index: %s", bad_pack);
	else if (bad)
		strbuf_addstr(why, bad);
	if (!bad_pack && !bad)
		find_tables(pack);
	pack->is_settled = user_cache_is_settled(&pack->stat) && user_cache_is_settled(&pack->index_stat);
	pack->path = path;
	if (bad_pack || bad)
		pack_close(pack);
	strbuf_release(&sb);
	return !bad && !bad_pack;
}

void pack_close(struct pack *pack)
{
	free(pack->path);
	pack_order_release(&pack->order);
	pack_unmap(pack->map, pack->size);
	pack_unmap(pack->index, pack->index_size);
	memset(pack, 0, sizeof(*pack));
}

void pack_checksum(const struct pack *pack, struct oid *out)
{
	memcpy(out->bytes, pack->map + pack->size - OID_BYTES, OID_BYTES);
}

void pack_id_at(const struct pack *pack, uint32_t position, struct oid *out)
{
	memcpy(out->bytes, pack->ids + position * (pack->stride ? pack->stride : OID_BYTES), OID_BYTES);
}

void pack_range(const struct pack *pack, uint8_t first, uint32_t *begin, uint32_t *end)
{
	*begin = first ? be32(pack->fanout + 4 * ((size_t)first - 1)) : 0;
	*end = be32(pack->fanout + 4 * (size_t)first);
}

/* Ids are spread evenly: the place of `key` in a range whose ends have the keys `first` and `last`. */
static uint32_t guess(uint32_t low, uint32_t high, uint32_t key, uint32_t first, uint32_t last)
{
	if (key <= first)
		return low;
	if (key >= last)
		return high - 1;
	return low + (uint32_t)((uint64_t)(high - 1 - low) * (key - first) / (last - first));
}

void pack_expect(const struct pack *pack, const struct oid *id)
{
	const size_t stride = pack->stride ? pack->stride : OID_BYTES;
	uint32_t low, high, middle, first, last;

	pack_range(pack, id->bytes[0], &low, &high);
	if (low >= high)
		return;
	middle = guess(low, high, be32(id->bytes + 1), 0, UINT32_MAX);
	first = middle - low > GUESS_OFF ? middle - GUESS_OFF : low;
	last = high - middle > GUESS_OFF ? middle + GUESS_OFF : high - 1;
	__builtin_prefetch(pack->ids + middle * stride);
	__builtin_prefetch(pack->ids + first * stride);
	__builtin_prefetch(pack->ids + last * stride);
	if (!pack->stride)
		__builtin_prefetch(pack->offsets + (size_t)middle * 4);
	if (pack->sums)
		__builtin_prefetch(pack->sums + (size_t)middle * 4);
}

bool pack_find(const struct pack *pack, const struct oid *id, uint32_t *position)
{
	size_t stride = pack->stride ? pack->stride : OID_BYTES;
	unsigned round;
	uint32_t low, high;
	uint32_t key = be32(id->bytes + 1), low_key = 0, high_key = UINT32_MAX; /* the first byte is the same for all */

	pack_range(pack, id->bytes[0], &low, &high);
	for (round = 0; low < high; round++) {
		uint32_t middle = round < GUESSES ? guess(low, high, key, low_key, high_key) : low + (high - low) / 2,
			 there;
		const unsigned char *at = pack->ids + middle * stride;
		int order;

		there = be32(at + 1);
		order = key != there ? (key < there ? -1 : 1) : memcmp(id->bytes, at, OID_BYTES);
		if (order == 0) {
			*position = middle;
			return true;
		}
		if (order < 0) {
			high = middle;
			high_key = there;
		} else {
			low = middle + 1;
			low_key = there;
		}
	}
	return false;
}
