#include "revident/git/worktree_edit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"
#include "revident/git/object.h"
#include "revident/git/worktree.h"
#include "worktree_edit_parts.h"

enum { EDITED_FILE_MAX = 64 * 1024 * 1024 };

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

const char *worktree_bad_path(struct text path)
{
	size_t at = 0;

	if (path.len == 0 || path.ptr[0] == '/' || memchr(path.ptr, '\0', path.len))
		return "it is no path inside the work tree";
	while (at < path.len) {
		const char *name = path.ptr + at, *slash = memchr(name, '/', path.len - at);
		size_t len = slash ? (size_t)(slash - name) : path.len - at;

		if (len == 0 || (len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
			return "it leads out of the work tree";
		if (is_git_dir(name, len))
			return "it belongs to git";
		at += len + 1;
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

/* Is there a neighbour that a file system without case would take for the same file? 1, 0 or -1. */
static int has_twin(int dir, const char *path, struct err *err)
{
	const char *name = base_of(path);
	struct directory neighbours;
	int rc = directory_read_at(&neighbours, dir, ".", path, err);
	size_t i;

	if (rc > 0)
		rc = 0;
	for (i = 0; rc == 0 && i < neighbours.count; i++)
		rc = strcasecmp(neighbours.names[i], name) == 0 && strcmp(neighbours.names[i], name) != 0;
	directory_release(&neighbours);
	return rc;
}

int worktree_check_path(struct repo *repo, const char *path, struct err *err)
{
	const char *why = worktree_bad_path(text_of(path));
	int dir, twin;

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
		return err_cannot("reach", path, errno, err);
	twin = has_twin(dir, path, err);
	close(dir);
	return twin > 0 ? refuse(path, "a file beside it has a name that differs by case alone", err) : twin;
}

int worktree_exists(struct repo *repo, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc;
	struct stat st;

	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0
									     : err_cannot("reach", path, errno, err);
	rc = fstatat(dir, base_of(path), &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!rc && errno != ENOENT)
		rc = err_cannot("look at", path, errno, err);
	close(dir);
	return rc;
}

char *edit_journal_path(const struct repo *repo)
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

/* What stands at the path, as the journal says it: a blob id in hexadecimal, "-" for nothing. 0 or -1. */
int edit_state_of(struct repo *repo, const char *path, char state[OID_HEX + 1], struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	struct oid id;
	int there = worktree_read(repo, path, EDITED_FILE_MAX, &bytes, err);

	if (there == 1) {
		object_blob_id(bytes.buf, bytes.len, &id);
		oid_hex(&id, state);
	} else {
		memcpy(state, JOURNAL_NOTHING, sizeof(JOURNAL_NOTHING));
	}
	strbuf_release(&bytes);
	return there < 0 ? -1 : 0;
}

static void add_word(struct strbuf *bytes, const char *word)
{
	strbuf_add(bytes, word, strlen(word) + 1);
}

/*
 * The journal: "prepare" or "commit", then for each edit "W" and the temporary, or "R"; the path; what stood there;
 * what is to stand there. A NUL behind each word. With "prepare" the temporaries may be there in part; with "commit"
 * all are complete.
 */
static int journal_words(struct repo *repo, const struct worktree_edit *edits, char *const *temporaries, size_t count,
	struct strbuf *out, struct err *err)
{
	char state[OID_HEX + 1];
	struct oid id;
	size_t i;

	for (i = 0; i < count; i++) {
		add_word(out, edits[i].is_removal ? "R" : "W");
		if (!edits[i].is_removal)
			add_word(out, temporaries[i]);
		add_word(out, edits[i].path);
		if (edit_state_of(repo, edits[i].path, state, err) < 0)
			return -1;
		add_word(out, state);
		if (edits[i].is_removal) {
			add_word(out, JOURNAL_NOTHING);
		} else {
			object_blob_id(edits[i].bytes.ptr ? edits[i].bytes.ptr : "", edits[i].bytes.len, &id);
			add_word(out, oid_hex(&id, state));
		}
	}
	return 0;
}

static int write_journal(const struct repo *repo, const char *state, const struct strbuf *words, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT, dir = STRBUF_INIT;
	char *path = edit_journal_path(repo);
	int rc = -1;

	strbuf_addf(&dir, "%srevident", repo->git_dir);
	if (mkdir(dir.buf, 0777) < 0 && errno != EEXIST) {
		err_cannot("make", dir.buf, errno, err);
		goto done;
	}
	add_word(&bytes, state);
	strbuf_add(&bytes, words->buf, words->len);
	rc = outfile_write(path, bytes.buf, bytes.len, err);
done:
	free(path);
	strbuf_release(&bytes);
	strbuf_release(&dir);
	return rc;
}

void edit_remove_journal(const struct repo *repo)
{
	struct strbuf dir = STRBUF_INIT;
	char *path = edit_journal_path(repo);
	struct dirent *entry;
	DIR *stream;

	unlink(path);
	strbuf_addf(&dir, "%srevident", repo->git_dir);
	stream = opendir(dir.buf);
	while (stream && (entry = readdir(stream))) { /* a journal that was never finished */
		size_t len = strlen(entry->d_name);

		if (strncmp(entry->d_name, ".revident-", 10) == 0 && len > 4 &&
			strcmp(entry->d_name + len - 4, ".tmp") == 0)
			unlinkat(dirfd(stream), entry->d_name, 0);
	}
	if (stream)
		closedir(stream);
	rmdir(dir.buf); /* stays where something else is in it */
	strbuf_release(&dir);
	free(path);
}

static void sync_dir(int dir)
{
	if (fsync(dir) < 0)
		return; /* some file systems cannot; what was renamed is renamed */
}

static int write_temporary(
	const struct repo *repo, const struct worktree_edit *edit, const char *temporary, struct err *err)
{
	int dir = open_parent(repo, temporary, true), fd = -1, rc = -1;

	if (dir < 0)
		return err_cannot("reach", edit->path, errno, err);
	fd = openat(dir, base_of(temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		edit->executable ? 0777 : 0666);
	if (fd < 0 || fd_write_all(fd, edit->bytes.ptr, edit->bytes.len) < 0 || fsync(fd) < 0) {
		err_cannot("write", edit->path, errno, err);
		goto done;
	}
	sync_dir(dir); /* the journal will say that the temporary is there */
	rc = 0;
done:
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = err_cannot("write", edit->path, errno, err);
	close(dir);
	return rc;
}

/* Puts a complete temporary in its place. */
int edit_place(const struct repo *repo, const char *temporary, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc = 0;

	if (dir < 0)
		return err_cannot("reach", path, errno, err);
	if (renameat(dir, base_of(temporary), dir, base_of(path)) < 0)
		rc = err_cannot("put in place", path, errno, err);
	sync_dir(dir);
	close(dir);
	return rc;
}

int edit_take_away(const struct repo *repo, const char *path, struct err *err)
{
	int dir = open_parent(repo, path, false), rc = 0;

	if (dir < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (dir < 0)
		return err_cannot("reach", path, errno, err);
	if (unlinkat(dir, base_of(path), 0) < 0 && errno != ENOENT)
		rc = err_cannot("remove", path, errno, err);
	sync_dir(dir);
	close(dir);
	return rc;
}

/* Where a temporary stays, the journal does, too: the next run takes both away. */
static void undo(const struct repo *repo, char *const *temporaries, size_t count)
{
	struct err ignored = { 0 };
	bool clean = true;
	size_t i;

	for (i = 0; i < count; i++)
		if (temporaries[i] && edit_take_away(repo, temporaries[i], &ignored) < 0)
			clean = false;
	if (clean)
		edit_remove_journal(repo);
}

/* Places the files that nothing stands in the way of, or the others. 0 or -1. */
static int place_some(struct repo *repo, const struct worktree_edit *edits, char **temporaries, size_t count,
	bool over_others, struct err *err)
{
	size_t i;
	int there;

	for (i = 0; i < count; i++) {
		if (!temporaries[i])
			continue;
		there = over_others ? 1 : worktree_exists(repo, edits[i].path, err);
		if (there < 0 || (there == over_others && edit_place(repo, temporaries[i], edits[i].path, err) < 0))
			return -1;
		if (there == over_others) {
			free(temporaries[i]);
			temporaries[i] = NULL;
		}
	}
	return 0;
}

/* New files come first, so that at every moment all content stands somewhere under a name of its own. */
static int carry_out(
	struct repo *repo, const struct worktree_edit *edits, char **temporaries, size_t count, struct err *err)
{
	size_t i;

	if (place_some(repo, edits, temporaries, count, false, err) < 0 ||
		place_some(repo, edits, temporaries, count, true, err) < 0)
		goto interrupted;
	for (i = 0; i < count; i++)
		if (edits[i].is_removal && edit_take_away(repo, edits[i].path, err) < 0)
			goto interrupted;
	edit_remove_journal(repo);
	return 0;
interrupted:
	err_prefix(err, "the repair is half done, and the next `revident recover` completes it: ");
	return -1;
}

/* One run at a time changes the work tree; the lock goes with the descriptor. -1 where it cannot be had. */
int edit_lock(const struct repo *repo, struct err *err)
{
	int fd = open(repo->git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_cannot("open", repo->git_dir, errno, err);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		close(fd);
		return err_set(err, ERR_UNDECIDED,
			"another revident changes this work tree at the moment: try again when it is done");
	}
	return fd; /* where the file system knows no locks, none is held */
}

static int apply_locked(
	struct repo *repo, const struct worktree_edit *edits, char **temporaries, size_t count, struct err *err)
{
	struct strbuf words = STRBUF_INIT;
	size_t i;
	int rc = -1;

	if (journal_words(repo, edits, temporaries, count, &words, err) < 0 ||
		write_journal(repo, "prepare", &words, err) < 0)
		goto done;
	for (i = 0; i < count; i++) {
		if (!edits[i].is_removal && write_temporary(repo, &edits[i], temporaries[i], err) < 0) {
			undo(repo, temporaries, count);
			goto done;
		}
	}
	if (write_journal(repo, "commit", &words, err) < 0) {
		undo(repo, temporaries, count);
		goto done;
	}
	rc = carry_out(repo, edits, temporaries, count, err);
done:
	strbuf_release(&words);
	return rc;
}

int worktree_apply(struct repo *repo, const struct worktree_edit *edits, size_t count, struct err *err)
{
	char **temporaries = xcalloc(count, sizeof(*temporaries));
	size_t i;
	int rc = -1, held = edit_lock(repo, err);

	if (held < 0)
		goto done;
	for (i = 0; i < count; i++)
		if (!edits[i].is_removal)
			temporaries[i] = temporary_of(edits[i].path, i);
	rc = apply_locked(repo, edits, temporaries, count, err);
	close(held);
done:
	for (i = 0; i < count; i++)
		free(temporaries[i]);
	free(temporaries);
	return rc;
}
