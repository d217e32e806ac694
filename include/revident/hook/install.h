/*
 * install: putting our hooks into a directory, and taking them out again. Layer hook.
 *
 * A hook that is there already is kept beside ours, under a name that git does not run, and ours runs it first. It is
 * renamed, never copied or rewritten, so that bytes, mode, owner, times and links stay what they are.
 */
#ifndef REVIDENT_HOOK_INSTALL_H
#define REVIDENT_HOOK_INSTALL_H

#include <stdbool.h>
#include <stddef.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/hook/script.h"

/* What a kept hook is called: pre-push.revident-saved. The scripts look for it. */
#define HOOK_SAVED_SUFFIX ".revident-saved"

/* What stands at one hook's place. */
struct hook_state {
	const struct hook_script *script;
	bool exists;
	bool is_executable;    /* else git does not run it */
	bool is_saved;         /* there is a kept hook */
	enum hook_owner owner; /* where it exists */
};

/* Looks without changing anything. 0; -1 with ERR_UNDECIDED (unreadable, a directory in its place). */
int hook_look(const char *directory, const struct hook_script *script, struct hook_state *out, struct err *err);

/*
 * The framework that owns the directory's hooks, or HOOK_FOREIGN for none: one of them is a framework's, the directory
 * is the one that husky makes, or there is a configuration of lefthook's at `top` (with a slash at the end; NULL: no
 * work tree), which puts hooks aside that it finds. The pre-commit framework runs those that it finds.
 */
enum hook_owner hook_framework(const char *directory, const char *top, const struct hook_state *states, size_t count);

enum hook_change {
	HOOK_UNCHANGED,
	HOOK_INSTALLED, /* there was none */
	HOOK_KEEPING,   /* there was another's, kept now and run first */
	HOOK_UPDATED,   /* ours, naming another program, or of an earlier version */
	HOOK_REMOVED,
	HOOK_RESTORED, /* and the kept one is back */
	HOOK_ABSENT,   /* nothing of ours to take out */
};

/*
 * Installs the scripts of `states`, as hook_look() found them, and says for each what it did. Nothing is changed where
 * one of them cannot be: a hook of ours that somebody edited or that is a later version's, without `force`, or
 * another's beside one that is kept already (ERR_USAGE). The directory is made where it is missing. 0 or -1.
 */
int hook_install(const char *directory, const struct hook_state *states, size_t count, const char *program, bool force,
	enum hook_change *changes, struct err *err);

/*
 * Takes ours out and puts kept ones back; another's stay, and lose the second name that an interrupted installation
 * gave them. An edited one is refused without `force`. 0 or -1, as above.
 */
int hook_uninstall(const char *directory, const struct hook_state *states, size_t count, bool force,
	enum hook_change *changes, struct err *err);

#endif
