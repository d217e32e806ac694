#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/git/commit_graph.h"
#include "../../src/git/sha1.h"
#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/git/commits.h"
#include "revident/git/watch.h"

/* Merges, an octopus, two roots, a directory that comes and goes; the last commit is outside the graph. */
static const char stream[] = "feature done\n"
#define COMMIT(mark, time, rest) "commit refs/heads/m\nmark :" mark "\ncommitter C <c@x> " time " +0000\ndata 0\n" rest
#define ADD(path, text) "M 644 inline " path "\ndata 2\n" text "\n"
	COMMIT("1", "10", ADD("v/a/x", "1")) "reset refs/heads/m\n" COMMIT("2", "20", ADD("other", "1"))
		COMMIT("3", "30", "from :2\n" ADD("v/a/x", "2")) COMMIT("4", "40", "from :2\n" ADD("v/\xc3\xa4", "1"))
			COMMIT("5", "50", "from :1\nmerge :3\nmerge :4\nmerge :2\n" ADD("z", "1"))
				COMMIT("6", "60", "from :5\nD v\n")
					COMMIT("7", "70", "from :5\nmerge :6\n" ADD("q", "1"))
						COMMIT("8", "80", "from :7\n") "done\n";

static const char write_graph[] = "cd r; git rev-parse m~1 | git commit-graph write --stdin-commits --changed-paths "
				  "--no-progress 2>&1; chmod u+w .git/objects/info/commit-graph";

