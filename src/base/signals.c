#include "revident/base/signals.h"

#include <stddef.h>

void signals_hold(sigset_t *before)
{
	static const int stopping[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT };
	sigset_t held;
	size_t i;

	sigfillset(&held);
	for (i = 0; i < sizeof(stopping) / sizeof(*stopping); i++)
		sigdelset(&held, stopping[i]);
	sigprocmask(SIG_BLOCK, &held, before);
}

void signals_let_through(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

bool signals_ask_to_end(void)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction action;
	sigset_t waiting;
	size_t i;

	if (sigpending(&waiting) < 0)
		return false;
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigismember(&waiting, ending[i]) == 1 && sigaction(ending[i], NULL, &action) == 0 &&
			action.sa_handler != SIG_IGN)
			return true;
	return false;
}
