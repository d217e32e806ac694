#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commit_parse.h"
#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/refs.h"

enum { ABBREVIATION_MIN = 4 };

/* Where git looks for a name, first to last (gitrevisions(7)). */
static const char *const places[] = { "%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s",
	"refs/remotes/%s/HEAD" };

enum { PLACE_COUNT = sizeof(places) / sizeof(*places) };

static void add_place(struct strbuf *sb, size_t place, const char *name)
{
	const char *hole = strstr(places[place], "%s");

	strbuf_clear(sb);
	strbuf_add(sb, places[place], (size_t)(hole - places[place]));
	strbuf_addstr(sb, name);
	strbuf_addstr(sb, hole + 2);
}

/* A name by itself is a ref only in capitals (HEAD, ORIG_HEAD); `config` in the git directory is none. */
static bool may_stand_alone(const char *name)
{
	return strncmp(name, "refs/", 5) == 0 ||
	       (name[0] && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == strlen(name));
}

/* The HEADs that refs_worktree_heads() lists, by the names that it gives them. 1, 0, -1. */
static int worktree_head(struct repo *repo, struct arena *arena, const char *name, struct oid *out, struct err *err)
{
	bool is_main = strcmp(name, "main-worktree/HEAD") == 0;
	size_t len = strlen(name);
	struct raw_ref raw;
	char *path;
	int got;

	if (!is_main && (strncmp(name, "worktrees/", 10) != 0 || len < 16 || strcmp(name + len - 5, "/HEAD") != 0 ||
				memchr(name + 10, '/', len - 15) || name[10] == '.'))
		return 0;
	path = path_join(repo->common_dir, is_main ? "HEAD" : name);
	got = ref_read_file(arena, path, name, &raw, err);
	free(path);
	return got > 0 ? ref_resolve_raw(repo, arena, raw, NULL, out, err) : got;
}

/* An abbreviated id, by itself or at the end of what git describe prints. 1, 0, -1 (several objects). */
static int abbreviated(struct repo *repo, const char *name, struct oid *out, struct err *err)
{
	const char *hex = name, *dash = strrchr(name, '-');
	size_t len, i;
	git_oid prefix, full;
	int got;

	if (dash && dash[1] == 'g')
		hex = dash + 2;
	len = strlen(hex);
	if (len < ABBREVIATION_MIN || len > OID_HEX || strspn(hex, "0123456789abcdefABCDEF") != len)
		return 0;
	memset(&prefix, 0, sizeof(prefix));
	for (i = 0; i < len; i++) {
		unsigned digit = hex[i] <= '9' ? (unsigned)(hex[i] - '0') : (unsigned)(hex[i] | 0x20) - 'a' + 10;

		prefix.id[i / 2] |= (unsigned char)(i % 2 ? digit : digit << 4);
	}
	got = len == OID_HEX ? (git_odb_exists(repo->odb, &prefix) ? 0 : GIT_ENOTFOUND)
			     : git_odb_exists_prefix(&full, repo->odb, &prefix, len);
	if (got == GIT_ENOTFOUND)
		return 0;
	if (got == GIT_EAMBIGUOUS)
		return err_set(err, ERR_USAGE, "'%s' is the beginning of several objects' ids; give more digits", hex);
	if (got < 0)
		return err_set_git(err, ERR_UNDECIDED, "cannot look up '%s'", hex);
	memcpy(out->bytes, len == OID_HEX ? prefix.id : full.id, OID_BYTES);
	return 1;
}

/* A name without operators. 1, 0, -1. */
static int resolve_base(struct repo *repo, struct arena *arena, const char *name, struct oid *out,
	struct text *symbolic, struct err *err)
{
	struct strbuf full = STRBUF_INIT;
	size_t place;
	int got = 0;

