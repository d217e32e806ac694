#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/xalloc.h"

enum { SHALLOW_FILE_MAX = 64 * 1024 * 1024 };

/* One object id a line; what is no id is a limit. */
static int load_boundary(struct repo *repo, struct err *err)
{
	char *path = path_join(repo->common_dir, "shallow");
	struct strbuf content = STRBUF_INIT;
	const char *at, *end;
	int rc = preflight_read(path, SHALLOW_FILE_MAX, &content, err);

	free(path);
	if (rc <= 0)
		goto done;
	for (at = content.buf, end = at + content.len; at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol ? eol : end) - at);
		struct oid id;

		if (oid_parse(&id, at, len > OID_HEX ? OID_HEX : len)) {
			VEC_GROW(repo->shallow, repo->shallow_count, repo->shallow_cap);
			repo->shallow[repo->shallow_count++] = id;
		} else if (len) {
			repo_add_limit(repo, "the file 'shallow' is damaged: a line of it is no object id");
		}
		at += len + 1;
	}
	if (repo->shallow_count)
		qsort(repo->shallow, repo->shallow_count, sizeof(*repo->shallow), oid_compare_items);
	rc = 0;
done:
	strbuf_release(&content);
	return rc;
}

/* 1 if something stands there, 0 if not, -1. */
static int directory_has_entries(const char *path, struct err *err)
{
	struct directory directory;
	int rc = directory_read(&directory, path, err);
	size_t i;

	if (rc > 0)
		rc = 0;
	for (i = 0; rc == 0 && i < directory.count; i++)
		rc = directory.names[i][0] != '.';
	directory_release(&directory);
	return rc;
}

/* Is there a line that is neither empty nor a comment? */
static bool has_graft(const struct strbuf *content)
{
	const char *at = content->buf, *end = at + content->len;

	while (at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));

		if (*at != '#' && *at != '\n')
			return true;
		at = eol ? eol + 1 : end;
	}
	return false;
}

/* Would git follow replace refs? What it is not to follow keeps no commit-graph from it. */
static bool follows_replace_refs(const struct repo *repo)
{
	int follows = 1;

	return !repo->no_replace_objects &&
	       (git_config_get_bool(&follows, repo->config, "core.usereplacerefs") < 0 || follows);
}

/* refs/replace as loose files or in packed-refs. 1, 0, -1. */
static int has_replace_refs(struct repo *repo, struct err *err)
{
	char *loose = path_join(repo->common_dir, "refs/replace");
	int found = directory_has_entries(loose, err);
	struct text packed;

	free(loose);
	if (found != 0)
		return found;
	if (packed_refs_read(repo, &packed, err) < 0)
		return -1;
	return memmem(packed.ptr, packed.len, " refs/replace/", strlen(" refs/replace/")) != NULL;
}

static int find_replacements(struct repo *repo, struct err *err)
{
	char *path = path_join(repo->common_dir, "info/grafts");
	struct strbuf grafts = STRBUF_INIT;
	int rc = -1, replaced = has_replace_refs(repo, err);

	if (replaced < 0 || preflight_read(path, SHALLOW_FILE_MAX, &grafts, err) < 0)
		goto done;
	repo->replacements = replaced || has_graft(&grafts);
	repo->graph_is_barred = has_graft(&grafts) || (replaced && follows_replace_refs(repo));
	rc = 0;
done:
	free(path);
	strbuf_release(&grafts);
	return rc;
}

int shallow_load(struct repo *repo, struct err *err)
{
	if (load_boundary(repo, err) < 0)
		return -1;
	return find_replacements(repo, err);
}

bool shallow_has(const struct repo *repo, const struct oid *id)
{
	return repo->shallow_count &&
	       bsearch(id, repo->shallow, repo->shallow_count, sizeof(*repo->shallow), oid_compare_items) != NULL;
}
