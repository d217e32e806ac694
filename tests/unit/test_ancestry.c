#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/inquiry.h"
#include "revident/forensics/ancestry.h"

static void key_batch_next__more_than_64_wanted__comes_in_parts(void **state)
{
	uint32_t wanted[200] = { 0 };
	struct key_batch batch;
	size_t i, at = 0;

	(void)state;
	for (i = 0; i < 200; i += 2)
		wanted[i] = 1;
	assert_true(key_batch_next(&batch, wanted, 200, &at));
	assert_int_equal(batch.count, 64);
	assert_int_equal(batch.keys[63], 126);
	assert_true(key_batch_next(&batch, wanted, 200, &at));
	assert_int_equal(batch.count, 36);
	assert_int_equal(batch.keys[0], 128);
	assert_false(key_batch_next(&batch, wanted, 200, &at));
}

static void key_batch_next__none_wanted__is_over(void **state)
{
	uint32_t wanted[3] = { 0 };
	struct key_batch batch;
	size_t at = 0;

	(void)state;
	assert_false(key_batch_next(&batch, wanted, 3, &at));
}

static void key_batch_bit__key_in_and_out_of_the_batch__has_a_bit_or_none(void **state)
{
	const struct key_batch batch = { .keys = { 3, 7, 9 }, .count = 3 };

	(void)state;
	assert_int_equal(key_batch_bit(&batch, 3), 1);
	assert_int_equal(key_batch_bit(&batch, 9), 4);
	assert_int_equal(key_batch_bit(&batch, 8), 0);
	assert_int_equal(key_batch_bit(&batch, 10), 0);
}

static void expect_last(struct inquiry *inquiry, const char *revision, uint32_t node_of_commit, uint32_t expected)
{
	struct investigation *inv = &inquiry->inv;
	struct holder_query query = { .lineage = lineage_of_path(&inv->lineage, inquiry_path(inquiry, "m/versions")),
		.revision = inquiry_revision(inquiry, revision),
		.node = inv->lineage.node_of[node_of_commit],
		.commit = COMMIT_NONE };
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(find_last_holders(&inv->lineage, inv->snapshots, &inv->commits, &query, 1, &err), 0);
	assert_int_equal(query.commit, expected);
}

static void find_last_holders__lost_twice_over__is_the_last_before_the_node(void **state)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state,
		"put a1 None; put b1 None; say 1; put c1 '\"a1\"'; say 2; rm m/versions/a1.py; say 3; put a1 None; say "
		"4",
		false);
	expect_last(&inquiry, "a1", 4, 2);
	expect_last(&inquiry, "c1", 2, COMMIT_NONE);
	inquiry_close(&inquiry);
}

static void find_last_holders__only_another_branch_had_it__is_none(void **state)
{
	struct inquiry inquiry;

	inquiry_open(&inquiry, *state,
		"put a1 None; say 1; git checkout -q -b side; put b1 '\"a1\"'; say 2; git checkout -q main; "
		"put c1 '\"a1\"'; say 3",
		true);
	expect_last(&inquiry, "b1", commits_find(&inquiry.inv.commits, &inquiry.inv.head.commit), COMMIT_NONE);
	inquiry_close(&inquiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_batch_next__more_than_64_wanted__comes_in_parts),
		cmocka_unit_test(key_batch_next__none_wanted__is_over),
		cmocka_unit_test(key_batch_bit__key_in_and_out_of_the_batch__has_a_bit_or_none),
		SANDBOXED(find_last_holders__lost_twice_over__is_the_last_before_the_node),
		SANDBOXED(find_last_holders__only_another_branch_had_it__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