	*symbolic = TEXT_NONE;
	if (strcmp(name, "@") == 0)
		name = "HEAD";
	if (strlen(name) == OID_HEX && oid_parse(out, name, OID_HEX))
		return 1;
	for (place = 0; place < PLACE_COUNT && got == 0; place++) {
		if (place == 0 && !may_stand_alone(name))
			continue;
		add_place(&full, place, name);
		got = ref_follow(repo, arena, full.buf, out, symbolic, err);
	}
	strbuf_release(&full);
	if (got == 0)
		got = worktree_head(repo, arena, name, out, err);
	return got ? got : abbreviated(repo, name, out, err);
}

/*
 * For an object that is not there. 0 where nothing says that it ever was: its id was typed, and all that is here could
 * be read. Else -1.
 */
static int absent(const struct repo *repo, const struct oid *id, bool typed, struct err *err)
{
	char hex[OID_HEX + 1];

	if (typed && repo->limits.count == 0)
		return 0;
	return err_set(err, ERR_UNDECIDED, "object %s is missing; 'git fsck' tells more", oid_hex(id, hex));
}

/* Parent `n` of a commit, from 1. 1, 0 (it has fewer), -1. */
static int parent_of(struct repo *repo, const struct oid *id, size_t n, struct oid *out, struct err *err)
{
	struct commit_header header;
	struct object object;
	int got = object_read(repo, id, OBJECT_META_MAX, &object, err);

	if (got <= 0)
		return got < 0 ? -1 : absent(repo, id, false, err);
	got = object.type == OBJECT_COMMIT && commit_parse(object.bytes, object.len, &header) &&
	      n <= header.parent_count && !shallow_has(repo, id);
	if (got)
		commit_parent_id(&header, n - 1, out);
	object_release(&object);
	return got;
}

/* One operator: ~, ~N, ^, ^N, ^{}, ^{commit}. Moves `*at` behind it. `typed`: so was the id. 1, 0, -1. */
static int apply_operator(struct repo *repo, const char **at, struct oid *id, bool typed, struct err *err)
{
	char operation = *(*at)++;
	unsigned long n = 1;
	struct oid commit, missing;
	char *end;
	int got;

	got = object_peel(repo, id, &commit, &missing, err);
	if (got == 0 && !oid_is_null(&missing))
		return absent(repo, &missing, typed, err);
	if (got <= 0)
		return got;
	*id = commit;
	if (operation == '^' && **at == '{') {
		size_t len = strncmp(*at, "{}", 2) == 0 ? 2 : strncmp(*at, "{commit}", 8) == 0 ? 8 : 0;

		*at += len;
		return len != 0;
	}
	if (**at >= '0' && **at <= '9') {
		n = strtoul(*at, &end, 10);
		*at = end;
	}
	if (operation == '^')
		return n == 0 ? 1 : parent_of(repo, &commit, n, id, err);
	for (; n > 0 && got > 0; n--) {
		got = parent_of(repo, id, 1, &commit, err);
		*id = commit;
	}
	return got;
}

/* Would opening this block? A directory does not: it is no ref. */
static int may_open(const char *dir, const char *middle, const char *name, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	struct stat st;
	int rc = 0;

	strbuf_addf(&path, "%s%s%s", dir, middle, name);
	if (stat(path.buf, &st) == 0 && !S_ISDIR(st.st_mode))
		rc = preflight_regular(path.buf, err);
	strbuf_release(&path);
	return rc < 0 ? -1 : 0;
}

/* Did libgit2 read all that it needed, and find that there is no such thing? An object that is missing is not that. */
static bool names_nothing(int failure)
{
	const git_error *last = git_error_last();

	if (failure == GIT_ENOTFOUND)
		return !last || last->klass != GIT_ERROR_ODB;
	return failure == GIT_EINVALIDSPEC || failure == GIT_EPEEL;
}

static int unresolved(const char *expression, int failure, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, expression, strlen(expression));
	if (failure == GIT_EAMBIGUOUS)
		err_set_git(err, ERR_USAGE, "'%s' could be several things", shown.buf);
	else
		err_set_git(err, ERR_UNDECIDED, "cannot tell what '%s' names", shown.buf);
	strbuf_release(&shown);
	return -1;
}

/*
 * What has reflogs, paths or searches in it is left to libgit2, which opens refs and their logs by name: nothing there
 * may be a named pipe. 1, 0, -1.
 */
