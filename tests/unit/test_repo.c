#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/git/object.h"

static const char stream[] = "feature done\n"
			     "commit refs/heads/main\n"
			     "committer C <c@example.com> 1700000000 +0000\n"
			     "data 4\n"
			     "one\n"
			     "M 644 inline a/b.txt\n"
			     "data 2\n"
			     "x\n"
			     "done\n";

static void expect_path(const char *actual, struct sandbox *sandbox, const char *expected)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", sandbox->dir, expected);
	assert_string_equal(actual, path);
}

static void repo_open__below_the_top__finds_it(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, "mkdir -p r/deep/er");
	repo = sandbox_open(sandbox, "r/deep/er");
	expect_path(repo_git_dir(repo), sandbox, "r/.git/");
	expect_path(repo_common_dir(repo), sandbox, "r/.git/");
	expect_path(repo_work_tree(repo), sandbox, "r/");
	assert_false(repo_is_bare(repo));
	assert_false(repo_is_shallow(repo));
	assert_false(repo_has_replacements(repo));
	repo_close(repo);
	repo = sandbox_open(sandbox, "r/.git");
	expect_path(repo_work_tree(repo), sandbox, "r/");
	repo_close(repo);
}

static void repo_open__bare__has_no_work_tree(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_import(sandbox, "r.git", stream);
	repo = sandbox_open(sandbox, "r.git");
	assert_true(repo_is_bare(repo));
	assert_null(repo_work_tree(repo));
	repo_close(repo);
}

static void repo_open__nothing_there__is_wrong_usage(void **state)
{
	struct sandbox *sandbox = *state;

	sandbox_open_fails(sandbox, ".", ERR_USAGE, "no git repository");
	sandbox_open_fails(sandbox, "missing", ERR_USAGE, "cannot enter");
}

