/*
 * meter: one line on a terminal that says how far the work is. Layer cli.
 *
 * It appears once the work has lasted METER_DELAY_MS, is redrawn every METER_EVERY_MS, and is wiped by meter_clear().
 */
#ifndef REVIDENT_CLI_METER_H
#define REVIDENT_CLI_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/strbuf.h"

enum { METER_DELAY_MS = 500, METER_EVERY_MS = 100 };

struct meter {
	int fd;          /* the terminal; -1 draws nothing */
	int64_t started; /* when the program began, in milliseconds of a monotonic clock; -1 before the first call */
	int64_t phase, drawn; /* when this phase began, and the last drawing; -1 for never */
	char what[32];        /* the phase */
	size_t width;         /* of what stands on the line now */
};

void meter_init(struct meter *meter, int fd);

/* A progress_fn; `data` is the meter. Returns 0: it never stops the work. */
int meter_update(void *data, const char *what, size_t done, size_t total);

/* Wipes the line; it may appear again. */
void meter_clear(struct meter *meter);

/* The line itself: "reading commits: 1200 of 45000 (2 %), 41000/s"; a total of 0 is unknown. Pure. */
void meter_render(struct strbuf *out, const char *what, size_t done, size_t total, int64_t milliseconds);

#endif
