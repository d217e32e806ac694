/*
 * sql_tokens: SQL cut into tokens. Private to src/alembic; pure.
 */
#ifndef REVIDENT_SRC_ALEMBIC_SQL_TOKENS_H
#define REVIDENT_SRC_ALEMBIC_SQL_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/text.h"

enum sql_kind {
	SQL_WORD,    /* a keyword or a name without quotes */
	SQL_QUOTED,  /* "x", `x`, [x]; what stands between the quotes */
	SQL_UNKNOWN, /* a name that is not, or not wholly, literal */
	SQL_STRING,  /* 'x'; what stands between the quotes */
	SQL_DOLLAR,  /* $tag$ x $tag$; what stands between the tags */
	SQL_MARK,    /* any other character */
};

struct sql_token {
	uint32_t at, len; /* bytes of the text */
	uint32_t line;    /* from the text's first, 0 */
	uint8_t kind;
	char mark; /* of a SQL_MARK */
};

struct sql_tokens {
	const char *sql;
	struct sql_token *items;
	size_t count, cap;
	bool cut; /* there were more than SQL_TOKENS_MAX */
};

/* Cuts `len` bytes; sql_tokens_release() frees. Linear. */
void sql_tokens_read(struct sql_tokens *tokens, const char *sql, size_t len);
void sql_tokens_release(struct sql_tokens *tokens);

/* Is token `i` (which may be behind the last) the keyword, written in any case? */
bool sql_is(const struct sql_tokens *tokens, size_t i, const char *keyword);
bool sql_is_mark(const struct sql_tokens *tokens, size_t i, char mark);

#endif
