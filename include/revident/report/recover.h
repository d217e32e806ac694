/*
 * recover: the formats that a plan of repair can be shown in. Layer report; pure.
 */
#ifndef REVIDENT_REPORT_RECOVER_H
#define REVIDENT_REPORT_RECOVER_H

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/recover.h"
#include "revident/report/render.h"

struct recover_format {
	const char *name;
	/* Appends the document, its last byte a newline. 0, or -1 with ERR_UNDECIDED where memory ended. */
	int (*render)(
		const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err);
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const recover_format_names[];

/* The format of that exact name, or NULL. */
const struct recover_format *recover_format_find(const char *name);

#endif
