/*
 * picture: a chain or a timeline, drawn. Private to src/report; pure.
 *
 * SVG with title and description for screen readers, colours for light, dark and print, and no script; Mermaid below
 * the 50,000 characters and 500 edges that GitHub draws.
 */
#ifndef REVIDENT_SRC_REPORT_PICTURE_H
#define REVIDENT_SRC_REPORT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/model/casefile.h"
#include "revident/model/chain.h"

enum { MERMAID_MAX = 50000, MERMAID_EDGES_MAX = 500 };

struct picture_options {
	const struct casefile *file; /* for what is to be redacted; of no secrets: nothing is */
	const char *title;
	size_t number;           /* of the picture in its document: ids are unique */
	const struct text *keep; /* revisions that are never folded */
	size_t keep_count;
};

void svg_add_chain(const struct chain *chain, const struct picture_options *options, struct strbuf *out);
void svg_add_timeline(const struct lost_case *c, const struct picture_options *options, struct strbuf *out);

/* A flowchart, without a fence. */
void mermaid_add_chain(const struct chain *chain, const struct picture_options *options, struct strbuf *out);
void mermaid_add_timeline(const struct lost_case *c, const struct picture_options *options, struct strbuf *out);

#endif
