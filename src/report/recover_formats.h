/*
 * recover_formats: one renderer a format. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_RECOVER_FORMATS_H
#define REVIDENT_SRC_REPORT_RECOVER_FORMATS_H

#include "revident/report/recover.h"

#define RECOVER_DOCUMENT "revident.recover.v1"

int recover_render_json(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err);
int recover_render_text(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err);

#endif