/* All that the walk and the watch say, as text; empty if nothing can be read. */
static char *read_history(struct repo *repo, const struct oid *tip)
{
	static const char *const paths[] = { "v/a", "v", "other", "v/\xc3\xa4", "nowhere/b" };
	struct err err = { .kind = ERR_NONE };
	struct strbuf sb = STRBUF_INIT;
	struct commits commits;
	char hex[OID_HEX + 1];
	struct watch *watch;
	size_t i, p;

	if (commits_load(&commits, repo, tip, 1, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	watch_init(&watch, repo);
	for (i = 0; i < 5; i++)
		watch_add(watch, paths[i], strlen(paths[i]));
	assert_int_equal(watch_resolve(watch, &commits, NULL, &err), 0);
	for (i = 0; i < commits.count; i++) {
		uint32_t row = watch_row(watch, (uint32_t)i);

		strbuf_addf(&sb, "%s %lld", oid_hex(&commits.ids[i], hex), (long long)commits.times[i]);
		strbuf_addf(&sb, " %s", oid_hex(&commits.trees[i], hex));
		for (p = 0; p < commit_parent_count(&commits, (uint32_t)i); p++)
			strbuf_addf(&sb, " %u", (unsigned)commit_parents(&commits, (uint32_t)i)[p]);
		for (p = 0; row != WATCH_UNKNOWN && p < 5; p++) {
			uint32_t entry = watch_entries(watch, row)[p];

			strbuf_addf(&sb, " %s", entry ? oid_hex(&watch_entry(watch, entry)->id, hex) : "-");
		}
		strbuf_addf(&sb, "%s\n", row == WATCH_UNKNOWN ? " ?" : "");
	}
	watch_free(watch);
	commits_release(&commits);
	return strbuf_detach(&sb, NULL);
}

static char *history(struct sandbox *sandbox, bool *has_graph)
{
	struct oid tip = sandbox_id(sandbox, "cat r/.git/refs/heads/m");
	struct repo *repo = sandbox_open(sandbox, "r");
	char *text;

	*has_graph = repo_commit_graph(repo) != NULL;
	text = read_history(repo, &tip);
	repo_close(repo);
	return text;
}

static void expect_same(struct sandbox *sandbox, const char *expected, bool expect_graph)
{
	bool has_graph;
	char *text = history(sandbox, &has_graph);

	assert_string_equal(text, expected);
	assert_int_equal(has_graph, expect_graph);
	free(text);
}

/* A repository with a graph. Returns its history as it is read without one. */
static char *import_with_graph(struct sandbox *sandbox)
{
	bool has_graph;
	char *text;

	sandbox_import(sandbox, "r", stream);
	text = history(sandbox, &has_graph);
	assert_false(has_graph);
	sandbox_run(sandbox, write_graph);
	return text;
}

static void commits_load__with_a_graph__reads_the_same_history(void **state)
{
	struct sandbox *sandbox = *state;
	char *expected;

	expected = import_with_graph(sandbox);
	expect_same(sandbox, expected, true);
	sandbox_run(sandbox, "cd r; git config core.commitGraph false");
	expect_same(sandbox, expected, false);
	sandbox_run(sandbox, "cd r; git config core.commitGraph true; git replace m m~3");
	expect_same(sandbox, expected, false);
	sandbox_run(sandbox,
		"cd r; git replace -d m >/dev/null; rm .git/objects/info/commit-graph; for i in 3 2 1; do git "
		"rev-parse m~$i; done | while read id; do echo $id | git commit-graph write --split=no-merge "
		"--stdin-commits --changed-paths --no-progress; done");
	expect_same(sandbox, expected, true);
	sandbox_run(sandbox,
		"cd r/.git/objects/info/commit-graphs; test $(wc -l <commit-graph-chain) -gt 1; chmod -R u+w .; "
		": >graph-$(tail -n 1 commit-graph-chain).graph");
	expect_same(sandbox, expected, true);
	sandbox_run(sandbox,
		"cd r/.git/objects/info/commit-graphs; sort -o commit-graph-chain -r commit-graph-chain; mkfifo "
		"p; mv p graph-$(head -n 1 commit-graph-chain).graph");
	expect_same(sandbox, expected, false);
	free(expected);
}

static void commits_load__without_the_option__ignores_the_graph(void **state)
{
	struct sandbox *sandbox = *state;
	char dir[128];
	struct repo_env env = { .dir = dir, .no_commit_graph = true };
	struct err err;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, write_graph);
	snprintf(dir, sizeof(dir), "%s/r", sandbox->dir);
	assert_int_equal(repo_open(&repo, &env, &err), 0);
	assert_null(repo_commit_graph(repo));
	repo_close(repo);
}

/* git does not use it then, for what it says of parents would not be what is asked for. */
static void repo_commit_graph__grafts_or_a_shallow_file__ignores_it(void **state)
{
	struct sandbox *sandbox = *state;
	bool has_graph;
	char *expected;

	expected = import_with_graph(sandbox);
	expect_same(sandbox, expected, true);
	sandbox_run(sandbox, "cd r; git rev-parse m >.git/info/grafts");
	expect_same(sandbox, expected, false); /* and grafts are not followed */
	sandbox_run(sandbox, "cd r; rm .git/info/grafts; git rev-parse m~1 >.git/shallow");
	free(history(sandbox, &has_graph));
	assert_false(has_graph);
	sandbox_run(sandbox, "cd r; rm .git/shallow");
	expect_same(sandbox, expected, true);
	free(expected);
}

static bool has_graph_with(const struct repo_env *env)
{
	struct repo *repo;
	struct err err;
	bool has;

	assert_int_equal(repo_open(&repo, env, &err), 0);
	has = repo_commit_graph(repo) != NULL;
	repo_close(repo);
	return has;
}

/* Nor does git follow them then. */
static void repo_commit_graph__replace_refs_that_git_is_not_to_follow__leave_it(void **state)
{
	struct sandbox *sandbox = *state;
	char dir[128];
	struct repo_env env = { .dir = dir };

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, write_graph);
	snprintf(dir, sizeof(dir), "%s/r", sandbox->dir);
	sandbox_run(sandbox, "cd r; git replace m m~3; git pack-refs --all");
	assert_false(has_graph_with(&env));
	env.no_replace_objects = true;
	assert_true(has_graph_with(&env));
	env.no_replace_objects = false;
	sandbox_run(sandbox, "cd r; git config core.useReplaceRefs false");
	assert_true(has_graph_with(&env));
	sandbox_run(sandbox, "cd r; mkdir -p .git/info; git rev-parse m >.git/info/grafts");
	assert_false(has_graph_with(&env));
}

/* The checksum that fits. */
static void seal(unsigned char *bytes, size_t len)
{
	struct oid sum;

	sha1_of(bytes, len - OID_BYTES, &sum);
	memcpy(bytes + len - OID_BYTES, sum.bytes, OID_BYTES);
}

static size_t load_graph(struct sandbox *sandbox, unsigned char *bytes, size_t max)
{
	char path[128];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/r/.git/objects/info/commit-graph", sandbox->dir);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(bytes, 1, max, file);
	fclose(file);
	assert_true(len > 1000 && len < max);
	return len;
}

/* Damage by chance is noticed by the checksum: the answer is the one without a graph. */
static void commits_load__damaged_graph__is_not_used(void **state)
{
	enum { MAX = 16384 };
	struct sandbox *sandbox = *state;
	unsigned char bytes[MAX];
	size_t len, at;
	char *expected;

	expected = import_with_graph(sandbox);
	len = load_graph(sandbox, bytes, MAX);
	for (at = 0; at < len; at += at < 100 ? 3 : 97) {
		bytes[at] ^= 0x40;
		sandbox_write(sandbox, "r/.git/objects/info/commit-graph", bytes, len);
		expect_same(sandbox, expected, false);
		bytes[at] ^= 0x40;
	}
	for (at = 0; at < len; at += 211) {
		sandbox_write(sandbox, "r/.git/objects/info/commit-graph", bytes, at);
		expect_same(sandbox, expected, false);
	}
	free(expected);
}

