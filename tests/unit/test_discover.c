#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/migration_model.h"
#include "../support/sandbox.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/tree_envs.h"

#define ENV_PY "from alembic import context\n"
#define A1 "revision = 'a1'\ndown_revision = None\n"

/* The environments of a tree, "path found-by: versions" a line; then "missing NAME" for each missing name. */
static void expect(void **state, const char *files, const char *expected)
{
	struct sandbox *sandbox = *state;
	struct study study;
	struct discovery *discovery;
	struct env_defs defs = { 0 };
	struct tree_envs envs;
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	struct repo *repo;
	size_t i, k;

	sandbox_run(sandbox, "git init -q r");
	repo = sandbox_open(sandbox, "r");
	assert_int_equal(study_init(&study, repo, &err), 0);
	discovery = discovery_new(&study);
	if (tree_envs_of_source(discovery, &study, migration_model_source(&study, files), NULL, &defs, &envs, &err) < 0)
		fail_msg("%s", err.msg);
	for (i = 0; i < envs.count; i++) {
		struct missing_name *missing;
		size_t count = tree_env_missing(&study, &envs.items[i], NULL, 0, &missing);

		strbuf_addf(&out, "%.*s %.*s:", (int)envs.items[i].path.len, envs.items[i].path.ptr,
			(int)envs.items[i].found_by.len, envs.items[i].found_by.ptr);
		for (k = 0; k < envs.items[i].version_count; k++)
			strbuf_addf(&out, " %s", study_path_str(&study, envs.items[i].versions[k]));
		strbuf_addch(&out, '\n');
		for (k = 0; k < count; k++)
			strbuf_addf(&out, "missing %.*s%s\n", (int)missing[k].name.len, missing[k].name.ptr,
				missing[k].in_depends_on ? " (depends_on)" : "");
	}
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	env_defs_release(&defs);
	discovery_free(discovery);
	study_release(&study);
	repo_close(repo);
}

static void discover__ini_names_the_directory__is_found_by_it(void **state)
{
	expect(state, "== alembic.ini\n[alembic]\nscript_location = m\n== m/env.py\n" ENV_PY "== m/versions/a1.py\n" A1,
		"m alembic.ini: m/versions\n");
}

static void discover__no_configuration__is_found_by_env_py(void **state)
{
	expect(state, "== db/env.py\n" ENV_PY "== db/versions/a1.py\n" A1, "db db/env.py: db/versions\n");
}

static void discover__nothing_of_alembic__has_no_environment(void **state)
{
	expect(state, "== setup.py\nrevision = 'a1'\n", "");
}

static void discover__ini_of_something_else__is_none(void **state)
{
	expect(state, "== tox.ini\n[tox]\nscript_location = m\n== m/x.py\nx = 1\n", "");
}

static void tree_envs_of_source__two_environments__are_sorted_and_apart(void **state)
{
	expect(state,
		"== z/env.py\n" ENV_PY
		"== z/versions/z1.py\nrevision = 'z1'\ndown_revision = 'gone'\n== b/env.py\n" ENV_PY
		"== b/versions/a1.py\n" A1,
		"b b/env.py: b/versions\nz z/env.py: z/versions\nmissing gone\n");
}

static void tree_env_missing__parent_and_dependency__are_told_apart(void **state)
{
	expect(state,
		"== m/env.py\n" ENV_PY "== m/versions/a1.py\n" A1
		"== m/versions/b1.py\nrevision = 'b1'\ndown_revision = ('a1', 'lost')\ndepends_on = 'elsewhere'\n",
		"m m/env.py: m/versions\nmissing elsewhere (depends_on)\nmissing lost\n");
}

static void tree_env_missing__dependency_on_a_label__is_none(void **state)
{
	expect(state,
		"== m/env.py\n" ENV_PY "== m/versions/a1.py\n" A1 "branch_labels = ('shop',)\n"
		"== m/versions/b1.py\nrevision = 'b1'\ndown_revision = 'a1'\ndepends_on = 'shop'\n",
		"m m/env.py: m/versions\n");
}

static void joins_group__locations_of_one_section__are_one_environment(void **state)
{
	expect(state,
		"== alembic.ini\n[alembic]\nscript_location = m\nversion_locations = %(here)s/m/versions "
		"%(here)s/more\n"
		"== m/env.py\n" ENV_PY "== m/versions/a1.py\n" A1
		"== more/b1.py\nrevision = 'b1'\ndown_revision = 'a1'\n",
		"m alembic.ini: m/versions more\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(discover__ini_names_the_directory__is_found_by_it),
		SANDBOXED(discover__no_configuration__is_found_by_env_py),
		SANDBOXED(discover__nothing_of_alembic__has_no_environment),
		SANDBOXED(discover__ini_of_something_else__is_none),
		SANDBOXED(tree_envs_of_source__two_environments__are_sorted_and_apart),
		SANDBOXED(tree_env_missing__parent_and_dependency__are_told_apart),
		SANDBOXED(tree_env_missing__dependency_on_a_label__is_none),
		SANDBOXED(joins_group__locations_of_one_section__are_one_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
