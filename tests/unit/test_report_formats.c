#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/linediff.h"
#include "../../src/report/markdown.h"
#include "../../src/report/markup.h"
#include "../../src/report/picture.h"
#include "../../src/report/redact.h"
#include "revident/base/xalloc.h"

#define WITH(expression, expected)                      \
	do {                                            \
		struct strbuf out = STRBUF_INIT;        \
		expression;                             \
		assert_string_equal(out.buf, expected); \
		strbuf_release(&out);                   \
	} while (0)

static void markdown_add_text__markup_mentions_and_links__are_text(void **state)
{
	(void)state;
	WITH(markdown_add_text(&out, TEXT_LITERAL("a|b `c` *d* _e_ [f](g) <h> \\ #1")),
		"a\\|b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g) \\<h\\> \\\\ \\#1");
	WITH(markdown_add_text(&out, TEXT_LITERAL("@team, a@ b")), "@<!-- -->team, a@ b");
	WITH(markdown_add_text(&out, TEXT_LITERAL("http://x")), "http:<!-- -->//x");
}

static void markdown_add_code__ticks_and_pipes__stay_inside(void **state)
{
	(void)state;
	WITH(markdown_add_code(&out, TEXT_LITERAL("plain"), false), "`plain`");
	WITH(markdown_add_code(&out, TEXT_LITERAL("a`b``c"), false), "```a`b``c```");
	WITH(markdown_add_code(&out, TEXT_LITERAL("`a"), false), "`` `a ``");
	WITH(markdown_add_code(&out, TEXT_LITERAL("a|b"), true), "`a\\|b`");
	WITH(markdown_add_code(&out, TEXT_LITERAL("a|b"), false), "`a|b`");
}

static void markdown_add_fence__a_fence_inside__is_longer_than_it(void **state)
{
	(void)state;
	WITH(markdown_add_fence(&out, "text", TEXT_LITERAL("````\nx")), "`````text\n````\nx\n`````\n");
}

static void markup_add__what_html_reads__becomes_references(void **state)
{
	(void)state;
	WITH(markup_add(&out, TEXT_LITERAL("<a href='x' b=\"y\">&amp;</a>")),
		"&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;");
}

static void redact__names_and_addresses__are_taken_out_as_words(void **state)
{
	const struct text secrets[] = { TEXT_LITERAL("Ana Ruiz"), TEXT_LITERAL("Ana") };
	const struct casefile file = { .secrets = secrets, .secret_count = 2 };
	const struct casefile open = { 0 };

	(void)state;
	WITH(redact(&file, TEXT_LITERAL("ANA RUIZ, ana; banana <x.y@z.example>"), &out),
		REDACTED ", " REDACTED "; banana <" REDACTED ">");
	WITH(redact(&open, TEXT_LITERAL("Ana <a@b>"), &out), "Ana <a@b>");
}

static void linediff_make__an_edit__keeps_what_is_equal(void **state)
{
	struct linediff diff;

	(void)state;
	linediff_make(TEXT_LITERAL("a\nb\nc\n"), TEXT_LITERAL("a\nx\nc\n"), &diff);
	assert_int_equal(diff.count, 4);
	assert_true(diff.rows[0].is_same);
	assert_true(text_equal(diff.rows[1].before, TEXT_LITERAL("b")));
	assert_true(text_equal(diff.rows[2].after, TEXT_LITERAL("x")));
	assert_int_equal(diff.rows[3].after_line, 3);
	linediff_release(&diff);
}

static void linediff_make__no_lines__has_no_rows(void **state)
{
	struct linediff diff;

	(void)state;
	linediff_make(TEXT_LITERAL(""), TEXT_LITERAL(""), &diff);
	linediff_fold(&diff, 2, 2);
	assert_int_equal(diff.count, 0);
	linediff_release(&diff);
}

static void linediff_fold__long_runs__are_one_row(void **state)
{
	struct linediff diff;

	(void)state;
	linediff_make(TEXT_LITERAL("1\n2\n3\n4\n5\n"), TEXT_LITERAL("x\n"), &diff);
	linediff_fold(&diff, 1, 2);
	assert_int_equal(diff.count, 4);
	assert_int_equal(diff.rows[2].folded, 3);
	assert_string_equal(linediff_words(&diff.rows[2]), "more removed");
	linediff_release(&diff);
}

