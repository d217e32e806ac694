#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/strbuf.h"
#include "revident/hook/protocol.h"

#define ID_A "1111111111111111111111111111111111111111"
#define ID_B "2222222222222222222222222222222222222222"
#define ZERO "0000000000000000000000000000000000000000"

typedef int parse_fn(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err);

/* "REF BEFORE>AFTER" with the first digit of each id; the message where it is refused. */
static void expect(parse_fn *parse, const char *input, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct hook_update *updates;
	struct err err = { .kind = ERR_NONE };
	struct arena arena;
	size_t count, i;

	arena_init(&arena);
	if (parse(&arena, input, strlen(input), &updates, &count, &err) < 0) {
		assert_int_equal(err.kind, ERR_USAGE);
		strbuf_addstr(&out, "refused\n");
	} else {
		for (i = 0; i < count; i++)
			strbuf_addf(&out, "%.*s %d>%d\n", (int)updates[i].ref.len, updates[i].ref.ptr,
				updates[i].before.bytes[0] >> 4, updates[i].after.bytes[0] >> 4);
	}
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	arena_release(&arena);
}

static void hook_parse_push__lines_of_git__are_read_from_the_right(void **state)
{
	(void)state;
	expect(hook_parse_push, "", "");
	expect(hook_parse_push, "refs/heads/a " ID_A " refs/heads/b " ID_B "\n", "refs/heads/b 2>1\n");
	expect(hook_parse_push, "(delete) " ZERO " refs/heads/b " ID_B "\n", "refs/heads/b 2>0\n");
	expect(hook_parse_push, "HEAD^{/fix a b} " ID_A " refs/heads/b " ZERO, "refs/heads/b 0>1\n");
	expect(hook_parse_push, "a " ID_A " refs/heads/b " ZERO "\nc " ID_B " refs/tags/c " ZERO "\n",
		"refs/heads/b 0>1\nrefs/tags/c 0>2\n");
}

static void hook_parse_push__other_lines__are_refused(void **state)
{
	(void)state;
	expect(hook_parse_push, "nonsense\n", "refused\n");
	expect(hook_parse_push, ID_A " refs/heads/b " ID_B "\n", "refused\n");
	expect(hook_parse_push, "a 123 refs/heads/b " ID_B "\n", "refused\n");
	expect(hook_parse_push, "a " ID_A " refs/heads/b " ID_B "x\n", "refused\n");
}

static void hook_parse_receive__lines_of_git__are_read(void **state)
{
	(void)state;
	expect(hook_parse_receive, ID_A " " ID_B " refs/heads/b\n", "refs/heads/b 1>2\n");
	expect(hook_parse_receive, ID_A " " ZERO " refs/heads/b\n", "refs/heads/b 1>0\n");
	expect(hook_parse_receive, ID_A " " ID_B " \n", "refused\n");
	expect(hook_parse_receive, ID_A " refs/heads/b " ID_B "\n", "refused\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hook_parse_push__lines_of_git__are_read_from_the_right),
		cmocka_unit_test(hook_parse_push__other_lines__are_refused),
		cmocka_unit_test(hook_parse_receive__lines_of_git__are_read),
	};

	return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
