#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/sandbox.h"
#include "revident/forensics/snapshot.h"
#include "revident/git/commits.h"

/*
 * put FILE...: commits a tree whose directory v holds these files. A file named a.py declares the revision a; what
 * stands behind `=` is its content instead, and `@` makes it a symlink. sub/a.py is in a subdirectory.
 */
#define HISTORY                                                                                                       \
	"git init -q r; cd r\n"                                                                                       \
	"put() {\n"                                                                                                   \
	"    rm -f .git/index\n"                                                                                      \
	"    for file; do\n"                                                                                          \
	"        mode=100644 name=${file%%=*} content='revision = \"'$(basename \"$name\" .py)'\"'\n"                 \
	"        case $file in *=*) content=${file#*=} ;; esac\n"                                                     \
	"        case $name in @*) mode=120000 name=${name#@} ;; esac\n"                                              \
	"        blob=$(printf '%s\\ndown_revision = None\\n' \"$content\" | git hash-object -w --stdin)\n"           \
	"        git update-index --add --cacheinfo \"$mode,$blob,v/$name\"\n"                                        \
	"    done\n"                                                                                                  \
	"    commit \"$(git write-tree)\"\n"                                                                          \
	"}\n"                                                                                                         \
	"commit() { git update-ref HEAD \"$(git commit-tree $(git rev-parse -q --verify HEAD | sed 's/^/-p /') -m x " \
	"\"$1\")\"; }\n"                                                                                              \
	"octal() { for byte in $(echo \"$1\" | sed 's/../0x& /g'); do printf '\\\\%03o' \"$byte\"; done; }\n"         \
	"raw() {\n" /* MODE NAME ID...: as they come, which git would not write */                                    \
	"    while [ $# -gt 0 ]; do\n"                                                                                \
	"        printf '%s %s\\0' \"$1\" \"$2\"\n"                                                                   \
	"        printf \"$(octal \"$3\")\"\n"                                                                        \
	"        shift 3\n"                                                                                           \
	"    done | git hash-object -w -t tree --stdin --literally\n"                                                 \
	"}\n"                                                                                                         \
	"many() { for i in $(seq 100 \"$1\"); do echo \"f$i.py\"; done; }\n"

struct fixture {
	struct repo *repo;
	struct commits commits;
	struct watch *watch;
	struct study study;
	size_t versions;
};

static void fixture_open(struct fixture *f, struct sandbox *sandbox)
{
	struct oid tip = sandbox_id(sandbox, "git -C r rev-parse HEAD");
	struct err err = { .kind = ERR_NONE };

	f->repo = sandbox_open(sandbox, "r");
	assert_int_equal(study_init(&f->study, f->repo, &err), 0);
	assert_int_equal(commits_load(&f->commits, f->repo, &tip, 1, NULL, &err), 0);
	watch_init(&f->watch, f->repo);
	f->versions = watch_add(f->watch, "v", 1);
	assert_int_equal(watch_resolve(f->watch, &f->commits, NULL, &err), 0);
}

static void fixture_close(struct fixture *f)
{
	watch_free(f->watch);
	commits_release(&f->commits);
	study_release(&f->study);
	repo_close(f->repo);
}

/* What one commit after another gives is what each gives when nothing was listed before it. */
static void expect_same_as_alone(struct fixture *f)
{
	struct snapshots *in_turn = snapshots_new(&f->study, f->watch, &f->versions, 1);
	struct err err = { .kind = ERR_NONE };
	uint32_t commit;

	for (commit = 0; commit < f->commits.count; commit++) {
		struct snapshots *alone = snapshots_new(&f->study, f->watch, &f->versions, 1);
		uint32_t row = watch_row(f->watch, commit);
		const struct snapshot *got = snapshots_get(in_turn, row, &err);
		const struct snapshot *expected = snapshots_get(alone, row, &err);

		assert_non_null(got);
		assert_non_null(expected);
		assert_int_equal(got->count, expected->count);
		assert_memory_equal(got->files, expected->files, got->count * sizeof(*got->files));
		assert_int_equal(got->incomplete, expected->incomplete);
		snapshot_put(in_turn, got);
		snapshot_put(alone, expected);
		snapshots_free(alone);
	}
	snapshots_free(in_turn);
}

