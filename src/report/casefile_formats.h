/*
 * casefile_formats: what the table of formats of a report has rows for. Private to src/report.
 */
#ifndef REVIDENT_SRC_REPORT_CASEFILE_FORMATS_H
#define REVIDENT_SRC_REPORT_CASEFILE_FORMATS_H

#include "page.h"
#include "revident/report/casefile.h"

/* For people: the same sections, in the format's own bytes. */
extern const struct page_format page_html, page_markdown;

/* For programs. */
int casefile_render_json(const struct casefile *file, struct strbuf *out, struct err *err);

#endif
