/*
 * scan: the formats that a scan can be shown in. Layer report; pure: the model in, bytes out, nothing else looked at.
 */
#ifndef REVIDENT_REPORT_SCAN_H
#define REVIDENT_REPORT_SCAN_H

#include <stddef.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/scan.h"
#include "revident/report/render.h"

struct scan_format {
	const char *name;
	/* Appends the document, its last byte a newline. 0, or -1 with ERR_UNDECIDED where memory ended. */
	int (*render)(
		const struct scan *scan, const struct render_options *options, struct strbuf *out, struct err *err);
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const scan_format_names[];

/* The format of that exact name, or NULL. */
const struct scan_format *scan_format_find(const char *name);

#endif
