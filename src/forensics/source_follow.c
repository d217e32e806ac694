/*
 * Where symbolic links of a source lead, by the source's own entries: nothing outside of it is looked at.
 */
#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/source.h"

enum {
	LINKS_MAX = 40,        /* as many as Linux follows in one path */
	LINK_BYTES_MAX = 4096, /* of all links of one way together: each component is looked up */
};

/* On the way: `path` is where we are, `rest` what is still to go. */
struct way {
	struct source *source;
	struct strbuf path, rest;
	unsigned links;
	size_t bytes; /* of the links so far */
};

static struct text next_component(struct way *way)
{
	return (struct text){ way->rest.buf, strcspn(way->rest.buf, "/") };
}

static void drop_component(struct way *way, size_t len)
{
	size_t gone = len < way->rest.len ? len + 1 : len;
	size_t left = way->rest.len - gone;

	memmove(way->rest.buf, way->rest.buf + gone, left);
	strbuf_setlen(&way->rest, left);
}

/* To the directory above. False at the top. */
static bool go_up(struct way *way)
{
	const char *slash = memrchr(way->path.buf, '/', way->path.len);

	if (way->path.len == 0)
		return false;
	strbuf_setlen(&way->path, slash ? (size_t)(slash - way->path.buf) : 0);
	return true;
}

/* The link at hand goes on elsewhere: what it says comes before what is still to go. 1, 0 where it leads out, -1. */
static int turn(struct way *way, const struct source_entry *link, struct err *err)
{
	struct strbuf said = STRBUF_INIT;
	int found = source_read(way->source, link, LINK_BYTES_MAX, &said, err);

	way->links++;
	way->bytes += said.len;
	if (found == 1 && (said.len == 0 || said.buf[0] == '/' || memchr(said.buf, '\0', said.len) ||
				  way->links > LINKS_MAX || way->bytes > LINK_BYTES_MAX || !go_up(way)))
		found = 0;
	if (found == 1) {
		if (way->rest.len)
			strbuf_addch(&said, '/');
		strbuf_add(&said, way->rest.buf, way->rest.len);
		strbuf_clear(&way->rest);
		strbuf_add(&way->rest, said.buf, said.len);
	}
	strbuf_release(&said);
	return found;
}

/* One component further. 1 with what stands there, 0 where nothing does, -1. */
static int step(struct way *way, struct source_entry *at, struct err *err)
{
	struct text name = next_component(way);
	size_t len = name.len;
	int found;

	if (name.len == 0 || text_equal(name, TEXT_LITERAL("."))) {
		drop_component(way, len);
		return 1;
	}
	if (text_equal(name, TEXT_LITERAL(".."))) {
		drop_component(way, len);
		return go_up(way);
	}
	strbuf_add_component(&way->path, name.ptr, name.len);
	drop_component(way, len);
	found = source_find(way->source, (struct text){ way->path.buf, way->path.len }, at, err);
	if (found == 1 && at->kind == SOURCE_LINK)
		found = turn(way, at, err);
	else if (found == 1 && at->kind != SOURCE_DIR && way->rest.len)
		found = 0;
	return found;
}

int source_follow(struct source *source, struct text path, const struct source_entry *link, struct source_entry *out,
	struct strbuf *place, struct err *err)
{
	struct way way = { .source = source, .path = STRBUF_INIT, .rest = STRBUF_INIT };
	int found;

	*out = *link;
	strbuf_add(&way.path, path.ptr, path.len);
	found = turn(&way, link, err);
	while (found == 1 && way.rest.len)
		found = step(&way, out, err);
	if (place)
		strbuf_add(place, way.path.buf, way.path.len);
	strbuf_release(&way.path);
	strbuf_release(&way.rest);
	out->name = link->name;
	return found == 1 ? out->kind == SOURCE_FILE : found;
}
