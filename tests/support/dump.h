/*
 * dump: reading files and writing strings, for programs that show what a reader finds.
 */
#ifndef TESTS_SUPPORT_DUMP_H
#define TESTS_SUPPORT_DUMP_H

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/* The bytes on standard output, in hexadecimal; "." for an empty text, "-" for none. */
void dump_hex(struct text text);

/* The whole file, in place of what `out` has. Ends the program where it cannot be opened. */
void dump_read(const char *path, struct strbuf *out);

#endif
