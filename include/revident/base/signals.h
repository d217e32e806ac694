/*
 * signals: signals that wait, so that what must not be left half done is not. Layer base.
 *
 * There are no handlers: a signal that would end the program does so when it is let through.
 */
#ifndef REVIDENT_BASE_SIGNALS_H
#define REVIDENT_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* All signals wait but those that stop and continue the program; `*before` takes what held until now. */
void signals_hold(sigset_t *before);

/* As it was before. What waited comes now, and may end the program. */
void signals_let_through(const sigset_t *before);

/*
 * Does one wait by which somebody (Ctrl-C, a hang-up, kill) wants the program to end? One that is ignored, as a hang-up is
 * under nohup(1), waits too where signals are held (sigaction(2)), but ends nothing.
 */
bool signals_ask_to_end(void);

#endif
