#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/chain_model.h"
#include "revident/base/utf8.h"
#include "revident/report/chain_text.h"

static void draw(const char *lines, const struct chain_text_options *options, struct strbuf *out)
{
	struct chain chain;
	struct arena arena;

	arena_init(&arena);
	chain_model_build(&arena, lines, "outside", &chain);
	chain_render_text(&chain, options, out);
	arena_release(&arena);
}

static void expect_picture(const char *lines, const char *expected)
{
	struct chain_text_options options = { .indent = 0 };
	struct strbuf out = STRBUF_INIT;

	draw(lines, &options, &out);
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
}

static void chain_render_text__empty_chain__draws_nothing(void **state)
{
	(void)state;
	expect_picture("", "");
}

static void chain_render_text__line__is_one_column(void **state)
{
	(void)state;
	expect_picture("a: | | | first\nb: a\nc: b | | | third\n", "● a first\n"
								   "● b\n"
								   "● c (head) third\n");
}

static void chain_render_text__branch_and_merge__open_and_close_a_column(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nc: a\nd: b c\ne: d\n", "● a\n"
							 "├─● b\n"
							 "● │ c\n"
							 "●─╯ d\n"
							 "● e (head)\n");
}

static void chain_render_text__octopus__joins_all_parents(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nc: a\nd: a\ne: b c d\n", "● a\n"
							   "├─● b\n"
							   "├─│─● c\n"
							   "● │ │ d\n"
							   "●─┴─╯ e (head)\n");
}

static void chain_render_text__parent_that_goes_on__keeps_its_column(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nc: a b\nd: b\ne: a\n", "● a\n"
							 "├─● b\n"
							 "├─┼─● c (head)\n"
							 "│ ● d (head)\n"
							 "● e (head)\n");
}

static void chain_render_text__criss_cross__passes_under(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nc: a\nd: a\ne: b d\nf: c\n", "● a\n"
							       "├─● b\n"
							       "├─│─● c\n"
							       "│ │ ● f (head)\n"
							       "● │ d\n"
							       "●─╯ e (head)\n");
}

static void chain_render_text__missing_parent__is_a_hole(void **state)
{
	(void)state;
	expect_picture("2a3f: 189b | | | add cascade deletes\n3b7a: 2a3f\n", "╳ 189b MISSING, named by 2a3f\n"
									     "● 2a3f add cascade deletes\n"
									     "● 3b7a (head)\n");
}

static void chain_render_text__hole_in_the_middle__parts_the_chain(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nd: c\ne: d\n", "● a\n"
						 "● b (head)\n"
						 "\n"
						 "╳ c MISSING, named by d\n"
						 "● d\n"
						 "● e (head)\n");
}

static void chain_render_text__hole_of_a_merge__joins(void **state)
{
	(void)state;
	expect_picture("a:\nm: a x\n", "● a\n"
				       "│\n"
				       "│ ╳ x MISSING, named by m\n"
				       "●─╯ m (head)\n");
}

static void chain_render_text__hole_with_many_children__names_some(void **state)
{
	(void)state;
	expect_picture("a: x\nb: x\nc: x\nd: x\n", "╳ x MISSING, named by a, b, c and 1 more\n"
						   "├─● a (head)\n"
						   "├─● b (head)\n"
						   "├─● c (head)\n"
						   "● d (head)\n");
}

static void chain_render_text__external__is_a_diamond(void **state)
{
	(void)state;
	expect_picture("a: outside\n", "◇ outside external, named by a\n"
				       "● a (head)\n");
}

static void chain_render_text__labels_and_dependencies__are_in_parentheses(void **state)
{
	(void)state;
	expect_picture("a: | shop desk\nb: | | shop gone\n", "● a (head, label shop, label desk)\n"
							     "\n"
							     "● b (head, depends on a, gone)\n"
							     "\n"
							     "╳ gone MISSING, named by b\n");
}

static void chain_render_text__duplicate__is_hollow(void **state)
{
	(void)state;
	expect_picture("a:\nb: a\nb: a\nc: b\n", "● a\n"
						 "├─◌ b (forgotten: a later file has this id)\n"
						 "● b\n"
						 "● c (head)\n");
}

static void chain_render_text__cycle__says_whose_child_the_first_is(void **state)
{
	(void)state;
	expect_picture("a: c\nb: a\nc: b\n", "● a (cycle, child of c)\n"
					     "● b (cycle)\n"
					     "● c (cycle)\n");
}

static void chain_render_text__computed_parents__are_said(void **state)
{
	(void)state;
	expect_picture("a:\nb: ?\n", "● a (head)\n"
				     "\n"
				     "● b (head, parents computed)\n");
}

static void chain_render_text__long_message__is_cut_to_80_columns(void **state)
{
	(void)state;
	expect_picture("a: | | | 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789\n",
		"● a (head) 123456789 123456789 123456789 123456789 123456789 123456789 12345678…\n");
}

static void chain_render_text__long_id__is_never_cut(void **state)
{
	(void)state;
	expect_picture(
		"a23456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789: | | | m\n",
		"● a23456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789 (head)\n");
}

static void chain_render_text__hostile_bytes__are_made_visible(void **state)
{
	(void)state;
	expect_picture("a\x1b[2J: | | | \xe2\x80\xaemessage\n", "● a\\x1b[2J (head) \\u{202e}message\n");
}

/* r000 to r<count - 1>, one after the other. */
static void add_line(struct strbuf *lines, int from, int to)
{
	int i;

	for (i = from; i <= to; i++)
		strbuf_addf(lines, i ? "r%03d: r%03d\n" : "r%03d:\n", i, i - 1);
}

