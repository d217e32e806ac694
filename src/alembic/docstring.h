/*
 * docstring: the module docstring and the lines that Alembic's templates put into it. Private to src/alembic.
 */
#ifndef ALEMBIC_DOCSTRING_H
#define ALEMBIC_DOCSTRING_H

#include "revident/alembic/literal.h"
#include "revident/alembic/tokens.h"
#include "revident/base/arena.h"
#include "revident/model/migration.h"

/* Where the module docstring stands: the first statement, if it is a plain string. */
struct docstring {
	struct span strings;            /* its string tokens; empty without docstring */
	unsigned first_line, last_line; /* the lines it spans; 0 without docstring */
};

struct docstring docstring_find(const char *source, const struct token_list *list);

/* Fills the docstring's fields of `out`, copied into `arena`; `scratch` is overwritten. */
void docstring_read(const char *source, const struct token_list *list, struct arena *arena, struct strbuf *scratch,
	struct migration *out);

#endif
