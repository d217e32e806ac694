/*
 * markdown: text as GitHub's and GitLab's Markdown (CommonMark with tables) shows it, byte for byte. Private to
 * src/report; pure. All texts are printable already.
 */
#ifndef REVIDENT_SRC_REPORT_MARKDOWN_H
#define REVIDENT_SRC_REPORT_MARKDOWN_H

#include <stdbool.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/* Appends running text: nothing in it is markup, HTML, a link or a mention. */
void markdown_add_text(struct strbuf *out, struct text text);

/* Appends a code span; in a table `|` is escaped, which code spans elsewhere do not need. */
void markdown_add_code(struct strbuf *out, struct text text, bool in_table);

/* Appends a fenced block of lines, with a fence that none of them closes. */
void markdown_add_fence(struct strbuf *out, const char *language, struct text lines);

#endif