static void chain_render_text__long_line__is_folded(void **state)
{
	struct strbuf lines = STRBUF_INIT;

	(void)state;
	add_line(&lines, 0, 999);
	expect_picture(lines.buf, "● r000\n"
				  "● r001\n"
				  "┆ 996 more, r002 to r997\n"
				  "● r998\n"
				  "● r999 (head)\n");
	strbuf_release(&lines);
}

static void chain_render_text__forty_revisions__are_all_shown(void **state)
{
	struct chain_text_options options = { .indent = 0 };
	struct strbuf lines = STRBUF_INIT, out = STRBUF_INIT;

	(void)state;
	add_line(&lines, 0, CHAIN_UNFOLDED_MAX - 1);
	draw(lines.buf, &options, &out);
	assert_null(strstr(out.buf, "┆"));
	strbuf_clear(&out);
	add_line(&lines, CHAIN_UNFOLDED_MAX, CHAIN_UNFOLDED_MAX);
	draw(lines.buf, &options, &out);
	assert_non_null(strstr(out.buf, "┆"));
	strbuf_release(&lines);
	strbuf_release(&out);
}

static void chain_render_text__folding__spares_holes_branches_merges_labels_and_kept_ones(void **state)
{
	static const struct text keep[] = { { "r030", 4 } };
	struct chain_text_options options = { .indent = 0, .keep = keep, .keep_count = 1 };
	struct strbuf lines = STRBUF_INIT, out = STRBUF_INIT;

	(void)state;
	add_line(&lines, 0, 59);
	strbuf_addstr(&lines, "side: r009\nmerge: r059 side\nhole: gone\nafter: merge | shop\n");
	draw(lines.buf, &options, &out);
	assert_string_equal(out.buf, "● r000\n"
				     "● r001\n"
				     "┆ 6 more, r002 to r007\n"
				     "● r008\n"
				     "● r009\n"
				     "├─● r010\n"
				     "│ ● r011\n"
				     "│ ┆ 17 more, r012 to r028\n"
				     "│ ● r029\n"
				     "│ ● r030\n"
				     "│ ● r031\n"
				     "│ ┆ 26 more, r032 to r057\n"
				     "│ ● r058\n"
				     "│ ● r059\n"
				     "● │ side\n"
				     "●─╯ merge\n"
				     "● after (head, label shop)\n"
				     "\n"
				     "╳ gone MISSING, named by hole\n"
				     "● hole (head)\n");
	strbuf_release(&lines);
	strbuf_release(&out);
}

static void chain_render_text__too_many_branches__say_whose_child_they_are(void **state)
{
	struct chain_text_options options = { .indent = 0 };
	struct strbuf lines = STRBUF_INIT, out = STRBUF_INIT;
	const char *line;
	int i;

	(void)state;
	strbuf_addstr(&lines, "a:\nz:");
	for (i = 0; i < CHAIN_LANES_MAX + 5; i++)
		strbuf_addf(&lines, " b%02d", i);
	strbuf_addch(&lines, '\n');
	for (i = 0; i < CHAIN_LANES_MAX + 5; i++)
		strbuf_addf(&lines, "b%02d: a\n", i);
	draw(lines.buf, &options, &out);
	assert_non_null(strstr(out.buf, "z (head, child of b2"));
	for (line = out.buf; *line; line += strcspn(line, "\n") + 1)
		assert_true(utf8_width(line, strcspn(line, "\n")) <= 110);
	strbuf_release(&lines);
	strbuf_release(&out);
}

static void chain_render_text__colour__marks_holes_only_when_wanted(void **state)
{
	struct chain_text_options options = { .indent = 2, .color = true };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	draw("b: a\n", &options, &out);
	assert_string_equal(out.buf, "  ╳ \x1b[1;31ma MISSING\x1b[0m, named by b\n"
				     "  ● \x1b[1mb\x1b[0m (head)\n");
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_render_text__empty_chain__draws_nothing),
		cmocka_unit_test(chain_render_text__line__is_one_column),
		cmocka_unit_test(chain_render_text__branch_and_merge__open_and_close_a_column),
		cmocka_unit_test(chain_render_text__octopus__joins_all_parents),
		cmocka_unit_test(chain_render_text__parent_that_goes_on__keeps_its_column),
		cmocka_unit_test(chain_render_text__criss_cross__passes_under),
		cmocka_unit_test(chain_render_text__missing_parent__is_a_hole),
		cmocka_unit_test(chain_render_text__hole_in_the_middle__parts_the_chain),
		cmocka_unit_test(chain_render_text__hole_of_a_merge__joins),
		cmocka_unit_test(chain_render_text__hole_with_many_children__names_some),
		cmocka_unit_test(chain_render_text__external__is_a_diamond),
		cmocka_unit_test(chain_render_text__labels_and_dependencies__are_in_parentheses),
		cmocka_unit_test(chain_render_text__duplicate__is_hollow),
		cmocka_unit_test(chain_render_text__cycle__says_whose_child_the_first_is),
		cmocka_unit_test(chain_render_text__computed_parents__are_said),
		cmocka_unit_test(chain_render_text__long_message__is_cut_to_80_columns),
		cmocka_unit_test(chain_render_text__long_id__is_never_cut),
		cmocka_unit_test(chain_render_text__hostile_bytes__are_made_visible),
		cmocka_unit_test(chain_render_text__long_line__is_folded),
		cmocka_unit_test(chain_render_text__forty_revisions__are_all_shown),
		cmocka_unit_test(chain_render_text__folding__spares_holes_branches_merges_labels_and_kept_ones),
		cmocka_unit_test(chain_render_text__too_many_branches__say_whose_child_they_are),
		cmocka_unit_test(chain_render_text__colour__marks_holes_only_when_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
