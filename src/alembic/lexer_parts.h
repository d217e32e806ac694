/*
 * lexer_parts: the state of the lexer, and what its two parts share. Private to src/alembic.
 *
 * lexer.c reads tokens and judges them. lexer_lines.c, below it, has what lines are made of (ends, indentation,
 * conflict markers), and keeps the gravest problem of the source.
 */
#ifndef REVIDENT_SRC_ALEMBIC_LEXER_PARTS_H
#define REVIDENT_SRC_ALEMBIC_LEXER_PARTS_H

#include "revident/alembic/tokens.h"
#include "revident/base/xalloc.h"

/* CPython compares indentation twice: with tabs to the next multiple of eight, and with each as a single column. */
struct indent {
	unsigned columns, characters;
};

/* The statements whose Python 2 form shows by a comma outside brackets. */
enum opening { OPENING_OTHER, OPENING_EXCEPT, OPENING_RAISE };

struct lexer {
	struct tokenizer *tokenizer;
	const char *bytes;
	size_t len, at;
	unsigned line;
	bool has_cr;         /* lines may end in CR: count those too */
	bool line_start;     /* at the first byte of a physical line, outside strings */
	bool plain_fstrings; /* one did not end as PEP 701 says: read them as plain strings from here on */

	struct token_list *list;
	uint32_t brackets[TOKEN_DEPTH_MAX]; /* indices of those that are open */
	unsigned depth;
	struct indent indents[TOKEN_LEVEL_MAX + 1];
	unsigned level;
	bool block_opens;   /* the last logical line ended with a colon */
	bool after_operand; /* the last token may end one: a name, a literal, a closing bracket */

	size_t statement; /* index of the current simple statement's first token */
	enum opening opening;
};

/* The source does not read as Python 3 here. The gravest problem is kept, of several the first. */
void lexer_report(struct lexer *lx, enum unreadable problem, unsigned line);

/* Reads what a physical line begins with; a blank one leaves the levels alone. */
void lexer_begin_line(struct lexer *lx);

/* Ends the logical line, if it has a token. */
void lexer_end_line(struct lexer *lx);

/* Adds a token of `len` bytes at lx->at, which stays there. Good until the next is added. */
static inline struct token *lexer_add(struct lexer *lx, enum token_kind kind, uint8_t op, size_t len)
{
	struct token_list *list = lx->list;
	size_t at = list->count;

	VEC_GROW(list->items, at, list->cap);
	list->items[at] = (struct token){
		.at = (uint32_t)lx->at,
		.len = (uint32_t)len,
		.line = lx->line,
		.pair = (uint32_t)at,
		.kind = (uint8_t)kind,
		.op = op,
		.level = (uint8_t)lx->level,
		.depth = (uint8_t)lx->depth,
	};
	list->count = at + 1;
	lx->after_operand = kind == TOKEN_OP ? op == ')' || op == ']' || op == '}' : kind != TOKEN_NEWLINE;
	return &list->items[at];
}

/* The last token, or NULL. */
static inline struct token *lexer_last(const struct lexer *lx)
{
	return lx->list->count ? &lx->list->items[lx->list->count - 1] : NULL;
}

/* A simple statement begins with the next token. */
static inline void lexer_begin_statement(struct lexer *lx)
{
	lx->statement = lx->list->count;
	lx->opening = OPENING_OTHER;
}

/* Passes the end of a physical line, which stands at lx->at. */
static inline void lexer_pass_newline(struct lexer *lx)
{
	lx->at += lx->bytes[lx->at] == '\r' && lx->at + 1 < lx->len && lx->bytes[lx->at + 1] == '\n' ? 2 : 1;
	lx->line++;
}

#endif
