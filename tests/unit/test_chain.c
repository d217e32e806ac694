#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/chain_model.h"
#include "revident/base/strbuf.h"
#include "revident/forensics/chain.h"

static void add_all(struct strbuf *out, const char *what, const struct text *items, size_t count)
{
	size_t i;

	strbuf_addf(out, "%s", what);
	for (i = 0; i < count; i++)
		strbuf_addf(out, " %s", items[i].ptr);
	strbuf_addch(out, '\n');
}

/* Nodes in their order, heads, bases and cycles as text. */
static void expect_chain(const char *lines, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct chain chain;
	struct arena arena;
	size_t i, k;

	arena_init(&arena);
	chain_model_build(&arena, lines, "outside", &chain);
	strbuf_addstr(&out, "order");
	for (i = 0; i < chain.count; i++)
		strbuf_addf(&out, " %s%s", chain.nodes[i].revision.ptr,
			chain.nodes[i].is_shadowed               ? "*"
			: chain.nodes[i].state == CHAIN_MISSING  ? "!"
			: chain.nodes[i].state == CHAIN_EXTERNAL ? "^"
								 : "");
	strbuf_addch(&out, '\n');
	add_all(&out, "heads", chain.heads, chain.head_count);
	add_all(&out, "bases", chain.bases, chain.base_count);
	for (i = 0; i < chain.cycle_count; i++) {
		strbuf_addstr(&out, chain.cycles[i].by_dependency ? "dependency cycle" : "cycle");
		for (k = 0; k < chain.cycles[i].count; k++)
			strbuf_addf(&out, " %s", chain.nodes[chain.cycles[i].nodes[k]].revision.ptr);
		strbuf_addch(&out, '\n');
	}
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	arena_release(&arena);
}

static void chain_build__no_members__is_empty(void **state)
{
	(void)state;
	expect_chain("", "order\nheads\nbases\n");
}

static void chain_build__line__goes_from_base_to_head(void **state)
{
	(void)state;
	expect_chain("c: b\na:\nb: a\n", "order a b c\nheads c\nbases a\n");
}

static void chain_build__branches_and_merge__keep_each_branch_together(void **state)
{
	(void)state;
	expect_chain("a:\nb: a\nc: a\nd: b\ne: c\nf: d e\ng: f\n", "order a b d c e f g\nheads g\nbases a\n");
}

static void chain_build__missing_parent__is_a_node_before_its_child(void **state)
{
	(void)state;
	expect_chain("a:\nb: a\nd: c\ne: d\n", "order a b c! d e\nheads b e\nbases a\n");
}

static void chain_build__merge_with_missing_parent__waits_for_it(void **state)
{
	(void)state;
	expect_chain("a:\nm: a x\nn: m\n", "order a x! m n\nheads n\nbases a\n");
}

static void chain_build__external_parent__is_not_missing(void **state)
{
	(void)state;
	expect_chain("a: outside\nb: a\n", "order outside^ a b\nheads b\nbases\n");
}

static void chain_build__depends_on__does_not_count_for_heads(void **state)
{
	(void)state;
	expect_chain("a:\nb: a\nc: a | | b\n", "order a b c\nheads b c\nbases a\n");
}

static void chain_build__depends_on_label__is_its_revision(void **state)
{
	(void)state;
	expect_chain("a: | shop\nb: | | shop\nc: b | | gone\n", "order a b c gone!\nheads a c\nbases a b\n");
}

static void chain_build__down_revision_by_label__is_missing(void **state)
{
	(void)state;
	expect_chain("a: | shop\nb: shop\n", "order a shop! b\nheads a b\nbases a\n");
}

static void chain_build__unknown_parents__are_no_base(void **state)
{
	(void)state;
	expect_chain("a:\nb: ?\n", "order a b\nheads a b\nbases a\n");
}

/* RevisionMap keeps the first of two in its set of heads: nothing that names the id finds it. */
static void chain_build__duplicate__last_one_wins_and_the_other_is_a_head(void **state)
{
	(void)state;
	expect_chain("a:\nb: a\nb: a\nc: b\n", "order a b* b c\nheads b c\nbases a\n");
}

/* The label keeps the forgotten file in RevisionMap's values, and its down_revision counts. */
static void chain_build__duplicate_with_a_label__still_names_its_parents(void **state)
{
	(void)state;
	expect_chain("a:\nb: a\nc: b | x\nc: a\n", "order a b c* c\nheads c\nbases a\n");
	expect_chain("a:\nb: a\nc: b\nc: a\n", "order a b c* c\nheads b c\nbases a\n");
}

