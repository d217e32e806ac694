/*
 * chain_text: a chain drawn with box characters, base to head, one line a revision. Layer report; pure.
 *
 *	● 0c4d1f6a2b3e users
 *	├─● 1d5e2a7b3c4f orders
 *	│ ╳ 2e6f3b8c4d5a MISSING, named by 3f7a4c9d5e6b
 *	●─╯ 3f7a4c9d5e6b (head) merge
 *
 * ● stands for a revision, ╳ for one that is missing, ◇ for one that another package provides, ◌ for a file that
 * Alembic forgets because a later one has its id, ┆ for a straight run that was folded.
 */
#ifndef REVIDENT_REPORT_CHAIN_TEXT_H
#define REVIDENT_REPORT_CHAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"
#include "revident/model/chain.h"

enum {
	CHAIN_UNFOLDED_MAX = 40, /* nodes of a chain of which all are shown */
	CHAIN_LANES_MAX = 24,    /* branches side by side; where there are more, lines say whose child they are */
};

struct chain_text_options {
	size_t indent; /* columns in front of each line */
	bool color;
	const struct text *keep; /* revisions that are never folded, beside holes, heads, branch points and merges */
	size_t keep_count;
};

/*
 * Appends the picture: lines of at most 80 columns, of which messages are cut to fit, ids and labels never; nothing for
 * an empty chain. Bytes of the repository are made printable.
 */
void chain_render_text(const struct chain *chain, const struct chain_text_options *options, struct strbuf *out);

#endif
