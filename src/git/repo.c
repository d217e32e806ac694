#include "revident/git/repo.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commit_graph.h"
#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

/* So many sentences are kept; one more says that there are others. */
enum { LIMITS_MAX = 10000 };

static bool config_bool(struct repo *repo, const char *key)
{
	int value = 0;

	return git_config_get_bool(&value, repo->config, key) == 0 && value;
}

/* The work tree's own configuration, which libgit2 1.5 does not read. */
static int add_worktree_config(struct repo *repo, struct err *err)
{
	char *path;
	int rc = 0;

	if (!config_bool(repo, "extensions.worktreeconfig"))
		return 0;
	path = path_join(repo->git_dir, "config.worktree");
	if (access(path, R_OK) == 0 &&
		git_config_add_file_ondisk(repo->config, path, GIT_CONFIG_LEVEL_APP, repo->git, 0) < 0)
		rc = err_set_git(err, ERR_UNDECIDED, "cannot read the work tree's configuration");
	free(path);
	return rc;
}

static void note_promisor(const char *key, const char *value, void *data)
{
	size_t len = strlen(key);

	if (len > 9 && strcmp(key + len - 9, ".promisor") == 0 && strcasecmp(value, "false") != 0)
		*(bool *)data = true;
}

/* libgit2 1.5 reads SHA-1 object names alone, and is told that the extension is known: it may say "sha1". */
static int check_object_format(struct repo *repo, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	git_buf name = { 0 };
	int rc = 0;

	if (git_config_get_string_buf(&name, repo->config, "extensions.objectformat") == 0 &&
		strcmp(name.ptr, "sha1") != 0) {
		strbuf_add_printable(&shown, repo->git_dir, strlen(repo->git_dir));
		rc = err_set(err, ERR_UNDECIDED,
			"the repository '%s' uses SHA-256 object names, which libgit2 cannot read; scan a SHA-1 copy "
			"of it",
			shown.buf);
	}
	git_buf_dispose(&name);
	strbuf_release(&shown);
	return rc;
}

static int load_config(struct repo *repo, struct err *err)
{
	git_buf name = { 0 };

	if (git_repository_config(&repo->config, repo->git) < 0)
		return err_set_git(err, ERR_UNDECIDED, "cannot read git's configuration");
	if (check_object_format(repo, err) < 0)
		return -1;
	if (add_worktree_config(repo, err) < 0)
		return -1;
	if (git_config_get_string_buf(&name, repo->config, "extensions.partialclone") == 0)
		repo->partial = true;
	git_buf_dispose(&name);
	return repo_config_each(repo, "remote.", note_promisor, &repo->partial, err);
}

/* A directory as an absolute real path with a trailing slash, or NULL. */
static char *directory_path(const char *base, const char *path)
{
	char *joined = path_join(base, path), *real = realpath(joined, NULL), *out = NULL;
	struct strbuf sb = STRBUF_INIT;

	if (real) {
		strbuf_addstr(&sb, real);
		if (!strbuf_ends_with(&sb, "/"))
			strbuf_addch(&sb, '/');
		out = strbuf_detach(&sb, NULL);
	}
	free(joined);
	free(real);
	return out;
}

