#include "revident/hook/rehearsal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revident/base/child.h"
#include "revident/base/outfile.h"
#include "revident/base/scratch.h"
#include "revident/base/shell.h"
#include "revident/base/xalloc.h"

enum {
	SIGNALLED = 128, /* and the signal's number: how child_run() and the shell say what ended a program */
	VARIABLES_MAX = 16,
	OUTPUT_MAX = 64 * 1024 * 1024, /* of one hook */
	INDEX_BYTES_MAX = 1024 * 1024 * 1024,
	IDLE_MAX = 10, /* seconds that git may wait for something; a hook may take as long as it likes */
};

struct rehearsal {
	struct repo *repo;
	const struct rehearsal_plan *plan;
	struct scratch scratch;
	struct strbuf index, objects, alternates, remote; /* what is in it; `alternates` as git reads it */
	struct strbuf commit;                             /* the forbidden one, once it is needed */
};

/* Where hooks of the work tree run. */
static const char *where(const struct rehearsal *r)
{
	return repo_work_tree(r->repo) ? repo_work_tree(r->repo) : repo_git_dir(r->repo);
}

/* The environment of what looks at the change, in that index (NULL: the repository's). Returns how many. */
static size_t set_variables(const struct rehearsal *r, const char *index, struct child_variable *out)
{
	const struct child_variable all[] = {
		{ "GIT_OBJECT_DIRECTORY", r->objects.buf },
		{ "GIT_ALTERNATE_OBJECT_DIRECTORIES", r->alternates.buf },
		{ "GIT_INDEX_FILE", index },
		{ "GIT_EDITOR", ":" },
		{ "GIT_PREFIX", NULL },
		{ "GIT_GRAFT_FILE", NULL }, /* git would wait for a pipe; grafts decide nothing here */
		{ "GIT_DIR", r->plan->git_dir_was_given ? repo_git_dir(r->repo) : NULL },
		{ "GIT_WORK_TREE", r->plan->git_dir_was_given ? repo_work_tree(r->repo) : NULL },
		{ "GIT_AUTHOR_NAME", "revident" },
		{ "GIT_AUTHOR_EMAIL", "revident@localhost" },
		{ "GIT_COMMITTER_NAME", "revident" },
		{ "GIT_COMMITTER_EMAIL", "revident@localhost" },
	};

	memcpy(out, all, sizeof(all));
	return sizeof(all) / sizeof(*all);
}

static int run(const struct rehearsal *r, const char *index, const char *const *argv, const struct strbuf *input,
	struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	struct child_variable variables[VARIABLES_MAX];
	const struct child child = {
		.argv = argv,
		.directory = where(r),
		.variables = variables,
		.variable_count = set_variables(r, index, variables),
		.input = input,
		.max = OUTPUT_MAX,
	};

	return child_run(&child, out, said, status, err);
}

/* A git command that must succeed. What it prints goes to `out` without the line's end. 0 or -1. */
static int git(const struct rehearsal *r, const char *const *argv, const struct strbuf *input, struct strbuf *out,
	struct err *err)
{
	struct strbuf said = STRBUF_INIT, unread = STRBUF_INIT;
	struct child_variable variables[VARIABLES_MAX];
	size_t count = set_variables(r, r->index.buf, variables);
	const struct child child = {
		.argv = argv,
		.directory = r->scratch.path,
		.variables = variables,
		.variable_count = count + 2,
		.input = input,
		.max = OUTPUT_MAX,
		.idle_max = IDLE_MAX,
	};
	int status = 0, rc = -1;

	/* a bare repository has no work tree, and updating an index asks for one */
	variables[count] = (struct child_variable){ "GIT_DIR", repo_git_dir(r->repo) };
	variables[count + 1] = (struct child_variable){ "GIT_WORK_TREE",
		repo_work_tree(r->repo) ? repo_work_tree(r->repo) : r->scratch.path };
	if (child_run(&child, out ? out : &unread, &said, &status, err) < 0)
		goto done;
	if (status != 0) {
		child_complain(&said, err, "the change for trying the hooks cannot be made");
		goto done;
	}
	if (out && strbuf_ends_with(out, "\n"))
		strbuf_setlen(out, out->len - 1);
	rc = 0;
done:
	strbuf_release(&said);
	strbuf_release(&unread);
	return rc;
}

