/*
 * explain: the formats that an explanation can be shown in. Layer report; pure.
 */
#ifndef REVIDENT_REPORT_EXPLAIN_H
#define REVIDENT_REPORT_EXPLAIN_H

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/explain.h"
#include "revident/report/render.h"

struct explain_format {
	const char *name;
	/* Appends the document, its last byte a newline. 0, or -1 with ERR_UNDECIDED where memory ended. */
	int (*render)(const struct explanation *explanation, const struct render_options *options, struct strbuf *out,
		struct err *err);
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const explain_format_names[];

/* The format of that exact name, or NULL. */
const struct explain_format *explain_format_find(const char *name);

#endif
