/*
 * Any bytes, cut at each 0xff, as packed-refs, a loose ref, HEAD, its log, shallow, and an expression that names a
 * commit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "revident/base/xalloc.h"
#include "revident/git/reflog.h"
#include "revident/git/refs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PART_BREAK = 0xff };

/* Takes the bytes up to the next break. */
static size_t take(const uint8_t **at, size_t *left, const uint8_t **part)
{
	const uint8_t *end = *left ? memchr(*at, PART_BREAK, *left) : NULL;
	size_t len = end ? (size_t)(end - *at) : *left, used = len + (end != NULL);

	*part = *at;
	*at += used;
	*left -= used;
	return len;
}

static void check_refs(struct repo *repo, struct arena *arena)
{
	struct ref_list refs;
	struct err err;
	size_t i;

	if (refs_all(repo, arena, &refs, &err) < 0)
		return;
	for (i = 0; i < refs.count; i++) {
		require(strlen(refs.items[i].name.ptr) == refs.items[i].name.len);
		require(i == 0 || text_compare(refs.items[i - 1].name, refs.items[i].name) < 0);
	}
}

static void check_log(struct repo *repo, struct arena *arena)
{
	struct reflog_list log;
	size_t i;

	reflogs_read(repo, arena, &log);
	for (i = 1; i < log.count; i++)
		require(text_compare(log.items[i - 1].name, log.items[i].name) < 0 ||
			oid_compare(&log.items[i - 1].id, &log.items[i].id) < 0);
}

static void read_all(const uint8_t *expression, size_t len)
{
	struct repo *repo = place_open();
	struct arena arena;
	struct ref ref;
	struct err err;
	char *text;

	if (!repo)
		return;
	arena_init(&arena);
	text = arena_memdup(&arena, expression, len);
	check_refs(repo, &arena);
	check_log(repo, &arena);
	err_clear(&err);
	refs_head(repo, &arena, &ref, &err);
	if (!strchr(text, ':') && !strchr(text, '@') && !strchr(text, '{')) /* those are libgit2's to read */
		refs_resolve(repo, &arena, text, &ref, &err);
	arena_release(&arena);
	repo_close(repo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "packed-refs", "refs/heads/x", "HEAD", "logs/HEAD", "shallow" };
	static const char head[] = "ref: refs/heads/main\n", commit[] =
								     "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
								     "author A <a> 1 +0000\n"
								     "committer A <a> 1 +0000\n\nx\n";
	const uint8_t *part;
	struct oid id;
	size_t i, len;

	place_object("commit", commit, sizeof(commit) - 1, &id);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		len = take(&data, &size, &part);
		if (len)
			place_write(names[i], part, len);
	}
	len = take(&data, &size, &part);
	read_all(part, len);
	place_clear();
	place_write("HEAD", head, sizeof(head) - 1);
	return 0;
}
