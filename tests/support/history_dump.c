/*
 * history_dump DIR [--all] [--quiet] [--no-commit-graph] [PATH...]: what the git layer reads of a repository, for
 * comparing with git itself. A line a commit in walk order, "commit ID TREE TIME PARENT...", then for each PATH "entry
 * COMMIT PATH KIND ID"; refs and limits.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "revident/git/commits.h"
#include "revident/git/refs.h"
#include "revident/git/repo.h"
#include "revident/git/watch.h"

static int fail(const struct err *err)
{
	fprintf(stderr, "%s\n", err->msg);
	return 3;
}

static void print_commits(const struct commits *commits)
{
	char hex[OID_HEX + 1];
	size_t i, p;

	for (i = 0; i < commits->count; i++) {
		printf("commit %s", oid_hex(&commits->ids[i], hex));
		printf(" %s %" PRId64 "%s", oid_hex(&commits->trees[i], hex), commits->times[i],
			commits->flags[i] & COMMIT_CUT ? " cut" : "");
		for (p = 0; p < commit_parent_count(commits, (uint32_t)i); p++)
			printf(" %s", oid_hex(&commits->ids[commit_parents(commits, (uint32_t)i)[p]], hex));
		putchar('\n');
	}
}

static void print_entries(const struct watch *watch, const struct commits *commits)
{
	static const char *const kinds[] = { "tree", "file", "other" };
	char hex[OID_HEX + 1], id[OID_HEX + 1];
	size_t i, p;

	for (i = 0; i < commits->count; i++) {
		uint32_t row = watch_row(watch, (uint32_t)i);

		oid_hex(&commits->ids[i], hex);
		for (p = 0; row == WATCH_UNKNOWN && p < 1; p++)
			printf("entry %s unknown\n", hex);
		for (p = 0; row != WATCH_UNKNOWN && p < watch_count(watch); p++) {
			uint32_t number = watch_entries(watch, row)[p];
			const struct watch_entry *entry;

			if (number == WATCH_ABSENT)
				continue;
			entry = watch_entry(watch, number);
			printf("entry %s %s %s %s\n", hex, watch_path(watch, p), kinds[entry->kind],
				oid_hex(&entry->id, id));
		}
	}
}

static int dump(struct repo *repo, bool all, bool quiet, char **paths, int count, struct arena *arena, struct err *err)
{
	struct ref_list refs = { .items = NULL }, heads = { .items = NULL };
	struct commits commits = { .count = 0 };
	struct watch *watch = NULL;
	const char *const *limits;
	size_t i, n = 0, limit_count;
	struct oid *tips;
	struct ref head;
	int rc = -1, got, p;

	if (all && (refs_all(repo, arena, &refs, err) < 0 || refs_worktree_heads(repo, arena, &heads, err) < 0))
		return -1;
	got = refs_head(repo, arena, &head, err);
	if (got < 0)
		return -1;
	tips = arena_calloc(arena, refs.count + heads.count + 1, sizeof(*tips));
	for (i = 0; i < refs.count; i++)
		tips[n++] = refs.items[i].commit;
	for (i = 0; i < heads.count; i++)
		tips[n++] = heads.items[i].commit;
	if (got > 0)
		tips[n++] = head.commit;
	watch_init(&watch, repo);
	if (commits_load(&commits, repo, tips, n, NULL, err) < 0)
		goto done;
	for (p = 0; p < count; p++)
		watch_add(watch, paths[p], strlen(paths[p]));
	if (watch_resolve(watch, &commits, NULL, err) < 0)
		goto done;
	if (quiet) {
		printf("%zu refs, %zu commits, %zu rows\n", refs.count, commits.count, watch_row_count(watch));
	} else {
		print_commits(&commits);
		print_entries(watch, &commits);
	}
	limit_count = repo_limits(repo, &limits);
	for (i = 0; i < limit_count; i++)
		printf("limit %s\n", limits[i]);
	rc = 0;
done:
	watch_free(watch);
	commits_release(&commits);
	return rc;
}

int main(int argc, char **argv)
{
	struct repo_env env = { .dir = argc > 1 ? argv[1] : "." };
	struct err err = { .kind = ERR_NONE };
	struct repo *repo = NULL;
	struct arena arena;
	bool all = false, quiet = false;
	int at = 2, rc = 0;

	for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
		all |= strcmp(argv[at], "--all") == 0;
		env.no_commit_graph |= strcmp(argv[at], "--no-commit-graph") == 0;
		quiet |= strcmp(argv[at], "--quiet") == 0;
	}
	arena_init(&arena);
	if (repo_open(&repo, &env, &err) < 0 || dump(repo, all, quiet, argv + at, argc - at, &arena, &err) < 0)
		rc = fail(&err);
	repo_close(repo);
	arena_release(&arena);
	return rc;
}
