#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "revident/base/signals.h"

/* A handler, so that what waits does not end the tests when it is let through. */
static void come(int number)
{
	(void)number;
}

static bool asks(int number, void (*disposition)(int))
{
	void (*old)(int) = signal(number, disposition);
	sigset_t before;
	bool found;

	signals_hold(&before);
	raise(number);
	found = signals_ask_to_end();
	signals_let_through(&before);
	signal(number, old);
	return found;
}

static void signals_ask_to_end__each_that_would_end_the_program__is_seen(void **state)
{
	(void)state;
	assert_true(asks(SIGHUP, come));
	assert_true(asks(SIGINT, come));
	assert_true(asks(SIGQUIT, come));
	assert_true(asks(SIGTERM, come));
}

static void signals_ask_to_end__of_no_concern__is_not(void **state)
{
	(void)state;
	assert_false(asks(SIGUSR1, come));
	assert_false(signals_ask_to_end());
}

static void signals_ask_to_end__ignored__is_not(void **state)
{
	(void)state;
	assert_false(asks(SIGHUP, SIG_IGN));
	assert_false(asks(SIGINT, SIG_IGN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_ask_to_end__each_that_would_end_the_program__is_seen),
		cmocka_unit_test(signals_ask_to_end__of_no_concern__is_not),
		cmocka_unit_test(signals_ask_to_end__ignored__is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