static void check(struct sandbox *sandbox, const char *script, size_t commits)
{
	struct fixture f;

	sandbox_run(sandbox, script);
	fixture_open(&f, sandbox);
	assert_int_equal(f.commits.count, commits);
	expect_same_as_alone(&f);
	fixture_close(&f);
}

static void snapshots_get__files_come_change_and_go__as_if_listed_alone(void **state)
{
	check(*state,
		HISTORY "put a.py b.py c.py\n"
			"put a.py b.py bb.py c.py\n"
			"put a.py b.py=other bb.py c.py README=x\n"
			"put a.py bb.py c.py 'c.py~' .#d.py\n"
			"put @a.py bb.py c.py d.py=revision\n"
			"put a.py d.py\n"
			"put a.py b.py c.py\n"
			"put a.py=x b.py=y c.py=z\n"
			"put z.py\n",
		9);
}

static void snapshots_get__directories_come_change_and_go__as_if_listed_alone(void **state)
{
	check(*state,
		HISTORY "put a.py b.py\n"
			"put a.py b.py old/c.py\n"
			"put a.py b.py=x old/c.py\n"
			"put a.py b.py=x old/c.py=y old/d.py\n"
			"put a.py b.py/e.py old/c.py old/__pycache__/f.py\n"
			"put old/c.py\n"
			"put a.py old/c.py\n"
			"put a.py c.py\n",
		8);
}

static void snapshots_get__many_files_go_at_once__as_if_listed_alone(void **state)
{
	check(*state,
		HISTORY "put $(many 300)\n"
			"put $(many 200)\n"
			"put $(many 270) g.py\n"
			"put a.py $(many 260)\n",
		4);
}

static void snapshots_get__trees_that_git_would_not_write__as_if_listed_alone(void **state)
{
	check(*state,
		HISTORY
		"put a.py b.py c.py\n"
		"a=$(git rev-parse HEAD:v/a.py) b=$(git rev-parse HEAD:v/b.py) c=$(git rev-parse HEAD:v/c.py)\n"
		"under_v() { raw 40000 v \"$(raw \"$@\")\"; }\n"
		"commit \"$(under_v 100644 a.py $a 100644 a.py $b 100644 c.py $c)\"\n" /* twice */
		"put a.py b.py\n"
		"commit \"$(under_v 100644 c.py $c 100644 b.py $b 100644 a.py $a)\"\n" /* out of order */
		"put a.py b.py c.py\n"
		"commit \"$(under_v 100644 a.py $a 100644 b.py $b 100644 c.py $c 100644 b.py $a)\"\n"
		"put a.py b.py c.py d.py\n"
		"commit \"$(under_v 100644 a.py $a 100644 ../b.py $b 40755 c.py $c)\"\n" /* odd names and modes */
		"put a.py b.py c.py d.py\n"
		"commit \"$(under_v 100644 a.py $a 40000 b.py 1234567890123456789012345678901234567890)\"\n"
		"commit \"$(under_v 100644 a.py $b 40000 b.py 1234567890123456789012345678901234567890)\"\n"
		"commit \"$(under_v 100644 z.py $c 100644 a.py $a)\"\n"
		"commit \"$(under_v 100644 a.py $b 100644 z.py $c 100644 a.py $a)\"\n"
		"put a.py b.py sub/a.py\n"
		"s=$(git rev-parse HEAD:v/sub)\n"
		"commit \"$(under_v 100644 a.py $a 40000 sub $s 100644 sub/a.py $b)\"\n" /* no path, but a name */
		"commit \"$(under_v 100644 a.py $a 40000 sub $s)\"\n"
		"put a.py b.py c.py\n",
		17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(snapshots_get__files_come_change_and_go__as_if_listed_alone),
		SANDBOXED(snapshots_get__directories_come_change_and_go__as_if_listed_alone),
		SANDBOXED(snapshots_get__many_files_go_at_once__as_if_listed_alone),
		SANDBOXED(snapshots_get__trees_that_git_would_not_write__as_if_listed_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
