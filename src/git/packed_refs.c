#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"

enum { PACKED_REFS_MAX = 1024 * 1024 * 1024 };

int packed_refs_read(struct repo *repo, struct text *out, struct err *err)
{
	char *path = path_join(repo->common_dir, "packed-refs");
	struct stat now;
	int rc = -1;

	memset(&now, 0, sizeof(now));
	if (stat(path, &now) < 0)
		memset(&now, 0, sizeof(now)); /* gone, or preflight_read() says what is wrong */
	if (now.st_ino == 0 || !stat_is_same(&now, &repo->packed_refs_stat)) {
		strbuf_clear(&repo->packed_refs);
		memset(&repo->packed_refs_stat, 0, sizeof(repo->packed_refs_stat)); /* nothing, should this fail */
		if (preflight_read(path, PACKED_REFS_MAX, &repo->packed_refs, err) < 0)
			goto done;
		repo->packed_refs_stat = now;
		if (now.st_ino != 0 && repo->packed_refs.len == 0)
			repo_add_limit(
				repo, "packed-refs is empty, though git writes at least one line; refs may be lost");
		if (repo->packed_refs.len && repo->packed_refs.buf[repo->packed_refs.len - 1] != '\n')
			repo_add_limit(repo, "packed-refs is cut short: its last line has no end; refs may be lost");
	}
	*out = (struct text){ repo->packed_refs.buf, repo->packed_refs.len };
	rc = 0;
done:
	free(path);
	return rc;
}

int packed_refs_find(struct repo *repo, const char *name, struct oid *out, struct err *err)
{
	struct strbuf key = STRBUF_INIT;
	struct text content;
	const char *at, *end;
	int rc = packed_refs_read(repo, &content, err);

	if (rc < 0)
		return -1;
	strbuf_addf(&key, " %s", name);
	for (at = content.ptr, end = at + content.len; rc == 0; at += key.len) {
		at = memmem(at, (size_t)(end - at), key.buf, key.len);
		if (!at)
			break;
		if ((at[key.len] != '\n' && at[key.len] != '\0' && at[key.len] != '\r') || at - content.ptr < OID_HEX ||
			(at - content.ptr > OID_HEX && at[-OID_HEX - 1] != '\n'))
			continue;
		rc = oid_parse(out, at - OID_HEX, OID_HEX) && !oid_is_null(out) ? 1 : damaged_ref(name, err);
	}
	strbuf_release(&key);
	return rc;
}

bool packed_refs_parse(const char *line, size_t len, struct oid *id, struct text *name)
{
	if (len < OID_HEX + 2 || line[OID_HEX] != ' ' || !oid_parse(id, line, OID_HEX) || oid_is_null(id))
		return false;
	*name = (struct text){ line + OID_HEX + 1, len - OID_HEX - 1 };
	return ref_name_is_possible(*name);
}

void packed_refs_check(struct repo *repo)
{
	struct err ignored;
	unsigned long line = 0;
	struct text content;
	const char *at, *end;

	if (packed_refs_read(repo, &content, &ignored) < 0)
		return;
	for (at = content.ptr, end = at + content.len; at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol ? eol : end) - at), bare = len - (len && at[len - 1] == '\r');
		bool peels = *at == '^';
		struct text name;
		struct oid id;

		line++;
		if (*at != '#' && !(peels ? oid_parse(&id, at + 1, bare - 1) : packed_refs_parse(at, bare, &id, &name)))
			repo_add_limit(repo, "line %lu of packed-refs is damaged; 'git fsck' tells more", line);
		at += len + 1;
	}
}
