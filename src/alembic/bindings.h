/*
 * bindings: what a module binds to the names that Alembic asks for. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_BINDINGS_H
#define REVIDENT_SRC_ALEMBIC_BINDINGS_H

#include "revident/alembic/literal.h"
#include "revident/alembic/python_text.h"
#include "revident/alembic/tokens.h"
#include "revident/base/arena.h"
#include "revident/model/migration.h"

enum attribute {
	ATTRIBUTE_REVISION,
	ATTRIBUTE_DOWN_REVISION,
	ATTRIBUTE_BRANCH_LABELS,
	ATTRIBUTE_DEPENDS_ON,
	ATTRIBUTES
};

/* What was bound last to one name; which tokens make its value is looked at only when all is known. */
struct bound {
	enum binding_kind kind; /* BINDING_LITERAL: `value` may be one */
	struct span value;
	unsigned line;
	bool conditional;
};

struct bindings {
	const char *source;
	const struct token *tokens;
	size_t count;
	struct bound bound[ATTRIBUTES];
	bool in_doubt; /* inside `except`: whether it runs only Python knows, and what it binds may not be so */
};

/* Which of the names the `len` bytes at `name` spell; ATTRIBUTES if none. */
enum attribute attribute_named(const char *name, size_t len);

/* The compound statements, and what of their header binds names. */
enum header {
	HEADER_NONE,  /* a simple statement */
	HEADER_SCOPE, /* def, class: binds its own name; what is inside is another scope */
	HEADER_PLAIN, /* if, while, try and the like */
	HEADER_FOR,   /* up to `in` */
	HEADER_AS,    /* with, except: what stands behind `as` */
	HEADER_CASE,  /* every name that the pattern captures */
};

/* What kind of statement the logical line is; *keyword is where its first word stands, behind `async`. */
enum header header_of(const struct bindings *bindings, struct span line, size_t *keyword);

/* The colon that ends a header; line.to if there is none. */
size_t header_end(const struct bindings *bindings, struct span line);

/* The TOKEN_NEWLINE that ends the logical line at item `i`. */
size_t line_end(const struct bindings *bindings, size_t i);

/* Which statements to follow. */
enum bindings_extent {
	BINDINGS_MODULE,   /* all at module level, compound ones included */
	BINDINGS_COLUMN_0, /* simple statements without indentation, for a file that does not parse */
};

/* Reads every statement of `tokens`; bindings->bound goes on from what it holds. */
void bindings_read(struct bindings *bindings, enum bindings_extent extent);

/* One simple statement, without its end. */
void bindings_read_simple(struct bindings *bindings, struct span span, bool conditional);

/* Only the assignment expressions of a simple statement or a header; a lambda's are its own. */
void bindings_take_walruses(struct bindings *bindings, struct span span, bool conditional);

/* Names bound to something that is no literal. `target` is what stands between `for` and `in`, behind `as`, and the
 * like. */
void bindings_take_target(struct bindings *bindings, struct span target, bool conditional);

/* The value of one name into `out`, its texts copied into `arena`; `scratch` is overwritten. */
void bindings_resolve(const struct bindings *bindings, enum attribute attribute, const struct python_text *source,
	struct arena *arena, struct strbuf *scratch, struct binding *out);

#endif
