/*
 * Any bytes as a pack whose index names places in it that the first bytes choose, and as the index of a pack.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/sha1.h"
#include "place.h"
#include "revident/base/strbuf.h"
#include "revident/git/object.h"
#include "revident/git/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OBJECTS_MAX = 8, READ_MAX = 1024 * 1024, FANOUT = 256 };

static void add_be32(struct strbuf *sb, uint32_t value)
{
	const unsigned char bytes[] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16),
		(unsigned char)(value >> 8), (unsigned char)value };

	strbuf_add(sb, bytes, sizeof(bytes));
}

static struct oid id_of(size_t number)
{
	struct oid id;

	memset(id.bytes, (int)number + 1, sizeof(id.bytes));
	return id;
}

static void add_sum(struct strbuf *sb)
{
	struct oid sum;

	sha1_of(sb->buf, sb->len, &sum);
	strbuf_add(sb, sum.bytes, OID_BYTES);
}

static void make_pack(struct strbuf *pack, uint32_t count, const uint8_t *data, size_t size)
{
	strbuf_addstr(pack, "PACK");
	add_be32(pack, 2);
	add_be32(pack, count);
	strbuf_add(pack, data, size);
	add_sum(pack);
}

/* Object N has an id of N + 1 in every byte, and begins where two bytes say. */
static void make_index(struct strbuf *index, uint32_t count, const uint8_t *places, const struct strbuf *pack)
{
	uint32_t i;

	strbuf_add(index, "\377tOc", 4);
	add_be32(index, 2);
	for (i = 0; i < FANOUT; i++)
		add_be32(index, i < count + 1 ? i : count);
	for (i = 0; i < count; i++) {
		struct oid id = id_of(i);

		strbuf_add(index, id.bytes, OID_BYTES);
	}
	for (i = 0; i < count; i++)
		add_be32(index, 0);
	for (i = 0; i < count; i++)
		add_be32(index, (uint32_t)(12 + (size_t)(places[2 * i] << 8 | places[2 * i + 1]) % (pack->len - 31)));
	strbuf_add(index, pack->buf + pack->len - OID_BYTES, OID_BYTES);
	add_sum(index);
}

static int look(void *data, const struct oid *id, const unsigned char *bytes, size_t len)
{
	unsigned char last = 0;

	(void)data;
	(void)id;
	if (len)
		last = bytes[len - 1];
	return last == 1 ? 0 : 0;
}

/* Reads each object in every way there is. */
static void read_all(size_t count)
{
	const struct sweep_visitor visitor = { .tree = look, .blob = look };
	const struct progress silent = { NULL, NULL };
	struct repo *repo = place_open();
	size_t i, len, swept;
	enum object_type type;
	struct object object;
	struct err err;

	require(repo != NULL);
	for (i = 0; i < count; i++) {
		struct oid id = id_of(i), commit;

		object_header(repo, &id, &type, &len, &err);
		if (object_read(repo, &id, READ_MAX, &object, &err) == 1) {
			require(object.len <= READ_MAX && object.bytes[object.len] == '\0');
			object_release(&object);
		}
		object_peel_to_commit(repo, &id, &commit, &err);
	}
	sweep_objects(repo, &visitor, &silent, &swept, &err);
	repo_close(repo);
	place_clear();
}

static void try_pack(uint32_t count, const uint8_t *data, size_t size)
{
	struct strbuf pack = STRBUF_INIT, index = STRBUF_INIT;

	make_pack(&pack, count, data + 2 * (size_t)count, size - 2 * (size_t)count);
	make_index(&index, count, data, &pack);
	place_write("objects/pack/pack-a.pack", pack.buf, pack.len);
	place_write("objects/pack/pack-a.idx", index.buf, index.len);
	read_all(count);
	strbuf_release(&pack);
	strbuf_release(&index);
}

static void try_index(const uint8_t *data, size_t size)
{
	static const uint8_t blob[] = { 0x31, 0x78, 0x9c, 0x4b, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62 }; /* "a" */
	struct strbuf pack = STRBUF_INIT;

	make_pack(&pack, 1, blob, sizeof(blob));
	place_write("objects/pack/pack-a.pack", pack.buf, pack.len);
	place_write("objects/pack/pack-a.idx", data, size);
	read_all(OBJECTS_MAX);
	strbuf_release(&pack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t count;

	if (size < 1)
		return 0;
	count = data[0] % (OBJECTS_MAX + 1);
	if (count == 0)
		try_index(data + 1, size - 1);
	else if (size - 1 >= 2 * (size_t)count + 1)
		try_pack(count, data + 1, size - 1);
	return 0;
}
