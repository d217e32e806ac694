#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/git/tree_layout.h"
#include "revident/base/strbuf.h"

/* A tree of "mode name" and the letter that its id is made of, one entry for each line. */
static struct object tree_of(struct strbuf *bytes, const char *lines)
{
	strbuf_clear(bytes);
	while (*lines) {
		const char *colon = strchr(lines, ':');

		strbuf_add(bytes, lines, (size_t)(colon - lines));
		strbuf_addch(bytes, '\0');
		for (int i = 0; i < OID_BYTES; i++)
			strbuf_addch(bytes, colon[1]);
		lines = colon + 3;
	}
	return (struct object){ .type = OBJECT_TREE, .bytes = (const unsigned char *)bytes->buf, .len = bytes->len };
}

/* Does the second tree fit the layout of the first? */
static bool fits(const char *first, const char *second)
{
	struct tree_layout layout = { .count = 0 };
	struct strbuf one = STRBUF_INIT, other = STRBUF_INIT;
	struct object a = tree_of(&one, first), b = tree_of(&other, second);
	bool answer;

	tree_layout_take(&layout, &a, false);
	answer = tree_layout_fits(&layout, &b);
	tree_layout_release(&layout);
	strbuf_release(&one);
	strbuf_release(&other);
	return answer;
}

static void tree_layout_fits__same_names_and_modes__whatever_the_ids(void **state)
{
	static const struct {
		const char *first, *second;
		bool fits;
	} rows[] = {
		{ "100644 a:1\n40000 lib:2\n", "100644 a:1\n40000 lib:2\n", true },
		{ "100644 a:1\n40000 lib:2\n", "100644 a:1\n40000 lib:3\n", true },
		{ "100644 a:1\n40000 lib:2\n", "100644 a:4\n40000 lib:3\n", true },
		{ "", "", true },
		{ "100644 a:1\n40000 lib:2\n", "100644 a:1\n40000 lab:2\n", false }, /* another name */
		{ "100644 a:1\n40000 lib:2\n", "100755 a:1\n40000 lib:2\n", false }, /* another mode */
		{ "100644 a:1\n40000 lib:2\n", "100644 a:1\n", false },              /* one less */
		{ "100644 a:1\n", "100644 a:1\n40000 lib:2\n", false },              /* one more */
		{ "100644 ab:1\n100644 c:1\n", "100644 a:1\n100644 bc:1\n", false }, /* as long, cut elsewhere */
		{ "100644 a:1\n", "100644 a\n:1\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fits(rows[i].first, rows[i].second) != rows[i].fits)
			fail_msg("row %zu", i);
}

/* A name that holds what an entry looks like stands where the entry stood: the bytes before it differ. */
static void tree_layout_fits__entry_inside_a_name__does_not(void **state)
{
	(void)state;
	assert_false(fits("100644 a:x\n40000 lib:1\n", "100644 axxxxxxxxxxxxxxxxxxxxx40000 lib:1\n"));
}

static void tree_layout_take__damaged_or_large__leaves_none(void **state)
{
	struct tree_layout layout = { .count = 0 };
	struct strbuf bytes = STRBUF_INIT, lines = STRBUF_INIT;
	struct object tree = tree_of(&bytes, "100644 a:1\n40000 lib:2\n"), cut = tree, large;

	(void)state;
	tree_layout_take(&layout, &tree, false);
	assert_non_null(layout.tree.bytes);
	cut.len--;
	tree_layout_take(&layout, &cut, false);
	assert_null(layout.tree.bytes);
	assert_false(tree_layout_fits(&layout, &tree));
	for (int i = 0; i < 3000; i++)
		strbuf_addf(&lines, "100644 file%06d:1\n", i);
	large = tree_of(&bytes, lines.buf);
	tree_layout_take(&layout, &large, false);
	assert_null(layout.tree.bytes);
	tree_layout_release(&layout);
	strbuf_release(&lines);
	strbuf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_layout_fits__same_names_and_modes__whatever_the_ids),
		cmocka_unit_test(tree_layout_fits__entry_inside_a_name__does_not),
		cmocka_unit_test(tree_layout_take__damaged_or_large__leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
