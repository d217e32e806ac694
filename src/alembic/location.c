#include <string.h>

#include "revident/alembic/config.h"
#include "revident/base/strbuf.h"

/* Adds the parts of `path` to `out`, which is normalised and stays so. False where it leads above the top. */
static bool append_parts(struct strbuf *out, struct text path)
{
	const char *at = path.ptr, *end = path.ptr + path.len;

	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		struct text part = { at, (size_t)((slash ? slash : end) - at) };

		at += part.len + 1;
		if (part.len == 0 || text_equal(part, TEXT_LITERAL(".")))
			continue;
		if (text_equal(part, TEXT_LITERAL(".."))) {
			const char *last = memrchr(out->buf, '/', out->len);

			if (out->len == 0)
				return false;
			strbuf_setlen(out, last ? (size_t)(last - out->buf) : 0);
			continue;
		}
		if (out->len > 0)
			strbuf_addch(out, '/');
		strbuf_add(out, part.ptr, part.len);
	}
	return true;
}

int config_path_join(struct text base, struct text path, struct arena *arena, struct text *out)
{
	struct strbuf joined = STRBUF_INIT;
	int found = 0;

	if (path.len > CONFIG_PATH_MAX || base.len > CONFIG_PATH_MAX)
		goto done;
	if (path.len > 0 && (path.ptr[0] == '/' || memchr(path.ptr, '\0', path.len)))
		goto done;
	if (!append_parts(&joined, base) || !append_parts(&joined, path) || joined.len > CONFIG_PATH_MAX)
		goto done;
	*out = (struct text){ arena_memdup(arena, joined.buf, joined.len), joined.len };
	found = 1;
done:
	strbuf_release(&joined);
	return found;
}

struct candidates {
	struct arena *arena;
	struct location_candidate *items;
	size_t count;
};

static void add_path(struct candidates *list, struct text directory, struct text path, enum location_base base)
{
	struct text joined;

	if (!config_path_join(directory, path, list->arena, &joined))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->items[i].path, joined))
			return;
	if (list->count < LOCATION_CANDIDATES_MAX)
		list->items[list->count++] = (struct location_candidate){ joined, base };
}

static void add_relative(struct candidates *list, struct text config_dir, struct text path)
{
	add_path(list, config_dir, path, BASE_CONFIG_DIR);
	add_path(list, TEXT_LITERAL(""), path, BASE_TOP);
}

/* What follows %(here)s, which ends without a slash: `%(here)s/x`, but also `%(here)s_x`, a neighbour. */
static void add_here(struct candidates *list, struct text config_dir, struct text rest)
{
	struct strbuf path = STRBUF_INIT;

	if (rest.len == 0 || rest.ptr[0] == '/') {
		size_t slashes = 0;

		while (slashes < rest.len && rest.ptr[slashes] == '/')
			slashes++;
		add_path(list, config_dir, (struct text){ rest.ptr + slashes, rest.len - slashes }, BASE_CONFIG_DIR);
	} else if (config_dir.len > 0) {
		strbuf_add(&path, config_dir.ptr, config_dir.len);
		strbuf_add(&path, rest.ptr, rest.len);
		add_path(list, TEXT_LITERAL(""), (struct text){ path.buf, path.len }, BASE_CONFIG_DIR);
	}
	strbuf_release(&path);
}

/* `my.package:sub:dir` is my/package/sub/dir below a directory that Python imports from. */
static void add_resource(struct candidates *list, struct text config_dir, struct text resource)
{
	char *path = arena_memdup(list->arena, resource.ptr, resource.len);
	struct text whole = { path, resource.len }, src;
	bool in_package = true;

	for (size_t i = 0; i < resource.len; i++) {
		if (path[i] == ':') {
			path[i] = '/';
			in_package = false;
		} else if (in_package && path[i] == '.') {
			path[i] = '/';
		}
	}
	add_relative(list, config_dir, whole);
	if (config_path_join(config_dir, TEXT_LITERAL("src"), list->arena, &src))
		add_path(list, src, whole, BASE_CONFIG_DIR_SRC);
	add_path(list, TEXT_LITERAL("src"), whole, BASE_TOP_SRC);
}

static void add_location(struct candidates *list, enum location_kind kind, struct text config_dir, struct text value)
{
	switch (kind) {
	case LOCATION_RELATIVE:
		add_relative(list, config_dir, value);
		break;
	case LOCATION_HERE:
		add_here(list, config_dir, value);
		break;
	case LOCATION_RESOURCE:
		add_resource(list, config_dir, value);
		break;
	case LOCATION_NONE:
	case LOCATION_ABSOLUTE:
	case LOCATION_UNKNOWN:
		break;
	}
}

size_t location_candidates(const struct location *location, struct text config_dir, struct arena *arena,
	struct location_candidate out[LOCATION_CANDIDATES_MAX])
{
	struct candidates list = { arena, out, 0 };
	char *slashed;

	add_location(&list, location->kind, config_dir, location->value);
	if (!location->value.ptr || !memchr(location->value.ptr, '\\', location->value.len))
		return list.count;
	slashed = arena_memdup(arena, location->value.ptr, location->value.len);
	for (size_t i = 0; i < location->value.len; i++)
		if (slashed[i] == '\\')
			slashed[i] = '/';
	add_location(&list, location->kind, config_dir, (struct text){ slashed, location->value.len });
	return list.count;
}
