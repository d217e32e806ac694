/*
 * casefile_formats: the renderers behind the table of formats of a report. Private to this folder.
 */
#ifndef REVIDENT_REPORT_CASEFILE_FORMATS_H
#define REVIDENT_REPORT_CASEFILE_FORMATS_H

#include "revident/report/casefile.h"

int casefile_render_html(const struct casefile *file, struct strbuf *out, struct err *err);
int casefile_render_json(const struct casefile *file, struct strbuf *out, struct err *err);
int casefile_render_markdown(const struct casefile *file, struct strbuf *out, struct err *err);

#endif
