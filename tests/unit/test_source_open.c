#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/forensics/source_open.h"

#define MAKE                                                                                           \
	"git init -q r; cd r; mkdir -p m/versions docs;"                                               \
	"printf '[alembic]\\nscript_location = m\\n' >alembic.ini; echo 'import alembic' >m/env.py;"   \
	"printf \"revision = 'a1'\\ndown_revision = None\\n\" >m/versions/a1.py; echo hi >docs/x.txt;" \
	"ln -s a1.py m/versions/link.py; git add -A; git commit -qm one;"

struct bench {
	struct repo *repo;
	struct study study;
	struct discovery *discovery;
	struct err err;
};

static void bench_open(struct bench *b, struct sandbox *sandbox, const char *name)
{
	memset(b, 0, sizeof(*b));
	b->repo = sandbox_open(sandbox, name);
	assert_int_equal(study_init(&b->study, b->repo, &b->err), 0);
	b->discovery = discovery_new(&b->study);
}

static void bench_close(struct bench *b)
{
	discovery_free(b->discovery);
	study_release(&b->study);
	repo_close(b->repo);
}

/* "kind path: first line" of each file that interests Alembic, "kind path" of the others. */
static void expect_files(struct bench *b, struct source *source, const char *expected)
{
	static const char *const kinds[] = { [SOURCE_DIR] = "dir",
		[SOURCE_FILE] = "file",
		[SOURCE_LINK] = "link",
		[SOURCE_UNREADABLE] = "unreadable",
		[SOURCE_OTHER] = "other" };
	struct strbuf out = STRBUF_INIT, bytes = STRBUF_INIT;
	const struct source_file *files;
	struct source_entry entry;
	size_t count, i;

	files = source_files(source, &count);
	for (i = 0; i < count; i++) {
		assert_int_equal(source_find(source, files[i].path, &entry, &b->err), 1);
		strbuf_addf(&out, "%s %s", kinds[entry.kind], files[i].path.ptr);
		strbuf_clear(&bytes);
		if (entry.kind == SOURCE_FILE && strcmp(files[i].path.ptr, "docs/x.txt") != 0) {
			assert_int_equal(source_read(source, &entry, 1000, &bytes, &b->err), 1);
			strbuf_addf(&out, ": %.*s", (int)strcspn(bytes.buf, "\n"), bytes.buf);
		}
		strbuf_addch(&out, '\n');
	}
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	strbuf_release(&bytes);
}

static void source_open_commit__name_that_is_not_there__is_wrong_usage(void **state)
{
	struct source *source;
	struct ref commit;
	struct bench b;

	sandbox_run(*state, MAKE);
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_commit(&b.study, "nothing", &source, &commit, &b.err), -1);
	assert_int_equal(b.err.kind, ERR_USAGE);
	bench_close(&b);
}

static void source_open_commit__tag__is_its_commits_tree(void **state)
{
	struct source *source;
	struct ref commit;
	struct oid root, tree;
	struct bench b;

	sandbox_run(*state, MAKE "git tag -am v1 v1; echo x >y; git add y; git commit -qm two");
	tree = sandbox_id(*state, "git -C r rev-parse v1^{tree}");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_commit(&b.study, "v1", &source, &commit, &b.err), 0);
	assert_true(source_root(source, &root));
	assert_true(oid_equal(&root, &tree));
	bench_close(&b);
}

static void source_open_index__staged_content__is_what_git_would_commit(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state,
		MAKE "echo staged >m/versions/b2.py; git add m; echo later >m/versions/b2.py;"
		     "git rm -q --cached docs/x.txt; echo new >m/versions/c3.py; git add -N m/versions/c3.py");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_index(&b.study, &source, &b.err), 0);
	expect_files(&b, source,
		"file alembic.ini: [alembic]\n"
		"file m/env.py: import alembic\n"
		"file m/versions/a1.py: revision = 'a1'\n"
		"file m/versions/b2.py: staged\n"
		"link m/versions/link.py\n");
	bench_close(&b);
}

static void source_open_index__conflict__is_a_limit_where_it_matters(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state,
		MAKE "git checkout -qb side; echo 1 >>m/versions/a1.py; echo 1 >docs/x.txt; git commit -qam side;"
		     "git checkout -q -; echo 2 >>m/versions/a1.py; echo 2 >docs/x.txt; git commit -qam main;"
		     "git merge -q side >/dev/null || :");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_index(&b.study, &source, &b.err), 0);
	assert_true(has_limit(b.repo, "'m/versions/a1.py' is in a conflict"));
	assert_false(has_limit(b.repo, "docs"));
	bench_close(&b);
}

