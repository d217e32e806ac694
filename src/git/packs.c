#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

enum {
	FANOUT = 256 * 4,
	V2_HEADER = 8,
	TRAILER = 2 * OID_BYTES,
	PACK_SMALLEST = 12 + OID_BYTES,
	V1_ENTRY = 4 + OID_BYTES,
	V2_ENTRY = OID_BYTES + 4 + 4,
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

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

		if (offset & 0x80000000U) {
			if ((offset & 0x7fffffffU) >= wide_count)
				return "it points outside itself";
			offset = be64(wide + (offset & 0x7fffffffU) * 8);
		}
		if (offset > pack_size - OID_BYTES)
			return "it points past the end of its pack";
	}
	return NULL;
}

static const char *check_index(const unsigned char *map, uint64_t size, uint64_t pack_size)
{
	static const unsigned char magic[] = { 0xff, 't', 'O', 'c' };

	if (size >= V2_HEADER + FANOUT + TRAILER && memcmp(map, magic, sizeof(magic)) == 0)
		return check_v2(map, size, pack_size);
	if (size >= FANOUT + TRAILER)
		return check_v1(map, size, pack_size);
	return "it is cut short";
}

/* Opens a regular file for reading without blocking. The descriptor, or -1 with the reason. */
static int open_regular(const char *path, uint64_t *size, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		*why = errno == ENOENT ? "it is not there" : strerror(errno);
		return -1;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		*why = "it is no regular file";
		close(fd);
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

static const char *check_pack(const char *path, uint64_t *size)
{
	const char *why = NULL;
	unsigned char header[8];
	int fd = open_regular(path, size, &why);

	if (fd < 0)
		return why;
	if (*size < PACK_SMALLEST || pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		why = "it is cut short";
	else if (memcmp(header, "PACK", 4) != 0 || (be32(header + 4) != 2 && be32(header + 4) != 3))
		why = "it is no pack";
	close(fd);
	return why;
}

bool pack_index_is_sound(const char *dir, const char *name, struct strbuf *why)
{
	const char *bad = NULL, *bad_pack;
	char *path = path_join(dir, name), *pack;
	struct strbuf sb = STRBUF_INIT;
	uint64_t size = 0, pack_size = 0;
	void *map;
	int fd;

	strbuf_add(&sb, path, strlen(path) - strlen("idx"));
	strbuf_addstr(&sb, "pack");
	pack = strbuf_detach(&sb, NULL);
	fd = open_regular(path, &size, &bad);
	bad_pack = check_pack(pack, &pack_size);
	if (fd >= 0 && !bad_pack) {
		map = size ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
		if (map == MAP_FAILED) {
			bad = size ? strerror(errno) : "it is empty";
		} else {
			bad = check_index(map, size, pack_size);
			munmap(map, (size_t)size);
		}
	}
	if (fd >= 0)
		close(fd);
	free(path);
	free(pack);
	if (bad_pack)
		strbuf_addf(why, "the pack of that index: %s", bad_pack);
	else if (bad)
		strbuf_addstr(why, bad);
	return !bad && !bad_pack;
}
