#include "revident/git/worktree_edit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum { JOURNAL_MAX = 64 * 1024 * 1024 };

static int cannot(const char *verb, const char *path, int errnum, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
	err_set_errno(err, ERR_UNDECIDED, errnum, "cannot %s \"%s\"", verb, shown.buf);
	strbuf_release(&shown);
	return -1;
}

static int refuse(const char *path, const char *why, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, path, strlen(path));
	err_set(err, ERR_UNDECIDED, "\"%s\" is not written: %s", shown.buf, why);
	strbuf_release(&shown);
	return -1;
}

static bool is_git_dir(const char *name, size_t len)
{
	return (len == 4 && strncasecmp(name, ".git", 4) == 0) || (len == 5 && strncasecmp(name, "git~1", 5) == 0);
}

/* Names that lead out of the work tree, or into git's own files. NULL if it is fine. */
static const char *bad_name(const char *path)
{
	if (*path == '/' || *path == '\0')
		return "it is no path inside the work tree";
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
			return "it leads out of the work tree";
		if (is_git_dir(path, len))
			return "it belongs to git";
		path += len + (path[len] == '/');
	}
	return NULL;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Opens the directory that holds the path, from the top, following no link; makes it where `make`. -1 with errno. */
static int open_parent(const struct repo *repo, const char *path, bool make)
{
	int fd = open(repo->work_tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *slash;

	while (fd >= 0 && (slash = strchr(path, '/'))) {
		char *name = xmemdup(path, (size_t)(slash - path));
		int next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), failure;

		if (next < 0 && errno == ENOENT && make && mkdirat(fd, name, 0777) == 0)
			next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		failure = errno;
		free(name);
		close(fd);
		errno = failure;
		fd = next;
		path = slash + 1;
	}
	return fd;
}

/* Is there a neighbour that a file system without case would take for the same file? */
static bool has_twin(int dir, const char *name)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool found = false;

	if (!stream && copy >= 0)
		close(copy);
	while (stream && !found && (entry = readdir(stream)))
		found = strcasecmp(entry->d_name, name) == 0 && strcmp(entry->d_name, name) != 0;
	if (stream)
		closedir(stream);
	return found;
}

int worktree_check_path(struct repo *repo, const char *path, struct err *err)
{
	const char *why = bad_name(path);
	int dir;

	if (!repo->work_tree)
		return err_set(err, ERR_UNDECIDED, "a bare repository has no work tree: use --patch or -o DIR");
	if (why)
		return refuse(path, why, err);
	dir = open_parent(repo, path, false);
	if (dir < 0 && errno == ENOENT)
		return 0;
	if (dir < 0 && (errno == ELOOP || errno == ENOTDIR))
		return refuse(path, "a directory on the way is a link or a file", err);
	if (dir < 0)
		return cannot("reach", path, errno, err);
	if (has_twin(dir, base_of(path)))
		why = "a file beside it has a name that differs by case alone";
	close(dir);
	return why ? refuse(path, why, err) : 0;
}

int worktree_exists(struct repo *repo, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc;
	struct stat st;

	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : cannot("reach", path, errno, err);
	rc = fstatat(dir, base_of(path), &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!rc && errno != ENOENT)
		rc = cannot("look at", path, errno, err);
	close(dir);
	return rc;
}

static char *journal_path(const struct repo *repo)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%srevident/journal", repo->git_dir);
	return strbuf_detach(&path, NULL);
}

static char *temporary_of(const char *path, size_t number)
{
	struct strbuf name = STRBUF_INIT;

	strbuf_add(&name, path, (size_t)(base_of(path) - path));
	strbuf_addf(&name, ".revident-%ld-%zu.tmp", (long)getpid(), number);
	return strbuf_detach(&name, NULL);
}

/*
 * The journal: "prepare" or "commit", then for each edit "W", temporary and path, or "R" and path; a NUL behind each
 * word. With "prepare" the temporaries may be there in part; with "commit" all are complete.
 */
static int write_journal(const struct repo *repo, const char *state, const struct worktree_edit *edits,
	char *const *temporaries, size_t count, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT, dir = STRBUF_INIT;
	char *path = journal_path(repo);
	size_t i;
	int rc = -1;

	strbuf_addf(&dir, "%srevident", repo->git_dir);
	if (mkdir(dir.buf, 0777) < 0 && errno != EEXIST) {
		cannot("make", dir.buf, errno, err);
		goto done;
	}
	strbuf_add(&bytes, state, strlen(state) + 1);
	for (i = 0; i < count; i++) {
		strbuf_add(&bytes, edits[i].is_removal ? "R" : "W", 2);
		if (!edits[i].is_removal)
			strbuf_add(&bytes, temporaries[i], strlen(temporaries[i]) + 1);
		strbuf_add(&bytes, edits[i].path, strlen(edits[i].path) + 1);
	}
	rc = outfile_write(path, bytes.buf, bytes.len, err);
done:
	free(path);
	strbuf_release(&bytes);
	strbuf_release(&dir);
	return rc;
}

static void remove_journal(const struct repo *repo)
{
	struct strbuf dir = STRBUF_INIT;
	char *path = journal_path(repo);

	unlink(path);
	strbuf_addf(&dir, "%srevident", repo->git_dir);
	rmdir(dir.buf); /* stays where something else is in it */
	strbuf_release(&dir);
	free(path);
}

