/*
 * printable: untrusted bytes, made fit for a terminal. Layer base; pure.
 *
 * Commit messages, names and paths may hold escape sequences, characters that reverse the text, and invisible ones.
 */
#ifndef REVIDENT_BASE_PRINTABLE_H
#define REVIDENT_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/* Is a character beyond ASCII invisible or misleading: a C1 control, a bidirectional control, a filler? */
bool char_is_unseen(uint32_t code);

/*
 * Appends the text on one line: ASCII control characters and bytes that are not UTF-8 as `\x1b`; C1 controls,
 * bidirectional controls, invisible characters, line and paragraph separators as `\u{202e}`; everything else as it is.
 */
void strbuf_add_printable(struct strbuf *sb, const void *bytes, size_t len);

/* The same for a text; nothing for TEXT_NONE. */
static inline void strbuf_add_printable_text(struct strbuf *sb, struct text text)
{
	if (text.ptr)
		strbuf_add_printable(sb, text.ptr, text.len);
}

/* The text as strbuf_add_printable() has it, in the arena; "" for TEXT_NONE. */
const char *arena_printable(struct arena *arena, struct text text);

#endif
