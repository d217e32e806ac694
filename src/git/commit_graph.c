#include "commit_graph.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "revident/base/xalloc.h"
#include "sha1.h"
#include "user_cache.h"

enum {
	HEADER = 8,
	TOC_ENTRY = 12,
	FANOUT = 256 * 4,
	CDAT_ENTRY = OID_BYTES + 16,
	BDAT_HEADER = 12,
	LAYERS_MAX = 256,
	CHAIN_FILE_MAX = LAYERS_MAX * (OID_HEX + 1),
	HASHES_MAX = 64,
	REMEMBERED_MIN = 256 * 1024, /* bytes: smaller ones are summed in no time */
	LEVEL_MAX = 0x3fffffff,      /* in the file, of any history that is longer */
};

/* Ten times what the longest known history takes: reading a larger file through for its checksum takes seconds. */
#define FILE_MAX ((off_t)1024 * 1024 * 1024)

#ifdef MAP_POPULATE
#define MAP_ALL_AT_ONCE MAP_POPULATE /* the checksum reads every page */
#else
#define MAP_ALL_AT_ONCE 0
#endif
#define PARENT_NONE 0x70000000U
#define PARENT_EDGES 0x80000000U /* the second parent is a place in the list of edges */
#define EDGE_LAST 0x80000000U

struct layer {
	unsigned char *map;
	size_t size;
	uint32_t base, count; /* the layers below, and this one */
	const unsigned char *fanout, *ids, *data, *edges, *bases, *filter_ends, *filters;
	size_t edge_count, base_count;
	uint32_t filter_version, filter_hashes;
};

struct commit_graph {
	struct layer *layers; /* the base first */
	size_t layer_count;
	uint32_t count;
};

struct chunk {
	const unsigned char *bytes;
	size_t len;
};

/* Where a chunk goes; its length is checked once all are known. */
static struct chunk *chunk_for(uint32_t id, struct chunk chunks[7])
{
	static const char names[] = "OIDFOIDLCDATEDGEBASEBIDXBDAT";
	size_t i;

	for (i = 0; i < 7; i++)
		if (be32((const unsigned char *)names + 4 * i) == id)
			return &chunks[i];
	return NULL;
}

/* Reads the table of chunks; they stand in order and end where the checksum begins. */
static bool find_chunks(const struct layer *layer, struct chunk chunks[7])
{
	size_t count = layer->map[6], i, last = layer->size - OID_BYTES;

	if (HEADER + (count + 1) * TOC_ENTRY > last || be64(layer->map + HEADER + count * TOC_ENTRY + 4) != last)
		return false;
	for (i = 0; i < count; i++) {
		const unsigned char *entry = layer->map + HEADER + i * TOC_ENTRY;
		uint64_t start = be64(entry + 4), end = be64(entry + TOC_ENTRY + 4);
		struct chunk *chunk = chunk_for(be32(entry), chunks);

		if (start < HEADER + (count + 1) * TOC_ENTRY || end < start || end > last)
			return false;
		if (!chunk)
			continue;
		if (chunk->bytes)
			return false;
		chunk->bytes = layer->map + start;
		chunk->len = (size_t)(end - start);
	}
	return true;
}

/* Each filter begins where the one before ends, and all are in the chunk. */
static bool are_in_order(const unsigned char *ends, uint32_t count, size_t size)
{
	uint32_t last = 0, i;

	for (i = 0; i < count; i++) {
		uint32_t end = be32(ends + 4 * (size_t)i);

		if (end < last || end > size)
			return false;
		last = end;
	}
	return true;
}

/* Filters are optional: where they make no sense the layer is used without them. */
static void take_filters(struct layer *layer, const struct chunk *ends, const struct chunk *data)
{
	if (!ends->bytes || !data->bytes || ends->len != (size_t)layer->count * 4 || data->len < BDAT_HEADER)
		return;
	layer->filter_version = be32(data->bytes);
	layer->filter_hashes = be32(data->bytes + 4);
	if ((layer->filter_version != 1 && layer->filter_version != 2) || layer->filter_hashes == 0 ||
		layer->filter_hashes > HASHES_MAX || !are_in_order(ends->bytes, layer->count, data->len - BDAT_HEADER))
		return;
	layer->filter_ends = ends->bytes;
	layer->filters = data->bytes + BDAT_HEADER;
}

