/*
 * cmd: what a command is, and what it is given. Layer cli.
 *
 * To add a command: write src/cli/cmd_<name>.c, which exports one `const struct cmd cmd_<name>`; declare it below and
 * add its row to the table in commands.c; describe it in man/revident.1 and add its end-to-end test. The dispatcher
 * reads the options, opens nothing, calls run() and turns what it returns into the exit status.
 *
 * run() computes, renders into a strbuf, and hands that to ctx_write() once. It returns EXIT_CLEAN, EXIT_FOUND or
 * EXIT_UNDECIDED, or -1 with `err` set, which the dispatcher prints: ERR_USAGE leaves with EXIT_USAGE, ERR_UNDECIDED
 * with EXIT_UNDECIDED.
 */
#ifndef REVIDENT_CLI_CMD_H
#define REVIDENT_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revident/base/arena.h"
#include "revident/base/err.h"
#include "revident/base/strbuf.h"
#include "revident/cli/environment.h"
#include "revident/cli/options.h"
#include "revident/forensics/policy.h"
#include "revident/git/commits.h"
#include "revident/git/repo.h"

enum exit_status { EXIT_CLEAN, EXIT_FOUND, EXIT_USAGE, EXIT_UNDECIDED };

/*
 * Groups of common options. -C, --color, --no-progress, -q, -v and -h are everybody's; --format is there where
 * `formats` is.
 */
enum common_options {
	COMMON_ENVIRONMENTS = 1, /* --env, --versions-dir */
	COMMON_DEEP = 2,         /* --deep */
	COMMON_ALL = 4,          /* --all */
	COMMON_OUTPUT = 8,       /* -o */
	COMMON_HISTORY = 16,     /* --no-commit-graph, --no-cache */
};

enum { OPERANDS_ANY = 1000000 };

struct cmd_ctx;
struct meter;

struct cmd {
	const char *name, *summary; /* the summary begins in lower case and fits one line of help */
	const char *operands;       /* as usage shows them: "[<tip>...]"; "" for none */
	size_t operands_min, operands_max;
	unsigned common;             /* enum common_options */
	const char *const *formats;  /* NULL-ended, the first is the default; NULL: no --format */
	const struct opt_spec *opts; /* its own; NULL: none */
	const char *details; /* paragraphs for `revident help <name>`, lines of at most 80 columns; NULL: none */
	int (*run)(struct cmd_ctx *ctx, struct err *err);
};

/* Everything a command is given. It lives until the program ends. */
struct cmd_ctx {
	const struct cmd *cmd;
	const struct options *options; /* for the command's own: opt_value(ctx->options, "events") */
	const char *const *operands;
	size_t operand_count;
	struct arena *arena;  /* the command's own */
	struct repo_env repo; /* for repo_open() */
	const struct process_environment *environment;

	const char *const *envs; /* --env */
	size_t env_count;
	const char *const *versions_dirs; /* --versions-dir */
	size_t versions_dir_count;
	bool deep, all, quiet, verbose;
	const char *format;       /* one of cmd->formats; NULL where it has none */
	const char *output;       /* -o FILE; NULL: standard output */
	bool color;               /* decided for where the result goes */
	struct progress progress; /* for functions that take long */
	struct meter *meter;      /* what `progress` draws on */
	int64_t lap;              /* when the last lap ended, in microseconds of a monotonic clock */
};

/*
 * Fills `ctx` from what the command line and the environment say. `ctx->arena`, `environment`, `meter` and `cmd` are
 * set by the caller. 0; -1 with ERR_USAGE. Where --help or --version is given the operands are not counted.
 */
int ctx_init(struct cmd_ctx *ctx, const char *const *args, size_t count, struct err *err);

/*
 * Hands over the result: to standard output, or to -o FILE whole or not at all. 0 or -1. The message is empty where
 * the reader of a pipe has gone away: there is nobody to tell.
 */
int ctx_write(struct cmd_ctx *ctx, const struct strbuf *result, struct err *err);

/* The whole of a command that prints one text: writes it and releases it. EXIT_CLEAN or -1. */
int ctx_print(struct cmd_ctx *ctx, struct strbuf *text, struct err *err);

/* The policy that holds for HEAD, or without a commit there the configuration's. Lives in the arena. 0 or -1. */
int ctx_load_policy(struct cmd_ctx *ctx, struct repo *repo, struct policy *out, struct err *err);

/*
 * Opens the repository, and reads the policy, for a command that reads history; notes that replace refs and grafts are
 * ignored where there are any. 0 or -1; ctx_close() takes *repo either way.
 */
int ctx_open_history(struct cmd_ctx *ctx, struct repo **repo, struct policy *policy, struct err *err);

/*
 * The path that -o names, with -C's directory in front of a relative one, as the command starts there; NULL without -o.
 */
const char *ctx_output_path(const struct cmd_ctx *ctx);

/* What of a policy does not count, on standard error; ctx_load_policy() does so itself. */
void ctx_note_policy(struct cmd_ctx *ctx, const struct policy *policy);

/* Writes the lines on standard error, each with "revident: " in front; not under -q. The caller made them printable. */
void ctx_note(struct cmd_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * For a command whose answer is written: its exit status, as given. Where that is EXIT_UNDECIDED and -o took the
 * answer, which says why, to a file, standard error says so.
 */
int ctx_leave(struct cmd_ctx *ctx, int status);

/* Under -v: how long it took since the last lap, on standard error, as "revident: 12.3 ms <what>". */
void ctx_lap(struct cmd_ctx *ctx, const char *what);

/*
 * Closes a command's repository (NULL: none). A command that `failed` has no document that could say what was damaged
 * or missing, so that is said here.
 */
void ctx_close(struct cmd_ctx *ctx, struct repo *repo, bool failed);

/* The table of commands, in the order of help. */
const struct cmd *const *commands(size_t *count);

/* The command of that exact name, or NULL. */
const struct cmd *command_find(const char *name);

/* ERR_USAGE for a command that does not exist, with the nearest one that does. Returns -1. */
int command_unknown(const char *name, struct err *err);

/* The rows of the command's own options and of those common ones that it takes, in the arena. */
struct opt_set command_options(const struct cmd *cmd, struct arena *arena);

/* What `revident help` and `revident help <command>` print: plain text of at most 80 columns. */
void help_render(struct strbuf *out);
void help_render_command(struct strbuf *out, struct arena *arena, const struct cmd *cmd);

extern const struct cmd cmd_audit, cmd_check, cmd_explain, cmd_help, cmd_hooks, cmd_recover, cmd_report, cmd_scan,
	cmd_schema, cmd_show, cmd_version;

#endif
