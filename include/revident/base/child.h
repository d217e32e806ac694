/*
 * child: running another program and reading all it says. Layer base.
 */
#ifndef REVIDENT_BASE_CHILD_H
#define REVIDENT_BASE_CHILD_H

#include <stdbool.h>
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
	unsigned idle_max;          /* seconds without output and CPU time after which it is given up; 0: no limit */
	bool undisturbed;           /* short, and must not be left half done: see child_run() */
};

/*
 * Runs it to its end. Standard output is appended to `out`, the first 16 KiB of standard error to `said`. 0 with the
 * exit status in `*status` (128 plus the number of the signal where one ended it); -1 with ERR_UNDECIDED if it cannot
 * be run, writes more than `max`, is still running when a signal that was held back asks the program to end
 * (signals.h), or is idle (blocked on a named pipe, say) for `idle_max` seconds. Only its own CPU time counts as work,
 * not that of programs that it runs; where the system does not report it, there is no such limit.
 *
 * A child ends with the program, even where that is killed. An `undisturbed` one does not: signals are held back in it
 * (Ctrl-C and a closed terminal reach both) and, until it is done, in the program; where that is killed, it alone ends
 * what it began.
 */
int child_run(const struct child *child, struct strbuf *out, struct strbuf *said, int *status, struct err *err);

/*
 * Fills `err` (ERR_UNDECIDED) with the sentence and, behind ": ", what the program `said`, its lines on one. Returns
 * -1.
 */
int child_complain(const struct strbuf *said, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