static bool take_chunks(struct layer *layer)
{
	struct chunk chunks[7] = { { NULL, 0 } };
	uint32_t last = 0;
	size_t i;

	if (!find_chunks(layer, chunks) || chunks[0].len != FANOUT)
		return false;
	for (i = 0; i < 256; i++) {
		uint32_t next = be32(chunks[0].bytes + 4 * i);

		if (next < last)
			return false;
		last = next;
	}
	layer->count = last;
	if (last >= PARENT_NONE || chunks[1].len != (size_t)last * OID_BYTES ||
		chunks[2].len != (size_t)last * CDAT_ENTRY || !chunks[1].bytes || !chunks[2].bytes)
		return false;
	layer->fanout = chunks[0].bytes;
	layer->ids = chunks[1].bytes;
	layer->data = chunks[2].bytes;
	layer->edges = chunks[3].bytes;
	layer->edge_count = chunks[3].len / 4;
	layer->bases = chunks[4].bytes;
	layer->base_count = chunks[4].len / OID_BYTES;
	take_filters(layer, &chunks[5], &chunks[6]);
	return true;
}

/* The ids stand in order, each once: a search in them relies on it. */
static bool is_sorted(const struct layer *layer)
{
	uint32_t i;

	for (i = 1; i < layer->count; i++)
		if (memcmp(layer->ids + (i - 1) * (size_t)OID_BYTES, layer->ids + i * (size_t)OID_BYTES, OID_BYTES) >=
			0)
			return false;
	return true;
}

/* Is the checksum right, and are the ids in order? Both take a look at every byte. */
static bool is_whole(const struct layer *layer)
{
	struct oid sum;

	sha1_of(layer->map, layer->size - OID_BYTES, &sum);
	return memcmp(sum.bytes, layer->map + layer->size - OID_BYTES, OID_BYTES) == 0 && is_sorted(layer);
}

/* The same, or an earlier run saw it of this very file. */
static bool is_known_whole(const struct repo *repo, const struct layer *layer, const struct stat *st)
{
	static const char writer[] = "commit-graph 1";
	struct strbuf subject = STRBUF_INIT, file = STRBUF_INIT;
	struct text nothing;
	bool known, whole;

	if (layer->size < REMEMBERED_MIN || !user_cache_is_settled(st))
		return is_whole(layer);
	strbuf_addstr(&subject, "commit-graph");
	user_cache_add_stamp(&subject, st);
	known = user_cache_read(repo, subject.buf, writer, &file, &nothing);
	whole = known || is_whole(layer);
	if (whole && !known)
		user_cache_write(repo, subject.buf, writer, "", 0);
	strbuf_release(&subject);
	strbuf_release(&file);
	return whole;
}

/* Maps a graph file and checks it. */
static bool load_layer(const struct repo *repo, struct layer *layer, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	static const unsigned char start[] = { 'C', 'G', 'P', 'H', 1, 1 };
	struct stat st;
	void *map;

	memset(layer, 0, sizeof(*layer));
	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < HEADER + TOC_ENTRY + OID_BYTES ||
		st.st_size > FILE_MAX) {
		close(fd);
		return false;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_ALL_AT_ONCE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	layer->map = map;
	layer->size = (size_t)st.st_size;
	if (memcmp(layer->map, start, sizeof(start)) == 0 && take_chunks(layer) && is_known_whole(repo, layer, &st))
		return true;
	munmap(layer->map, layer->size);
	layer->map = NULL;
	return false;
}

/* Does the layer name those below it as its bases? */
static bool fits_on(const struct commit_graph *graph, const struct layer *layer)
{
	size_t i;

	if (layer->map[7] != graph->layer_count || layer->base_count != graph->layer_count ||
		layer->count >= PARENT_NONE - graph->count)
		return false;
	for (i = 0; i < graph->layer_count; i++) {
		const struct layer *below = &graph->layers[i];

		if (memcmp(layer->bases + i * OID_BYTES, below->map + below->size - OID_BYTES, OID_BYTES) != 0)
			return false;
	}
	return true;
}

