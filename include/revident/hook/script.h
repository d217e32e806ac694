/*
 * script: the hooks that we install, and telling them from others. Layer hook; pure, static data.
 *
 * The Makefile turns each file of hooks/ into a row (tools/embed.sh). The line `revident=revident` of a script says
 * which program it calls; an installed one names the path that was right when it was installed, and looks into PATH
 * where nothing is there any more.
 */
#ifndef REVIDENT_HOOK_SCRIPT_H
#define REVIDENT_HOOK_SCRIPT_H

#include <stddef.h>

#include "revident/base/strbuf.h"
#include "revident/base/text.h"

struct hook_script {
	const char *name; /* "pre-commit" */
	const char *bytes;
	size_t len;
};

/* All of them, by name. */
extern const struct hook_script hook_scripts[];
extern const size_t hook_script_count;

/* The script of that name, or NULL. */
const struct hook_script *hook_script_find(const char *name);

/* The version that stands in the scripts' second line; a change of theirs that uninstalling must know of raises it. */
enum { HOOK_SCRIPT_VERSION = 1 };

/* Appends the script with `program` (NULL: whatever PATH holds) as the one that it calls. */
void hook_script_render(struct strbuf *out, const struct hook_script *script, const char *program);

enum hook_owner {
	HOOK_FOREIGN,   /* somebody else's */
	HOOK_OURS,      /* this version's, as it was installed, whatever program it names */
	HOOK_OLDER,     /* an earlier version's */
	HOOK_NEWER,     /* a later version's */
	HOOK_EDITED,    /* this version's, changed since */
	HOOK_HUSKY,     /* .husky/_/<hook> */
	HOOK_LEFTHOOK,  /* lefthook install */
	HOOK_PRE_COMMIT /* pre-commit install */
};

/* Whose hook these bytes are, which stand where `script` would be. */
enum hook_owner hook_script_owner(const struct hook_script *script, struct text bytes);

#endif
