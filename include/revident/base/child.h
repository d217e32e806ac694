/*
 * child: running another program and reading all it says. Layer base.
 */
#ifndef REVIDENT_BASE_CHILD_H
#define REVIDENT_BASE_CHILD_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"

/* A variable of the child's environment. */
struct child_variable {
	const char *name;
	const char *value; /* NULL: it is not set there */
};

struct child {
	const char *const *argv;                /* NULL-ended; a name without a slash is looked for in PATH */
	const char *directory;                  /* where it runs; NULL: here */
	const struct child_variable *variables; /* the rest of the environment is ours */
	size_t variable_count;
	const struct strbuf *input; /* its standard input; NULL: empty */
	size_t max;                 /* of standard output, in bytes; more is a failure */
	unsigned
		idle_max; /* seconds without a word and without work after which it is given up; 0: no end of patience */
};

/*
 * Runs it to its end. Standard output is appended to `out`, the first 16 KiB of standard error to `said`. 0 with the exit
 * status (128 and the signal's number where one ended it) in `*status`; -1 with ERR_UNDECIDED if it cannot be run,
 * says more than `max`, is not done when a signal that waits asks the program to end (signals.h), or waits (for the other
 * end of a named pipe, say) for `idle_max` seconds. Work is its own processor time, not that of programs which it runs;
 * where the system does not tell that, there is no such end.
 */
int child_run(const struct child *child, struct strbuf *out, struct strbuf *said, int *status, struct err *err);

#endif
