/*
 * audit: the formats that an audit can be shown in. Layer report; pure: the model in, bytes out.
 */
#ifndef REVIDENT_REPORT_AUDIT_H
#define REVIDENT_REPORT_AUDIT_H

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/audit.h"
#include "revident/report/render.h"

struct audit_format {
	const char *name;
	/* Appends the document, its last byte a newline. 0, or -1 with ERR_UNDECIDED where memory ended. */
	int (*render)(
		const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const audit_format_names[];

/* The format of that exact name, or NULL. */
const struct audit_format *audit_format_find(const char *name);

/* The rules about one tree, a paragraph each: what `audit --list-rules` prints. */
void audit_render_rules(struct strbuf *out);

#endif
