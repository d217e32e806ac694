/*
 * byte_class: what a byte can be in Python source, by one look into a table. Private to src/alembic.
 */
#ifndef REVIDENT_SRC_ALEMBIC_BYTE_CLASS_H
#define REVIDENT_SRC_ALEMBIC_BYTE_CLASS_H

#include <stdbool.h>

enum byte_class {
	BYTE_WORD = 1,      /* goes on with a name: letters, digits, `_`, every byte from 0x80 */
	BYTE_DIGIT = 2,     /* 0 to 9 */
	BYTE_LINE_END = 4,  /* CR and LF */
	BYTE_IN_STRING = 8, /* neither a quote, nor a backslash, nor the end of a line */
};

extern const unsigned char byte_classes[256];

static inline bool byte_is(char c, unsigned classes)
{
	return byte_classes[(unsigned char)c] & classes;
}

#endif