static int resolve_by_libgit2(struct repo *repo, const char *expression, struct oid *out, struct err *err)
{
	char *name = xmemdup(expression, strcspn(expression, "^~:@"));
	struct strbuf full = STRBUF_INIT;
	git_object *object = NULL;
	size_t place;
	int rc = may_open(repo->git_dir, "logs/", "HEAD", err);

	for (place = 0; place < PLACE_COUNT && rc == 0; place++) {
		add_place(&full, place, name);
		rc = may_open(repo->common_dir, "", full.buf, err);
		if (rc == 0)
			rc = may_open(repo->common_dir, "logs/", full.buf, err);
	}
	if (rc == 0) {
		git_error_clear();
		rc = git_revparse_single(&object, repo->git, expression);
		if (rc == 0) {
			memcpy(out->bytes, git_object_id(object)->id, OID_BYTES);
			rc = 1;
		} else {
			rc = names_nothing(rc) ? 0 : unresolved(expression, rc, err);
		}
	}
	git_object_free(object);
	strbuf_release(&full);
	free(name);
	return rc;
}

/* `*typed`: the expression begins with a whole id. 1, 0, -1. */
static int resolve_expression(
	struct repo *repo, struct arena *arena, const char *expression, struct ref *out, bool *typed, struct err *err)
{
	size_t len = strcspn(expression, "^~");
	const char *at = expression + len;
	struct oid ignored;
	int got;

	*typed = len == OID_HEX && oid_parse(&ignored, expression, len);
	if (strchr(expression, ':') || strstr(expression, "@{") || strstr(expression, "^{/"))
		return resolve_by_libgit2(repo, expression, &out->target, err);
	got = resolve_base(repo, arena, arena_memdup(arena, expression, len), &out->target, &out->symbolic, err);
	if (*at)
		out->symbolic = TEXT_NONE;
	while (got > 0 && *at) {
		if (*at != '^' && *at != '~')
			return 0;
		got = apply_operator(repo, &at, &out->target, *typed, err);
	}
	return got;
}

static bool is_head(const char *expression)
{
	return strcmp(expression, "HEAD") == 0 || strcmp(expression, "@") == 0;
}

/* HEAD and what it points to are of commits, for git; a tag may be of anything. */
static int no_commit(const char *shown, const struct ref *ref, struct err *err)
{
	if (ref->symbolic.len || is_head(shown))
		return err_set(
			err, ERR_UNDECIDED, "'%s' leads to an object that is no commit; 'git fsck' tells more", shown);
	err_set(err, ERR_USAGE, "'%s' leads to an object that is no commit", shown);
	return 0;
}

int refs_resolve(struct repo *repo, struct arena *arena, const char *expression, struct ref *out, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	struct oid missing;
	bool typed;
	int got;

	memset(out, 0, sizeof(*out));
	memset(&missing, 0, sizeof(missing));
	out->name = text_of(arena_strdup(arena, expression));
	strbuf_add_printable(&shown, expression, strlen(expression));
	got = resolve_expression(repo, arena, expression, out, &typed, err);
	if (got == 0 && is_head(expression) && refs_head(repo, arena, out, err) < 0) /* it was born, and is gone */
		got = -1;
	if (got == 0) {
		err_set(err, ERR_USAGE, "'%s' names no commit here; 'git branch --all' and 'git tag' list what does",
			shown.buf);
		packed_refs_check(repo);
		if (repo->limits.count)
			got = err_set(err, ERR_UNDECIDED, "'%s' names no commit in what could be read", shown.buf);
	}
	if (got > 0) {
		got = object_peel(repo, &out->target, &out->commit, &missing, err);
		if (got == 0 && oid_is_null(&missing))
			got = no_commit(shown.buf, out, err);
		else if (got == 0 && (got = absent(repo, &missing, typed, err)) == 0)
			err_set(err, ERR_USAGE, "'%s' names an object that is not here; 'git fetch' may bring it",
				shown.buf);
	}
	strbuf_release(&shown);
	return got;
}