static void repo_open__git_dir_in_the_environment__is_used(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo_env env = { .dir = sandbox->dir, .git_dir = "r/.git" };
	struct repo *repo;
	struct err err = { .kind = ERR_NONE };

	sandbox_import(sandbox, "r", stream);
	assert_int_equal(repo_open(&repo, &env, &err), 0);
	expect_path(repo_git_dir(repo), sandbox, "r/.git/");
	expect_path(repo_work_tree(repo), sandbox, "");
	repo_close(repo);
	env.work_tree = "r";
	env.common_dir = "r/.git/";
	assert_int_equal(repo_open(&repo, &env, &err), 0);
	expect_path(repo_work_tree(repo), sandbox, "r/");
	repo_close(repo);
	env.common_dir = "elsewhere";
	assert_int_equal(repo_open(&repo, &env, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	env.common_dir = NULL;
	env.git_dir = "nothing";
	assert_int_equal(repo_open(&repo, &env, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
}

static void repo_open__ceiling__stops_the_search(void **state)
{
	struct sandbox *sandbox = *state;
	char ceiling[128], dir[128];
	struct repo_env env = { .dir = dir, .ceilings = ceiling };
	struct repo *repo;
	struct err err = { .kind = ERR_NONE };

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, "mkdir -p r/a/b");
	snprintf(dir, sizeof(dir), "%s/r/a/b", sandbox->dir);
	snprintf(ceiling, sizeof(ceiling), "/nowhere:%s/r/", sandbox->dir);
	assert_int_equal(repo_open(&repo, &env, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	snprintf(ceiling, sizeof(ceiling), "%s", sandbox->dir);
	assert_int_equal(repo_open(&repo, &env, &err), 0);
	repo_close(repo);
}

static void repo_open__linked_worktree__shares_the_common_directory(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, "git -C r worktree add -q --detach ../linked main");
	repo = sandbox_open(sandbox, "linked/a");
	expect_path(repo_git_dir(repo), sandbox, "r/.git/worktrees/linked/");
	expect_path(repo_common_dir(repo), sandbox, "r/.git/");
	expect_path(repo_work_tree(repo), sandbox, "linked/");
	repo_close(repo);
	sandbox_run(sandbox, "mv r moved");
	sandbox_open_fails(sandbox, "linked", ERR_UNDECIDED, "git worktree repair");
}

static void repo_open__submodule__takes_its_configured_work_tree(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_import(sandbox, "sub", stream);
	sandbox_run(sandbox, "git -C r -c protocol.file.allow=always submodule --quiet add ../sub s");
	repo = sandbox_open(sandbox, "r/s");
	expect_path(repo_git_dir(repo), sandbox, "r/.git/modules/s/");
	expect_path(repo_work_tree(repo), sandbox, "r/s/");
	repo_close(repo);
}

static void repo_open__something_else_in_place_of_a_file__is_refused(void **state)
{
	static const char *const files[] = { "packed-refs", "config", "HEAD", "shallow", "index",
		"objects/info/alternates", "info/grafts" };
	struct sandbox *sandbox = *state;
	char script[256];
	size_t i;

	sandbox_import(sandbox, "good", stream);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(script, sizeof(script),
			"cp -R good r && mkdir -p r/.git/objects/info && rm -f r/.git/%s && mkfifo r/.git/%s", files[i],
			files[i]);
		sandbox_run(sandbox, script);
		sandbox_open_fails(sandbox, "r", ERR_UNDECIDED, "is a named pipe");
		snprintf(script, sizeof(script), "rm r/.git/%s && mkdir r/.git/%s", files[i], files[i]);
		sandbox_run(sandbox, script);
		sandbox_open_fails(sandbox, "r", ERR_UNDECIDED, "is a directory");
		sandbox_run(sandbox, "rm -rf r");
	}
	sandbox_run(sandbox, "mkdir r && mkfifo r/.git");
	sandbox_open_fails(sandbox, "r", ERR_UNDECIDED, "is a named pipe");
}

static void repo_open__formats_that_libgit2_cannot_read__are_named(void **state)
{
	struct sandbox *sandbox = *state;

	sandbox_run(sandbox, "git init -q --object-format=sha256 sha256");
	sandbox_open_fails(sandbox, "sha256", ERR_UNDECIDED, "SHA-256");
	sandbox_run(sandbox, "git init -q reftable && git -C reftable config core.repositoryformatversion 1 && git "
			     "-C reftable config extensions.refStorage reftable");
	sandbox_open_fails(sandbox, "reftable", ERR_UNDECIDED, "reftable");
	sandbox_run(sandbox, "git init -q later && git -C later config core.repositoryformatversion 2");
	sandbox_open_fails(sandbox, "later", ERR_UNDECIDED, "version 2");
	sandbox_run(sandbox, "git init -q broken && printf '[core\\n' >>broken/.git/config");
	sandbox_open_fails(sandbox, "broken", ERR_UNDECIDED, "cannot open the repository");
}

static void repo_open__harmless_extensions__are_fine(void **state)
{
	struct sandbox *sandbox = *state;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox,
		"cd r; git config core.repositoryformatversion 1; git config extensions.worktreeConfig true; "
		"git config extensions.partialClone origin; git config extensions.preciousObjects true; "
		"git config --worktree core.worktree \"$PWD/../other\"; mkdir ../other");
	{
		struct repo *repo = sandbox_open(sandbox, "r");

		expect_path(repo_work_tree(repo), sandbox, "other/");
		repo_close(repo);
	}
}

static void repo_open__shallow_clone_and_replacements__are_noticed(void **state)
{
	struct sandbox *sandbox = *state;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, "cd r; git commit -q --allow-empty -m two; cd ..; "
			     "git clone -q --depth 1 file://$PWD/r shallow; cd r; git replace main main~1");
	repo = sandbox_open(sandbox, "shallow");
	assert_true(repo_is_shallow(repo));
	assert_false(repo_has_replacements(repo));
	repo_close(repo);
	repo = sandbox_open(sandbox, "r");
	assert_true(repo_has_replacements(repo));
	repo_close(repo);
	sandbox_run(sandbox, "git -C r pack-refs --all");
	repo = sandbox_open(sandbox, "r");
	assert_true(repo_has_replacements(repo));
	repo_close(repo);
	sandbox_run(sandbox, "cd r; git replace -d main >/dev/null; git rev-parse main >.git/info/grafts");
	repo = sandbox_open(sandbox, "r");
	assert_true(repo_has_replacements(repo));
	repo_close(repo);
	sandbox_run(sandbox, "echo '# nothing' >r/.git/info/grafts");
	repo = sandbox_open(sandbox, "r");
	assert_false(repo_has_replacements(repo));
	repo_close(repo);
}

static void repo_add_limit__paths_of_the_repository__are_relative(void **state)
{
	const char *const *limits;
	struct repo *repo;

	sandbox_run(*state, "git init -q r; git init -q --bare b.git");
	repo = sandbox_open(*state, "r");
	repo_add_limit(repo, "\"%s%s\" and '%s%s' of '%s'", repo_git_dir(repo), "HEAD", repo_work_tree(repo), "a b",
		"/elsewhere/x");
	assert_int_equal(repo_limits(repo, &limits), 1);
	assert_string_equal(limits[0], "\".git/HEAD\" and 'a b' of '/elsewhere/x'");
	repo_close(repo);
	repo = sandbox_open(*state, "b.git");
	repo_add_limit(repo, "'%s%s'", repo_common_dir(repo), "refs/");
	assert_int_equal(repo_limits(repo, &limits), 1);
	assert_string_equal(limits[0], "'refs/'");
	repo_close(repo);
}

static void repo_add_limit__twice_the_same__is_kept_once(void **state)
{
	struct sandbox *sandbox = *state;
	const char *const *limits;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(repo_limits(repo, &limits), 0);
	repo_add_limit(repo, "%s %d", "second", 2);
	repo_add_limit(repo, "first");
	repo_add_limit(repo, "second 2");
	assert_int_equal(repo_limits(repo, &limits), 2);
	assert_string_equal(limits[0], "second 2");
	assert_string_equal(limits[1], "first");
	repo_close(repo);
}

struct seen {
	char text[256];
};

static void remember(const char *key, const char *value, void *data)
{
	struct seen *seen = data;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s=%s;", key, value);
}

static void repo_config_each__prefix__gives_the_values_in_order(void **state)
{
	struct sandbox *sandbox = *state;
	struct seen seen = { .text = "" };
	struct err err;
	struct repo *repo;

	sandbox_import(sandbox, "r", stream);
	sandbox_run(sandbox, "cd r; git config revident.protect all; git config --add revident.protectedRef a; "
			     "git config --add revident.protectedRef b; git config revidentally.x y; "
			     "printf '[revident]\\n\\tflag\\n' >>.git/config");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(repo_config_each(repo, "revident.", remember, &seen, &err), 0);
	assert_string_equal(
		seen.text, "revident.protect=all;revident.protectedref=a;revident.protectedref=b;revident.flag=true;");
	repo_close(repo);
}

static void repo_open__quarantine__reads_both_object_directories(void **state)
{
	struct sandbox *sandbox = *state;
	char dir[128], quarantine[160];
	struct repo_env env = { .dir = dir,
		.git_dir = ".",
		.object_directory = "objects/incoming",
		.alternates = "objects:\"/no\\nwhere\"" };
	struct err err = { .kind = ERR_NONE };
	enum object_type type;
	struct repo *repo;
	struct oid known, incoming;

	sandbox_import(sandbox, "r.git", stream);
	snprintf(dir, sizeof(dir), "%s/r.git", sandbox->dir);
	snprintf(quarantine, sizeof(quarantine),
		"mkdir r.git/objects/incoming; cd r.git; echo new | "
		"GIT_OBJECT_DIRECTORY=objects/incoming git hash-object -w --stdin");
	incoming = sandbox_id(sandbox, quarantine);
	known = sandbox_id(sandbox, "git -C r.git rev-parse main");
	assert_int_equal(repo_open(&repo, &env, &err), 0);
	assert_int_equal(object_header(repo, &incoming, &type, NULL, &err), 1);
	assert_int_equal(type, OBJECT_BLOB);
	assert_int_equal(object_header(repo, &known, &type, NULL, &err), 1);
	assert_int_equal(type, OBJECT_COMMIT);
	repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(repo_open__below_the_top__finds_it),
		SANDBOXED(repo_open__bare__has_no_work_tree),
		SANDBOXED(repo_open__nothing_there__is_wrong_usage),
		SANDBOXED(repo_open__git_dir_in_the_environment__is_used),
		SANDBOXED(repo_open__ceiling__stops_the_search),
		SANDBOXED(repo_open__linked_worktree__shares_the_common_directory),
		SANDBOXED(repo_open__submodule__takes_its_configured_work_tree),
		SANDBOXED(repo_open__something_else_in_place_of_a_file__is_refused),
		SANDBOXED(repo_open__formats_that_libgit2_cannot_read__are_named),
		SANDBOXED(repo_open__harmless_extensions__are_fine),
		SANDBOXED(repo_open__shallow_clone_and_replacements__are_noticed),
		SANDBOXED(repo_add_limit__paths_of_the_repository__are_relative),
		SANDBOXED(repo_add_limit__twice_the_same__is_kept_once),
		SANDBOXED(repo_config_each__prefix__gives_the_values_in_order),
		SANDBOXED(repo_open__quarantine__reads_both_object_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
