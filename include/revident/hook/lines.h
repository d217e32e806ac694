/*
 * lines: what people put into hooks that are not ours to write. Layer hook; pure.
 */
#ifndef REVIDENT_HOOK_LINES_H
#define REVIDENT_HOOK_LINES_H

#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/hook/script.h"

/* "husky", "lefthook" or "the pre-commit framework"; NULL for an owner that is no framework. */
const char *hook_owner_name(enum hook_owner owner);

/*
 * Appends the lines for the framework's own configuration, or, where `owner` is none, for hooks in plain shell: the
 * scripts of `names`. Each group begins with a comment that says which file it belongs into.
 */
void hook_lines_render(struct strbuf *out, enum hook_owner owner, const char *const *names, size_t count);

#endif