/* A forged file has the right checksum: whatever it says, no crash and an end. */
static void commits_load__forged_graph__does_no_harm(void **state)
{
	enum { MAX = 16384 };
	static const unsigned char values[] = { 0xff, 0x80, 0x01 };
	struct sandbox *sandbox = *state;
	unsigned char bytes[MAX];
	struct oid tip;
	size_t len, at, v;

	sandbox_import(sandbox, "r", stream);
	tip = sandbox_id(sandbox, "cat r/.git/refs/heads/m");
	sandbox_run(sandbox, write_graph);
	len = load_graph(sandbox, bytes, MAX);
	for (at = 0; at < len - OID_BYTES; at += at < 120 ? 1 : 5) {
		unsigned char kept = bytes[at];

		if (at > 200 && at < 8 + 8 * 12 + 1000) /* the fanout is all alike */
			continue;
		for (v = 0; v < sizeof(values); v++) {
			struct repo *repo;

			bytes[at] = values[v];
			seal(bytes, len);
			sandbox_write(sandbox, "r/.git/objects/info/commit-graph", bytes, len);
			repo = sandbox_open(sandbox, "r");
			free(read_history(repo, &tip));
			repo_close(repo);
		}
		bytes[at] = kept;
	}
}

/* Where a chunk begins in a graph file. */
static size_t chunk_at(const unsigned char *bytes, const char *name)
{
	const unsigned char *entry = bytes + 8;
	size_t i;

	for (i = 0; i < bytes[6]; i++, entry += 12)
		if (memcmp(entry, name, 4) == 0)
			return (size_t)entry[10] << 8 | entry[11];
	fail_msg("no chunk %s", name);
	return 0;
}

static uint32_t number_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Writes a graph with another number at a place, and the checksum that fits. */
static void write_forged(struct sandbox *sandbox, const unsigned char *bytes, size_t len, size_t at, uint32_t number)
{
	unsigned char *forged = memcpy(malloc(len), bytes, len);
	size_t i;

	for (i = 0; i < 4; i++)
		forged[at + i] = (unsigned char)(number >> (24 - 8 * i));
	seal(forged, len);
	sandbox_write(sandbox, "r/.git/objects/info/commit-graph", forged, len);
	free(forged);
}

/*
 * A parent of another level, or a tip's other tree: the graph contradicts itself or the objects, which are read then.
 */
static void commits_load__graph_with_other_parents_or_trees__is_not_believed(void **state)
{
	enum { MAX = 16384, ENTRY = OID_BYTES + 16, NONE = 0x70000000 };
	struct sandbox *sandbox = *state;
	unsigned char bytes[MAX];
	size_t len, data, count, i, forged = 0;
	struct oid tip;
	uint32_t other;
	char *expected;

	expected = import_with_graph(sandbox);
	sandbox_run(sandbox, "cd r; git rev-parse m | git commit-graph write --stdin-commits --changed-paths "
			     "--no-progress 2>&1; chmod u+w .git/objects/info/commit-graph");
	expect_same(sandbox, expected, true);
	len = load_graph(sandbox, bytes, MAX);
	data = chunk_at(bytes, "CDAT");
	count = number_at(bytes + chunk_at(bytes, "OIDF") + 255 * 4);
	tip = sandbox_id(sandbox, "cat r/.git/refs/heads/m");
	for (i = 0; i < count; i++) {
		const unsigned char *entry = bytes + data + i * ENTRY;
		uint32_t first = number_at(entry + OID_BYTES), level = number_at(entry + OID_BYTES + 8) >> 2;

		if (memcmp(bytes + chunk_at(bytes, "OIDL") + i * OID_BYTES, tip.bytes, OID_BYTES) == 0) {
			write_forged(sandbox, bytes, len, data + i * ENTRY, number_at(entry) ^ 1);
			expect_same(sandbox, expected, true);
		}
		if (first == NONE || number_at(entry + OID_BYTES + 4) != NONE)
			continue; /* a merge's level comes from one of its parents: the others may be anything */
		for (other = 0; other <= count; other++) {
			uint32_t new = other < count ? other : (uint32_t)NONE;

			if (new != NONE && (number_at(bytes + data + new *ENTRY + OID_BYTES + 8) >> 2) + 1 == level)
				continue;
			write_forged(sandbox, bytes, len, data + i * ENTRY + OID_BYTES, new);
			expect_same(sandbox, expected, true);
			forged++;
		}
	}
	assert_true(forged > 10);
	free(expected);
}

