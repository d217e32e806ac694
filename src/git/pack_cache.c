#include "revident/git/pack_cache.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "user_cache.h"

enum {
	PACKS_MAX = 1000
}; /* of a repository with more nothing is kept: git would have packed it together long before */

bool pack_cache_is_used(const struct repo *repo)
{
	return repo->cache_dir && repo->packs.count && repo->packs.count <= PACKS_MAX;
}

/* A line that tells a pack as it was mapped from whatever may be in its place later. */
static void add_pack(struct strbuf *out, const struct pack *pack)
{
	char hex[OID_HEX + 1];
	struct oid checksum;

	pack_checksum(pack, &checksum);
	strbuf_addf(out, "pack %s", oid_hex(&checksum, hex));
	user_cache_add_stamp(out, &pack->stat);
	user_cache_add_stamp(out, &pack->index_stat);
	strbuf_addch(out, '\n');
}

/* A line for each pack. False where one of them may change without another stamp. */
static bool add_packs(struct strbuf *out, const struct repo *repo)
{
	bool are_settled = true;
	size_t i;

	for (i = 0; i < repo->packs.count; i++) {
		add_pack(out, &repo->packs.items[i]);
		are_settled = are_settled && repo->packs.items[i].is_settled;
	}
	return are_settled;
}

/* The repository by where it is. */
static bool add_subject(struct strbuf *out, const struct repo *repo)
{
	struct stat st;

	if (stat(repo->common_dir, &st) < 0)
		return false;
	strbuf_addf(out, "packs of %ju:%ju %s", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, repo->common_dir);
	return true;
}

/* Takes the lines of packs off the beginning, up to an empty one. False unless each is one of `now`. */
static bool take_packs(struct text *body, const struct strbuf *now)
{
	const char *line, *end;

	while ((end = memchr(body->ptr, '\n', body->len)) != NULL) {
		line = body->ptr;
		body->ptr = end + 1;
		body->len -= (size_t)(end + 1 - line);
		if (end == line)
			return true;
		if (!memmem(now->buf, now->len, line, (size_t)(end + 1 - line)))
			return false;
	}
	return false;
}

bool pack_cache_read(const struct repo *repo, const char *writer, struct strbuf *file, struct text *body)
{
	struct strbuf subject = STRBUF_INIT, now = STRBUF_INIT;
	bool found;

	add_packs(&now, repo);
	found = add_subject(&subject, repo) && user_cache_read(repo, subject.buf, writer, file, body) &&
		take_packs(body, &now);
	strbuf_release(&subject);
	strbuf_release(&now);
	return found;
}

void pack_cache_write(const struct repo *repo, const char *writer, const void *bytes, size_t len)
{
	struct strbuf subject = STRBUF_INIT, file = STRBUF_INIT;

	if (add_packs(&file, repo) && add_subject(&subject, repo)) {
		strbuf_addch(&file, '\n');
		strbuf_add(&file, bytes, len);
		user_cache_write(repo, subject.buf, writer, file.buf, file.len);
	}
	strbuf_release(&subject);
	strbuf_release(&file);
}
