/*
 * check_formats: one renderer a format. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_CHECK_FORMATS_H
#define REVIDENT_SRC_REPORT_CHECK_FORMATS_H

#include "revident/report/check.h"

#define CHECK_DOCUMENT "revident.check.v1"

int check_render_json(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err);
int check_render_text(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err);

#endif