/* An element of GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted, since a path may hold a colon. */
static void add_alternate(struct strbuf *out, const char *path)
{
	strbuf_addch(out, '"');
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			strbuf_addch(out, '\\');
		if (*path == '\n')
			strbuf_addstr(out, "\\n");
		else
			strbuf_addch(out, *path);
	}
	strbuf_addch(out, '"');
}

static int make_directory(struct rehearsal *r, struct err *err)
{
	if (scratch_make(&r->scratch, r->plan->temporary, "revident-hooks.", err) < 0)
		return -1;
	strbuf_addf(&r->index, "%s/index", r->scratch.path);
	strbuf_addf(&r->objects, "%s/objects", r->scratch.path);
	strbuf_addf(&r->remote, "%s/remote.git", r->scratch.path);
	if (mkdir(r->objects.buf, 0777) < 0)
		return err_cannot("make the directory", r->objects.buf, errno, err);
	return 0;
}

/* The index as it is now, with what is known of the files on disk; nothing where there is none. */
static int copy_index(struct rehearsal *r, struct err *err)
{
	enum { STEP = 64 * 1024 };
	struct strbuf from = STRBUF_INIT, bytes = STRBUF_INIT;
	char *step = xmalloc(STEP);
	ssize_t n = 0;
	int rc = -1, fd;

	strbuf_addf(&from, "%sindex", repo_git_dir(r->repo));
	fd = open(from.buf, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		rc = 0;
		goto done;
	}
	while (fd >= 0 && bytes.len < INDEX_BYTES_MAX && (n = fd_read(fd, step, STEP)) > 0)
		strbuf_add(&bytes, step, (size_t)n);
	if (fd < 0 || n < 0) {
		err_cannot("read", from.buf, errno, err);
		goto done;
	}
	if (outfile_write(r->index.buf, bytes.buf, bytes.len, err) < 0)
		goto done;
	rc = 0;
done:
	if (fd >= 0)
		close(fd);
	free(step);
	strbuf_release(&from);
	strbuf_release(&bytes);
	return rc;
}

