#include <stdlib.h>
#include <string.h>

#include "audit_tables_parts.h"
#include "revident/base/xalloc.h"

enum { DEPTH_MAX = 64 };

struct model_search {
	struct study *study;
	struct source *source;
	const struct audit *audit;
	struct intern
		versions; /* paths of versions directories: they hold migrations, whatever their tables look like */
	struct strbuf path, bytes;
	struct model_file *items;
	size_t count, cap, total;
	bool is_full; /* MODELS_BYTES_MAX is used up */
	struct repeats repeats;
	struct err *err;
};

static bool is_named(struct text name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_equal(name, text_of(names[i])))
			return true;
	return false;
}

static bool is_at_or_below(struct text path, struct text dir)
{
	if (text_equal(dir, TEXT_LITERAL(".")) || !dir.len)
		return true;
	return path.len >= dir.len && memcmp(path.ptr, dir.ptr, dir.len) == 0 &&
	       (path.len == dir.len || path.ptr[dir.len] == '/');
}

static void list_versions(struct model_search *s)
{
	size_t i, k;

	intern_init(&s->versions);
	for (i = 0; i < s->audit->environment_count; i++)
		for (k = 0; k < s->audit->environments[i].version_count; k++)
			intern_add(&s->versions, s->audit->environments[i].versions[k].ptr,
				s->audit->environments[i].versions[k].len);
}

static bool is_passed_by(const struct model_search *s, struct text name, struct text path)
{
	static const char *const dirs[] = { "tests", "test", "testing", "node_modules", "site-packages", "venv", "env",
		"vendor", "docs", "examples", "__pycache__" };

	return !name.len || name.ptr[0] == '.' || is_named(name, dirs, sizeof(dirs) / sizeof(dirs[0])) ||
	       intern_find(&s->versions, path.ptr, path.len) != INTERN_NONE;
}

static bool is_module(struct text name)
{
	return name.len > 3 && memcmp(name.ptr + name.len - 3, ".py", 3) == 0 &&
	       !(name.len > 5 && memcmp(name.ptr, "test_", 5) == 0) && !text_equal(name, TEXT_LITERAL("conftest.py"));
}

/* Nobody writes models into a file that long, so it is passed by. */
static bool is_too_long(struct model_search *s, const struct source_entry *entry)
{
	struct err ignored;
	size_t len = entry->bytes.len;

	if (!entry->bytes.ptr && object_header(s->study->repo, &entry->id, NULL, &len, &ignored) != 1)
		return false;
	return len > MODEL_FILE_MAX;
}

static int read_module(struct model_search *s, const struct source_entry *entry, struct text path)
{
	struct err why = { .kind = ERR_NONE };
	struct table_uses uses;
	int got;

	strbuf_clear(&s->bytes);
	got = source_read(s->source, entry, MODEL_FILE_MAX, &s->bytes, &why);
	if (got != 1) {
		if (!is_too_long(s, entry))
			object_add_limit(s->study->repo, "blob", &entry->id, got < 0 ? &why : NULL);
		return 0;
	}
	s->total += s->bytes.len;
	if (s->total > MODELS_BYTES_MAX) {
		s->is_full = true;
		repo_add_limit(s->study->repo, "models were looked for in the first %d MiB of Python only",
			MODELS_BYTES_MAX / (1024 * 1024));
		return 0;
	}
	if (!tables_may_have_models(s->bytes.buf, s->bytes.len))
		return 0;
	if (reader_models(s->study->reader, &s->study->arena, s->bytes.buf, s->bytes.len, &uses, s->err) < 0)
		return -1;
	if (!uses.count)
		return 0;
	VEC_GROW(s->items, s->count, s->cap);
	s->items[s->count++] =
		(struct model_file){ .path = { arena_memdup(&s->study->arena, path.ptr, path.len), path.len },
			.uses = uses };
	return 0;
}

