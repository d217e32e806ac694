#include "revident/git/refs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"

enum {
	REF_FILE_MAX = 64 * 1024,
};

/* "HEAD", "ORIG_HEAD" and the like: a file of the git directory itself. */
static bool is_at_top(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

/* HEAD and a few namespaces are each work tree's own. */
static const char *directory_of(const struct repo *repo, const char *name)
{
	if (strncmp(name, "refs/", 5) != 0 || strncmp(name, "refs/bisect/", 12) == 0 ||
		strncmp(name, "refs/worktree/", 14) == 0 || strncmp(name, "refs/rewritten/", 15) == 0)
		return repo->git_dir;
	return repo->common_dir;
}

int damaged_ref(const char *name, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name, strlen(name));
	if (strcmp(name, "HEAD") == 0)
		err_set(err, ERR_UNDECIDED, "ref 'HEAD' is damaged: write 'ref: refs/heads/BRANCH' into its file");
	else
		err_set(err, ERR_UNDECIDED, "ref '%s' is damaged; 'git fsck' tells more", shown.buf);
	strbuf_release(&shown);
	return -1;
}

/* Does a component of a name, `len` bytes, end as a lock does that git is about to put in a ref's place? */
static bool is_lock(const char *component, size_t len)
{
	static const char suffix[] = ".lock";
	const size_t n = sizeof(suffix) - 1;

	return len >= n && memcmp(component + len - n, suffix, n) == 0;
}

