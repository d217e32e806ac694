#include "revident/git/patch.h"

#include <string.h>

#include "internal.h"
#include "revident/git/object.h"

enum {
	PATCH_MAX = 256 * 1024 * 1024,
	CONTEXT_LINES = 3, /* as git has it */
};

/* A path as git quotes it in patches: in double quotes with C escapes where it holds anything unusual. */
static void add_quoted(struct strbuf *out, const char *prefix, struct text path)
{
	bool unusual = false;
	size_t i;

	for (i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		unusual = unusual || c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
	}
	if (unusual)
		strbuf_addch(out, '"');
	strbuf_addstr(out, prefix);
	for (i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];

		if (c < 0x20 || c >= 0x7f)
			strbuf_addf(out, "\\%03o", c);
		else if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else
			strbuf_addch(out, (char)c);
	}
	if (unusual)
		strbuf_addch(out, '"');
}

static void add_rename(struct strbuf *out, const struct patch_change *change)
{
	strbuf_addstr(out, "diff --git ");
	add_quoted(out, "a/", change->from);
	strbuf_addch(out, ' ');
	add_quoted(out, "b/", change->path);
	strbuf_addstr(out, "\nsimilarity index 100%\nrename from ");
	add_quoted(out, "", change->from);
	strbuf_addstr(out, "\nrename to ");
	add_quoted(out, "", change->path);
	strbuf_addch(out, '\n');
}

static void add_blob_id(struct strbuf *out, const struct text *bytes)
{
	char hex[OID_HEX + 1];
	struct oid id = { { 0 } };

	if (bytes)
		object_blob_id(bytes->ptr, bytes->len, &id);
	strbuf_addstr(out, oid_hex(&id, hex));
}

/* The name of one side's file. git ends a name that has a space with a tab. */
static void add_side(struct strbuf *out, const char *mark, const char *prefix, struct text path)
{
	strbuf_addstr(out, mark);
	add_quoted(out, prefix, path);
	strbuf_addstr(out, path.len && memchr(path.ptr, ' ', path.len) ? "\t\n" : "\n");
}

/* The lines before the content. */
static void add_header(struct strbuf *out, const struct patch_change *change)
{
	const char *mode = change->executable ? "100755" : "100644";

	strbuf_addstr(out, "diff --git ");
	add_quoted(out, "a/", change->path);
	strbuf_addch(out, ' ');
	add_quoted(out, "b/", change->path);
	if (!change->has_before)
		strbuf_addf(out, "\nnew file mode %s", mode);
	strbuf_addstr(out, "\nindex ");
	add_blob_id(out, change->has_before ? &change->before : NULL);
	strbuf_addstr(out, "..");
	add_blob_id(out, &change->after);
	if (change->has_before)
		strbuf_addf(out, " %s", mode);
	strbuf_addch(out, '\n');
}

/* What one line of libgit2's patch is added to. */
struct content {
	struct strbuf *out;
	const struct patch_change *change;
	bool has_sides;
};

/* Of libgit2's patch the content is taken: its header knows no mode. */
static int add_line(const git_diff_delta *delta, const git_diff_hunk *hunk, const git_diff_line *line, void *payload)
{
	struct content *content = payload;
	const struct patch_change *change = content->change;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_FILE_HDR)
		return 0;
	if (line->origin == GIT_DIFF_LINE_HUNK_HDR && !content->has_sides) {
		if (change->has_before)
			add_side(content->out, "--- ", "a/", change->path);
		else
			strbuf_addstr(content->out, "--- /dev/null\n");
		add_side(content->out, "+++ ", "b/", change->path);
		content->has_sides = true;
	}
	if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
		line->origin == GIT_DIFF_LINE_DELETION)
		strbuf_addch(content->out, line->origin);
	strbuf_add(content->out, line->content, line->content_len);
	return content->out->len > PATCH_MAX ? GIT_EUSER : 0;
}

static bool is_change(const struct patch_change *change)
{
	struct text before = change->before.ptr ? change->before : TEXT_LITERAL("");

	return !change->has_before || before.len != change->after.len ||
	       (before.len && memcmp(before.ptr, change->after.ptr, before.len) != 0);
}

static int add_content(struct strbuf *out, const struct patch_change *change, struct err *err)
{
	git_diff_options options;
	struct content content = { out, change, false };
	const char *before = change->before.ptr ? change->before.ptr : "";
	git_patch *patch = NULL;
	int rc = -1, failure;

	if (!is_change(change))
		return 0;
	add_header(out, change);
	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 has other options for patches");
	options.flags = GIT_DIFF_SHOW_BINARY | GIT_DIFF_INDENT_HEURISTIC;
	options.context_lines = CONTEXT_LINES;
	options.id_abbrev = OID_HEX;
	if (git_patch_from_buffers(&patch, change->has_before ? before : NULL, change->before.len, NULL,
		    change->after.ptr ? change->after.ptr : "", change->after.len, NULL, &options) < 0) {
		err_set_git(err, ERR_UNDECIDED, "libgit2 cannot write the patch");
		goto done;
	}
	failure = git_patch_print(patch, add_line, &content);
	if (failure == GIT_EUSER) {
		err_set(err, ERR_UNDECIDED, "the patch would be larger than %d MiB", PATCH_MAX / 1024 / 1024);
		goto done;
	}
	if (failure < 0) {
		err_set_git(err, ERR_UNDECIDED, "libgit2 cannot write the patch");
		goto done;
	}
	rc = 0;
done:
	git_patch_free(patch);
	return rc;
}

int patch_write(const struct patch_change *changes, size_t count, struct strbuf *out, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < count; i++)
		if (changes[i].from.ptr)
			add_rename(out, &changes[i]);
	for (i = 0; i < count && rc == 0; i++)
		if (!changes[i].from.ptr)
			rc = add_content(out, &changes[i], err);
	return rc;
}