static bool add_layer(struct commit_graph *graph, const struct repo *repo, int dir, const char *name)
{
	struct layer layer;

	if (!load_layer(repo, &layer, dir, name))
		return false;
	if (!fits_on(graph, &layer)) {
		munmap(layer.map, layer.size);
		return false;
	}
	layer.base = graph->count;
	graph->count += layer.count;
	graph->layers = xreallocarray(graph->layers, graph->layer_count + 1, sizeof(*graph->layers));
	graph->layers[graph->layer_count++] = layer;
	return true;
}

/* The layers that a chain file lists, base first, up to the first that cannot be used. */
static void add_chain(struct commit_graph *graph, struct repo *repo, const char *dir)
{
	char *path = path_join(dir, "info/commit-graphs/commit-graph-chain");
	struct strbuf content = STRBUF_INIT;
	struct err ignored;
	size_t at, i;

	if (preflight_read(path, CHAIN_FILE_MAX, &content, &ignored) > 0) {
		for (at = 0; at + OID_HEX <= content.len && graph->layer_count < LAYERS_MAX - 1; at += OID_HEX + 1) {
			struct oid id;
			char hex[OID_HEX + 1], name[96];

			if (!oid_parse(&id, content.buf + at, OID_HEX))
				break;
			snprintf(name, sizeof(name), "info/commit-graphs/graph-%s.graph", oid_hex(&id, hex));
			for (i = 0; i < repo->dirs.count; i++)
				if (add_layer(graph, repo, repo->dirs.items[i].fd, name))
					break;
			if (i == repo->dirs.count)
				break;
		}
	}
	free(path);
	strbuf_release(&content);
}

struct commit_graph *commit_graph_open(struct repo *repo)
{
	struct commit_graph *graph;
	int enabled = 1;
	size_t i;

	if (repo->shallow_count || repo->graph_is_barred ||
		(git_config_get_bool(&enabled, repo->config, "core.commitgraph") == 0 && !enabled))
		return NULL;
	graph = xcalloc(1, sizeof(*graph));
	for (i = 0; i < repo->dirs.count && !graph->layer_count; i++) {
		add_layer(graph, repo, repo->dirs.items[i].fd, "info/commit-graph");
		if (!graph->layer_count)
			add_chain(graph, repo, repo->dirs.items[i].path);
	}
	if (graph->layer_count)
		return graph;
	commit_graph_free(graph);
	return NULL;
}

void repo_drop_commit_graph(struct repo *repo)
{
	commit_graph_free(repo->graph);
	repo->graph = NULL;
	repo->graph_opened = true;
}

const struct commit_graph *repo_commit_graph(struct repo *repo)
{
	if (!repo->graph_opened)
		repo->graph = commit_graph_open(repo);
	repo->graph_opened = true;
	return repo->graph;
}

void commit_graph_free(struct commit_graph *graph)
{
	size_t i;

	if (!graph)
		return;
	for (i = 0; i < graph->layer_count; i++)
		munmap(graph->layers[i].map, graph->layers[i].size);
	free(graph->layers);
	free(graph);
}

size_t commit_graph_count(const struct commit_graph *graph)
{
	return graph->count;
}

uint32_t commit_graph_find(const struct commit_graph *graph, const struct oid *id)
{
	size_t i;

	for (i = graph->layer_count; i-- > 0;) {
		const struct layer *layer = &graph->layers[i];
		unsigned first = id->bytes[0];
		uint32_t low = first ? be32(layer->fanout + 4 * (first - 1)) : 0,
			 high = be32(layer->fanout + 4 * first);

		while (low < high) {
			uint32_t middle = low + (high - low) / 2;
			int order = memcmp(id->bytes, layer->ids + (size_t)middle * OID_BYTES, OID_BYTES);

			if (order == 0)
				return layer->base + middle;
			if (order < 0)
				high = middle;
			else
				low = middle + 1;
		}
	}
	return GRAPH_NONE;
}

