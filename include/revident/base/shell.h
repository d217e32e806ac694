/*
 * shell: words that a person may paste into a shell. Layer base; pure.
 */
#ifndef REVIDENT_BASE_SHELL_H
#define REVIDENT_BASE_SHELL_H

#include <stdbool.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

/*
 * Appends the text as one word of a command line: as it is where no shell gives a meaning to it, else in single
 * quotes; as $'…' with octal escapes (bash, zsh, ksh, POSIX 2024) where it holds what a terminal would obey or hide, or
 * bytes that are not UTF-8. A leading `-` is left: that is for strbuf_add_shell_operand().
 */
void strbuf_add_shell_word(struct strbuf *sb, struct text word);

/* Appends a space and the word, behind ` --` where it could be taken for an option. */
void strbuf_add_shell_operand(struct strbuf *sb, struct text operand);

/*
 * Appends the path as one word that git takes for this path alone: `:`, `*`, `?`, `[` and `\` have a meaning in a
 * pathspec (gitglossary), which is what `git add`, `git checkout --` and `git restore` take. Not for `git mv`, `git
 * blame` or `REV:PATH`, which take paths as they are.
 */
void strbuf_add_shell_pathspec(struct strbuf *sb, struct text path);

/* Does git give a meaning to a byte of the path, where it takes a pathspec? */
bool path_is_pathspec(struct text path);

#endif
