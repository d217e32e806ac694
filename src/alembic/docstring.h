/*
 * docstring: the module docstring and the lines that Alembic's templates put into it. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_DOCSTRING_H
#define REVIDENT_SRC_ALEMBIC_DOCSTRING_H

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

/*
 * Where the docstring has no `Create Date:` line, the first line of the file that begins with it counts: an import that
 * was moved above the docstring makes it a string like any other, and the date is still the file's.
 */
void create_date_read(const char *bytes, size_t len, struct arena *arena, struct migration *out);

#endif
