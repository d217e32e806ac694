#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum {
	ALTERNATES_DEPTH_MAX = 5, /* git's own limit */
	ALTERNATES_MAX = 1000,
	ALTERNATES_FILE_MAX = 1024 * 1024,
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

static int add_directory(struct object_dirs *dirs, const char *path, unsigned depth, struct err *err);

static int add_alternates_of(struct object_dirs *dirs, const char *dir, unsigned depth, struct err *err)
{
	struct strbuf content = STRBUF_INIT, line = STRBUF_INIT;
	char *file = path_join(dir, "info/alternates");
	const char *at;
	int rc = -1;

	if (preflight_read(file, ALTERNATES_FILE_MAX, &content, err) < 0)
		goto done;
	for (at = content.buf; *at;) {
		char *path;

		at = take_element(at, '\n', &line);
		if (line.len == 0 || line.buf[0] == '#')
			continue;
		path = path_join(dir, line.buf);
		rc = add_directory(dirs, path, depth + 1, err);
		free(path);
		if (rc < 0)
			goto done;
	}
	rc = 0;
done:
	free(file);
	strbuf_release(&content);
	strbuf_release(&line);
	return rc;
}

/* Adds an object directory and its alternates; one that is not there or was added before is passed over. */
static int add_directory(struct object_dirs *dirs, const char *path, unsigned depth, struct err *err)
{
	char *real = realpath(path, NULL);
	struct strbuf sb = STRBUF_INIT;
	struct object_dir *dir;
	size_t i;
	int fd;

	if (!real || depth > ALTERNATES_DEPTH_MAX || dirs->count >= ALTERNATES_MAX) {
		free(real);
		return 0;
	}
	strbuf_addstr(&sb, real);
	strbuf_addch(&sb, '/');
	free(real);
	for (i = 0; i < dirs->count; i++)
		if (strcmp(dirs->items[i].path, sb.buf) == 0)
			break;
	fd = i < dirs->count ? -1 : open(sb.buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		strbuf_release(&sb);
		return 0;
	}
	VEC_GROW(dirs->items, dirs->count, dirs->cap);
	dir = &dirs->items[dirs->count++];
	dir->path = strbuf_detach(&sb, NULL);
	dir->fd = fd;
	return add_alternates_of(dirs, dirs->items[dirs->count - 1].path, depth, err);
}

static int find_directories(
	struct object_dirs *dirs, const struct location *loc, const struct repo_env *env, struct err *err)
{
	struct strbuf element = STRBUF_INIT;
	const char *at = env->alternates ? env->alternates : "";
	char *path;
	int rc = -1;

	if (env->object_directory && *env->object_directory) {
		path = path_join(loc->base, env->object_directory);
		rc = add_directory(dirs, path, 0, err);
		free(path);
		if (rc < 0)
			goto done;
	}
	path = path_join(loc->common_dir, "objects");
	rc = add_directory(dirs, path, 0, err);
	free(path);
	while (rc == 0 && *at) {
		at = take_element(at, ':', &element);
		if (element.len == 0)
			continue;
		path = path_join(loc->base, element.buf);
		rc = add_directory(dirs, path, 0, err);
		free(path);
	}
done:
	strbuf_release(&element);
	return rc;
}

static bool is_index_name(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".idx") == 0 && strncmp(name, "pack-", 5) == 0;
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

/* Opens each pack of `dir` that is not open yet. The names of the sound ones go to `good`; for the others a limit is added. */
static void sort_packs(struct repo *repo, const char *dir, struct intern *good, bool *all_good)
{
	DIR *stream = opendir(dir);
	struct strbuf why = STRBUF_INIT, shown = STRBUF_INIT;
	struct dirent *entry;
	struct pack pack;

	*all_good = true;
	while (stream && (entry = readdir(stream)) != NULL) {
		if (!is_index_name(entry->d_name) || is_open(repo, dir, entry->d_name))
			continue;
		strbuf_clear(&why);
		if (pack_open(&pack, dir, entry->d_name, &why)) {
			VEC_GROW(repo->packs.items, repo->packs.count, repo->packs.cap);
			repo->packs.items[repo->packs.count++] = pack;
			intern_add(good, entry->d_name, strlen(entry->d_name));
			continue;
		}
		*all_good = false;
		strbuf_clear(&shown);
		strbuf_add_printable(&shown, entry->d_name, strlen(entry->d_name));
		repo_add_limit(
			repo, "the pack index '%s' cannot be used: %s; 'git fsck' tells more", shown.buf, why.buf);
	}
	if (stream)
		closedir(stream);
	strbuf_release(&why);
	strbuf_release(&shown);
}

static int add_backend(struct repo *repo, git_odb_backend *backend, int priority, struct err *err)
{
	if (git_odb_add_backend(repo->odb, backend, priority) == 0)
		return 0;
	err_set_git(err, ERR_UNDECIDED, "libgit2 refuses an object store");
	backend->free(backend);
	return -1;
}

/* The packs of one object directory: all that libgit2 finds there, or the sound ones alone where some are damaged. */
static int add_packs(struct repo *repo, const struct object_dir *dir, int priority, struct err *err)
{
	char *packs = path_join(dir->path, "pack/");
	git_odb_backend *backend = NULL;
	struct intern good;
	bool all_good;
	uint32_t i;
	int rc = -1;

	intern_init(&good);
	sort_packs(repo, packs, &good, &all_good);
	if (all_good) {
		if (git_odb_backend_pack(&backend, dir->path) < 0) {
			err_set_git(err, ERR_UNDECIDED, "cannot read the packs");
			goto done;
		}
		rc = add_backend(repo, backend, priority, err);
		goto done;
	}
	for (i = 0; i < good.count; i++) {
		char *path = path_join(packs, intern_str(&good, i));
		int opened = git_odb_backend_one_pack(&backend, path);

		free(path);
		if (opened < 0)
			repo_add_limit(
				repo, "the pack of '%s' cannot be used; 'git fsck' tells more", intern_str(&good, i));
		else if (add_backend(repo, backend, priority, err) < 0)
			goto done;
	}
	rc = 0;
done:
	intern_release(&good);
	free(packs);
	return rc;
}

void odb_open_new_packs(struct repo *repo)
{
	struct intern good;
	bool all_good;
	size_t i;

	intern_init(&good);
	for (i = 0; i < repo->dirs.count; i++) {
		char *packs = path_join(repo->dirs.items[i].path, "pack/");

		sort_packs(repo, packs, &good, &all_good);
		free(packs);
	}
	intern_release(&good);
}

int odb_open(struct repo *repo, const struct location *loc, const struct repo_env *env, struct err *err)
{
	git_odb_backend *loose = NULL;
	size_t i;

	if (find_directories(&repo->dirs, loc, env, err) < 0)
		return -1;
	if (git_odb_new(&repo->odb) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 opens no object database");
	for (i = 0; i < repo->dirs.count; i++)
		if (add_packs(repo, &repo->dirs.items[i], PRIORITY_PACKS, err) < 0)
			return -1;
	if (loose_backend_new(&loose, &repo->dirs, err) < 0 || add_backend(repo, loose, PRIORITY_LOOSE, err) < 0)
		return -1;
	if (git_repository_set_odb(repo->git, repo->odb) < 0)
		return err_set_git(err, ERR_UNDECIDED, "libgit2 refuses the object database");
	return 0;
}
