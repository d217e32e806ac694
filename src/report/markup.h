/*
 * markup: text in HTML, SVG and XML. Private to src/report; pure.
 */
#ifndef REVIDENT_SRC_REPORT_MARKUP_H
#define REVIDENT_SRC_REPORT_MARKUP_H

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/* Appends printable text for element content and quoted attributes alike: & < > " ' become references. */
void markup_add(struct strbuf *out, struct text text);

#endif
