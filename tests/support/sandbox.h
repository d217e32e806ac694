/*
 * sandbox: a temporary directory with real git repositories for unit tests. Every failure ends the test; an alarm ends
 * a test that hangs.
 */
#ifndef REVIDENT_TESTS_SANDBOX_H
#define REVIDENT_TESTS_SANDBOX_H

#include <stddef.h>

#include "revident/git/repo.h"
#include "revident/model/oid.h"

enum { SANDBOX_SECONDS = 300 };

struct sandbox {
	char dir[64];
};

/* cmocka's setup and teardown: `*state` becomes a struct sandbox. */
int sandbox_setup(void **state);
int sandbox_teardown(void **state);

/* A row of the table of tests. */
#define SANDBOXED(test) cmocka_unit_test_setup_teardown(test, sandbox_setup, sandbox_teardown)

/* Runs a shell script in the sandbox, with git's author, committer and times fixed. */
void sandbox_run(struct sandbox *sandbox, const char *script);

/* The same; returns what it prints without the last newline. Freed by the caller. */
char *sandbox_output(struct sandbox *sandbox, const char *script);

/* The object id that a script prints. */
struct oid sandbox_id(struct sandbox *sandbox, const char *script);

/* Makes a repository in directory `name` (bare if it ends with ".git") from a fast-import stream. */
void sandbox_import(struct sandbox *sandbox, const char *name, const char *stream);

/* Writes a file. */
void sandbox_write(struct sandbox *sandbox, const char *name, const void *bytes, size_t len);

/* Opens the repository in directory `name`; it must work. */
struct repo *sandbox_open(struct sandbox *sandbox, const char *name);

/* The same, with what earlier runs found out in directory `cache`; NULL: nowhere. */
struct repo *sandbox_open_cached(struct sandbox *sandbox, const char *name, const char *cache);

/* Opens it and expects ERR_UNDECIDED or ERR_USAGE, as `kind` says, with `part` in the message. */
void sandbox_open_fails(struct sandbox *sandbox, const char *name, enum err_kind kind, const char *part);

/* Is there a limit that holds `part`? */
bool has_limit(const struct repo *repo, const char *part);

/* What object_read() returns; the object is let go of. */
int try_object(struct repo *repo, const struct oid *id, size_t max, struct err *err);

#endif