/* GIT_WORK_TREE names one, or nothing will be judged in its place. 0 or -1. */
static int take_given_work_tree(struct repo *repo, const struct location *loc, const char *given, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	struct stat st;

	repo->work_tree = directory_path(loc->base, given);
	if (repo->work_tree && stat(repo->work_tree, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	strbuf_add_printable(&shown, given, strlen(given));
	err_set(err, ERR_USAGE,
		"GIT_WORK_TREE names '%s', which is no directory; unset it, or give the one that you mean", shown.buf);
	strbuf_release(&shown);
	return -1;
}

/*
 * The work tree, as git finds it: GIT_WORK_TREE, core.worktree (from the git directory), none if core.bare, where
 * `.git` was found, the current directory with GIT_DIR; standing in `.git` itself, the directory that holds it. For a
 * linked work tree what the shared configuration says of the main one does not hold, unless each has a configuration of
 * its own.
 */
static int find_work_tree(struct repo *repo, const struct location *loc, const struct repo_env *env, struct err *err)
{
	const bool is_told =
		strcmp(repo->git_dir, repo->common_dir) == 0 || config_bool(repo, "extensions.worktreeconfig");
	git_buf configured = { 0 };
	size_t len = strlen(repo->git_dir);
	int rc = 0;

	if (env->work_tree && *env->work_tree)
		rc = take_given_work_tree(repo, loc, env->work_tree, err);
	else if (is_told && git_config_get_string_buf(&configured, repo->config, "core.worktree") == 0)
		repo->work_tree = directory_path(repo->git_dir, configured.ptr);
	else if (is_told && config_bool(repo, "core.bare"))
		repo->work_tree = NULL;
	else if (loc->top && strncmp(loc->top, repo->git_dir, len) != 0)
		repo->work_tree = xstrdup(loc->top);
	else if (len > 6 && strcmp(repo->git_dir + len - 6, "/.git/") == 0)
		repo->work_tree = directory_path(repo->git_dir, "..");
	git_buf_dispose(&configured);
	repo->bare = repo->work_tree == NULL;
	return rc;
}

/* What libgit2 says of a repository that it cannot read, in words that say what to do. */
static int explain_refusal(const char *git_dir, struct err *err)
{
	const git_error *last = git_error_last();
	const char *said = last && last->message ? last->message : "";
	struct strbuf shown = STRBUF_INIT;

	strbuf_add_printable(&shown, git_dir, strlen(git_dir));
	if (strstr(said, "extensions.refstorage"))
		err_set(err, ERR_UNDECIDED,
			"the repository '%s' keeps its refs in reftable files, which libgit2 cannot read; scan a "
			"mirror clone "
			"made with --ref-format=files",
			shown.buf);
	else
		err_set_git(err, ERR_UNDECIDED, "cannot open the repository '%s'", shown.buf);
	strbuf_release(&shown);
	return -1;
}

int repo_open(struct repo **out, const struct repo_env *env, struct err *err)
{
	struct repo *repo = xcalloc(1, sizeof(*repo));
	struct location loc;
	int rc = -1;

	memset(&loc, 0, sizeof(loc));
	intern_init(&repo->limits);
	strbuf_init(&repo->packed_refs);
	if (git_layer_start(err) < 0)
		goto done;
	repo->started = true;
	if (location_find(&loc, env, err) < 0 || preflight_check(&loc, err) < 0 || preflight_user_config(err) < 0)
		goto done;
	repo->git_dir = xstrdup(loc.git_dir);
	repo->common_dir = xstrdup(loc.common_dir);
	if (preflight_config(repo, err) < 0)
		goto done;
	if (git_repository_open_ext(
		    &repo->git, loc.git_dir, GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT, NULL) < 0) {
		explain_refusal(loc.git_dir, err);
		goto done;
	}
	if (load_config(repo, err) < 0)
		goto done;
	if (find_work_tree(repo, &loc, env, err) < 0)
		goto done;
	if (env->index_file && *env->index_file)
		repo->index_file = xstrdup(env->index_file);
	if (env->cache_dir && env->cache_dir[0] == '/')
		repo->cache_dir = xstrdup(env->cache_dir);
	repo->graph_opened = env->no_commit_graph;
	repo->no_replace_objects = env->no_replace_objects;
	if (odb_open(repo, &loc, env, err) < 0 || shallow_load(repo, err) < 0)
		goto done;
	rc = 0;
done:
	location_release(&loc);
	if (rc < 0) {
		repo_close(repo);
		repo = NULL;
	}
	*out = repo;
	return rc;
}

void repo_close(struct repo *repo)
{
	size_t i;

	if (!repo)
		return;
	commit_graph_free(repo->graph);
	git_config_free(repo->config);
	git_odb_free(repo->odb);
	git_odb_free(repo->loose);
	git_repository_free(repo->git);
	packs_release(&repo->packs);
	for (i = 0; i < repo->dirs.count; i++) {
		close(repo->dirs.items[i].fd);
		free(repo->dirs.items[i].path);
	}
	free(repo->dirs.items);
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo->work_tree);
	free(repo->shallow);
	strbuf_release(&repo->packed_refs);
	free(repo->index_file);
	free(repo->cache_dir);
	free(repo->limit_list);
	intern_release(&repo->limits);
	if (repo->started)
		git_libgit2_shutdown();
	free(repo);
}

bool repo_is_bare(const struct repo *repo)
{
	return repo->bare;
}

const char *repo_git_dir(const struct repo *repo)
{
	return repo->git_dir;
}

const char *repo_common_dir(const struct repo *repo)
{
	return repo->common_dir;
}

const char *repo_work_tree(const struct repo *repo)
{
	return repo->work_tree;
}

bool repo_is_shallow(const struct repo *repo)
{
	return repo->shallow_count > 0;
}

bool repo_is_partial(const struct repo *repo)
{
	return repo->partial;
}

bool repo_has_replacements(const struct repo *repo)
{
	return repo->replacements;
}

/* Paths below `directory` (NULL: none) lose it: the same repository has the same limits wherever it lies. */
static void make_relative(struct strbuf *sentence, const char *directory)
{
	struct strbuf prefix = STRBUF_INIT, out = STRBUF_INIT;
	size_t i = 0;

	if (directory)
		strbuf_add_printable(&prefix, directory, strlen(directory));
	while (prefix.len && i < sentence->len) {
		char c = sentence->buf[i++];

		strbuf_addch(&out, c);
		if (strchr("'\" ", c) && sentence->len - i > prefix.len &&
			memcmp(sentence->buf + i, prefix.buf, prefix.len) == 0)
			i += prefix.len;
	}
	if (prefix.len) {
		strbuf_clear(sentence);
		strbuf_add(sentence, out.buf, out.len);
	}
	strbuf_release(&prefix);
	strbuf_release(&out);
}

void repo_add_limit(struct repo *repo, const char *fmt, ...)
{
	static const char more[] = "more could not be read than is listed here; 'git fsck' lists it";
	struct strbuf sentence = STRBUF_INIT;
	size_t before = repo->limits.count;
	uint32_t number;
	va_list ap;

	if (before > LIMITS_MAX)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&sentence, fmt, ap);
	va_end(ap);
	make_relative(&sentence, repo->work_tree);
	make_relative(&sentence, repo->git_dir);
	make_relative(&sentence, repo->common_dir);
	number = before < LIMITS_MAX ? intern_add(&repo->limits, sentence.buf, sentence.len)
				     : intern_add(&repo->limits, more, sizeof(more) - 1);
	if (repo->limits.count > before) {
		VEC_GROW(repo->limit_list, before, repo->limit_cap);
		repo->limit_list[before] = intern_str(&repo->limits, number);
	}
	strbuf_release(&sentence);
}

size_t repo_limits(const struct repo *repo, const char *const **out)
{
	*out = repo->limit_list;
	return repo->limits.count;
}

int repo_config_each(struct repo *repo, const char *prefix, repo_config_fn *fn, void *data, struct err *err)
{
	git_config_iterator *it = NULL;
	git_config_entry *entry = NULL;
	size_t len = strlen(prefix);
	int rc = -1, next;

	if (git_config_iterator_new(&it, repo->config) < 0)
		return err_set_git(err, ERR_UNDECIDED, "cannot read git's configuration");
	while ((next = git_config_next(&entry, it)) == 0)
		if (strncasecmp(entry->name, prefix, len) == 0)
			fn(entry->name, entry->value ? entry->value : "true", data);
	if (next != GIT_ITEROVER) {
		err_set_git(err, ERR_UNDECIDED, "cannot read git's configuration");
		goto done;
	}
	rc = 0;
done:
	git_config_iterator_free(it);
	return rc;
}
