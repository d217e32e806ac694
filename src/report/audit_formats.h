/*
 * audit_formats: one renderer a format. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_AUDIT_FORMATS_H
#define REVIDENT_SRC_REPORT_AUDIT_FORMATS_H

#include "revident/report/audit.h"

#define AUDIT_DOCUMENT "revident.audit.v1"

int audit_render_json(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);
int audit_render_ndjson(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);
int audit_render_text(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);

int audit_render_mermaid(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);
int audit_render_svg(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err);

#endif