static void chain_build__cycle__is_found_and_all_nodes_are_placed(void **state)
{
	(void)state;
	expect_chain("a:\nb: a d\nc: b\nd: c\ne: d\n", "order a b c d e\nheads e\nbases a\ncycle b c d\n");
}

static void chain_build__own_parent__is_a_cycle_of_one(void **state)
{
	(void)state;
	expect_chain("a:\nb: b\n", "order a b\nheads a\nbases a\ncycle b\n");
}

static void chain_build__two_cycles__are_told_apart(void **state)
{
	(void)state;
	expect_chain("a: b\nb: a\nc: d b\nd: c\n", "order a b c d\nheads\nbases\ncycle a b\ncycle c d\n");
}

static void chain_build__cycle_by_dependency__is_told_from_one_by_parents(void **state)
{
	(void)state;
	expect_chain("a: | | b\nb: a\n", "order a b\nheads b\nbases a\ndependency cycle a b\n");
	expect_chain("a:\nb: a | | b\n", "order a b\nheads b\nbases a\ndependency cycle b\n");
}

static void chain_build__cycle_in_both_ways__is_told_once(void **state)
{
	(void)state;
	expect_chain("a: b | | b\nb: a\n", "order a b\nheads\nbases\ncycle a b\n");
}

static void chain_build__repeated_parent__counts_once(void **state)
{
	(void)state;
	expect_chain("a:\nb: a a\n", "order a b\nheads b\nbases a\n");
}

static void chain_build__any_load_order__gives_the_same_order(void **state)
{
	(void)state;
	expect_chain("f: d e\ne: c\nd: b\nc: a\nb: a\na:\n", "order a b d c e f\nheads f\nbases a\n");
}

static void chain_build__long_line__needs_no_deep_stack(void **state)
{
	struct strbuf lines = STRBUF_INIT;
	struct chain chain;
	struct arena arena;
	int i;

	(void)state;
	arena_init(&arena);
	strbuf_addstr(&lines, "r0000:\n");
	for (i = 1; i < 5000; i++)
		strbuf_addf(&lines, "r%04d: r%04d\n", i, i - 1);
	chain_model_build(&arena, lines.buf, NULL, &chain);
	assert_int_equal(chain.count, 5000);
	assert_string_equal(chain.nodes[4999].revision.ptr, "r4999");
	assert_int_equal(chain.head_count, 1);
	strbuf_release(&lines);
	arena_release(&arena);
}

static void chain_find__duplicate__is_the_one_that_alembic_takes(void **state)
{
	struct chain chain;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	chain_model_build(&arena, "a:\na:\nb: z\n", NULL, &chain);
	assert_string_equal(chain_find(&chain, TEXT_LITERAL("a"))->member->path.ptr, "v/2.py");
	assert_int_equal(chain_find(&chain, TEXT_LITERAL("z"))->state, CHAIN_MISSING);
	assert_null(chain_find(&chain, TEXT_LITERAL("none")));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_build__no_members__is_empty),
		cmocka_unit_test(chain_build__line__goes_from_base_to_head),
		cmocka_unit_test(chain_build__branches_and_merge__keep_each_branch_together),
		cmocka_unit_test(chain_build__missing_parent__is_a_node_before_its_child),
		cmocka_unit_test(chain_build__merge_with_missing_parent__waits_for_it),
		cmocka_unit_test(chain_build__external_parent__is_not_missing),
		cmocka_unit_test(chain_build__depends_on__does_not_count_for_heads),
		cmocka_unit_test(chain_build__depends_on_label__is_its_revision),
		cmocka_unit_test(chain_build__down_revision_by_label__is_missing),
		cmocka_unit_test(chain_build__unknown_parents__are_no_base),
		cmocka_unit_test(chain_build__duplicate__last_one_wins_and_the_other_is_a_head),
		cmocka_unit_test(chain_build__duplicate_with_a_label__still_names_its_parents),
		cmocka_unit_test(chain_build__cycle__is_found_and_all_nodes_are_placed),
		cmocka_unit_test(chain_build__own_parent__is_a_cycle_of_one),
		cmocka_unit_test(chain_build__two_cycles__are_told_apart),
		cmocka_unit_test(chain_build__cycle_by_dependency__is_told_from_one_by_parents),
		cmocka_unit_test(chain_build__cycle_in_both_ways__is_told_once),
		cmocka_unit_test(chain_build__repeated_parent__counts_once),
		cmocka_unit_test(chain_build__any_load_order__gives_the_same_order),
		cmocka_unit_test(chain_build__long_line__needs_no_deep_stack),
		cmocka_unit_test(chain_find__duplicate__is_the_one_that_alembic_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
