/*
 * explain_formats: what the table of explain's formats names. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_EXPLAIN_FORMATS_H
#define REVIDENT_SRC_REPORT_EXPLAIN_FORMATS_H

#include "revident/report/explain.h"

int explain_render_text(const struct explanation *explanation, const struct render_options *options, struct strbuf *out,
	struct err *err);

int explain_render_json(const struct explanation *explanation, const struct render_options *options, struct strbuf *out,
	struct err *err);

#endif
