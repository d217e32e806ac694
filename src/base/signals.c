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
	sigset_t waiting;

	if (sigpending(&waiting) < 0)
		return false;
	return sigismember(&waiting, SIGHUP) == 1 || sigismember(&waiting, SIGINT) == 1 ||
	       sigismember(&waiting, SIGQUIT) == 1 || sigismember(&waiting, SIGTERM) == 1;
}
