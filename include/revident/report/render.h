/*
 * render: what every renderer may be told. Layer report.
 */
#ifndef REVIDENT_REPORT_RENDER_H
#define REVIDENT_REPORT_RENDER_H

#include <stdbool.h>

struct render_options {
	bool color;       /* text only; off, not one escape byte is written */
	bool can_recover; /* text only: may the next command be `revident recover`? */
	bool list_events; /* text of a scan only: every event that it holds, a line each */
};

/* Before the first rendering: where memory ends while a document is made, the program does, too (see xalloc.h). */
void render_start(void);

#endif
