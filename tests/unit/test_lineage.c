#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/inquiry.h"

static uint32_t lineage_at(struct inquiry *inquiry, const char *dir)
{
	return lineage_of_path(&inquiry->inv.lineage, inquiry_path(inquiry, dir));
}

static void lineage_build__commits_that_change_nothing_watched__share_a_node(void **state)
{
	struct inquiry inquiry;
	size_t nodes;

	inquiry_open(&inquiry, *state, "put a1 None; say 1; echo 1 >x; say 2; echo 2 >x; say 3", false);
	nodes = inquiry.inv.lineage.node_count;
	assert_int_equal(inquiry.inv.commits.count, 4);
	assert_true(nodes < 4);
	assert_int_equal(inquiry.inv.lineage.node_of[2], inquiry.inv.lineage.node_of[1]);
	assert_int_equal(inquiry.inv.lineage.node_of[3], inquiry.inv.lineage.node_of[1]);
	inquiry_close(&inquiry);
}

static void lineage_build__directory_moves_with_its_files__is_one_environment(void **state)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state,
		"put a1 None; put b1 '\"a1\"'; say 1; mkdir db; git mv m db/m; sed -i s,=.m,=db/m, alembic.ini; say 2",
		false);
	assert_int_equal(lineage_at(&inquiry, "m/versions"), lineage_at(&inquiry, "db/m/versions"));
	assert_int_not_equal(lineage_at(&inquiry, "m/versions"), INTERN_NONE);
	inquiry_close(&inquiry);
}

static void lineage_build__two_directories_move_into_one__are_one_environment_from_the_beginning(void **state)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state,
		"put a1 None; put b1 '\"a1\"'; mkdir -p n/versions k/versions; cp m/env.py n/; "
		"put z1 None n/versions/z1.py; put y1 '\"z1\"' n/versions/y1.py; put x1 '\"y1\"' n/versions/x1.py; say "
		"1; "
		"git mv m/versions/*.py n/versions/*.py k/versions; git mv m/env.py k; git rm -q n/env.py; "
		"sed -i s,=.m,=k, alembic.ini; say 2",
		false);
	assert_int_not_equal(lineage_at(&inquiry, "k/versions"), INTERN_NONE);
	assert_int_equal(lineage_at(&inquiry, "m/versions"), lineage_at(&inquiry, "k/versions"));
	assert_int_equal(lineage_at(&inquiry, "n/versions"), lineage_at(&inquiry, "k/versions"));
	inquiry_close(&inquiry);
}

static void lineage_build__two_environments_side_by_side__stay_two(void **state)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state,
		"put a1 None; mkdir -p n/versions; cp m/env.py n/; put z1 None n/versions/z1.py; say 1", false);
	assert_int_not_equal(lineage_at(&inquiry, "m/versions"), lineage_at(&inquiry, "n/versions"));
	assert_int_not_equal(lineage_at(&inquiry, "n/versions"), INTERN_NONE);
	inquiry_close(&inquiry);
}

static void lineage_last_commit__environment_was_removed__is_the_last_that_had_it(void **state)
{
	struct inquiry inquiry;
	uint32_t label;

	inquiry_open(&inquiry, *state,
		"put a1 None; mkdir -p n/versions; cp m/env.py n/; put z1 None n/versions/z1.py; say 1; "
		"put z2 '\"z1\"' n/versions/z2.py; say 2; git rm -rq n; say 3",
		false);
	label = lineage_at(&inquiry, "n/versions");
	assert_int_equal(lineage_last_commit(&inquiry.inv.lineage, label), 2);
	inquiry_close(&inquiry);
}

static void lineage_of_unit__layout_without_the_unit__is_none(void **state)
{
	struct inquiry inquiry;
	const struct lineage *lineage = &inquiry.inv.lineage;
	uint32_t last;

	inquiry_open(&inquiry, *state, "put a1 None; say 1", false);
	last = lineage->node_of[inquiry.inv.commits.count - 1];
	assert_int_equal(
		lineage_of_unit(&inquiry.inv.lineage, lineage->nodes[last].layout, inquiry_path(&inquiry, "x")),
		INTERN_NONE);
	assert_int_equal(lineage_of_unit(&inquiry.inv.lineage, lineage->nodes[last].layout,
				 inquiry_path(&inquiry, "m/versions")),
		lineage_at(&inquiry, "m/versions"));
	inquiry_close(&inquiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(lineage_build__commits_that_change_nothing_watched__share_a_node),
		SANDBOXED(lineage_build__directory_moves_with_its_files__is_one_environment),
		SANDBOXED(lineage_build__two_directories_move_into_one__are_one_environment_from_the_beginning),
		SANDBOXED(lineage_build__two_environments_side_by_side__stay_two),
		SANDBOXED(lineage_last_commit__environment_was_removed__is_the_last_that_had_it),
		SANDBOXED(lineage_of_unit__layout_without_the_unit__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
