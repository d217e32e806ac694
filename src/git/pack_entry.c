/*
 * What stands before the data of an entry: gitformat-pack(5).
 */
#include <string.h>

#include "pack.h"

bool pack_entry_at(const struct pack *pack, uint64_t offset, struct pack_entry *out)
{
	const unsigned char *at, *end = pack->map + pack->size - OID_BYTES;
	unsigned shift = 4;
	uint64_t back, len;
	struct oid base;

	if (offset < 12 || offset >= pack->size - OID_BYTES)
		return false;
	at = pack->map + offset;
	out->offset = offset;
	out->type = *at >> 4 & 7;
	len = *at & 15;
	while (*at++ & 0x80) {
		if (at == end || shift > 50)
			return false;
		len |= (uint64_t)(*at & 0x7f) << shift;
		shift += 7;
	}
	if (len > SIZE_MAX / 4)
		return false;
	out->len = (size_t)len;
	out->base_position = PACK_NO_POSITION;
	if (out->type == PACK_ENTRY_REF_DELTA) {
		if (end - at <= OID_BYTES)
			return false;
		memcpy(base.bytes, at, OID_BYTES);
		if (!pack_find(pack, &base, &out->base_position))
			return false;
		out->base = pack_offset_at(pack, out->base_position);
		at += OID_BYTES;
	} else if (out->type == PACK_ENTRY_OFS_DELTA) {
		if (at == end)
			return false;
		back = *at & 0x7f;
		while (*at++ & 0x80) {
			if (at == end || back > UINT64_MAX >> 8)
				return false;
			back = (back + 1) << 7 | (*at & 0x7f);
		}
		if (back == 0 || back >= offset)
			return false;
		out->base = offset - back;
	} else if (out->type < PACK_ENTRY_COMMIT || out->type > PACK_ENTRY_TAG) {
		return false;
	}
	out->data = (size_t)(at - pack->map);
	return at < end;
}

bool pack_entry_is_delta(const struct pack_entry *entry)
{
	return entry->type == PACK_ENTRY_OFS_DELTA || entry->type == PACK_ENTRY_REF_DELTA;
}

enum object_type pack_entry_type(const struct pack_entry *entry)
{
	static const enum object_type types[] = { [PACK_ENTRY_COMMIT] = OBJECT_COMMIT,
		[PACK_ENTRY_TREE] = OBJECT_TREE,
		[PACK_ENTRY_BLOB] = OBJECT_BLOB,
		[PACK_ENTRY_TAG] = OBJECT_TAG };

	return types[entry->type];
}
