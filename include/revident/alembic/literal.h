/*
 * literal: the values of Python's string literals, and of expressions made of nothing else. Layer alembic.
 *
 * Sources are UTF-8 (see source.h); so are the values. Nothing is allocated but in the caller's buffers.
 */
#ifndef REVIDENT_ALEMBIC_LITERAL_H
#define REVIDENT_ALEMBIC_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/alembic/tokens.h"
#include "revident/base/strbuf.h"

enum decoded {
	DECODED,
	DECODED_OPAQUE, /* a value that is not decoded here: \N{...}, which needs Unicode's names; a surrogate; a NUL */
	DECODED_INVALID, /* not Python: a \x or \u that is cut short */
};

/* A string literal being read, one piece of its value after another. */
struct literal {
	const char *at, *end; /* what is left of its body */
	bool raw;
	unsigned line; /* where `at` stands */
};

/* Opens a TOKEN_STRING or TOKEN_BYTES of `source`; a byte string's escapes are read as those of a str. */
struct literal literal_open(const char *source, const struct token *token);

/*
 * Appends the next piece of the value: a run of plain bytes, one line end (always `\n`), or what one escape stands for.
 * False at the end of the literal. *state is left alone unless the piece is opaque or invalid, which append nothing.
 */
bool literal_next(struct literal *literal, struct strbuf *out, enum decoded *state);

/* Appends the whole value of one string token. */
enum decoded literal_value(const char *source, const struct token *token, struct strbuf *out);

/* A run of tokens, [from, to). */
struct span {
	size_t from, to;
};

/* Behind item `i`, or behind the closing bracket if it opens a pair. */
size_t token_skip(const struct token *tokens, size_t i);

/*
 * Takes parentheses off that hold one whole expression and nothing else. A tuple, bare or in parentheses, is left as
 * it stands.
 */
struct span span_unwrap(const struct token *tokens, struct span span);

/* Is there a comma outside brackets? */
bool span_has_comma(const struct token *tokens, struct span span);

/* A tuple, list or set as it is written. */
enum display { DISPLAY_NONE, DISPLAY_TUPLE, DISPLAY_LIST, DISPLAY_SET };

/* Is the unwrapped `span` a display? *inside is what stands between its brackets, or all of a bare tuple. */
enum display span_display(const struct token *tokens, struct span span, struct span *inside);

/*
 * Takes the next element off the front of what stands inside a display. False when nothing is left; an element between
 * two commas may be empty.
 */
bool span_next(const struct token *tokens, struct span *inside, struct span *element);

/* Is it string tokens and nothing else, one at least? */
bool span_is_string(const struct token *tokens, struct span span);

#endif
