/*
 * tokens: Python source cut into tokens. Layer alembic.
 *
 * One anchored PCRE2 pattern, JIT-compiled where the library can, finds each token; brackets, indentation and f-strings
 * (which nest since Python 3.12, PEP 701) are counted in C. Time and memory are linear in the source. Comments, blank
 * lines and line joining leave no token. A token_list is filled again and again; its tokens point into the source by
 * offset, so they live as long as that does and until the next tokens_read().
 */
#ifndef REVIDENT_ALEMBIC_TOKENS_H
#define REVIDENT_ALEMBIC_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/err.h"
#include "revident/model/migration.h"

enum token_kind {
	TOKEN_NAME, /* keywords too */
	TOKEN_NUMBER,
	TOKEN_STRING,  /* a str literal, prefix included, that is no f-string */
	TOKEN_BYTES,   /* b'' and br'' */
	TOKEN_FSTRING, /* f'' and t'', whole */
	TOKEN_OP,
	TOKEN_NEWLINE, /* ends a logical line; the list ends with one unless it is empty */
};

/* token.op: single characters stand for themselves, the rest is here. */
enum {
	OP_OTHER = 1, /* ==, **, -> and the like, and ... */
	OP_WALRUS,    /* := */
	OP_AUGMENT,   /* += and the other augmented assignments */
	OP_JUNK,      /* not Python: a conflict marker's line, a quote that is never closed, a stray byte */
};

/* What CPython allows (Parser/tokenizer.h): MAXLEVEL brackets, MAXINDENT indentations. */
enum { TOKEN_DEPTH_MAX = 200, TOKEN_LEVEL_MAX = 100 };

struct token {
	uint32_t at, len; /* bytes of the source */
	uint32_t line;    /* from 1, where it starts; of a TOKEN_NEWLINE, where the logical line ends */
	uint32_t pair;    /* of a bracket: the index of its other half; its own if it has none */
	uint8_t kind, op;
	uint8_t level; /* indentation of its logical line, in steps from 0 */
	uint8_t depth; /* brackets open around it; a bracket counts as outside itself */
};

struct token_list {
	struct token *items;
	size_t count, cap;
	enum unreadable problem; /* the gravest: conflict markers, then what is unclosed, then other syntax */
	unsigned problem_line;
	bool unclosed; /* a string or bracket is not closed: where logical lines end is not known */
	bool stopped;  /* and the tokens end early, at the string that is not closed */
};

struct tokenizer;

/* Compiles the pattern. 0, or -1 with `err` set. tokenizer_free() takes NULL. */
int tokenizer_new(struct tokenizer **out, struct err *err);
void tokenizer_free(struct tokenizer *tokenizer);

/* How long the token at `at` is (`at` < `len`, no blank there): 1 or more, or -1 with `err` set. */
long tokenizer_match(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, struct err *err);

/* How far to read. */
enum tokens_extent {
	TOKENS_ALL,
	TOKENS_FIRST_LINE, /* stop behind the first logical line */
};

/*
 * Cuts `len` bytes (at most MIGRATION_BYTES_MAX) into `list`, which must be zeroed before its first use.
 * What is not Python 3 is noted in `list`, as far as tokens show it; it is not an error. 0, or -1 with `err` set.
 */
int tokens_read(struct tokenizer *tokenizer, const char *bytes, size_t len, enum tokens_extent extent,
	struct token_list *list, struct err *err);
void token_list_release(struct token_list *list);

/*
 * Where the f-string whose opening quote stands at `at` ends (behind its closing quote), read as PEP 701 says: up to
 * FSTRING_FRAMES_MAX strings and fields inside one another. 1 with *end set, 0 if it is never closed, -1 with `err`
 * set.
 */
enum { FSTRING_FRAMES_MAX = 300 };
int fstring_end(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, size_t *end, struct err *err);

/*
 * Where the replacement field whose brace stands at `at`, inside an f-string with these quotes, ends (behind its
 * closing brace). `len` ends the f-string's body. 1, 0 or -1 as above.
 */
int fstring_field_end(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, char quote, bool triple,
	size_t *end, struct err *err);

/* What a string prefix makes of a literal. */
enum string_prefix { PREFIX_NONE, PREFIX_STRING, PREFIX_BYTES, PREFIX_FORMAT };
enum string_prefix string_prefix(const char *name, size_t len);

/* Is it one of Python 3's reserved words? None, True and False, which are values, are not counted. */
bool token_is_keyword(const char *name, size_t len);

/* Does a NAME token spell `word`? */
bool token_is(const char *source, const struct token *token, const char *word);

#endif
