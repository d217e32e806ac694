/* Damage that somebody made on purpose: what checks itself has the checksum that fits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../src/git/sha1.h"
#include "damage.h"

enum {
	CONTENT_MAX = 64 * 1024,
	COMMITS = 6, /* of a graph are given other parents */
	PARENT_AT = OID_BYTES,
	DATA_ENTRY = OID_BYTES + 16,
	TABLE_AT = 8, /* in a graph: of chunks */
	TABLE_ENTRY = 12,
	INDEX_IDS_AT = 8 + 256 * 4, /* in the index of a pack, version 2 */
	PLACES = 5,                 /* in an index that are damaged in each way */
	PACK_HEADER = 12,
	ENTRIES = 16, /* of a pack are given other content */
};

#define NO_PARENT 0x70000000U

static uint32_t number_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_number(char *at, uint32_t number)
{
	size_t i;

	for (i = 0; i < 4; i++)
		at[i] = (char)(number >> (24 - 8 * i));
}

static bool ends(const struct victim *victim, const char *with)
{
	size_t len = strlen(victim->relative), n = strlen(with);

	return len >= n && strcmp(victim->relative + len - n, with) == 0;
}

static void take_victim(struct damage *damage, const struct victim *victim, const char *name)
{
	damage->kind = DAMAGE_CONTENT;
	snprintf(damage->name, sizeof(damage->name), "forged: %s", name);
	strbuf_clear(&damage->content);
	strbuf_add(&damage->content, victim->content, victim->len);
}

static void sum_up(struct strbuf *content)
{
	struct oid sum;

	sha1_of(content->buf, content->len - OID_BYTES, &sum);
	memcpy(content->buf + content->len - OID_BYTES, sum.bytes, OID_BYTES);
}

/* --- loose objects ----------------------------------------------------------------------------------------------- */

static bool take_object(struct damage *damage, const char *name, const char *type, unsigned long long length,
	const char *content, size_t len)
{
	uLongf packed_len = compressBound((uLong)len + 64);
	Bytef *packed = malloc(packed_len);
	struct strbuf object = STRBUF_INIT;
	bool done;

	strbuf_addf(&object, "%s %llu", type, length);
	strbuf_addch(&object, '\0');
	strbuf_add(&object, content, len);
	done = packed && compress(packed, &packed_len, (const Bytef *)object.buf, (uLong)object.len) == Z_OK;
	damage->kind = DAMAGE_CONTENT;
	snprintf(damage->name, sizeof(damage->name), "forged: %s", name);
	strbuf_clear(&damage->content);
	if (done)
		strbuf_add(&damage->content, packed, packed_len);
	strbuf_release(&object);
	free(packed);
	return done;
}

static bool forge_object(struct damage *damage, const struct victim *victim, unsigned row)
{
	static char object[CONTENT_MAX];
	uLongf size = sizeof(object);
	char *content, type[16];
	size_t len;
	bool is_blob;

	if (uncompress((Bytef *)object, &size, (const Bytef *)victim->content, (uLong)victim->len) != Z_OK ||
		!memchr(object, '\0', size) || sscanf(object, "%15s", type) != 1)
		return false;
	content = object + strlen(object) + 1;
	len = size - (size_t)(content - object);
	is_blob = strcmp(type, "blob") == 0;
	switch (row) {
	case 0:
		if (len)
			content[len - 1] ^= 1;
		return len && take_object(damage, "the last byte is another", type, len, content, len);
	case 1:
		if (len)
			content[len / 2] ^= 2;
		return len && take_object(damage, "a byte is another", type, len, content, len);
	case 2:
		return take_object(damage, "another type", is_blob ? "tree" : "blob", len, content, len);
	case 3:
		return take_object(damage, "longer, its header says", type, len + 1, content, len);
	case 4:
		return take_object(damage, "very long, its header says", type, 99999999999ULL, content, len);
	default:
		return false;
	}
}

/* --- commit-graphs ----------------------------------------------------------------------------------------------- */

/* Where a chunk begins, or 0. */
static size_t chunk_at(const struct victim *victim, const char *name)
{
	size_t i, count = (unsigned char)victim->content[6];

	for (i = 0; i < count && TABLE_AT + (i + 2) * TABLE_ENTRY < victim->len; i++)
		if (memcmp(victim->content + TABLE_AT + i * TABLE_ENTRY, name, 4) == 0)
			return number_at(victim->content + TABLE_AT + i * TABLE_ENTRY + 8);
	return 0;
}

