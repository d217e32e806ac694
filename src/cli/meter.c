#include "revident/cli/meter.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "revident/base/outfile.h"

void meter_init(struct meter *meter, int fd)
{
	*meter = (struct meter){ .fd = fd, .started = -1, .phase = -1, .drawn = -1 };
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void meter_render(struct strbuf *out, const char *what, size_t done, size_t total, int64_t milliseconds)
{
	strbuf_addf(out, "%s: %zu", what, done);
	if (total)
		strbuf_addf(out, " of %zu (%zu %%)", total, done >= total ? 100 : done * 100 / total);
	if (milliseconds > 0)
		strbuf_addf(out, ", %.0f/s", (double)done * 1000.0 / (double)milliseconds);
}

/* Overwrites the line with blanks: that works on every terminal, TERM=dumb included. */
static void add_blanks(struct strbuf *line, const struct meter *meter)
{
	strbuf_addch(line, '\r');
	strbuf_addchn(line, ' ', meter->width);
	strbuf_addch(line, '\r');
}

static void draw(struct meter *meter, size_t done, size_t total, int64_t now)
{
	struct strbuf line = STRBUF_INIT;
	size_t start;

	add_blanks(&line, meter);
	start = line.len;
	meter_render(&line, meter->what, done, total, now - meter->phase);
	meter->width = line.len - start;
	meter->drawn = now;
	if (fd_write_all(meter->fd, line.buf, line.len) < 0)
		meter->fd = -1; /* a terminal that went away is no reason to stop */
	strbuf_release(&line);
}

int meter_update(void *data, const char *what, size_t done, size_t total)
{
	struct meter *meter = data;
	int64_t now;

	if (meter->fd < 0)
		return 0;
	now = now_ms();
	if (meter->started < 0)
		meter->started = now;
	if (strncmp(meter->what, what, sizeof(meter->what) - 1) != 0) {
		strncpy(meter->what, what, sizeof(meter->what) - 1);
		meter->phase = now;
	}
	if (now - meter->started >= METER_DELAY_MS && (meter->drawn < 0 || now - meter->drawn >= METER_EVERY_MS))
		draw(meter, done, total, now);
	return 0;
}

void meter_clear(struct meter *meter)
{
	struct strbuf line = STRBUF_INIT;

	if (meter->fd < 0 || !meter->width)
		return;
	add_blanks(&line, meter);
	if (fd_write_all(meter->fd, line.buf, line.len) < 0)
		meter->fd = -1;
	meter->width = 0;
	meter->drawn = -1;
	strbuf_release(&line);
}
