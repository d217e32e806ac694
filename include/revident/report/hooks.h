/*
 * hooks: the formats that a report on hooks can be shown in. Layer report; pure: the model in, bytes out.
 */
#ifndef REVIDENT_REPORT_HOOKS_H
#define REVIDENT_REPORT_HOOKS_H

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/hooks.h"
#include "revident/report/render.h"

struct hooks_format {
	const char *name;
	/* Appends the document. 0, or -1 (memory ended). */
	int (*render)(const struct hook_report *report, const struct render_options *options, struct strbuf *out,
		struct err *err);
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const hooks_format_names[];

/* The format of that exact name, or NULL. */
const struct hooks_format *hooks_format_find(const char *name);

#endif
