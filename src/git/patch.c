#include "revident/git/patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "process.h"
#include "revident/base/outfile.h"
#include "revident/base/printable.h"

enum { PATCH_MAX = 256 * 1024 * 1024 };

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

static int make_dirs(const char *path, size_t skip, struct err *err)
{
	char *copy = strdup(path);
	char *slash = copy ? strchr(copy + skip, '/') : NULL;
	int rc = 0;

	for (; slash && rc == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			rc = err_set_errno(err, ERR_UNDECIDED, errno, "cannot make a directory for the patch");
		*slash = '/';
	}
	free(copy);
	return rc;
}

/* Writes one side below the temporary directory, at its own path. */
static int write_side(
	const char *dir, const char *side, const struct patch_change *change, struct text bytes, struct err *err)
{
	struct strbuf path = STRBUF_INIT;
	int rc = -1;

	strbuf_addf(&path, "%s/%s/", dir, side);
	strbuf_add(&path, change->path.ptr, change->path.len);
	if (make_dirs(path.buf, strlen(dir) + 1, err) < 0 || outfile_write(path.buf, bytes.ptr, bytes.len, err) < 0)
		goto done;
	if (chmod(path.buf, change->executable ? 0755 : 0644) < 0) {
		err_set_errno(err, ERR_UNDECIDED, errno, "cannot set a mode for the patch");
		goto done;
	}
	rc = 0;
done:
	strbuf_release(&path);
	return rc;
}

static int compare_sides(
	struct repo *repo, const char *dir, const struct patch_change *change, struct strbuf *out, struct err *err)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT, said = STRBUF_INIT;
	/* no repository, and so no attribute and no setting that changes line ends or runs a filter */
	const char *args[] = { "--git-dir=/dev/null", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c",
		"core.attributesFile=/dev/null", "-c", "diff.suppressBlankEmpty=false", "-C", dir, "diff", "--no-index",
		"--no-prefix", "--no-color", "--no-ext-diff", "--no-textconv", "--binary", "--full-index", "--", NULL,
		NULL, NULL };
	const size_t last = sizeof(args) / sizeof(*args) - 1;
	int status = 0, rc;

	if (change->has_before) {
		strbuf_addstr(&a, "a/");
		strbuf_add(&a, change->path.ptr, change->path.len);
	} else {
		strbuf_addstr(&a, "/dev/null");
	}
	strbuf_addstr(&b, "b/");
	strbuf_add(&b, change->path.ptr, change->path.len);
	args[last - 2] = a.buf;
	args[last - 1] = b.buf;
	rc = process_git(repo, args, NULL, 0, NULL, PATCH_MAX, out, &said, &status, err);
	if (rc == 0 && status > 1) /* 1: they differ */
		rc = err_set(err, ERR_UNDECIDED, "git cannot write the patch");
	strbuf_release(&a);
	strbuf_release(&b);
	strbuf_release(&said);
	return rc;
}

/* git names a new file twice by its own side's prefix; `git apply` wants a/ and b/. */
static void fix_new_file(struct strbuf *out, size_t start)
{
	char *line = memmem(out->buf + start, out->len - start, "diff --git ", 11);

	if (line && line[11] == 'b')
		line[11] = 'a';
	else if (line && line[11] == '"' && line[12] == 'b')
		line[12] = 'a';
}

static void remove_side(const char *dir, const char *side, const struct patch_change *change)
{
	struct strbuf path = STRBUF_INIT;
	size_t stop = strlen(dir);

	strbuf_addf(&path, "%s/%s/", dir, side);
	strbuf_add(&path, change->path.ptr, change->path.len);
	unlink(path.buf);
	while (path.len > stop) {
		const char *slash = strrchr(path.buf, '/');

		strbuf_setlen(&path, (size_t)(slash - path.buf));
		if (path.len <= stop || rmdir(path.buf) < 0)
			break;
	}
	strbuf_release(&path);
}

static int add_content(
	struct repo *repo, const char *dir, const struct patch_change *change, struct strbuf *out, struct err *err)
{
	size_t start = out->len;
	int rc = -1;

	if (change->has_before && write_side(dir, "a", change, change->before, err) < 0)
		goto done;
	if (write_side(dir, "b", change, change->after, err) < 0)
		goto done;
	rc = compare_sides(repo, dir, change, out, err);
	if (rc == 0 && !change->has_before)
		fix_new_file(out, start);
done:
	remove_side(dir, "a", change);
	remove_side(dir, "b", change);
	return rc;
}

/* A directory of our own below another, by its absolute name: git is started elsewhere. NULL on failure; freed by the caller. */
static char *make_temporary(const char *below, struct err *err)
{
	char *real = realpath(below, NULL), *made = NULL;
	struct strbuf path = STRBUF_INIT, shown = STRBUF_INIT;

	strbuf_addf(&path, "%s/revident-patch-XXXXXX", real ? real : below);
	if (real && mkdtemp(path.buf)) {
		made = strbuf_detach(&path, NULL);
	} else {
		int failure = errno;

		strbuf_add_printable(&shown, below, strlen(below));
		err_set_errno(err, ERR_UNDECIDED, failure, "cannot make a directory for the patch in '%s'", shown.buf);
	}
	free(real);
	strbuf_release(&path);
	strbuf_release(&shown);
	return made;
}

int patch_write(struct repo *repo, const char *temporary, const struct patch_change *changes, size_t count,
	struct strbuf *out, struct err *err)
{
	char *dir = make_temporary(temporary, err);
	size_t i;
	int rc = 0;

	if (!dir)
		return -1;
	for (i = 0; i < count; i++)
		if (changes[i].from.ptr)
			add_rename(out, &changes[i]);
	for (i = 0; i < count && rc == 0; i++)
		if (!changes[i].from.ptr)
			rc = add_content(repo, dir, &changes[i], out, err);
	rmdir(dir);
	free(dir);
	return rc;
}
