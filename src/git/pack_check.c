/*
 * Is what was read what its id says? An index of version 2 has the CRC32 of each entry as it is stored, which costs a
 * hundredth of inflating it; where that does not fit, or there is none, the content is held against the id itself.
 */
#include "bytes.h"
#include "pack.h"
#include "sha1.h"

bool pack_entry_fits(const struct pack *pack, uint32_t position, uint64_t offset, uint64_t end)
{
	return pack->sums && libdeflate_crc32(0, pack->map + offset, (size_t)(end - offset)) ==
				     be32(pack->sums + (size_t)position * 4);
}

bool pack_position_fits(struct pack *pack, uint32_t position, uint64_t max)
{
	uint64_t offset = pack_offset_at(pack, position), end;
	uint32_t there;

	if (!pack->sums || !pack_find_offset(pack, offset, &there, &end) || end - offset > max)
		return true;
	return pack_entry_fits(pack, position, offset, end);
}

bool pack_bytes_are(struct pack_bytes *bytes, const struct pack *pack, uint32_t position)
{
	static const char *const types[] = {
		[OBJECT_COMMIT] = "commit", [OBJECT_TREE] = "tree", [OBJECT_BLOB] = "blob", [OBJECT_TAG] = "tag"
	};
	struct oid wanted, has;

	if (bytes->position == position)
		return true;
	pack_id_at(pack, position, &wanted);
	sha1_of_object(types[bytes->type], bytes->bytes, bytes->len, &has);
	if (!oid_equal(&wanted, &has))
		return false;
	bytes->is_hashed = true;
	bytes->position = position;
	return true;
}
