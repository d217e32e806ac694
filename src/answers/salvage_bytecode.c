/*
 * What Python left beside the sources: a compiled file that holds the id of a lost revision proves that its file was
 * there. It is looked at as bytes, never run nor decompiled.
 */
#include <stdlib.h>
#include <string.h>

#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"
#include "revident/git/worktree.h"
#include "salvage_parts.h"

enum { BYTECODE_MAX = 4 * 1024 * 1024, BYTECODE_HEADER = 16, REVISION_MIN = 4 };

/* The search for one revision. */
struct search {
	struct salvager *s;
	struct text revision;
	struct bytecode *found;
	size_t count, cap;
	struct err *err;
};

static bool begins_with(struct text bytes, struct text prefix)
{
	return bytes.len >= prefix.len && memcmp(bytes.ptr, prefix.ptr, prefix.len) == 0;
}

/* Behind the first occurrence of `key`; none if there is none. */
static struct text behind(struct text bytes, struct text key)
{
	const char *at = memmem(bytes.ptr, bytes.len, key.ptr, key.len);

	return at ? (struct text){ at + key.len, (size_t)(bytes.ptr + bytes.len - at) - key.len } : TEXT_NONE;
}

static bool is_word_byte(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* Is the id a string of its own, or a word in one? marshal writes a string's length before it, in one byte or four. */
static bool has_constant(struct text bytes, struct text id)
{
	struct text rest = bytes;

	while ((rest = behind(rest, id)).ptr) {
		const unsigned char *at = (const unsigned char *)rest.ptr - id.len;

		if (at - (const unsigned char *)bytes.ptr < BYTECODE_HEADER)
			continue;
		if (at[-1] == id.len || (at[-1] == 0 && at[-2] == 0 && at[-3] == 0 && at[-4] == id.len))
			return true;
		if (!is_word_byte(at[-1]) && (rest.len == 0 || !is_word_byte((unsigned char)*rest.ptr)))
			return true;
	}
	return false;
}

/* The source that the file was compiled from: "dir/__pycache__/x.cpython-311.pyc" is dir/x.py. */
static struct text source_path(struct salvager *s, struct text path)
{
	struct text name = text_base_name(path);
	const char *dot = memchr(name.ptr, '.', name.len);
	size_t dir = path.len - name.len - strlen("__pycache__/");

	return text_of(arena_printf(s->arena, "%.*s%.*s.py", (int)dir, path.ptr,
		(int)(dot ? (size_t)(dot - name.ptr) : name.len), name.ptr));
}

/* Does the source as it is today name the id as its parent? Then that is what the constant is. 1, 0, -1. */
static int is_child_of(struct search *search, struct text path)
{
	struct study *study = &search->s->head->study;
	struct strbuf bytes = STRBUF_INIT;
	const struct migration *m;
	struct err why = { 0 };
	uint32_t number;
	int rc = 0;

	if (worktree_read(search->s->head->repo, path.ptr, MIGRATION_BYTES_MAX, &bytes, &why) == 1) {
		number = study_add_bytes(study, bytes.buf, bytes.len, search->err);
		m = number == INTERN_NONE ? NULL : study->blobs[number].migration;
		rc = number == INTERN_NONE ? -1
					   : m && (binding_has(&m->down_revision, search->revision) ||
							  binding_has(&m->depends_on, search->revision));
	}
	strbuf_release(&bytes);
	return rc;
}

/*
 * Is the compiled file the revision's own? Its children hold the id as well. Alembic's docstring says whose it is;
 * without one (python -OO), what the source says today. 1, 0, -1.
 */
static int is_own(struct search *search, struct text path, struct text bytes)
{
	struct text said;
	int child;

	if (!has_constant(bytes, search->revision))
		return 0;
	said = behind(bytes, TEXT_LITERAL("Revision ID: "));
	if (said.ptr)
		return begins_with(said, search->revision);
	child = is_child_of(search, source_path(search->s, path));
	return child < 0 ? -1 : !child;
}

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void add_evidence(struct search *search, struct text path, struct text bytes)
{
	const unsigned char *b = (const unsigned char *)bytes.ptr;
	struct bytecode *out;

	VEC_GROW(search->found, search->count, search->cap);
	out = &search->found[search->count++];
	memset(out, 0, sizeof(*out));
	out->path = arena_text(search->s->arena, path);
	/* PEP 552: magic, flags, then (flags 0) the source's time and size, little-endian */
	out->has_time = le32(b + 4) == 0;
	out->source_time = out->has_time ? le32(b + 8) : 0;
	out->is_compile_known = worktree_mtime(search->s->head->repo, path.ptr, &out->compile_time);
}

static int look_at(struct search *search, struct text path)
{
	struct strbuf bytes = STRBUF_INIT;
	struct err why = { 0 };
	int own = 0;

	search->s->searched.bytecode_files++;
	if (worktree_read(search->s->head->repo, path.ptr, BYTECODE_MAX, &bytes, &why) == 1 &&
		bytes.len > BYTECODE_HEADER)
		own = is_own(search, path, (struct text){ bytes.buf, bytes.len });
	if (own == 1)
		add_evidence(search, path, (struct text){ bytes.buf, bytes.len });
	strbuf_release(&bytes);
	return own < 0 ? -1 : 0;
}

static int look_in(struct search *search, struct text versions)
{
	const char *dir = arena_printf(
		search->s->arena, "%.*s%s__pycache__", (int)versions.len, versions.ptr, versions.len ? "/" : "");
	struct text *paths;
	size_t i, count;

	if (worktree_files(search->s->head->repo, search->s->arena, dir, 0, &paths, &count, search->err) < 0)
		return -1;
	for (i = 0; i < count; i++)
		if (look_at(search, paths[i]) < 0)
			return -1;
	return 0;
}

int find_bytecode(struct salvager *s, struct text revision, struct salvage_result *out, struct err *err)
{
	const struct tip_view *view = investigation_head_view(s->head);
	struct search search = { .s = s, .revision = revision, .err = err };
	size_t e, k;
	int rc = -1;

	if (repo_is_bare(s->head->repo) || !view || revision.len < REVISION_MIN || revision.len > UINT8_MAX)
		return 0;
	for (e = 0; e < view->envs.count; e++)
		for (k = 0; k < view->envs.items[e].version_count; k++)
			if (look_in(&search, study_path_text(&s->head->study, view->envs.items[e].versions[k])) < 0)
				goto done;
	out->bytecode = (const struct bytecode *)(const void *)arena_memdup(
		s->arena, search.found, search.count * sizeof(*search.found));
	out->bytecode_count = search.count;
	rc = 0;
done:
	free(search.found);
	return rc;
}
