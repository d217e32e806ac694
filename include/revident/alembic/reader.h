/*
 * reader: what Alembic would find in a migration file, read without executing it. Layer alembic.
 *
 * One PCRE2 JIT pattern cuts the source into tokens; brackets, indentation and nested f-strings are counted in C; time
 * is linear in the input. A reader is made once and used for every blob; it is not thread-safe.
 *
 * The last binding at module level counts, whatever binds: assignment (chained, unpacked, annotated), `:=`, import,
 * def, class, for, with, except, case. `del` unbinds; where it is conditional, the name is dynamic, and so is whatever
 * an `except` block binds. What stands below `if False:`, `while 0:`, `if TYPE_CHECKING:` and the like binds nothing;
 * other conditions are not evaluated, and every branch counts. Literal values are
 * strings without prefix or with `u` or `r`, None, and tuples, lists or sets of strings. Reported as dynamic although
 * their value is fixed: strings with `\N{...}`, a NUL or a surrogate, and those above ASCII in an encoding that
 * python_text.h does not convert. Not followed: `from m import *`, `global` in functions, exec(), globals() and the
 * like, `:=` inside an f-string, and identifiers that are the same name only after Unicode normalisation.
 *
 * A file that does not parse as Python 3, as far as its tokens show it, keeps what simple statements at column 0 bind;
 * where a string or bracket is not closed, the lines that begin with one of the names. What only a grammar would notice
 * (`x = = 1`) is not noticed. `except A, b:` counts as Python 2, which it is up to Python 3.13.
 */
#ifndef REVIDENT_ALEMBIC_READER_H
#define REVIDENT_ALEMBIC_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/alembic/content.h"
#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/model/migration.h"

/*
 * A digest of the source files that decide what is found in a migration (the Makefile computes it), and the version of
 * the pattern library that is loaded, copied into `arena`: where one of them differs, what an earlier run noted down is
 * not to be relied on.
 */
extern const char reader_digest[];
const char *reader_library(struct arena *arena);

struct reader;

/* Compiles the patterns. 0, or -1 with `err` set. reader_free() takes NULL. */
int reader_new(struct reader **out, struct err *err);
void reader_free(struct reader *reader);

/*
 * The secret that significant lines are hashed with: this run's own, unless contents of an earlier run, hashed with its
 * secret, are to be compared with those that this one reads.
 */
uint64_t reader_line_key(const struct reader *reader);
void reader_set_line_key(struct reader *reader, uint64_t key);

/*
 * Reads one file of `len` bytes. Everything that `out` points to is copied into `arena`. A file that is no migration,
 * or no Python, is not an error: `out` says so. Nothing is filled in for a file without the word `revision`, its
 * docstring neither. 0, or -1 with `err` set (the pattern library failed).
 */
int reader_read(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct migration *out,
	struct err *err);

/*
 * The significant lines of a file (see content.h), as 64-bit hashes in `arena`; none of a file over
 * MIGRATION_BYTES_MAX. 0, or -1 with `err` set.
 */
int reader_content(struct reader *reader, struct arena *arena, const char *bytes, size_t len, struct content *out,
	struct err *err);

/*
 * What was edited between two versions of one migration: cosmetic if and only if their syntax trees are equal,
 * docstrings and annotations apart, as far as tokens tell; EDIT_OTHER for a file over MIGRATION_BYTES_MAX. 0 with *out
 * set, or -1 with `err` set.
 */
int reader_compare(struct reader *reader, struct text before, struct text after, enum edit *out, struct err *err);

/*
 * Is it the same code, but for what is cosmetic and for imports at module level? Formatters leave few lines of a file
 * as they were, and linters take unused imports out. False for a file over MIGRATION_BYTES_MAX. 0, or -1 with `err`
 * set.
 */
int reader_same_code(struct reader *reader, struct text before, struct text after, bool *out, struct err *err);

/*
 * Would Alembic load a file of this base name? `(?!\.\#|__init__)(.*\.py)$`, matched from the start
 * (alembic/script/base.py, _only_source_rev_file); `.` takes no newline, `$` also stands before a final one.
 */
bool migration_file_name(const char *name, size_t len);

#endif
