#include "revident/hook/install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/base/signals.h"

enum { HOOK_BYTES_MAX = 1024 * 1024 }; /* what is longer is nobody's that we know */

static void hook_path(struct strbuf *out, const char *directory, const struct hook_script *script, const char *suffix)
{
	strbuf_clear(out);
	strbuf_addf(out, "%s/%s%s", directory, script->name, suffix);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return lstat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Up to HOOK_BYTES_MAX bytes of a regular file. 0, or -1 with errno. */
static int read_hook(const char *path, struct strbuf *out)
{
	enum { STEP = 16 * 1024 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char step[STEP];
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	do {
		n = fd_read(fd, step, sizeof(step));
		if (n > 0)
			strbuf_add(out, step, (size_t)n);
	} while (n > 0 && out->len < HOOK_BYTES_MAX);
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Fills in what the file at `path`, which exists, is. */
static int examine(const char *path, struct hook_state *out, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	struct stat st;
	int rc = -1;

	out->owner = HOOK_FOREIGN;
	if (stat(path, &st) < 0) {
		if (errno == ELOOP) /* a link to itself, which would lead to ours */
			return err_cannot("use as a hook", path, ELOOP, err);
		/* one that leads nowhere is not ours */
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_cannot("look at", path, errno, err);
	}
	if (S_ISDIR(st.st_mode))
		return err_cannot("use as a hook", path, EISDIR, err);
	if (!S_ISREG(st.st_mode))
		return 0;
	out->is_executable = access(path, X_OK) == 0;
	if (!out->is_executable && errno != EACCES)
		return err_cannot("look at", path, errno, err);
	if (read_hook(path, &bytes) < 0) {
		err_cannot("read the hook", path, errno, err);
		goto done;
	}
	out->owner = hook_script_owner(out->script, (struct text){ bytes.buf, bytes.len });
	rc = 0;
done:
	strbuf_release(&bytes);
	return rc;
}

int hook_look(const char *directory, const struct hook_script *script, struct hook_state *out, struct err *err)
{
	struct strbuf path = STRBUF_INIT, saved = STRBUF_INIT;
	struct stat st;
	int rc = -1;

	*out = (struct hook_state){ .script = script };
	hook_path(&saved, directory, script, HOOK_SAVED_SUFFIX);
	hook_path(&path, directory, script, "");
	out->is_saved = lstat(saved.buf, &st) == 0;
	if (!out->is_saved && errno != ENOENT) {
		err_cannot("look at", saved.buf, errno, err);
		goto done;
	}
	/* one file under both names is a hook that an interrupted installation was about to keep */
	out->is_saved = out->is_saved && !is_same_file(path.buf, saved.buf);
	out->exists = lstat(path.buf, &st) == 0;
	if (!out->exists && errno != ENOENT) {
		err_cannot("look at", path.buf, errno, err);
		goto done;
	}
	if (out->exists && examine(path.buf, out, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&path);
	strbuf_release(&saved);
	return rc;
}

static bool is_ours(const struct hook_state *state)
{
	return state->exists && (state->owner == HOOK_OURS || state->owner == HOOK_OLDER ||
					state->owner == HOOK_NEWER || state->owner == HOOK_EDITED);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* Where lefthook looks for its configuration, according to https://lefthook.dev/configuration. */
static bool has_lefthook(const char *top)
{
	static const char *const names[] = { "lefthook", ".lefthook", ".config/lefthook" };
	static const char *const endings[] = { "yml", "yaml", "toml", "json" };
	struct strbuf path = STRBUF_INIT;
	bool found = false;
	size_t i, k;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (k = 0; k < sizeof(endings) / sizeof(*endings); k++) {
			strbuf_clear(&path);
			strbuf_addf(&path, "%s%s.%s", top, names[i], endings[k]);
			found = found || access(path.buf, F_OK) == 0;
		}
	strbuf_release(&path);
	return found;
}

enum hook_owner hook_framework(const char *directory, const char *top, const struct hook_state *states, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (states[i].exists && (states[i].owner == HOOK_HUSKY || states[i].owner == HOOK_LEFTHOOK ||
						states[i].owner == HOOK_PRE_COMMIT))
			return states[i].owner;
	if (ends_with(directory, "/.husky/_"))
		return HOOK_HUSKY;
	return top && has_lefthook(top) ? HOOK_LEFTHOOK : HOOK_FOREIGN;
}

/* What must not be written over, unless it is forced. 0 or -1 with ERR_USAGE. */
static int refuse_changed(const char *directory, const struct hook_state *states, size_t count, struct err *err)
{
	struct strbuf path = STRBUF_INIT, shown = STRBUF_INIT;
	int rc = 0;
	size_t i;

	for (i = 0; i < count && rc == 0; i++) {
		if (!states[i].exists || (states[i].owner != HOOK_EDITED && states[i].owner != HOOK_NEWER))
			continue;
		hook_path(&path, directory, states[i].script, "");
		strbuf_add_printable(&shown, path.buf, path.len);
		rc = err_set(err, ERR_USAGE, "the hook '%s' %s; --force replaces it all the same", shown.buf,
			states[i].owner == HOOK_EDITED ? "was changed since revident installed it"
						       : "is a later version's of revident");
	}
	strbuf_release(&shown);
	strbuf_release(&path);
	return rc;
}

/* Two hooks of others at one place: neither may get lost. 0 or -1 with ERR_USAGE. */
static int refuse_second(const char *directory, const struct hook_state *states, size_t count, struct err *err)
{
	struct strbuf path = STRBUF_INIT, shown = STRBUF_INIT;
	int rc = 0;
	size_t i;

	for (i = 0; i < count && rc == 0; i++) {
		if (!states[i].exists || !states[i].is_saved || is_ours(&states[i]))
			continue;
		hook_path(&path, directory, states[i].script, "");
		strbuf_add_printable(&shown, path.buf, path.len);
		rc = err_set(err, ERR_USAGE,
			"the hook '%s' is not revident's any more, and '%s" HOOK_SAVED_SUFFIX
			"' still keeps the one from before: make one of the two, remove the other, and try again",
			shown.buf, states[i].script->name);
	}
	strbuf_release(&shown);
	strbuf_release(&path);
	return rc;
}

/* mkdir -p. 0, or -1 with errno. */
static int make_directories(const char *directory)
{
	struct strbuf path = STRBUF_INIT;
	const char *at = directory;
	int rc = 0;

	while (rc == 0 && *at) {
		at += strspn(at, "/");
		at += strcspn(at, "/");
		strbuf_clear(&path);
		strbuf_add(&path, directory, (size_t)(at - directory));
		if (mkdir(path.buf, 0777) < 0 && errno != EEXIST)
			rc = -1;
	}
	strbuf_release(&path);
	return rc;
}

/* Keeps the hook at `path` under `saved`; there is one at `path` all the time where the file system can do it. */
static int keep(const char *path, const char *saved)
{
	if (linkat(AT_FDCWD, path, AT_FDCWD, saved, 0) == 0 || is_same_file(path, saved))
		return 0;
	if (errno == EEXIST)
		return -1;
	return rename(path, saved);
}

/* The hook could not be replaced: it is to be where it was, and nowhere else. */
static void take_back(const char *path, const char *saved)
{
	if (is_same_file(path, saved))
		(void)unlink(saved);
	else
		(void)rename(saved, path);
}

static int install_one(const char *directory, const struct hook_state *state, const struct strbuf *bytes,
	enum hook_change *change, struct err *err)
{
	struct strbuf path = STRBUF_INIT, saved = STRBUF_INIT;
	bool is_kept = state->exists && !is_ours(state);
	int rc = -1;

	hook_path(&path, directory, state->script, "");
	hook_path(&saved, directory, state->script, HOOK_SAVED_SUFFIX);
	if (is_kept && keep(path.buf, saved.buf) < 0) {
		err_cannot("keep the hook", path.buf, errno, err);
		goto done;
	}
	if (outfile_replace(path.buf, 0777, bytes->buf, bytes->len, err) < 0) {
		if (is_kept)
			take_back(path.buf, saved.buf);
		goto done;
	}
	*change = is_kept ? HOOK_KEEPING : state->exists ? HOOK_UPDATED : HOOK_INSTALLED;
	rc = 0;
done:
	strbuf_release(&path);
	strbuf_release(&saved);
	return rc;
}

/* Do these bytes stand there already, to be run? */
static bool is_installed(const char *directory, const struct hook_state *state, const struct strbuf *bytes)
{
	struct strbuf path = STRBUF_INIT, there = STRBUF_INIT;
	bool same;

	hook_path(&path, directory, state->script, "");
	same = state->owner == HOOK_OURS && state->exists && state->is_executable && read_hook(path.buf, &there) == 0 &&
	       there.len == bytes->len && memcmp(there.buf, bytes->buf, bytes->len) == 0;
	strbuf_release(&path);
	strbuf_release(&there);
	return same;
}

/* What killed runs left of a hook, where this one has nothing to write. */
static void clear_drafts(const char *directory, const struct hook_state *state)
{
	struct strbuf path = STRBUF_INIT;

	hook_path(&path, directory, state->script, "");
	outfile_clear(path.buf);
	strbuf_release(&path);
}

static int install_all(const char *directory, const struct hook_state *states, size_t count, const char *program,
	enum hook_change *changes, struct err *err)
{
	struct strbuf bytes = STRBUF_INIT;
	int rc = -1;
	size_t i;

	for (i = 0; i < count; i++) {
		strbuf_clear(&bytes);
		hook_script_render(&bytes, states[i].script, program);
		changes[i] = HOOK_UNCHANGED;
		clear_drafts(directory, &states[i]);
		if (!is_installed(directory, &states[i], &bytes) &&
			install_one(directory, &states[i], &bytes, &changes[i], err) < 0)
			goto done;
	}
	rc = 0;
done:
	strbuf_release(&bytes);
	return rc;
}

int hook_install(const char *directory, const struct hook_state *states, size_t count, const char *program, bool force,
	enum hook_change *changes, struct err *err)
{
	sigset_t before;
	int rc;

	if (refuse_second(directory, states, count, err) < 0 ||
		(!force && refuse_changed(directory, states, count, err) < 0))
		return -1;
	if (make_directories(directory) < 0)
		return err_cannot("make the directory", directory, errno, err);
	signals_hold(&before); /* all hooks or none */
	rc = install_all(directory, states, count, program, changes, err);
	signals_let_through(&before);
	return rc;
}

static int uninstall_one(
	const char *directory, const struct hook_state *state, enum hook_change *change, struct err *err)
{
	struct strbuf path = STRBUF_INIT, saved = STRBUF_INIT;
	int rc = -1;

	hook_path(&path, directory, state->script, "");
	hook_path(&saved, directory, state->script, HOOK_SAVED_SUFFIX);
	if (state->is_saved && rename(saved.buf, path.buf) < 0) {
		err_cannot("put back the hook", saved.buf, errno, err);
		goto done;
	}
	if (!state->is_saved && unlink(path.buf) < 0) {
		err_cannot("remove the hook", path.buf, errno, err);
		goto done;
	}
	*change = state->is_saved ? HOOK_RESTORED : HOOK_REMOVED;
	rc = 0;
done:
	strbuf_release(&path);
	strbuf_release(&saved);
	return rc;
}

/* An interrupted installation gave a hook of others a second name, and got no further: it is taken away. 0 or -1. */
static int drop_second_name(const char *directory, const struct hook_state *state, struct err *err)
{
	struct strbuf path = STRBUF_INIT, saved = STRBUF_INIT;
	int rc = -1;

	hook_path(&path, directory, state->script, "");
	hook_path(&saved, directory, state->script, HOOK_SAVED_SUFFIX);
	if (is_same_file(path.buf, saved.buf) && unlink(saved.buf) < 0) {
		err_cannot("remove", saved.buf, errno, err);
		goto done;
	}
	rc = 0;
done:
	strbuf_release(&path);
	strbuf_release(&saved);
	return rc;
}

int hook_uninstall(const char *directory, const struct hook_state *states, size_t count, bool force,
	enum hook_change *changes, struct err *err)
{
	size_t i;

	if (!force && refuse_changed(directory, states, count, err) < 0)
		return -1;
	for (i = 0; i < count; i++) {
		bool has_ours = is_ours(&states[i]) || (!states[i].exists && states[i].is_saved);

		changes[i] = HOOK_ABSENT;
		clear_drafts(directory, &states[i]);
		if ((has_ours ? uninstall_one(directory, &states[i], &changes[i], err)
			      : drop_second_name(directory, &states[i], err)) < 0)
			return -1;
	}
	return 0;
}
