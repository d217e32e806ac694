#include "revident/git/reflog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum { LOG_BYTES_MAX = 256 * 1024 * 1024, LOG_DEPTH_MAX = 32 };

struct collection {
	struct repo *repo;
	struct arena *arena;
	struct reflog_entry *items;
	size_t count, cap, entries;
};

/* The id that begins there, unless it is the null id. Returns whether there is one. */
static bool add(struct collection *c, const char *name, const char *hex, size_t len)
{
	struct oid id;

	if (len < OID_HEX || !oid_parse(&id, hex, OID_HEX))
		return false;
	if (oid_is_null(&id))
		return true;
	VEC_GROW(c->items, c->count, c->cap);
	c->items[c->count++] = (struct reflog_entry){ text_of(name), id };
	return true;
}

/* "OLD NEW who when\tmessage"; what is left of a damaged line is taken, too. */
static bool add_log_line(struct collection *c, const char *name, const char *line, size_t len)
{
	const size_t second = OID_HEX + 1;
	bool is_whole = add(c, name, line, len);

	c->entries++;
	return len > second && add(c, name, line + second, len - second) && is_whole && line[OID_HEX] == ' ';
}

/* An empty line, or one that names a ref: that is read by itself. */
static bool is_symbolic(const char *line, size_t len)
{
	static const char start[] = "ref: ";

	return len == 0 || (len >= sizeof(start) - 1 && memcmp(line, start, sizeof(start) - 1) == 0);
}

/* The lines of a log; those of the other files are "ID…". */
static void add_lines(struct collection *c, const char *name, const struct strbuf *bytes, bool is_log)
{
	const char *at = bytes->buf, *end = at + bytes->len;
	struct strbuf shown = STRBUF_INIT;
	size_t number = 1, damaged = 0;

	for (; at < end; number++) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol ? eol : end) - at);
		bool is_whole = is_log ? add_log_line(c, name, at, len) : is_symbolic(at, len) || add(c, name, at, len);

		if (!is_whole && !damaged)
			damaged = number;
		at += len + 1;
	}
	if (damaged) {
		strbuf_add_printable(&shown, name, strlen(name));
		repo_add_limit(c->repo, "%s\"%s\" is damaged in line %zu: what it remembered is not known",
			is_log ? "the log of " : "", shown.buf, damaged);
	}
	strbuf_release(&shown);
}

static void read_one(struct collection *c, const char *path, const char *name, bool is_log)
{
	struct strbuf bytes = STRBUF_INIT, shown = STRBUF_INIT;
	struct err why = { 0 };

	if (preflight_read(path, LOG_BYTES_MAX, &bytes, &why) < 0) {
		strbuf_add_printable(&shown, name, strlen(name));
		repo_add_limit(c->repo, "the log of \"%s\" cannot be read: %s", shown.buf, why.msg);
	}
	add_lines(c, arena_strdup(c->arena, name), &bytes, is_log);
	strbuf_release(&bytes);
	strbuf_release(&shown);
}

/* All logs in a directory; `name` is what the directory's refs begin with. */
static void read_logs(struct collection *c, const char *dir, const char *name, unsigned depth)
{
	struct directory directory = { .names = NULL };
	struct err why = { 0 };
	size_t i;

	if (depth < LOG_DEPTH_MAX && directory_read(&directory, dir, &why) < 0)
		repo_add_limit(c->repo, "%s", why.msg);
	for (i = 0; i < directory.count; i++) {
		char *path = arena_printf(c->arena, "%s%s", dir, directory.names[i]);
		char *inner = arena_printf(c->arena, "%s%s", name, directory.names[i]);
		struct stat st;

		if (lstat(path, &st) < 0) {
			if (errno != ENOENT)
				read_one(c, path, inner, true); /* which says why it cannot */
			continue;
		}
		if (S_ISDIR(st.st_mode))
			read_logs(c, arena_printf(c->arena, "%s/", path), arena_printf(c->arena, "%s/", inner),
				depth + 1);
		else if (S_ISREG(st.st_mode))
			read_one(c, path, inner, true);
	}
	directory_release(&directory);
}

/* The commits that one work tree's git directory remembers beside its log. */
static void read_pseudorefs(struct collection *c, const char *dir, const char *name)
{
	static const char *const files[] = { "ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD",
		"REBASE_HEAD", "AUTO_MERGE", "rebase-merge/orig-head", "rebase-merge/onto", "rebase-apply/orig-head",
		"rebase-apply/abort-safety" };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		read_one(c, arena_printf(c->arena, "%s%s", dir, files[i]),
			arena_printf(c->arena, "%s%s", name, files[i]), false);
}

static void read_worktrees(struct collection *c)
{
	const char *dir = arena_printf(c->arena, "%sworktrees/", repo_common_dir(c->repo));
	struct directory linked;
	struct err why = { 0 };
	size_t i;

	if (directory_read(&linked, dir, &why) < 0)
		repo_add_limit(c->repo, "%s", why.msg);
	for (i = 0; i < linked.count; i++) {
		const char *inner, *name;

		if (linked.names[i][0] == '.')
			continue;
		inner = arena_printf(c->arena, "%s%s/", dir, linked.names[i]);
		name = arena_printf(c->arena, "worktrees/%s/", linked.names[i]);
		read_logs(c, arena_printf(c->arena, "%slogs/", inner), name, 0);
		read_pseudorefs(c, inner, name);
	}
	directory_release(&linked);
}

static int compare_entries(const void *a, const void *b)
{
	const struct reflog_entry *x = a, *y = b;
	int order = text_compare(x->name, y->name);

	return order ? order : oid_compare(&x->id, &y->id);
}

void reflogs_read(struct repo *repo, struct arena *arena, struct reflog_list *out)
{
	struct collection c = { .repo = repo, .arena = arena };
	size_t i;

	read_logs(&c, arena_printf(arena, "%slogs/", repo_common_dir(repo)), "", 0);
	read_pseudorefs(&c, repo_common_dir(repo), "");
	read_worktrees(&c);
	out->items = arena_calloc(arena, c.count, sizeof(*out->items));
	out->count = 0;
	out->entries = c.entries;
	if (c.count)
		qsort(c.items, c.count, sizeof(*c.items), compare_entries);
	for (i = 0; i < c.count; i++)
		if (i == 0 || compare_entries(&c.items[i], &c.items[i - 1]) != 0)
			out->items[out->count++] = c.items[i];
	free(c.items);
}
