/*
 * signals: holding signals back while something must not be left half done. Layer base.
 *
 * There are no handlers: a signal that would end the program does so when it is let through.
 */
#ifndef REVIDENT_BASE_SIGNALS_H
#define REVIDENT_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Holds back all signals but those that stop and continue the program; `*before` takes the mask that was set. */
void signals_hold(sigset_t *before);

/* Sets the mask again. What was held back is delivered now, and may end the program. */
void signals_let_through(const sigset_t *before);

/*
 * Is a signal held back by which somebody (Ctrl-C, a hang-up, kill) wants the program to end? Ignored ones, as a
 * hang-up under nohup(1), do not count, although they are held back, too (sigaction(2)).
 */
bool signals_ask_to_end(void);

#endif
