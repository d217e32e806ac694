/*
 * check: the formats that a check can be shown in. Layer report; pure: the model in, bytes out.
 */
#ifndef REVIDENT_REPORT_CHECK_H
#define REVIDENT_REPORT_CHECK_H

#include <stdbool.h>

#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/model/check.h"
#include "revident/report/render.h"

struct check_format {
	const char *name;
	/* Appends the document; text and github say nothing where there is nothing to say. 0, or -1 (memory ended). */
	int (*render)(
		const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err);
	bool has_no_room; /* for what cannot be judged: that has to be said elsewhere */
};

/* The names of all formats, NULL-ended, the default first. */
extern const char *const check_format_names[];

/* The format of that exact name, or NULL. */
const struct check_format *check_format_find(const char *name);

#endif
