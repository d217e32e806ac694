/*
 * protocol: what git tells its hooks on standard input. Layer hook; pure.
 *
 * pre-push: "<local ref> SP <local id> SP <remote ref> SP <remote id> LF", where the local ref may be any expression,
 * spaces included, so that lines are read from the right; pre-receive: "<old id> SP <new id> SP <ref> LF"
 * (githooks(5)).
 */
#ifndef REVIDENT_HOOK_PROTOCOL_H
#define REVIDENT_HOOK_PROTOCOL_H

#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/text.h"
#include "revident/model/oid.h"

/* One ref that is to change. A null id: it was not there before, or will not be after. */
struct hook_update {
	struct text ref; /* its name in the repository where it changes */
	struct oid before, after;
};

/* Reads all lines; the result is in the arena. 0, or -1 with ERR_USAGE where a line is none of git's. */
int hook_parse_push(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err);
int hook_parse_receive(
	struct arena *arena, const char *bytes, size_t len, struct hook_update **out, size_t *count, struct err *err);

#endif