static bool is_letter_or_digit(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

bool ref_name_is_possible(struct text name)
{
	static const char below[] = "refs/";
	static const bool impossible[256] = { ['~'] = true,
		['^'] = true,
		[':'] = true,
		['?'] = true,
		['*'] = true,
		['['] = true,
		['\\'] = true,
		[0x7f] = true };
	size_t i, begin = sizeof(below) - 1; /* of the component at hand */
	char c = '/', last;

	if (name.len < sizeof(below) || memcmp(name.ptr, below, begin) != 0)
		return false;
	for (i = begin; i < name.len; i++) {
		last = c;
		c = name.ptr[i];
		if (is_letter_or_digit(c)) /* most are */
			continue;
		if ((unsigned char)c <= ' ' || impossible[(unsigned char)c] || (c == '/' && last == '/') ||
			(c == '.' && (last == '/' || last == '.')) || (c == '{' && last == '@'))
			return false;
		if (c == '/' && is_lock(name.ptr + begin, i - begin))
			return false;
		if (c == '/')
			begin = i + 1;
	}
	return c != '/' && c != '.' && !is_lock(name.ptr + begin, name.len - begin);
}

bool ref_is_head(const char *name)
{
	const char *last = strrchr(name, '/');

	return strncmp(name, "refs/", 5) != 0 && strcmp(last ? last + 1 : name, "HEAD") == 0;
}

/* May the ref `name` point to `target`? git takes a HEAD for none that points out of refs/. */
static bool leads_to_a_ref(const char *name, struct text target)
{
	return ref_name_is_possible(target) || (!ref_is_head(name) && is_at_top(target.ptr));
}

/* A ref file's content. 1, or -1 where it is damaged. */
static int parse_ref(
	struct arena *arena, const char *name, const char *content, size_t len, struct raw_ref *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	while (len && (content[len - 1] == '\n' || content[len - 1] == '\r' || content[len - 1] == ' ' ||
			      content[len - 1] == '\t'))
		len--;
	if (len > 4 && memcmp(content, "ref:", 4) == 0) {
		for (content += 4, len -= 4; len && (*content == ' ' || *content == '\t'); content++, len--)
			;
		out->is_symbolic = true;
		out->name = (struct text){ arena_memdup(arena, content, len), len };
		if (memchr(content, '\0', len) || !leads_to_a_ref(name, out->name))
			return damaged_ref(name, err);
		return 1;
	}
	if (len > OID_HEX && (content[OID_HEX] == ' ' || content[OID_HEX] == '\t' || content[OID_HEX] == '\n'))
		len = OID_HEX;
	return oid_parse(&out->target, content, len) && !oid_is_null(&out->target) ? 1 : damaged_ref(name, err);
}

/* A loose ref's file; an old-fashioned one is a symbolic link whose text is the name. 1, 0, -1. */
int ref_read_file(struct arena *arena, const char *path, const char *name, struct raw_ref *out, struct err *err)
{
	struct strbuf content = STRBUF_INIT;
	char link[256];
	struct stat st;
	ssize_t n;
	int rc;

	if (lstat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : damaged_ref(name, err);
	if (S_ISDIR(st.st_mode)) /* git leaves directories behind where refs were */
		return strncmp(name, "refs/", 5) == 0 ? 0 : damaged_ref(name, err);
	if (S_ISLNK(st.st_mode)) {
		n = readlink(path, link, sizeof(link));
		if (n > 5 && n < (ssize_t)sizeof(link) && memcmp(link, "refs/", 5) == 0) {
			strbuf_addstr(&content, "ref: ");
			strbuf_add(&content, link, (size_t)n);
			rc = parse_ref(arena, name, content.buf, content.len, out, err);
			goto done;
		}
	}
	rc = preflight_read(path, REF_FILE_MAX, &content, err);
	if (rc == 0 && S_ISLNK(st.st_mode))
		rc = damaged_ref(name, err); /* a link to nowhere */
	if (rc > 0)
		rc = parse_ref(arena, name, content.buf, content.len, out, err);
done:
	strbuf_release(&content);
	return rc;
}

/* Reads the one ref `name`, loose or packed. 1; 0 if there is none; -1 if it is damaged. */
static int read_ref(struct repo *repo, struct arena *arena, const char *name, struct raw_ref *out, struct err *err)
{
	char *path;
	int rc;

	if (!is_at_top(name) && !ref_name_is_possible(text_of(name)))
		return 0; /* nor does it lead out of the directory */
	path = path_join(directory_of(repo, name), name);
	rc = ref_read_file(arena, path, name, out, err);
	free(path);
	if (rc == 0 && strncmp(name, "refs/", 5) == 0) {
		memset(out, 0, sizeof(*out));
		rc = packed_refs_find(repo, name, &out->target, err);
	}
	return rc;
}

int ref_resolve_raw(
	struct repo *repo, struct arena *arena, struct raw_ref raw, struct text *last, struct oid *out, struct err *err)
{
	unsigned depth;

	for (depth = 0; raw.is_symbolic; depth++) {
		int got;

		if (last)
			*last = raw.name;
		if (depth == SYMREF_DEPTH_MAX)
			return damaged_ref(raw.name.ptr, err);
		got = read_ref(repo, arena, raw.name.ptr, &raw, err);
		if (got <= 0)
			return got;
	}
	*out = raw.target;
	return 1;
}

int ref_follow(struct repo *repo, struct arena *arena, const char *name, struct oid *out, struct text *symbolic,
	struct err *err)
{
	struct raw_ref raw;
	int got = read_ref(repo, arena, name, &raw, err);

	if (symbolic)
		*symbolic = TEXT_NONE;
	return got > 0 ? ref_resolve_raw(repo, arena, raw, symbolic, out, err) : got;
}

int ref_check_head(struct repo *repo, struct err *err)
{
	struct raw_ref ignored;
	struct arena arena;
	int got;

	arena_init(&arena);
	got = read_ref(repo, &arena, "HEAD", &ignored, err);
	arena_release(&arena);
	return got < 0 ? -1 : 0;
}

/* git takes a ref's log away with the ref: what has one and is not there was lost. */
static bool has_log(const struct repo *repo, const char *name)
{
	struct strbuf file = STRBUF_INIT;
	struct stat st;
	bool found;

	strbuf_addf(&file, "%slogs/%s", repo->common_dir, name);
	found = stat(file.buf, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
	strbuf_release(&file);
	return found;
}

static int lost_branch(struct text name, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name.ptr, name.len);
	err_set(err, ERR_UNDECIDED,
		"HEAD names '%s', which is not there, though its log is; the last line of 'logs/%s' has the commit",
		shown.buf, shown.buf);
	strbuf_release(&shown);
	return -1;
}

int refs_head(struct repo *repo, struct arena *arena, struct ref *out, struct err *err)
{
	char hex[OID_HEX + 1];
	struct oid missing;
	int got;

	memset(out, 0, sizeof(*out));
	out->name = TEXT_LITERAL("HEAD");
	got = ref_follow(repo, arena, "HEAD", &out->target, &out->symbolic, err);
	if (got < 0)
		return -1;
	if (got == 0 && !out->symbolic.ptr)
		return err_set(err, ERR_UNDECIDED,
			"the repository has no HEAD; 'git symbolic-ref HEAD refs/heads/BRANCH' gives it one");
	if (got == 0)
		return has_log(repo, out->symbolic.ptr) ? lost_branch(out->symbolic, err) : 0;
	got = object_peel(repo, &out->target, &out->commit, &missing, err);
	if (got == 0 && oid_is_null(&missing))
		return err_set(
			err, ERR_UNDECIDED, "HEAD names object %s, which is no commit", oid_hex(&out->target, hex));
	if (got == 0) {
		object_add_limit(repo, "commit", &missing, NULL);
		return err_set(err, ERR_UNDECIDED, "HEAD names commit %s, which is missing; 'git fsck' tells more",
			oid_hex(&missing, hex));
	}
	return got;
}

int refs_merge_heads(struct repo *repo, struct arena *arena, struct oid **out, size_t *count, struct err *err)
{
	char *path = path_join(repo->git_dir, "MERGE_HEAD");
	struct strbuf content = STRBUF_INIT;
	const char *at, *end;
	int rc = preflight_read(path, REF_FILE_MAX, &content, err);

	*count = 0;
	*out = arena_calloc(arena, content.len / OID_HEX + 1, sizeof(**out));
	for (at = content.buf; rc > 0 && *at; at = *end ? end + 1 : end) {
		end = at + strcspn(at, "\n");
		if (oid_parse(&(*out)[*count], at, (size_t)(end - at)))
			++*count;
		else
			rc = damaged_ref("MERGE_HEAD", err);
	}
	strbuf_release(&content);
	free(path);
	return rc < 0 ? -1 : 0;
}