static const struct layer *layer_of(const struct commit_graph *graph, uint32_t position)
{
	size_t i = graph->layer_count - 1;

	while (position < graph->layers[i].base)
		i--;
	return &graph->layers[i];
}

void commit_graph_id(const struct commit_graph *graph, uint32_t position, struct oid *out)
{
	const struct layer *layer = layer_of(graph, position);

	memcpy(out->bytes, layer->ids + (size_t)(position - layer->base) * OID_BYTES, OID_BYTES);
}

static const unsigned char *data_of(const struct layer *layer, uint32_t position)
{
	return layer->data + (size_t)(position - layer->base) * CDAT_ENTRY;
}

/* It stands in the upper 30 bits of what the time follows in. */
static uint32_t level_of(const unsigned char *data)
{
	return be32(data + OID_BYTES + 8) >> 2;
}

void commit_graph_get(const struct commit_graph *graph, uint32_t position, struct graph_commit *out)
{
	const struct layer *layer = layer_of(graph, position);
	const unsigned char *data = data_of(layer, position);
	uint32_t place;

	memcpy(out->tree.bytes, data, OID_BYTES);
	out->first = be32(data + OID_BYTES);
	out->second = be32(data + OID_BYTES + 4);
	out->time = (int64_t)(be64(data + OID_BYTES + 8) & 0x3ffffffffULL);
	out->level = level_of(data);
	out->edges = NULL;
	out->edge_room = 0;
	out->position_end = layer->base + layer->count;
	if (out->second & PARENT_EDGES) {
		place = out->second & ~PARENT_EDGES;
		out->edges = layer->edges;
		if (place < layer->edge_count) {
			out->edges += (size_t)place * 4;
			out->edge_room = layer->edge_count - place;
		}
	}
}

/* Number `i` in a list of edges. 1; 0 where the one before was the last; -1 outside the list. */
static int edge_at(const struct graph_commit *commit, size_t i, uint32_t *position)
{
	if (i > 0 && i <= commit->edge_room && be32(commit->edges + 4 * (i - 1)) & EDGE_LAST)
		return 0;
	if (i >= commit->edge_room)
		return -1;
	*position = be32(commit->edges + 4 * i) & ~EDGE_LAST;
	return 1;
}

int commit_graph_parent(const struct graph_commit *commit, size_t i, uint32_t *position)
{
	bool has_edges = commit->second & PARENT_EDGES;
	int got = 1;

	if (i == 0)
		*position = commit->first;
	else if (has_edges)
		got = edge_at(commit, i - 1, position);
	else
		*position = i == 1 ? commit->second : PARENT_NONE;
	if (got > 0 && *position == PARENT_NONE)
		return 0;
	if (got > 0 && *position >= commit->position_end)
		return -1;
	return got;
}

bool commit_graph_level_fits(const struct commit_graph *graph, const struct graph_commit *commit)
{
	uint32_t position, highest = 0;
	size_t i;

	if (commit->level == 0)
		return true;
	for (i = 0; commit_graph_parent(commit, i, &position) > 0; i++) {
		uint32_t level = level_of(data_of(layer_of(graph, position), position));

		if (level == 0)
			return true;
		if (level > highest)
			highest = level;
	}
	return commit->level == (highest < LEVEL_MAX ? highest + 1 : LEVEL_MAX);
}

bool commit_graph_filter(const struct commit_graph *graph, uint32_t position, struct bloom_filter *out)
{
	const struct layer *layer = layer_of(graph, position);
	uint32_t place = position - layer->base, start, end;

	if (!layer->filter_ends)
		return false;
	start = place ? be32(layer->filter_ends + 4 * ((size_t)place - 1)) : 0;
	end = be32(layer->filter_ends + 4 * (size_t)place);
	if (end == start)
		return false;
	out->bits = layer->filters + start;
	out->len = end - start;
	out->hashes = layer->filter_hashes;
	out->version = layer->filter_version;
	return true;
}

void commit_graph_expect_filter(const struct commit_graph *graph, uint32_t position)
{
	struct bloom_filter filter;

	if (commit_graph_filter(graph, position, &filter))
		__builtin_prefetch(filter.bits);
}