/* --- pictures ---------------------------------------------------------------------------------------------------- */

enum { WIDE = 2000 };

/* One base with many children that are all heads: nothing in it is straight. */
static void make_star(struct chain_node *nodes, uint32_t *links, char (*ids)[16], struct chain *out)
{
	static const uint32_t base = 0;
	uint32_t i;

	memset(nodes, 0, (WIDE + 1) * sizeof(*nodes));
	for (i = 0; i <= WIDE; i++) {
		snprintf(ids[i], sizeof(ids[i]), "r%u", i);
		nodes[i].revision = text_of(ids[i]);
		nodes[i].is_head = i > 0;
		if (i == 0)
			continue;
		links[i - 1] = i;
		nodes[i].parents = (struct chain_links){ &base, 1 };
	}
	nodes[0].is_base = true;
	nodes[0].children = (struct chain_links){ links, WIDE };
	*out = (struct chain){ .nodes = nodes, .count = WIDE + 1 };
}

static size_t count(const char *haystack, const char *needle)
{
	size_t n = 0;

	for (; (haystack = strstr(haystack, needle)); haystack += strlen(needle))
		n++;
	return n;
}

static void mermaid_add_chain__thousands_of_heads__stays_within_what_is_drawn(void **state)
{
	struct chain_node *nodes = xcalloc(WIDE + 1, sizeof(*nodes));
	uint32_t *links = xcalloc(WIDE, sizeof(*links));
	char(*ids)[16] = xcalloc(WIDE + 1, sizeof(*ids));
	static const struct casefile file;
	const struct picture_options options = { .file = &file, .title = "t" };
	struct strbuf out = STRBUF_INIT;
	struct chain chain;

	(void)state;
	make_star(nodes, links, ids, &chain);
	mermaid_add_chain(&chain, &options, &out);
	assert_true(out.len < MERMAID_MAX);
	assert_true(count(out.buf, "-->") < MERMAID_EDGES_MAX);
	assert_non_null(strstr(out.buf, "more revisions that are not drawn"));
	strbuf_release(&out);
	free(ids);
	free(links);
	free(nodes);
}

static void draw_hostile(
	void (*draw)(const struct chain *, const struct picture_options *, struct strbuf *), struct strbuf *out)
{
	static const struct casefile file;
	const struct picture_options options = { .file = &file, .title = "t", .number = 7 };
	const struct chain_node node = { .revision = TEXT_LITERAL("a\"]; b</svg>\x1b"
								  "end"),
		.state = CHAIN_MISSING };
	const struct chain chain = { .nodes = &node, .count = 1 };

	draw(&chain, &options, out);
}

static void mermaid_add_chain__a_hostile_id__is_in_entity_codes(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	draw_hostile(mermaid_add_chain, &out);
	assert_non_null(strstr(out.buf, "n0[\"a#34;#93;#59; b#60;/svg#62;#92;x1bend is MISSING\"]:::missing\n"));
	strbuf_release(&out);
}

static void svg_add_chain__a_hostile_id__is_text(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	draw_hostile(svg_add_chain, &out);
	assert_non_null(strstr(out.buf, "role=\"img\" aria-labelledby=\"rv-t7 rv-d7\""));
	assert_non_null(strstr(out.buf, "a&quot;]; b&lt;/svg&gt;\\x1bend MISSING</tspan>"));
	assert_int_equal(count(out.buf, "</svg>"), 1);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_add_text__markup_mentions_and_links__are_text),
		cmocka_unit_test(markdown_add_code__ticks_and_pipes__stay_inside),
		cmocka_unit_test(markdown_add_fence__a_fence_inside__is_longer_than_it),
		cmocka_unit_test(markup_add__what_html_reads__becomes_references),
		cmocka_unit_test(redact__names_and_addresses__are_taken_out_as_words),
		cmocka_unit_test(linediff_make__an_edit__keeps_what_is_equal),
		cmocka_unit_test(linediff_make__no_lines__has_no_rows),
		cmocka_unit_test(linediff_fold__long_runs__are_one_row),
		cmocka_unit_test(mermaid_add_chain__thousands_of_heads__stays_within_what_is_drawn),
		cmocka_unit_test(mermaid_add_chain__a_hostile_id__is_in_entity_codes),
		cmocka_unit_test(svg_add_chain__a_hostile_id__is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
