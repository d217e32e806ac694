#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "revident/base/printable.h"
#include "revident/base/xalloc.h"

enum { SAID_MAX = 16 * 1024, READ_STEP = 64 * 1024 };

/* Reads what is there. 1 to go on, 0 at the end, -1 with errno. What is beyond `max` is -1 with EFBIG. */
static int drain(int fd, struct strbuf *out, size_t max)
{
	ssize_t n;

	strbuf_reserve(out, READ_STEP);
	n = read(fd, out->buf + out->len, READ_STEP);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -1;
	out->len += (size_t)n;
	out->buf[out->len] = '\0';
	if (out->len > max) {
		errno = EFBIG;
		return -1;
	}
	return n > 0;
}

/* Reads both pipes to their ends. 0, or -1 with errno. */
static int collect(int out_fd, int said_fd, struct strbuf *out, size_t max, struct strbuf *said)
{
	struct pollfd fds[2] = { { .fd = out_fd, .events = POLLIN }, { .fd = said_fd, .events = POLLIN } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int i;

		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		for (i = 0; i < 2; i++) {
			int got;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			got = drain(fds[i].fd, i ? said : out, i ? SIZE_MAX / 4 : max);
			if (got < 0)
				return -1;
			if (i && said->len > SAID_MAX)
				strbuf_setlen(said, SAID_MAX);
			if (got == 0)
				fds[i].fd = -1;
		}
	}
	return 0;
}

/* The commands say themselves how paths are taken. */
static int forget_pathspec_settings(void)
{
	return unsetenv("GIT_LITERAL_PATHSPECS") | unsetenv("GIT_GLOB_PATHSPECS") | unsetenv("GIT_NOGLOB_PATHSPECS") |
	       unsetenv("GIT_ICASE_PATHSPECS");
}

/* In the child: becomes git, or tells the parent why not. */
static _Noreturn void become_git(struct repo *repo, char *const *argv, int in, int out, int said, int report)
{
	const char *where = repo->work_tree ? repo->work_tree : repo->git_dir;
	int failure;

	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(said, 2) >= 0 && chdir(where) == 0 &&
		setenv("GIT_DIR", repo->git_dir, 1) == 0 &&
		(repo->work_tree ? setenv("GIT_WORK_TREE", repo->work_tree, 1) : unsetenv("GIT_WORK_TREE")) == 0 &&
		(!repo->other_index || setenv("GIT_INDEX_FILE", repo->other_index, 1) == 0) &&
		unsetenv("GIT_PREFIX") == 0 && forget_pathspec_settings() == 0 &&
		setenv("GIT_OPTIONAL_LOCKS", "0", 1) == 0 && setenv("GIT_NO_LAZY_FETCH", "1", 1) == 0 &&
		setenv("LC_ALL", "C", 1) == 0) {
		signal(SIGPIPE, SIG_DFL);
		execvp(argv[0], argv);
	}
	failure = errno;
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

/* A file without a name that holds the input: a pipe would need its writer watched for a reader that is gone. */
static int input_file(const struct strbuf *input)
{
	FILE *file;
	int fd = -1;

	if (!input || input->len == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	file = tmpfile();
	if (!file)
		return -1;
	if (fwrite(input->buf, 1, input->len, file) == input->len && fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0)
		fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	fclose(file);
	return fd;
}

static char **argument_list(const char *const *args, const char *const *paths, size_t count)
{
	static const char *const front[] = { "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
		"-c", "protocol.allow=never" };
	const size_t front_count = sizeof(front) / sizeof(*front);
	char **argv = xcalloc(front_count + PROCESS_ARGS_MAX + count + 2, sizeof(*argv));
	size_t n = 0, i;

	/* execvp() takes char *const * for historical reasons and changes nothing */
	for (i = 0; i < front_count; i++)
		argv[n++] = (char *)(size_t)front[i];
	for (i = 0; args[i] && i < PROCESS_ARGS_MAX; i++)
		argv[n++] = (char *)(size_t)args[i];
	if (count)
		argv[n++] = (char *)(size_t) "--";
	for (i = 0; i < count; i++)
		argv[n++] = (char *)(size_t)paths[i];
	return argv;
}

static void close_both(int fds[2])
{
	if (fds[0] >= 0)
		close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
	fds[0] = fds[1] = -1;
}

static void close_end(int fds[2], int end)
{
	close(fds[end]);
	fds[end] = -1;
}

static int wait_for(pid_t pid, int *status)
{
	int raw;

	while (waitpid(pid, &raw, 0) < 0)
		if (errno != EINTR)
			return -1;
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
	return 0;
}

int process_git(struct repo *repo, const char *const *args, const char *const *paths, size_t count,
	const struct strbuf *input, size_t max, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	int out_pipe[2] = { -1, -1 }, said_pipe[2] = { -1, -1 }, report[2] = { -1, -1 };
	char **argv = argument_list(args, paths, count);
	int in = input_file(input), failure = 0, rc = -1, collected;
	pid_t pid = -1;

	if (in < 0 || pipe2(out_pipe, O_CLOEXEC) < 0 || pipe2(said_pipe, O_CLOEXEC) < 0 ||
		pipe2(report, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		err_set_errno(err, ERR_UNDECIDED, errno, "cannot run git");
		goto done;
	}
	if (pid == 0)
		become_git(repo, argv, in, out_pipe[1], said_pipe[1], report[1]);
	close_end(out_pipe, 1);
	close_end(said_pipe, 1);
	close_end(report, 1);
	collected = collect(out_pipe[0], said_pipe[0], out, max, said);
	if (collected < 0) {
		failure = errno;
		kill(pid, SIGTERM);
	}
	if (wait_for(pid, status) < 0 && collected == 0) {
		collected = -1;
		failure = errno;
	}
	if (read(report[0], &failure, sizeof(failure)) == (ssize_t)sizeof(failure))
		err_set_errno(err, ERR_UNDECIDED, failure, "cannot run git; is it installed and in PATH?");
	else if (collected < 0)
		err_set_errno(err, ERR_UNDECIDED, failure, "cannot read what git says");
	else
		rc = 0;
done:
	if (in >= 0)
		close(in);
	close_both(out_pipe);
	close_both(said_pipe);
	close_both(report);
	free(argv);
	return rc;
}
