#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/base/err.h"

static void err_set__kind_and_message__returns_minus_one(void **state)
{
	struct err err = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(err_set(&err, ERR_USAGE, "no \"%s\"", "x"), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.msg, "no \"x\"");
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
	assert_string_equal(err.msg, "");
}

static void err_set_errno__number__adds_its_text(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set_errno(&err, ERR_UNDECIDED, ENOENT, "cannot open \"%s\"", "x"), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot open \"x\": No such file or directory");
}

static void err_prefix__message__stands_in_front(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, ERR_UNDECIDED, "it is damaged");
	assert_int_equal(err_prefix(&err, "commit %d: ", 7), -1);
	assert_string_equal(err.msg, "commit 7: it is damaged");
	assert_int_equal(err.kind, ERR_UNDECIDED);
}

/* `é` is two bytes; whatever the cut hits, no half of one stays. */
static void err_set__too_long__is_cut_between_characters(void **state)
{
	char text[ERR_MSG_MAX + 101];
	struct err err;
	size_t shift, i, len;

	(void)state;
	for (shift = 0; shift < 2; shift++) {
		memset(text, 'x', shift);
		for (i = shift; i + 2 < sizeof(text); i += 2)
			memcpy(text + i, "\xc3\xa9", 2);
		text[i] = '\0';
		err_set(&err, ERR_USAGE, "%s", text);
		len = strlen(err.msg);
		assert_true(len >= ERR_MSG_MAX - 4 && len < ERR_MSG_MAX);
		assert_int_equal((unsigned char)err.msg[len - 1], 0xa9);
		assert_int_equal((len - shift) % 2, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_set__kind_and_message__returns_minus_one),
		cmocka_unit_test(err_set_errno__number__adds_its_text),
		cmocka_unit_test(err_prefix__message__stands_in_front),
		cmocka_unit_test(err_set__too_long__is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