static bool forge_graph(struct damage *damage, const struct victim *victim, unsigned row)
{
	size_t data = chunk_at(victim, "CDAT"), ids = chunk_at(victim, "OIDF"), filters = chunk_at(victim, "BIDX"), at;
	unsigned chunks = (unsigned char)victim->content[6];
	size_t count = ids ? number_at(victim->content + ids + 255 * 4) : 0, commit = row / 2;
	uint32_t parent;

	if (commit < COMMITS) {
		at = data + commit * DATA_ENTRY + PARENT_AT;
		if (commit >= count || number_at(victim->content + at) == NO_PARENT)
			return false;
		if (number_at(victim->content + at + 4) != NO_PARENT)
			return false; /* a merge's level is that of one parent: the others may be anything */
		parent = row % 2 ? NO_PARENT : (uint32_t)commit;
		take_victim(damage, victim, row % 2 ? "no parent" : "its own parent");
		put_number(damage->content.buf + at, parent);
	} else if (row < 2U * COMMITS + chunks) {
		take_victim(damage, victim, "a chunk elsewhere");
		put_number(damage->content.buf + TABLE_AT + (row - 2 * COMMITS + 1) * TABLE_ENTRY + 8, 0x7fffff00U);
	} else {
		if (!filters || !count || row > 2U * COMMITS + chunks)
			return false;
		take_victim(damage, victim, "a filter ends elsewhere");
		put_number(damage->content.buf + filters + 4 * (count / 2), 0xffffff00U);
	}
	sum_up(&damage->content);
	return true;
}

/* --- indexes ----------------------------------------------------------------------------------------------------- */

static void swap_fields(char *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char kept = at[i];

		at[i] = at[len + i];
		at[len + i] = kept;
	}
}

static bool forge_pack_index(struct damage *damage, const struct victim *victim, unsigned row)
{
	size_t count = victim->len > INDEX_IDS_AT ? number_at(victim->content + INDEX_IDS_AT - 4) : 0;
	size_t sums = INDEX_IDS_AT + count * OID_BYTES, offsets = sums + count * 4;
	size_t at = count * (1 + row % PLACES) / (PLACES + 1), first;

	if (count < 2 * PLACES || memcmp(victim->content, "\377tOc", 4) != 0)
		return false;
	switch (row / PLACES) {
	case 0:
		take_victim(damage, victim, "another id");
		damage->content.buf[INDEX_IDS_AT + at * OID_BYTES + OID_BYTES - 1] ^= 1;
		break;
	case 1:
		take_victim(damage, victim, "an offset behind the pack");
		put_number(damage->content.buf + offsets + at * 4, 0x7fffffffU);
		break;
	case 2:
		take_victim(damage, victim, "an offset in a table that is not there");
		put_number(damage->content.buf + offsets + at * 4, 0xffffffffU);
		break;
	case 3:
		take_victim(damage, victim, "an offset in the middle of an object");
		put_number(damage->content.buf + offsets + at * 4, number_at(victim->content + offsets + at * 4) + 1);
		break;
	case 4:
		take_victim(damage, victim, "two offsets swapped");
		swap_fields(damage->content.buf + offsets + at * 4, 4);
		break;
	case 5:
		take_victim(damage, victim, "two objects at one place");
		memcpy(damage->content.buf + offsets + at * 4, victim->content + offsets + (at + 1) * 4, 4);
		break;
	case 6:
		take_victim(damage, victim, "two ids swapped");
		swap_fields(damage->content.buf + INDEX_IDS_AT + at * OID_BYTES, OID_BYTES);
		break;
	case 7:
		take_victim(damage, victim, "another checksum");
		damage->content.buf[sums + at * 4] ^= 1;
		break;
	default:
		take_victim(damage, victim, "another table of contents");
		first = 8 + (size_t)(unsigned char)victim->content[INDEX_IDS_AT + at * OID_BYTES] * 4;
		put_number(damage->content.buf + first, number_at(victim->content + first) - 1);
		break;
	}
	sum_up(&damage->content);
	return true;
}

/* --- packs ------------------------------------------------------------------------------------------------------- */

