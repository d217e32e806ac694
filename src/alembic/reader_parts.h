/*
 * reader_parts: what a reader is made of. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_READER_PARTS_H
#define REVIDENT_SRC_ALEMBIC_READER_PARTS_H

#include "revident/alembic/tokens.h"
#include "revident/base/strbuf.h"

/* Its buffers serve one call after another; those that a large file has swollen are let go. */
struct reader {
	struct tokenizer *tokenizer;
	struct token_list tokens;
	struct strbuf source; /* a file converted to UTF-8 */
	struct strbuf value;  /* one literal */
	uint64_t line_key;    /* that lines are hashed with */
};

/* Lets go of buffers that have grown beyond what files usually need. */
void reader_trim(struct reader *reader);

#endif