static void expect_no_filter(struct sandbox *sandbox)
{
	struct repo *repo = sandbox_open(sandbox, "r");
	struct bloom_filter filter;

	assert_false(commit_graph_filter(repo_commit_graph(repo), 0, &filter));
	repo_close(repo);
}

/* A filter that ends before it begins, or behind all of them, would be taken for part of another's. */
static void commit_graph_filter__ends_out_of_order__gives_none(void **state)
{
	enum { MAX = 16384 };
	static const uint32_t ends[] = { 0xffffffff, 0x7fffffff, 4096 };
	struct sandbox *sandbox = *state;
	unsigned char bytes[MAX];
	size_t len, index, count, i, k;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, write_graph);
	len = load_graph(sandbox, bytes, MAX);
	index = chunk_at(bytes, "BIDX");
	count = number_at(bytes + chunk_at(bytes, "OIDF") + 255 * 4);
	for (i = 0; i < count; i++) {
		for (k = 0; k < sizeof(ends) / sizeof(*ends); k++) {
			write_forged(sandbox, bytes, len, index + 4 * i, ends[k]);
			expect_no_filter(sandbox);
		}
		if (i > 0) {
			write_forged(sandbox, bytes, len, index + 4 * i, number_at(bytes + index + 4 * (i - 1)) - 1);
			expect_no_filter(sandbox);
		}
	}
}

/* A file that is mostly a hole is not read through for its checksum. */
static void repo_commit_graph__with_a_hole_behind_it__is_not_used(void **state)
{
	struct sandbox *sandbox = *state;
	char *expected;

	expected = import_with_graph(sandbox);
	sandbox_run(sandbox, "truncate -s 900G r/.git/objects/info/commit-graph");
	expect_same(sandbox, expected, false);
	free(expected);
}

/* From the description of the format: murmur3 with git's two seeds. */
static void bloom_key_make__known_paths__have_git_s_hashes(void **state)
{
	struct bloom_key key;

	(void)state;
	bloom_key_make(&key, "", 0);
	assert_int_equal(key.first, 0x5615800c);
	assert_int_equal(key.first + key.second, 0x5b966560); /* as t0095 in git has it */
	assert_true(key.is_ascii);
	bloom_key_make(&key, "file.txt", 8);
	assert_true(key.is_ascii);
	bloom_key_make(&key, "\xc3\xa4", 2);
	assert_false(key.is_ascii);
}

/* Which bits version 1 holds for bytes from 0x80 on depends on the machine that wrote them. */
static void bloom_may_contain__paths_that_are_not_ascii__are_asked_for_in_version_2_only(void **state)
{
	static const char *const paths[] = { "db/versions", "db/versions/\xc3\xa4.py" };
	unsigned char bits[64];
	struct bloom_filter filter = { .bits = bits, .len = sizeof(bits), .hashes = 7 };
	uint32_t hash, i;
	size_t p;

	(void)state;
	for (p = 0; p < 2; p++) {
		struct bloom_key key;

		bloom_key_make(&key, paths[p], strlen(paths[p]));
		memset(bits, 0, sizeof(bits));
		filter.version = 1;
		assert_int_equal(bloom_may_contain(&filter, &key), p == 1);
		filter.version = 2;
		assert_false(bloom_may_contain(&filter, &key));
		for (i = 0, hash = key.first; i < filter.hashes; i++, hash += key.second)
			bits[hash % (sizeof(bits) * 8) / 8] |= (unsigned char)(1 << hash % 8);
		assert_true(bloom_may_contain(&filter, &key));
		bits[key.first % (sizeof(bits) * 8) / 8] = 0;
		assert_false(bloom_may_contain(&filter, &key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(commits_load__with_a_graph__reads_the_same_history),
		SANDBOXED(commits_load__without_the_option__ignores_the_graph),
		SANDBOXED(repo_commit_graph__grafts_or_a_shallow_file__ignores_it),
		SANDBOXED(repo_commit_graph__replace_refs_that_git_is_not_to_follow__leave_it),
		SANDBOXED(commits_load__damaged_graph__is_not_used),
		SANDBOXED(commits_load__forged_graph__does_no_harm),
		SANDBOXED(commits_load__graph_with_other_parents_or_trees__is_not_believed),
		SANDBOXED(commit_graph_filter__ends_out_of_order__gives_none),
		SANDBOXED(repo_commit_graph__with_a_hole_behind_it__is_not_used),
		cmocka_unit_test(bloom_key_make__known_paths__have_git_s_hashes),
		cmocka_unit_test(bloom_may_contain__paths_that_are_not_ascii__are_asked_for_in_version_2_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
