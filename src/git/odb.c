#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "internal.h"
#include "revident/base/directory.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum {
	ALTERNATES_DEPTH_MAX = 5, /* git's own limit */
	ALTERNATES_MAX = 1000,
	ALTERNATES_FILE_MAX = 1024 * 1024,
	LISTINGS_MAX = 3,
	LISTING_PAUSE_NS = 10 * 1000 * 1000,
	PRIORITY_PACKS = 100,
	PRIORITY_LOOSE = 1, /* behind the packs, as in git: most objects are packed */
};

/* Takes one element of a list that ends at `separator`, C-quoted or plain, into `out`. Returns what is behind it. */
static const char *take_element(const char *at, char separator, struct strbuf *out)
{
	static const char escapes[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"";

	strbuf_clear(out);
	if (*at != '"') {
		size_t len = strcspn(at, (char[]){ separator, '\0' });

		strbuf_add(out, at, len);
		return at + len + (at[len] != '\0');
	}
	for (at++; *at && *at != '"'; at++) {
		const char *found;

		if (*at != '\\') {
			strbuf_addch(out, *at);
		} else if (at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' && at[3] >= '0' &&
			   at[3] <= '7') {
			strbuf_addch(out, (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0')));
			at += 3;
		} else if (at[1] && (found = strchr(escapes, at[1])) != NULL && (found - escapes) % 2 == 0) {
			strbuf_addch(out, found[1]);
			at++;
		}
	}
	at += *at == '"';
	at += strcspn(at, (char[]){ separator, '\0' });
	return at + (*at != '\0');
}

static int add_directory(struct repo *repo, const char *base, const char *name, unsigned depth, struct err *err);

static int add_alternates_of(struct repo *repo, const char *dir, unsigned depth, struct err *err)
{
	struct strbuf content = STRBUF_INIT, line = STRBUF_INIT;
	char *file = path_join(dir, "info/alternates");
	const char *at;
	int rc = -1;

	if (preflight_read(file, ALTERNATES_FILE_MAX, &content, err) < 0)
		goto done;
	if (content.len && depth == ALTERNATES_DEPTH_MAX) {
		repo_add_limit(repo,
			"object directories that borrow from each other are nested more than %d deep; the "
			"deeper ones are not read",
			ALTERNATES_DEPTH_MAX);
		content.len = 0;
		content.buf[0] = '\0';
	}
	for (at = content.buf; *at;) {
		at = take_element(at, '\n', &line);
		if (line.len == 0 || line.buf[0] == '#')
			continue;
		if (add_directory(repo, dir, line.buf, depth + 1, err) < 0)
			goto done;
	}
	rc = 0;
done:
	free(file);
	strbuf_release(&content);
	strbuf_release(&line);
	return rc;
}

static bool has_directory(const struct object_dirs *dirs, const char *path)
{
	size_t i;

	for (i = 0; i < dirs->count; i++)
		if (strcmp(dirs->items[i].path, path) == 0)
			return true;
	return false;
}

/* git says so and goes on; what only that directory has is missing then. */
static int lacks_directory(struct repo *repo, const char *name, const char *why)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, name, strlen(name));
	repo_add_limit(repo, "the object directory '%s', which this repository borrows from, cannot be read: %s",
		shown.buf, why);
	strbuf_release(&shown);
	return 0;
}

/* Adds an object directory, `name` as seen from `base`, and its alternates, unless it is known. */
static int add_directory(struct repo *repo, const char *base, const char *name, unsigned depth, struct err *err)
{
	struct object_dirs *dirs = &repo->dirs;
	char *path = path_join(base, name), *real = realpath(path, NULL);
	struct strbuf sb = STRBUF_INIT;
	struct object_dir *dir;
	int fd, failure = errno;

	free(path);
	if (!real)
		return lacks_directory(repo, name, strerror(failure));
	strbuf_addf(&sb, "%s/", real);
	free(real);
	if (has_directory(dirs, sb.buf)) {
		strbuf_release(&sb);
		return 0;
	}
	fd = dirs->count < ALTERNATES_MAX ? open(sb.buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0) {
		failure = errno;
		strbuf_release(&sb);
		return lacks_directory(
			repo, name, dirs->count < ALTERNATES_MAX ? strerror(failure) : "there are too many");
	}
	VEC_GROW(dirs->items, dirs->count, dirs->cap);
	dir = &dirs->items[dirs->count++];
	dir->path = strbuf_detach(&sb, NULL);
	dir->fd = fd;
	return add_alternates_of(repo, dirs->items[dirs->count - 1].path, depth, err);
}

static int find_directories(struct repo *repo, const struct location *loc, const struct repo_env *env, struct err *err)
{
	const char *at = env->alternates ? env->alternates : "";
	struct strbuf element = STRBUF_INIT;
	int rc = 0;

	if (env->object_directory && *env->object_directory)
		rc = add_directory(repo, loc->base, env->object_directory, 0, err);
	if (rc == 0)
		rc = add_directory(repo, loc->common_dir, "objects", 0, err);
	while (rc == 0 && *at) {
		at = take_element(at, ':', &element);
		if (element.len)
			rc = add_directory(repo, loc->base, element.buf, 0, err);
	}
	strbuf_release(&element);
	return rc;
}

static bool is_open(const struct repo *repo, const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	size_t i;

	for (i = 0; i < repo->packs.count; i++)
		if (strcmp(repo->packs.items[i].path, path) == 0)
			break;
	free(path);
	return i < repo->packs.count;
}

/* Are both files of a pack there? If not it is damaged, or git is about to put it there or to take it away. */
static bool is_whole(const char *dir, const char *name)
{
	static const char *const suffixes[] = { "idx", "pack" };
	struct strbuf path = STRBUF_INIT;
	struct stat st;
	bool whole = true;
	size_t i;

	for (i = 0; i < 2; i++) {
		strbuf_clear(&path);
		strbuf_addstr(&path, dir);
		strbuf_add(&path, name, (size_t)(strrchr(name, '.') - name) + 1);
		strbuf_addstr(&path, suffixes[i]);
		whole = whole && lstat(path.buf, &st) == 0;
	}
	strbuf_release(&path);
	return whole;
}

/* One look into a directory of packs. */
struct listing {
	struct repo *repo;
	const char *dir;
	bool is_last;  /* what is half a pack now is taken for damage */
	bool has_half; /* one was passed over: look again */
};

static bool is_passed_over(struct listing *l, const char *name)
{
	if (l->is_last || is_whole(l->dir, name))
		return false;
	l->has_half = true;
	return true;
}

static void open_pack(struct listing *l, const char *name)
{
	struct strbuf why = STRBUF_INIT, shown = STRBUF_INIT;
	struct repo *repo = l->repo;
	struct pack pack;

	if (pack_open(&pack, l->dir, name, &why)) {
		VEC_GROW(repo->packs.items, repo->packs.count, repo->packs.cap);
		repo->packs.items[repo->packs.count++] = pack;
	} else if (!is_passed_over(l, name)) {
		strbuf_add_printable(&shown, name, strlen(name));
		repo_add_limit(
			repo, "the pack index '%s' cannot be used: %s; 'git fsck' tells more", shown.buf, why.buf);
	}
	strbuf_release(&why);
	strbuf_release(&shown);
}

/* A pack without its index is as good as none. */
static void want_index(struct listing *l, const char *name)
{
	struct strbuf shown = STRBUF_INIT;

	if (is_whole(l->dir, name) || is_passed_over(l, name))
		return;
	strbuf_add_printable(&shown, name, strlen(name));
	repo_add_limit(l->repo, "the pack '%s' has no index and is not read; 'git index-pack' makes one", shown.buf);
	strbuf_release(&shown);
}

static void look_at_packs(struct listing *l)
{
	struct err bad = { .kind = ERR_NONE };
	struct directory directory;
	size_t i;

	if (directory_read(&directory, l->dir, &bad) < 0)
		repo_add_limit(l->repo, "%s", bad.msg);
	for (i = 0; i < directory.count; i++) {
		const char *name = directory.names[i], *suffix = strrchr(name, '.');

		if (!suffix || suffix == name)
			continue;
		if (strcmp(suffix, ".pack") == 0)
			want_index(l, name);
		else if (strcmp(suffix, ".idx") == 0 && !is_open(l->repo, l->dir, name))
			open_pack(l, name);
	}
	directory_release(&directory);
}

/*
 * Opens each pack of a directory that is not open yet. `git repack` puts the new pack there file by file and takes the
 * old ones away so; where that is seen, this looks again.
 */
static void open_packs(struct repo *repo, const struct object_dir *dir)
{
	static const struct timespec pause = { .tv_nsec = LISTING_PAUSE_NS };
	char *path = path_join(dir->path, "pack/");
	struct listing l = { .repo = repo, .dir = path };
	unsigned n;

	for (n = 1; n == 1 || l.has_half; n++) {
		if (n > 1)
			nanosleep(&pause, NULL);
		l.has_half = false;
		l.is_last = n == LISTINGS_MAX;
		look_at_packs(&l);
	}
	free(path);
}

static int add_backend(git_odb *odb, git_odb_backend *backend, int priority, struct err *err)
{
	if (git_odb_add_backend(odb, backend, priority) == 0)
		return 0;
	err_set_git(err, ERR_UNDECIDED, "libgit2 refuses an object store");
	backend->free(backend);
	return -1;
}

void odb_open_new_packs(struct repo *repo)
{
	size_t i;

	for (i = 0; i < repo->dirs.count; i++)
		open_packs(repo, &repo->dirs.items[i]);
}

void odb_look_for_packs(struct repo *repo)
{
	size_t i;

	for (i = 0; i < repo->dirs.count; i++) {
		char *path = path_join(repo->dirs.items[i].path, "pack/");
		struct listing l = { .repo = repo, .dir = path };

		look_at_packs(&l);
		free(path);
	}
}

static int add_packs(struct repo *repo, struct err *err)
{
	git_odb_backend *packs = NULL;

	repo->packs.rescue = pack_rescue;
	repo->packs.rescue_data = repo;
	odb_open_new_packs(repo);
	if (pack_backend_new(&packs, repo, err) < 0)
		return -1;
	return add_backend(repo->odb, packs, PRIORITY_PACKS, err);
}

static int add_loose(const struct repo *repo, git_odb *odb, struct err *err)
{
	git_odb_backend *loose = NULL;

	if (loose_backend_new(&loose, &repo->dirs, err) < 0)
		return -1;
	return add_backend(odb, loose, PRIORITY_LOOSE, err);
}

int odb_open(struct repo *repo, const struct location *loc, const struct repo_env *env, struct err *err)
{
	if (find_directories(repo, loc, env, err) < 0)
		return -1;
	if (git_odb_new(&repo->odb) < 0 || git_odb_new(&repo->loose) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 opens no object database");
	if (add_packs(repo, err) < 0 || add_loose(repo, repo->odb, err) < 0 || add_loose(repo, repo->loose, err) < 0)
		return -1;
	if (git_repository_set_odb(repo->git, repo->odb) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 refuses the object database");
	return 0;
}
