/*
 * module: what the names of one Python file stand for. Private to src/alembic.
 *
 * Functions, assignments and loops of the whole file, by name, without regard to scope: a name that is a parameter
 * anywhere, or changed in place, is not resolved at all. Where a value is sure to reach a use of its name, those that
 * the name had before do not count there.
 */
#ifndef REVIDENT_SRC_ALEMBIC_MODULE_H
#define REVIDENT_SRC_ALEMBIC_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "bindings.h"
#include "reader_parts.h"
#include "revident/base/err.h"
#include "revident/base/intern.h"
#include "revident/base/strbuf.h"

/* Values of one name; names inside values of names; how many values of names are read in one file. */
enum { CANDIDATES_MAX = 64, RESOLVE_DEPTH_MAX = 5, RESOLVED_MAX = 20000 };

/* Tokens between a value and a use of its name that are looked at to see whether the one is sure to reach the other. */
enum { REACH_MAX = 2000 };

struct module_function {
	uint32_t name;    /* in module.names */
	struct span body; /* tokens */
	bool visited;     /* by whoever walks */
};

/* One value that a name may have. */
struct module_value {
	struct span span;
	size_t next;  /* the name's next value, + 1; 0 ends */
	bool is_item; /* span is a display, or a name of one; the value is each of its elements in turn */
};

struct module_name {
	size_t first;    /* its first value, + 1 */
	size_t function; /* + 1 */
	bool unknown;    /* a parameter, or changed in place */
};

struct module {
	struct bindings b;
	struct reader *reader;
	struct intern names;
	struct module_name *by_name;
	size_t name_cap;
	struct module_value *values;
	size_t value_count, value_cap;
	struct module_function *functions;
	size_t function_count, function_cap;
	size_t resolved; /* so far, of RESOLVED_MAX */
	struct err *err;
	bool failed; /* `err` is set */
};

/*
 * Cuts a file and reads its definitions. 1: module_close() when done; until then the reader's buffers are in use. 0 if
 * the file cannot be read, is empty or over MIGRATION_BYTES_MAX; -1 with `err` set.
 */
int module_read(struct module *m, struct reader *reader, const char *bytes, size_t len, struct err *err);
void module_close(struct module *m);

bool module_is_op(const struct module *m, size_t i, uint8_t op);
bool module_is_word(const struct module *m, size_t i, const char *word);
bool module_is_any_word(const struct module *m, size_t i, const char *const *words, size_t count);

/* The function of that name which the token `i` spells, the last of several; NULL if there is none. */
struct module_function *module_function_at(struct module *m, size_t i);

/* The last function of the name; NULL if there is none. */
struct module_function *module_function(struct module *m, const char *name);

/* Does the token `i` name something that cannot be resolved in this file? */
bool module_is_unknown(const struct module *m, size_t i);

/*
 * The expressions that the name at token `i` may stand for, at most CANDIDATES_MAX, into `out`. Returns how many; 0
 * where it is not bound in this file, or not only to what can be told.
 */
size_t module_candidates(const struct module *m, size_t i, struct span out[CANDIDATES_MAX]);

/* The arguments of a call whose opening parenthesis is `open`. */
struct span module_arguments(const struct module *m, size_t open);

/* The argument at `position` (from 0), or of that keyword (NULL: by position alone). False if there is none. */
bool module_argument(
	const struct module *m, struct span arguments, size_t position, const char *keyword, struct span *out);

/*
 * Appends what a string expression evaluates to, with UNKNOWN_MARK for what is not known: literals side by side or
 * added, f-strings, names bound to one of these. What else stands in it becomes blanks, and a semicolon at commas, `%`
 * and methods. Returns whether there was any string.
 */
bool module_text(struct module *m, struct span span, unsigned depth, struct strbuf *out);

#endif
