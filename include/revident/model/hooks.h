/*
 * hooks: what was done to hooks, or found out about them. Layer model; lives in the command's arena.
 */
#ifndef REVIDENT_MODEL_HOOKS_H
#define REVIDENT_MODEL_HOOKS_H

#include <stddef.h>

#include "revident/base/text.h"

struct hook_line {
	const char *state;   /* of install and uninstall: what was done; of doctor: "ok" or "wrong" */
	const char *hook;    /* its name; NULL: all of them */
	struct text path;    /* of the hook, as people know it; none where it is about all of them */
	struct text message; /* the rest of the sentence that the path begins; none */
	struct text fix;     /* what mends it; none */
};

struct hook_report {
	const char *action;    /* "install", "uninstall" or "doctor" */
	struct text directory; /* that git runs the hooks from, as people know it */
	struct hook_line *lines;
	size_t count;
};

#endif
