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
	bytes->position = position;
	return true;
}