static int take_away(struct rehearsal *r, struct err *err)
{
	const char *const reset[] = { "git", "-c", "core.splitIndex=false", "-c", "core.fsmonitor=false", "read-tree",
		"--reset", "--no-sparse-checkout", r->plan->head, NULL };
	static const char *const remove[] = { "git", "-c", "core.splitIndex=false", "-c", "core.fsmonitor=false",
		"update-index", "--force-remove", "-z", "--stdin", NULL };
	struct strbuf paths = STRBUF_INIT;
	int rc = -1;
	size_t i;

	for (i = 0; i < r->plan->count; i++)
		strbuf_add(&paths, r->plan->paths[i], strlen(r->plan->paths[i]) + 1);
	if (git(r, reset, NULL, NULL, err) < 0 || git(r, remove, &paths, NULL, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&paths);
	return rc;
}

int rehearsal_new(struct rehearsal **out, struct repo *repo, const struct rehearsal_plan *plan, struct err *err)
{
	struct rehearsal *r = xcalloc(1, sizeof(*r));
	struct strbuf objects = STRBUF_INIT;
	int rc = -1;

	*r = (struct rehearsal){ .repo = repo,
		.plan = plan,
		.index = STRBUF_INIT,
		.objects = STRBUF_INIT,
		.alternates = STRBUF_INIT,
		.remote = STRBUF_INIT,
		.commit = STRBUF_INIT };
	strbuf_addf(&objects, "%sobjects", repo_common_dir(repo));
	add_alternate(&r->alternates, objects.buf);
	if (make_directory(r, err) < 0 || copy_index(r, err) < 0 || take_away(r, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&objects);
	if (rc < 0) {
		rehearsal_free(r);
		r = NULL;
	}
	*out = r;
	return rc;
}

void rehearsal_free(struct rehearsal *r)
{
	if (!r)
		return;
	scratch_remove(&r->scratch);
	strbuf_release(&r->index);
	strbuf_release(&r->objects);
	strbuf_release(&r->alternates);
	strbuf_release(&r->remote);
	strbuf_release(&r->commit);
	free(r);
}

/* The forbidden commit on top of HEAD, among the temporary objects. */
static int make_commit(struct rehearsal *r, struct err *err)
{
	static const char *const write_tree[] = { "git", "-c", "core.splitIndex=false", "write-tree", "--missing-ok",
		NULL };
	const char *commit_tree[] = { "git", "-c", "commit.gpgSign=false", "-c", "core.commitGraph=false",
		"commit-tree", "-p", r->plan->head, "-m", "revident tries the hooks", NULL, NULL };
	struct strbuf tree = STRBUF_INIT;
	int rc = -1;

	if (r->commit.len)
		return 0;
	if (git(r, write_tree, NULL, &tree, err) < 0)
		goto done;
	commit_tree[10] = tree.buf;
	if (git(r, commit_tree, NULL, &r->commit, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&tree);
	return rc;
}

int rehearsal_check(struct rehearsal *r, const char *program, int *status, struct err *err)
{
	const char *staged[] = { program, "check", "--staged", NULL };
	const char *range[] = { program, "check", "--range", NULL, NULL };
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT, ends = STRBUF_INIT;
	bool is_bare = repo_is_bare(r->repo);
	int rc = -1;

	if (is_bare && make_commit(r, err) < 0)
		goto done;
	strbuf_addf(&ends, "%s..%s", r->plan->head, r->commit.buf);
	range[3] = ends.buf;
	rc = run(r, r->index.buf, is_bare ? range : staged, NULL, &out, &said, status, err);
done:
	strbuf_release(&out);
	strbuf_release(&said);
	strbuf_release(&ends);
	return rc;
}

/* An empty repository that has our objects by reference, to be pushed to. */
static int make_remote(struct rehearsal *r, struct err *err)
{
	const char *const argv[] = { "git", "init", "-q", "--bare", "--template=", r->remote.buf, NULL };
	const struct child_variable variables[] = {
		{ "GIT_DIR", NULL },
		{ "GIT_WORK_TREE", NULL },
		{ "GIT_INDEX_FILE", NULL },
		{ "GIT_OBJECT_DIRECTORY", NULL },
		{ "GIT_ALTERNATE_OBJECT_DIRECTORIES", NULL },
		{ "GIT_COMMON_DIR", NULL },
		{ "GIT_DEFAULT_HASH", "sha1" }, /* as the configuration below has it, whatever is usual here */
		{ "GIT_DEFAULT_REF_FORMAT", "files" },
	};
	const struct child child = {
		.argv = argv,
		.variables = variables,
		.variable_count = sizeof(variables) / sizeof(*variables),
		.max = OUTPUT_MAX,
	};
	/*
	 * what reads an alternate's refs or a commit-graph may wait, and a push that does cannot be told from a slow
	 * hook
	 */
	static const char config[] = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
				     "\talternateRefsCommand = :\n\tcommitGraph = false\n";
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT, file = STRBUF_INIT, line = STRBUF_INIT;
	int status = 0, rc = -1;

	if (child_run(&child, &out, &said, &status, err) < 0)
		goto done;
	if (status != 0) {
		child_complain(&said, err, "git cannot make a repository in '%s'", r->plan->temporary);
		goto done;
	}
	strbuf_addf(&file, "%s/config", r->remote.buf);
	if (outfile_write(file.buf, config, sizeof(config) - 1, err) < 0)
		goto done;
	strbuf_clear(&file);
	strbuf_addf(&file, "%s/objects/info", r->remote.buf);
	(void)mkdir(file.buf, 0777);
	strbuf_addstr(&file, "/alternates");
	strbuf_addf(&line, "%sobjects\n", repo_common_dir(r->repo));
	if (outfile_write(file.buf, line.buf, line.len, err) < 0)
		goto done;
	strbuf_clear(&file);
	strbuf_addf(&file, "%s/refs/heads/main", r->remote.buf);
	strbuf_clear(&line);
	strbuf_addf(&line, "%s\n", r->plan->head);
	if (outfile_write(file.buf, line.buf, line.len, err) < 0)
		goto done;
	rc = 0;
done:
	strbuf_release(&out);
	strbuf_release(&said);
	strbuf_release(&file);
	strbuf_release(&line);
	return rc;
}

/* Before 2.36 git has no `git hook run`. */
static bool knows_no_hooks(int status, const struct strbuf *said)
{
	static const char sentence[] = "'hook' is not a git command";

	return status == 1 && memmem(said->buf, said->len, sentence, sizeof(sentence) - 1);
}

/* An alias runs as a hook does: at the top, with git's own programs first in PATH. */
static int run_by_alias(
	struct rehearsal *r, const char *path, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	struct strbuf alias = STRBUF_INIT;
	const char *argv[] = { "git", "-c", NULL, "revident-hook", NULL };
	int rc;

	strbuf_addstr(&alias, "alias.revident-hook=!exec ");
	strbuf_add_shell_word(&alias, text_of(path));
	argv[2] = alias.buf;
	strbuf_clear(out);
	strbuf_clear(said);
	rc = run(r, r->index.buf, argv, NULL, out, said, status, err);
	strbuf_release(&alias);
	return rc;
}

static int run_index_hook(struct rehearsal *r, const char *name, const char *path, struct strbuf *out,
	struct strbuf *said, int *status, struct err *err)
{
	const char *const argv[] = { "git", "hook", "run", "--ignore-missing", name, NULL };

	if (run(r, r->index.buf, argv, NULL, out, said, status, err) < 0)
		return -1;
	return knows_no_hooks(*status, said) ? run_by_alias(r, path, out, said, status, err) : 0;
}

static int run_push(struct rehearsal *r, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	struct strbuf refspec = STRBUF_INIT;
	const char *argv[] = { "git", "-c", "push.followTags=false", "-c", "push.gpgSign=false", "-c",
		"core.commitGraph=false", "push", "--dry-run", "--recurse-submodules=no", r->remote.buf, NULL, NULL };
	int rc = -1;

	if (make_commit(r, err) < 0 || make_remote(r, err) < 0)
		goto done;
	strbuf_addf(&refspec, "%s:refs/heads/main", r->commit.buf);
	argv[11] = refspec.buf;
	rc = run(r, NULL, argv, NULL, out, said, status, err);
done:
	strbuf_release(&refspec);
	return rc;
}

static int run_receive(
	struct rehearsal *r, const char *path, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	const char *const argv[] = { path, NULL };
	const struct child_variable variables[] = {
		{ "GIT_DIR", "." },
		{ "GIT_OBJECT_DIRECTORY", r->objects.buf },
		{ "GIT_QUARANTINE_PATH", r->objects.buf },
		{ "GIT_ALTERNATE_OBJECT_DIRECTORIES", r->alternates.buf },
		{ "GIT_INDEX_FILE", NULL },
		{ "GIT_WORK_TREE", NULL },
		{ "GIT_PREFIX", NULL },
		{ "GIT_GRAFT_FILE", NULL },
	};
	struct strbuf lines = STRBUF_INIT;
	const struct child child = {
		.argv = argv,
		.directory = repo_git_dir(r->repo),
		.variables = variables,
		.variable_count = sizeof(variables) / sizeof(*variables),
		.input = &lines,
		.max = OUTPUT_MAX,
	};
	int rc = -1;

	if (make_commit(r, err) < 0)
		goto done;
	strbuf_addf(&lines, "%s %s %s\n", r->plan->head, r->commit.buf,
		r->plan->branch ? r->plan->branch : "refs/heads/main");
	rc = child_run(&child, out, said, status, err);
done:
	strbuf_release(&lines);
	return rc;
}

/* What ended like this, having said that? */
static enum rehearsal_end judge(int status, const struct strbuf *out, const struct strbuf *said)
{
	static const char rule[] = "identity-", blind[] = "revident: not found";

	if (status == 0)
		return REHEARSAL_PASSED;
	if (memmem(out->buf, out->len, rule, sizeof(rule) - 1) || memmem(said->buf, said->len, rule, sizeof(rule) - 1))
		return REHEARSAL_BLOCKED;
	return memmem(said->buf, said->len, blind, sizeof(blind) - 1) ? REHEARSAL_BLOCKED_BLINDLY
								      : REHEARSAL_BLOCKED_BY_OTHERS;
}

int rehearsal_run(struct rehearsal *r, const char *name, const char *path, enum rehearsal_end *end, struct err *err)
{
	struct strbuf out = STRBUF_INIT, said = STRBUF_INIT;
	int status = 0, rc = -1, ran;

	if (strcmp(name, "pre-push") == 0)
		ran = run_push(r, &out, &said, &status, err);
	else if (strcmp(name, "pre-receive") == 0)
		ran = run_receive(r, path, &out, &said, &status, err);
	else
		ran = run_index_hook(r, name, path, &out, &said, &status, err);
	if (ran < 0)
		goto done;
	*end = judge(status, &out, &said);
	if (status > SIGNALLED && status < SIGNALLED + NSIG && *end != REHEARSAL_BLOCKED) {
		err_set(err, ERR_UNDECIDED, "signal %d ended the trial of %s: try again", status - SIGNALLED, name);
		goto done;
	}
	rc = 0;
done:
	strbuf_release(&out);
	strbuf_release(&said);
	return rc;
}
