/*
 * Any bytes as a commit-graph: as one file, and cut in two as a chain, each with the checksum that it needs to be
 * looked at. Every commit, parent and filter in it is asked for.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/git/commit_graph.h"
#include "../../src/git/sha1.h"
#include "place.h"
#include "revident/base/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMMITS_ASKED = 1000, PARENTS_ASKED = 100 };

static void ask_commit(const struct commit_graph *graph, uint32_t position)
{
	struct graph_commit commit;
	struct bloom_filter filter;
	struct bloom_key key;
	uint32_t parent;
	struct oid id;
	size_t i;
	int got = 1;

	commit_graph_id(graph, position, &id);
	commit_graph_find(graph, &id);
	commit_graph_get(graph, position, &commit);
	for (i = 0; i < PARENTS_ASKED && got > 0; i++) {
		got = commit_graph_parent(&commit, i, &parent);
		require(got < 1 || parent < commit_graph_count(graph));
	}
	bloom_key_make(&key, "a/b", 3);
	if (commit_graph_filter(graph, position, &filter))
		bloom_may_contain(&filter, &key);
}

static void ask(void)
{
	struct repo *repo = place_open();
	struct commit_graph *graph;
	uint32_t i;

	require(repo != NULL);
	graph = commit_graph_open(repo);
	for (i = 0; graph && i < commit_graph_count(graph) && i < COMMITS_ASKED; i++)
		ask_commit(graph, i);
	commit_graph_free(graph);
	repo_close(repo);
	place_clear();
}

/* Writes the bytes and their checksum, as a layer of a chain by that name; returns it. */
static struct oid write_summed(bool is_layer, const uint8_t *data, size_t size)
{
	uint8_t *whole = xmalloc(size + OID_BYTES);
	char hex[OID_HEX + 1], path[120];
	struct oid sum;

	sha1_of(data, size, &sum);
	if (size)
		memcpy(whole, data, size);
	memcpy(whole + size, sum.bytes, OID_BYTES);
	if (is_layer)
		snprintf(path, sizeof(path), "objects/info/commit-graphs/graph-%s.graph", oid_hex(&sum, hex));
	else
		snprintf(path, sizeof(path), "objects/info/commit-graph");
	place_write(path, whole, size + OID_BYTES);
	free(whole);
	return sum;
}

/* The second layer names the first as its base where the bytes end in room for that. */
static void try_chain(const uint8_t *data, size_t size, size_t cut)
{
	uint8_t *above = xmalloc(size - cut + 1);
	char first[OID_HEX + 1], second[OID_HEX + 1], chain[2 * OID_HEX + 3];
	struct oid below = write_summed(true, data, cut), top;

	memcpy(above, data + cut, size - cut);
	if (size - cut >= OID_BYTES)
		memcpy(above + (size - cut) - OID_BYTES, below.bytes, OID_BYTES);
	top = write_summed(true, above, size - cut);
	snprintf(chain, sizeof(chain), "%s\n%s\n", oid_hex(&below, first), oid_hex(&top, second));
	place_write("objects/info/commit-graphs/commit-graph-chain", chain, strlen(chain));
	ask();
	free(above);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	write_summed(false, data, size);
	ask();
	if (size > 1)
		try_chain(data + 1, size - 1, (size - 1) * data[0] / 256);
	return 0;
}