static int write_temporary(
	const struct repo *repo, const struct worktree_edit *edit, const char *temporary, struct err *err)
{
	int dir = open_parent(repo, temporary, true), fd = -1, rc = -1;

	if (dir < 0)
		return cannot("reach", edit->path, errno, err);
	fd = openat(dir, base_of(temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		edit->executable ? 0777 : 0666);
	if (fd < 0 || fd_write_all(fd, edit->bytes.ptr, edit->bytes.len) < 0 || fsync(fd) < 0) {
		cannot("write", edit->path, errno, err);
		goto done;
	}
	rc = 0;
done:
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = cannot("write", edit->path, errno, err);
	close(dir);
	return rc;
}

static void sync_dir(int dir)
{
	if (fsync(dir) < 0)
		return; /* some file systems cannot; what was renamed is renamed */
}

/* Puts a complete temporary in its place; one that is gone already was put there before an interruption. */
static int place(const struct repo *repo, const char *temporary, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc = 0;

	if (dir < 0)
		return cannot("reach", path, errno, err);
	if (renameat(dir, base_of(temporary), dir, base_of(path)) < 0 && errno != ENOENT)
		rc = cannot("put in place", path, errno, err);
	sync_dir(dir);
	close(dir);
	return rc;
}

static int take_away(const struct repo *repo, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc = 0;

	if (dir < 0)
		return errno == ENOENT ? 0 : cannot("reach", path, errno, err);
	if (unlinkat(dir, base_of(path), 0) < 0 && errno != ENOENT)
		rc = cannot("remove", path, errno, err);
	sync_dir(dir);
	close(dir);
	return rc;
}

static void undo(const struct repo *repo, char *const *temporaries, size_t count)
{
	struct err ignored = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		if (temporaries[i])
			take_away(repo, temporaries[i], &ignored);
	remove_journal(repo);
}

static int carry_out(const struct repo *repo, const struct worktree_edit *edits, char *const *temporaries, size_t count,
	struct err *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!edits[i].is_removal && place(repo, temporaries[i], edits[i].path, err) < 0)
			goto interrupted;
	for (i = 0; i < count; i++)
		if (edits[i].is_removal && take_away(repo, edits[i].path, err) < 0)
			goto interrupted;
	remove_journal(repo);
	return 0;
interrupted:
	err_prefix(err, "the repair is half done, and the next `revident recover` completes it: ");
	return -1;
}

int worktree_apply(struct repo *repo, const struct worktree_edit *edits, size_t count, struct err *err)
{
	char **temporaries = xcalloc(count, sizeof(*temporaries));
	size_t i;
	int rc = -1;

	for (i = 0; i < count; i++)
		if (!edits[i].is_removal)
			temporaries[i] = temporary_of(edits[i].path, i);
	if (write_journal(repo, "prepare", edits, temporaries, count, err) < 0)
		goto done;
	for (i = 0; i < count; i++) {
		if (!edits[i].is_removal && write_temporary(repo, &edits[i], temporaries[i], err) < 0) {
			undo(repo, temporaries, count);
			goto done;
		}
	}
	if (write_journal(repo, "commit", edits, temporaries, count, err) < 0) {
		undo(repo, temporaries, count);
		goto done;
	}
	rc = carry_out(repo, edits, temporaries, count, err);
done:
	for (i = 0; i < count; i++)
		free(temporaries[i]);
	free(temporaries);
	return rc;
}

/* The next word of the journal; NULL at its end or where it is damaged. */
static const char *next_word(const struct strbuf *bytes, size_t *at)
{
	const char *word = bytes->buf + *at;
	const char *nul = memchr(word, '\0', bytes->len - *at);

	if (!nul)
		return NULL;
	*at += (size_t)(nul - word) + 1;
	return word;
}

/* Both words of the journal are checked like any path: the file may have been written by somebody else. */
static int resume_entries(struct repo *repo, const struct strbuf *bytes, size_t at, bool complete, struct err *err)
{
	const char *kind;

	while ((kind = next_word(bytes, &at))) {
		bool is_removal = strcmp(kind, "R") == 0;
		const char *temporary = is_removal ? NULL : next_word(bytes, &at);
		const char *path = next_word(bytes, &at);

		if (!path || bad_name(path) || (temporary && bad_name(temporary)))
			return err_set(err, ERR_UNDECIDED,
				"\"revident/journal\" in the git directory is damaged: look at the work tree, and "
				"remove it");
		if (!complete && temporary && take_away(repo, temporary, err) < 0)
			return -1;
		if (complete && (temporary ? place(repo, temporary, path, err) : take_away(repo, path, err)) < 0)
			return -1;
	}
	return 0;
}

int worktree_resume(struct repo *repo, enum resumed *what, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	char *path = journal_path(repo);
	const char *state;
	size_t at = 0;
	int rc;

	*what = RESUMED_NOTHING;
	rc = repo->work_tree ? preflight_read(path, JOURNAL_MAX, &bytes, err) : 0;
	free(path);
	if (rc == 1) {
		state = next_word(&bytes, &at);
		*what = state && strcmp(state, "commit") == 0 ? RESUMED_COMPLETED : RESUMED_UNDONE;
		rc = resume_entries(repo, &bytes, at, *what == RESUMED_COMPLETED, err);
		if (rc == 0)
			remove_journal(repo);
	}
	strbuf_release(&bytes);
	return rc < 0 ? -1 : 0;
}
