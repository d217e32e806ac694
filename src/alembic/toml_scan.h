/*
 * toml_scan: the characters of a TOML document, one token at a time. Private to src/alembic.
 *
 * Functions that return bool and can meet a mistake note it as a problem and return false.
 */
#ifndef REVIDENT_SRC_ALEMBIC_TOML_SCAN_H
#define REVIDENT_SRC_ALEMBIC_TOML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "problems.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"

struct toml_scan {
	const char *at, *end;
	unsigned line; /* of `at`, from 1 */
	struct problems *problems;
};

/* Behind a byte order mark, if there is one. */
void toml_scan_init(struct toml_scan *scan, const char *bytes, size_t len, struct problems *problems);

bool toml_at_end(const struct toml_scan *scan);
bool toml_at(const struct toml_scan *scan, char c);

/* Steps over `c` if it stands here. */
bool toml_accept(struct toml_scan *scan, char c);

/* Steps over blanks and a comment, and over the end of the line, which must follow. */
bool toml_accept_line_end(struct toml_scan *scan);

void toml_skip_blanks(struct toml_scan *scan); /* spaces and tabs */
void toml_skip_layout(struct toml_scan *scan); /* these, line ends and comments */
void toml_skip_line(struct toml_scan *scan);   /* to the beginning of the next line */

/* A bare or quoted key, without its quotes and escapes, added to `out`. */
bool toml_scan_key(struct toml_scan *scan, struct strbuf *out);

/* The string that begins here, unescaped, added to `out` (NULL: only stepped over). */
bool toml_scan_string(struct toml_scan *scan, bool may_be_multi_line, struct strbuf *out);

/* The bytes up to the next blank, comma, bracket, comment or line end, but a date may hold a space; borrowed. */
struct text toml_scan_word(struct toml_scan *scan);

/* Notes a problem at this line. Returns false. */
bool toml_fail(struct toml_scan *scan, const char *what);

#endif
