#include "revident/git/pack_cache.h"

#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "user_cache.h"

size_t pack_cache_packs(const struct repo *repo)
{
	return repo->cache_dir ? repo->packs.count : 0;
}

size_t pack_cache_objects(const struct repo *repo, size_t pack)
{
	return repo->packs.items[pack].count;
}

bool pack_cache_has(const struct repo *repo, size_t pack, const struct oid *id)
{
	uint32_t position;

	return pack_find(&repo->packs.items[pack], id, &position);
}

static bool add_file(struct strbuf *out, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && user_cache_stamp(out, &st);
}

bool pack_stamp_take(const struct repo *repo, size_t pack, struct pack_stamp *out)
{
	static const char index_end[] = ".idx";
	const struct pack *p = &repo->packs.items[pack];
	struct strbuf path = STRBUF_INIT;
	char hex[OID_HEX + 1];
	struct oid checksum;
	bool settled;

	pack_checksum(p, &checksum);
	strbuf_init(&out->text);
	strbuf_addf(&out->text, "pack %s", oid_hex(&checksum, hex));
	settled = add_file(&out->text, p->path);
	strbuf_addstr(&path, p->path);
	strbuf_setlen(&path, path.len - strlen(index_end));
	strbuf_addstr(&path, ".pack");
	settled = settled && add_file(&out->text, path.buf);
	strbuf_release(&path);
	if (!settled)
		strbuf_clear(&out->text);
	return settled;
}

bool pack_cache_read(const struct repo *repo, const struct pack_stamp *stamp, const char *writer, struct strbuf *file,
	struct text *body)
{
	return stamp->text.len && user_cache_read(repo, stamp->text.buf, writer, file, body);
}

void pack_cache_write(
	const struct repo *repo, const struct pack_stamp *stamp, const char *writer, const void *bytes, size_t len)
{
	if (stamp->text.len)
		user_cache_write(repo, stamp->text.buf, writer, bytes, len);
}
