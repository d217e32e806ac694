/*
 * recover_formats: one renderer a format. Layer report, inside it only.
 */
#ifndef REVIDENT_REPORT_RECOVER_FORMATS_H
#define REVIDENT_REPORT_RECOVER_FORMATS_H

#include "revident/report/recover.h"

#define RECOVER_DOCUMENT "revident.recover.v1"

int recover_render_json(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err);
int recover_render_text(
	const struct recover *plan, const struct render_options *options, struct strbuf *out, struct err *err);

#endif