static void source_open_worktree__changes__are_what_lies_on_disk(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state, MAKE "echo changed >m/versions/a1.py; echo new >m/versions/b2.py; rm docs/x.txt;"
				 "git init -q nested; echo x >nested/n.py");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_worktree(b.discovery, &b.study, NULL, &source, &b.err), 0);
	expect_files(&b, source,
		"file alembic.ini: [alembic]\n"
		"file m/env.py: import alembic\n"
		"file m/versions/a1.py: changed\n"
		"file m/versions/b2.py: new\n"
		"link m/versions/link.py\n");
	bench_close(&b);
}

static void source_open_worktree__ignored_files__count_in_versions_directories_only(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state, MAKE "printf 'b*.py\\n' >.gitignore; echo x >m/versions/b2.py; echo x >b3.py;"
				 "mkdir m/versions/__pycache__; echo x >m/versions/__pycache__/b4.py");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_worktree(b.discovery, &b.study, NULL, &source, &b.err), 0);
	expect_files(&b, source,
		"file .gitignore: \n"
		"file alembic.ini: [alembic]\n"
		"file docs/x.txt\n"
		"file m/env.py: import alembic\n"
		"file m/versions/a1.py: revision = 'a1'\n"
		"file m/versions/b2.py: x\n"
		"link m/versions/link.py\n");
	bench_close(&b);
}

static void source_open_worktree__conflict__is_read_from_disk(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state, MAKE "git checkout -qb side; echo 1 >m/versions/a1.py; git commit -qam side;"
				 "git checkout -q -; echo 2 >m/versions/a1.py; git commit -qam main;"
				 "git merge -q side >/dev/null || :");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_worktree(b.discovery, &b.study, NULL, &source, &b.err), 0);
	expect_files(&b, source,
		"file alembic.ini: [alembic]\n"
		"file docs/x.txt\n"
		"file m/env.py: import alembic\n"
		"file m/versions/a1.py: <<<<<<< HEAD\n"
		"link m/versions/link.py\n");
	bench_close(&b);
}

static void source_open_worktree__file_that_became_a_link__is_no_regular_file(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state, MAKE "mv m/versions/a1.py m/kept.py; ln -s ../kept.py m/versions/a1.py; rm docs/x.txt");
	bench_open(&b, *state, "r");
	assert_int_equal(source_open_worktree(b.discovery, &b.study, NULL, &source, &b.err), 0);
	expect_files(&b, source,
		"file alembic.ini: [alembic]\n"
		"file m/env.py: import alembic\n"
		"file m/kept.py: revision = 'a1'\n"
		"link m/versions/a1.py\n"
		"link m/versions/link.py\n");
	bench_close(&b);
}

static void source_open__bare_repository__has_neither_index_nor_work_tree(void **state)
{
	struct source *source;
	struct bench b;

	sandbox_run(*state, "git init -q --bare r.git");
	bench_open(&b, *state, "r.git");
	assert_int_equal(source_open_worktree(b.discovery, &b.study, NULL, &source, &b.err), -1);
	assert_int_equal(b.err.kind, ERR_USAGE);
	err_clear(&b.err);
	assert_int_equal(source_open_index(&b.study, &source, &b.err), -1);
	assert_int_equal(b.err.kind, ERR_USAGE);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(source_open_commit__name_that_is_not_there__is_wrong_usage),
		SANDBOXED(source_open_commit__tag__is_its_commits_tree),
		SANDBOXED(source_open_index__staged_content__is_what_git_would_commit),
		SANDBOXED(source_open_index__conflict__is_a_limit_where_it_matters),
		SANDBOXED(source_open_worktree__changes__are_what_lies_on_disk),
		SANDBOXED(source_open_worktree__ignored_files__count_in_versions_directories_only),
		SANDBOXED(source_open_worktree__conflict__is_read_from_disk),
		SANDBOXED(source_open_worktree__file_that_became_a_link__is_no_regular_file),
		SANDBOXED(source_open__bare_repository__has_neither_index_nor_work_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