static int search(struct model_search *s, const struct oid *id, unsigned depth)
{
	struct text dir = { s->path.buf, s->path.len };
	struct err why = { .kind = ERR_NONE };
	struct source_entry entry;
	struct source_scan scan;
	size_t len = s->path.len;
	int rc = source_scan_open(s->source, dir, id, &scan, &why), failed = 0;

	if (rc < 1) {
		if (rc < 0)
			repo_add_limit(s->study->repo, "%s", why.msg);
		return 0;
	}
	if (!source_scan_allow(&scan, &s->repeats, id)) {
		source_scan_close(&scan);
		return 0;
	}
	while (!failed && !s->is_full && (rc = source_scan_next(&scan, &entry, &why)) == 1) {
		struct text path;

		strbuf_add_component(&s->path, entry.name.ptr, entry.name.len);
		path = (struct text){ s->path.buf, s->path.len };
		if (entry.kind == SOURCE_FILE && is_module(entry.name))
			failed = read_module(s, &entry, path);
		else if (entry.kind == SOURCE_DIR && depth < DEPTH_MAX && !is_passed_by(s, entry.name, path))
			failed = search(s, &entry.id, depth + 1);
		strbuf_setlen(&s->path, len);
	}
	source_scan_close(&scan);
	if (!failed && rc < 0)
		repo_add_limit(s->study->repo, "%s", why.msg);
	return failed;
}

/* The directory above; "" is the top. */
static struct text above(struct text dir)
{
	const char *slash = dir.len ? memrchr(dir.ptr, '/', dir.len) : NULL;

	return slash ? (struct text){ dir.ptr, (size_t)(slash - dir.ptr) } : (struct text){ "", 0 };
}

static bool holds_another(const struct audit *audit, const struct audit_environment *env, struct text dir)
{
	size_t i;

	for (i = 0; i < audit->environment_count; i++)
		if (&audit->environments[i] != env && is_at_or_below(audit->environments[i].path, dir))
			return true;
	return false;
}

static bool holds_model(const struct model_search *s, struct text dir)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (is_at_or_below(s->items[i].path, dir))
			return true;
	return false;
}

/* See audit_tables.h; none where models cannot be tied to the environment. */
static struct text root_of(const struct model_search *s, const struct audit_environment *env)
{
	struct text dir = env->path, up;

	if (text_equal(dir, TEXT_LITERAL(".")))
		dir = TEXT_LITERAL("");
	do {
		up = above(dir);
		if (holds_another(s->audit, env, up))
			return TEXT_NONE;
		if (holds_model(s, up))
			return up;
		dir = up;
	} while (dir.len);
	return TEXT_NONE;
}

static int compare_files(const void *a, const void *b)
{
	return text_compare(((const struct model_file *)a)->path, ((const struct model_file *)b)->path);
}

int model_files_read(
	struct study *study, struct source *source, const struct audit *audit, struct model_files *out, struct err *err)
{
	struct model_search s = {
		.study = study, .source = source, .audit = audit, .path = STRBUF_INIT, .bytes = STRBUF_INIT, .err = err
	};
	struct text *roots = arena_calloc(&study->arena, audit->environment_count + 1, sizeof(*roots));
	struct oid root = { { 0 } };
	size_t i;
	int rc = -1;

	source_root(source, &root);
	list_versions(&s);
	repeats_init(&s.repeats, REPEATS_WALKED_MAX);
	if (search(&s, &root, 0) < 0)
		goto done;
	if (s.count)
		qsort(s.items, s.count, sizeof(*s.items), compare_files);
	for (i = 0; i < audit->environment_count; i++)
		roots[i] = root_of(&s, &audit->environments[i]);
	*out = (struct model_files){
		.items = (const struct model_file *)(const void *)arena_memdup(
			&study->arena, s.items, s.count * sizeof(*s.items)),
		.count = s.count,
		.roots = roots,
		.audit = audit,
	};
	rc = 0;
done:
	free(s.items);
	intern_release(&s.versions);
	repeats_release(&s.repeats);
	strbuf_release(&s.path);
	strbuf_release(&s.bytes);
	return rc;
}

bool model_file_is_of(
	const struct model_files *files, const struct model_file *file, const struct audit_environment *env)
{
	const struct audit_environment *all = files->audit->environments;
	size_t i = 0, count = files->audit->environment_count;

	if (env >= all && env < all + count) /* mostly; a copy is known by its path */
		i = (size_t)(env - all);
	while (i < count && !text_equal(all[i].path, env->path))
		i++;
	return i < count && files->roots[i].ptr && is_at_or_below(file->path, files->roots[i]);
}
