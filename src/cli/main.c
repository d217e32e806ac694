#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "revident/cli/cmd.h"
#include "revident/cli/meter.h"
#include "revident/report/render.h"

enum { STACK_BYTES = 1024 * 1024 }; /* the deepest tree that is searched needs half of it, a pattern 32 KiB */

/* Where less is allowed (ulimit -s), a stack of STACK_BYTES is asked for: without it, a run could end at any call. */
static int ask_for_stack(struct err *err)
{
	struct rlimit limit;
	unsigned long allowed;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= STACK_BYTES)
		return 0;
	allowed = (unsigned long)limit.rlim_max / 1024;
	limit.rlim_cur = STACK_BYTES;
	if (limit.rlim_max >= STACK_BYTES && setrlimit(RLIMIT_STACK, &limit) == 0)
		return 0;
	return err_set(err, ERR_UNDECIDED,
		"the stack may grow to %lu KiB only, and %d are needed: raise the limit ('ulimit -s')", allowed,
		STACK_BYTES / 1024);
}

/*
 * A descriptor that the parent closed must not become the repository's: it is opened so that using it fails, as it
 * would have.
 */
static int keep_standard_descriptors(struct err *err)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return err_set_errno(err, ERR_UNDECIDED, errno, "cannot open \"/dev/null\"");
	return 0;
}

static int report(const struct err *err)
{
	if (*err->msg)
		fprintf(stderr, "revident: %s\n", err->msg);
	return err->kind == ERR_USAGE ? EXIT_USAGE : EXIT_UNDECIDED;
}

static int run_command(struct cmd_ctx *ctx, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int rc;

	if (opt_is_given(ctx->options, "version"))
		return cmd_version.run(ctx, err);
	if (!opt_is_given(ctx->options, "help"))
		return ctx->cmd->run(ctx, err);
	help_render_command(&text, ctx->arena, ctx->cmd);
	rc = ctx_write(ctx, &text, err);
	strbuf_release(&text);
	return rc;
}

static int dispatch(const struct cmd *cmd, const char *const *args, size_t count, struct err *err)
{
	struct process_environment environment;
	struct meter meter = { .fd = -1 };
	struct arena arena;
	struct cmd_ctx ctx = { .cmd = cmd, .arena = &arena, .environment = &environment, .meter = &meter };
	int rc;

	arena_init(&arena);
	environment_read(&environment);
	render_start();
	rc = ctx_init(&ctx, args, count, err);
	if (rc == 0) {
		rc = run_command(&ctx, err);
		meter_clear(&meter);
	}
	arena_release(&arena);
	return rc;
}

static int usage_on_stderr(void)
{
	struct strbuf text = STRBUF_INIT;

	help_render(&text);
	fputs(text.buf, stderr);
	strbuf_release(&text);
	return EXIT_USAGE;
}

/* `revident --help` and `revident --version` are commands by another name. */
static const struct cmd *find_command(const char *name, struct err *err)
{
	const struct cmd *cmd = command_find(name);

	if (cmd)
		return cmd;
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		return &cmd_help;
	if (!strcmp(name, "--version"))
		return &cmd_version;
	if (name[0] == '-')
		err_set(err, ERR_USAGE,
			"only -C stands before the command; the others come behind it: revident <command> "
			"[<option>...]");
	else
		command_unknown(name, err);
	return NULL;
}

/*
 * As with git, `-C DIR` may stand before the command: it is moved behind it. Returns the command's argument, which is
 * then argv[1], or NULL if there is none.
 */
static const char *move_command_first(int argc, char **argv)
{
	char *command;
	int at = 1;

	while (at < argc && !strncmp(argv[at], "-C", 2))
		at += argv[at][2] ? 1 : 2;
	if (at >= argc)
		return NULL;
	command = argv[at];
	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = command;
	return command;
}

int main(int argc, char **argv)
{
	struct err err = { .kind = ERR_NONE };
	const struct cmd *cmd;
	const char *name;
	int rc;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write like any other, */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow (ulimit -f) */
	if (keep_standard_descriptors(&err) < 0 || ask_for_stack(&err) < 0)
		return report(&err);
	name = move_command_first(argc, argv);
	if (!name)
		return usage_on_stderr();
	cmd = find_command(name, &err);
	if (!cmd)
		return report(&err);
	rc = dispatch(cmd, (const char *const *)(argv + 2), (size_t)(argc - 2), &err);
	if (rc < 0)
		return report(&err);
	if (close(STDOUT_FILENO) < 0 && errno != EBADF) { /* some file systems say only now that they are full */
		err_set_errno(&err, ERR_UNDECIDED, errno, "cannot write the result to standard output");
		return report(&err);
	}
	return rc;
}
