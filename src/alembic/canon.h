/*
 * canon: a source as a row of hashes in which nothing cosmetic is left. Private to src/alembic.
 *
 * Set aside are comments, layout, docstrings (of the module, of functions and of classes), annotations, trailing
 * commas, quoting style and redundant parentheses. Parentheses count as redundant around one primary (a name, a
 * literal, a call) and around an expression that fills its whole place: an argument, an element, the right side of an
 * assignment, a condition. Those that would only turn out redundant by the precedence of operators stay.
 */
#ifndef REVIDENT_SRC_ALEMBIC_CANON_H
#define REVIDENT_SRC_ALEMBIC_CANON_H

#include <stdint.h>

#include "bindings.h"
#include "reader_parts.h"

enum body { BODY_UPGRADE, BODY_DOWNGRADE, BODIES };

struct canon {
	uint64_t *items;
	size_t count, cap;
	struct span bodies[BODIES]; /* of the last upgrade() and downgrade() at module level; empty without one */
	struct span *imports;       /* at module level, in order */
	size_t import_count, import_cap;
};

/* Reads a source of at most MIGRATION_BYTES_MAX. 0, or -1 with `err` set. */
int canon_read(struct reader *reader, const char *bytes, size_t len, struct canon *out, struct err *err);
void canon_release(struct canon *canon);

/*
 * Appends the value of a str or f-string literal. Fields of an f-string stay source text, with one kind of quotes.
 * 0, or -1 with `err` set.
 */
int canon_string(struct tokenizer *tokenizer, const char *source, const struct token *token, struct strbuf *out,
	struct err *err);

/* Stands for a field of an f-string, so that it cannot be taken for literal text. */
enum { FIELD_MARK = 1 };

/* Appends what an f-string holds, FIELD_MARK in place of each field. 0, or -1 with `err` set. */
int fstring_text(struct tokenizer *tokenizer, const char *source, const struct token *token, struct strbuf *out,
	struct err *err);

/*
 * Marks in `dropped`, one flag a token, the parentheses and commas of one statement or header that count for nothing,
 * and the annotations where it is a header of `def`.
 */
void canon_drop(const struct bindings *bindings, struct span span, enum header kind, bool *dropped);

/* Marks the annotation of a simple statement; all of it if it has no value. */
void canon_drop_annotation(const struct bindings *bindings, struct span span, bool *dropped);

#endif
