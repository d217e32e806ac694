/*
 * options: reading a command's arguments by a table. Layer cli.
 *
 * Long names are matched exactly, `--name=value` and `--name value` are the same, letters may be joined (`-qv`,
 * `-oFILE`), operands may stand between options, `--` ends the options, `-` is an operand. Of an option that is given
 * twice and not repeatable the last one counts. Nothing here has an effect: a fuzzer needs no more than the table.
 */
#ifndef REVIDENT_CLI_OPTIONS_H
#define REVIDENT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"

enum opt_kind {
	OPT_FLAG,  /* no value */
	OPT_VALUE, /* one value */
	OPT_LIST,  /* a value, and it may be given again */
	OPT_MAYBE, /* a value behind `=`, or none, which is "" */
};

/* One row; a table ends with OPT_END. Help, completion and the man page's check read the same rows. */
struct opt_spec {
	const char *name; /* without dashes; NULL: it has a letter only */
	char letter;      /* or 0 */
	enum opt_kind kind;
	const char *metavar;        /* what help calls the value; NULL for a flag */
	const char *help;           /* begins in lower case, no full stop */
	const char *const *choices; /* NULL-ended: the only values there are; NULL: any */
};

#define OPT_END                           \
	{                                 \
		.name = NULL, .letter = 0 \
	}

static inline bool opt_is_end(const struct opt_spec *spec)
{
	return !spec->name && !spec->letter;
}

/* The rows that one command takes, from any number of tables. */
struct opt_set {
	const struct opt_spec *const *items;
	size_t count;
};

struct opt_given {
	const struct opt_spec *spec;
	const char *value; /* NULL for a flag */
};

struct options {
	struct opt_set set;
	const struct opt_given *given; /* in the order of the command line */
	size_t given_count;
	const char *const *operands;
	size_t operand_count;
};

/*
 * Reads `args`, which must outlive `out`, as everything else in `out` lives in the arena. 0; -1 with ERR_USAGE and a
 * sentence that quotes the argument and says what would be right.
 */
int options_parse(struct options *out, struct arena *arena, const struct opt_set *set, const char *const *args,
	size_t count, struct err *err);

/* Look-ups by long name (by letter, as "C", where there is none). The name must be in the table. */
bool opt_is_given(const struct options *options, const char *name);

/* The value that counts, or NULL. */
const char *opt_value(const struct options *options, const char *name);

/* All values in order, in the arena. Returns how many. */
size_t opt_list(const struct options *options, struct arena *arena, const char *name, const char *const **out);

/* The one of `count` names that `typed` was probably meant to be, or NULL if none is near. */
const char *suggest(const char *typed, const char *const *names, size_t count);

#endif