struct packed_entry {
	size_t data, len; /* where its zlib stream begins, and how long that is */
	char content[CONTENT_MAX];
	size_t content_len;
};

/* Reads the entry at `at`, which ends before *end. */
static bool read_entry(const struct victim *victim, size_t at, struct packed_entry *out, size_t *end)
{
	const unsigned char *bytes = (const unsigned char *)victim->content;
	unsigned type = bytes[at] >> 4 & 7;
	z_stream z = { .avail_out = CONTENT_MAX };
	bool done;

	while (bytes[at++] & 0x80)
		;
	if (type == 7)
		at += OID_BYTES;
	while (type == 6 && bytes[at++] & 0x80)
		;
	if (at >= victim->len - OID_BYTES || inflateInit(&z) != Z_OK)
		return false;
	z.next_in = (Bytef *)victim->content + at;
	z.avail_in = (uInt)(victim->len - OID_BYTES - at);
	z.next_out = (Bytef *)out->content;
	done = inflate(&z, Z_FINISH) == Z_STREAM_END;
	out->data = at;
	out->len = z.total_in;
	out->content_len = z.total_out;
	*end = at + z.total_in;
	inflateEnd(&z);
	return done;
}

/* Other content of the same length whose stream, as good as any, has room where the true one was. */
static bool put_other_content(struct strbuf *pack, struct packed_entry *entry, unsigned seed)
{
	Bytef packed[2 * CONTENT_MAX];
	size_t n;

	for (n = 0; n < entry->content_len; n++) {
		char *at = &entry->content[(seed + n * 7) % entry->content_len], kept = *at;
		uLongf len = sizeof(packed);

		*at = kept == '1' ? '2' : '1';
		if (*at != kept && compress2(packed, &len, (Bytef *)entry->content, entry->content_len, 9) == Z_OK &&
			len <= entry->len) {
			memcpy(pack->buf + entry->data, packed, len);
			return true;
		}
		*at = kept;
	}
	return false;
}

/* In every second row the pack's own checksum fits as well, and its index is that of another one. */
static bool forge_pack(struct damage *damage, const struct victim *victim, unsigned row)
{
	static struct packed_entry entry;
	size_t count = victim->len > PACK_HEADER ? number_at(victim->content + 8) : 0, i, at = PACK_HEADER, end = at;
	size_t wanted = count * (row / 2) / ENTRIES;

	for (i = 0; i < count && i <= wanted; i++, at = end)
		if (!read_entry(victim, at, &entry, &end))
			return false;
	if (!count)
		return false;
	take_victim(damage, victim, row % 2 ? "other content, summed up" : "other content");
	if (!put_other_content(&damage->content, &entry, row))
		return false;
	if (row % 2)
		sum_up(&damage->content);
	return true;
}

static bool forge_index(struct damage *damage, const struct victim *victim, unsigned row)
{
	static const char *const names[] = { "an entry more", "an entry less", "a version that is not known" };

	if (victim->len < 12 + OID_BYTES)
		return false;
	take_victim(damage, victim, names[row]);
	if (row == 2)
		put_number(damage->content.buf + 4, 9);
	else
		put_number(damage->content.buf + 8, number_at(victim->content + 8) + (row == 0 ? 1U : UINT32_MAX));
	sum_up(&damage->content);
	return true;
}

/* --- all --------------------------------------------------------------------------------------------------------- */

bool forged_next(struct damage *damage, const struct victim *victim, unsigned *state)
{
	static const struct {
		const char *name; /* how the file's ends */
		bool (*forge)(struct damage *damage, const struct victim *victim, unsigned row);
		unsigned rows;
	} kinds[] = {
		{ "/commit-graph", forge_graph, 2 * COMMITS + 9 },
		{ ".graph", forge_graph, 2 * COMMITS + 9 },
		{ ".idx", forge_pack_index, 9 * PLACES },
		{ ".pack", forge_pack, 2 * ENTRIES },
		{ "/index", forge_index, 3 },
		{ "", forge_object, 5 },
	};
	size_t i;

	for (i = 0; !ends(victim, kinds[i].name); i++)
		;
	if (kinds[i].forge == forge_object && !victim_is_loose_object(victim))
		return false;
	while (*state < kinds[i].rows)
		if (kinds[i].forge(damage, victim, (*state)++))
			return true;
	return false;
}
