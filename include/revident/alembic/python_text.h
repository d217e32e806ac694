/*
 * python_text: a Python file's bytes as UTF-8. Layer alembic.
 *
 * As Python reads it: a byte order mark, the encoding that a comment in the first two lines declares (PEP 263), UTF-8
 * otherwise. UTF-8, ASCII, Latin-1, Latin-9 (ISO 8859-15) and Windows-1252 are converted here; hostile input never
 * chooses a converter of the system's. In the other encodings that Python knows and that contain ASCII, bytes from 0x80
 * on are left as they are: structure and plain ids can be read, values with such bytes are not reported.
 */
#ifndef REVIDENT_ALEMBIC_PYTHON_TEXT_H
#define REVIDENT_ALEMBIC_PYTHON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/strbuf.h"

struct python_text {
	const char *bytes; /* without byte order mark; borrowed from the file, or from the buffer given */
	size_t len;
	bool foreign;      /* of an encoding that is not converted: bytes above ASCII mean nothing here */
	bool undecodable;  /* bytes that its encoding does not take, or an encoding that Python does not know */
	unsigned bad_line; /* where, from 1 */
};

/* Reads `len` bytes; `scratch` is overwritten where conversion is needed, and lives as long as the source. */
struct python_text python_text_read(const char *bytes, size_t len, struct strbuf *scratch);

/* How many lines end in [from, to): at LF, CRLF or CR. */
unsigned line_ends(const char *from, const char *to);

#endif
