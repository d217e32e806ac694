#include "revident/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "revident/base/outfile.h"
#include "revident/base/printable.h"
#include "revident/base/signals.h"

enum { SAID_MAX = 16 * 1024, READ_STEP = 64 * 1024, SECOND = 1000 /* for poll() */ };

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

/* What a child was last seen to have done. */
struct progress {
	pid_t pid;
	bool undisturbed;
	unsigned idle_max, idle; /* seconds */
	struct timespec worked;
};

/* Called after a second without a word. Has it been idle for too long? */
static bool is_stuck(struct progress *progress)
{
#ifdef __linux__
	struct timespec now;
	clockid_t clock;

	if (clock_getcpuclockid(progress->pid, &clock) != 0 || clock_gettime(clock, &now) < 0)
		return false;
	if (now.tv_sec != progress->worked.tv_sec || now.tv_nsec != progress->worked.tv_nsec)
		progress->idle = 0;
	progress->worked = now;
	return ++progress->idle > progress->idle_max;
#else
	(void)progress;
	return false;
#endif
}

/* Reads both pipes to their ends. 0, or -1 with errno. */
static int collect(
	int out_fd, int said_fd, struct strbuf *out, size_t max, struct strbuf *said, struct progress *progress)
{
	struct pollfd fds[2] = { { .fd = out_fd, .events = POLLIN }, { .fd = said_fd, .events = POLLIN } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int i, ready = poll(fds, 2, SECOND);

		if (ready < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (!progress->undisturbed && signals_ask_to_end()) {
			errno = EINTR;
			return -1;
		}
		if (ready > 0)
			progress->idle = 0;
		else if (progress->idle_max && is_stuck(progress)) {
			errno = ETIMEDOUT;
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

static int set_variables(const struct child *child)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < child->variable_count && rc == 0; i++) {
		const struct child_variable *variable = &child->variables[i];

		rc = variable->value ? setenv(variable->name, variable->value, 1) : unsetenv(variable->name);
	}
	return rc;
}

/* Whoever kills the parent at once leaves no child behind that works on, or holds a lock, for nobody. */
static void end_with_parent(pid_t parent)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
#else
	(void)parent;
#endif
}

/* What a child that no signal disturbs is ended with: git cleans up on it, and nobody else sends it. */
enum { GIVE_UP = SIGPIPE };

/*
 * In the child: what waits in the parent does not in it. What must not be disturbed goes on holding back, also as
 * another program: one that sets handlers of its own would take away what is merely ignored.
 */
static void let_signals_through(bool undisturbed)
{
	sigset_t held;

	sigemptyset(&held);
	if (undisturbed)
		sigprocmask(SIG_BLOCK, NULL, &held);
	sigdelset(&held, GIVE_UP);
	signals_let_through(&held);
}

/*
 * In the child: becomes the program, or tells the parent why not: with a negative number if its directory is to blame.
 */
static _Noreturn void become(const struct child *child, pid_t parent, int in, int out, int said, int report)
{
	bool is_there = true;
	int failure;

	if (!child->undisturbed)
		end_with_parent(parent);
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(said, 2) >= 0 &&
		(!child->directory || (is_there = chdir(child->directory) == 0)) && set_variables(child) == 0) {
		signal(SIGPIPE, SIG_DFL);
		signal(SIGXFSZ, SIG_DFL);
		let_signals_through(child->undisturbed);
		/* execvp() takes char *const * for historical reasons and changes nothing */
		execvp(child->argv[0], (char *const *)(size_t)child->argv);
	}
	failure = is_there ? errno : -errno;
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

/* In memory where the system can: a directory for temporary files may be full, or not to be written to. */
static int nameless_file(void)
{
#ifdef __linux__
	return memfd_create("input", MFD_CLOEXEC);
#else
	FILE *file = tmpfile();
	int fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;

	if (file)
		fclose(file);
	return fd;
#endif
}

/* A file without a name that holds the input: a pipe would need its writer watched for a reader that is gone. */
static int input_file(const struct strbuf *input)
{
	int fd, failure;

	if (!input || input->len == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = nameless_file();
	if (fd < 0 || (fd_write_all(fd, input->buf, input->len) == 0 && lseek(fd, 0, SEEK_SET) == 0))
		return fd;
	failure = errno;
	close(fd);
	errno = failure;
	return -1;
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

/* Why the child could not become the program, as become() tells it; 0 if it did. */
static int reported_failure(int report)
{
	int failure = 0;
	ssize_t n = fd_read(report, &failure, sizeof(failure));

	if (n < 0)
		return errno;
	return n == (ssize_t)sizeof(failure) ? failure : 0;
}

static int run(const struct child *child, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	int out_pipe[2] = { -1, -1 }, said_pipe[2] = { -1, -1 }, report[2] = { -1, -1 };
	int in = input_file(child->input), failure = 0, rc = -1, collected, exec_failure;
	const char *name = child->argv[0];
	pid_t pid = -1, parent = getpid();
	struct progress progress;

	if (in < 0 || pipe2(out_pipe, O_CLOEXEC) < 0 || pipe2(said_pipe, O_CLOEXEC) < 0 ||
		pipe2(report, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		err_set_errno(err, ERR_UNDECIDED, errno, "cannot run %s", name);
		goto done;
	}
	if (pid == 0)
		become(child, parent, in, out_pipe[1], said_pipe[1], report[1]);
	close_end(out_pipe, 1);
	close_end(said_pipe, 1);
	close_end(report, 1);
	progress = (struct progress){ .pid = pid, .undisturbed = child->undisturbed, .idle_max = child->idle_max };
	collected = collect(out_pipe[0], said_pipe[0], out, child->max, said, &progress);
	if (collected < 0) {
		failure = errno;
		kill(pid, child->undisturbed ? GIVE_UP : SIGTERM);
	}
	if (wait_for(pid, status) < 0 && collected == 0) {
		collected = -1;
		failure = errno;
	}
	/* so was the child, and its end is not what it seems */
	if (collected == 0 && !child->undisturbed && signals_ask_to_end()) {
		collected = -1;
		failure = EINTR;
	}
	exec_failure = reported_failure(report[0]);
	if (exec_failure < 0)
		err_cannot("enter", child->directory, -exec_failure, err);
	else if (exec_failure > 0)
		err_set_errno(err, ERR_UNDECIDED, exec_failure, "cannot run %s; is it installed and in PATH?", name);
	else if (collected < 0 && failure == ETIMEDOUT)
		err_set(err, ERR_UNDECIDED, "%s waits for something that does not come; is a file a named pipe?", name);
	else if (collected < 0)
		err_set_errno(err, ERR_UNDECIDED, failure, "cannot read what %s says", name);
	else
		rc = 0;
done:
	if (in >= 0)
		close(in);
	close_both(out_pipe);
	close_both(said_pipe);
	close_both(report);
	return rc;
}

int child_run(const struct child *child, struct strbuf *out, struct strbuf *said, int *status, struct err *err)
{
	sigset_t before;
	int rc;

	if (!child->undisturbed)
		return run(child, out, said, status, err);
	signals_hold(&before);
	rc = run(child, out, said, status, err);
	signals_let_through(&before);
	return rc;
}

int child_complain(const struct strbuf *said, struct err *err, const char *fmt, ...)
{
	const char *at = said->buf, *end = said->buf + said->len, *stop;
	struct strbuf sentence = STRBUF_INIT;
	bool is_first = true;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sentence, fmt, ap);
	va_end(ap);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		if (stop == at)
			continue;
		strbuf_addstr(&sentence, is_first ? ": " : "; ");
		strbuf_add_printable(&sentence, at, (size_t)(stop - at));
		is_first = false;
	}
	if (is_first)
		strbuf_addstr(&sentence, ": it does not say why");
	err_set(err, ERR_UNDECIDED, "%s", sentence.buf);
	strbuf_release(&sentence);
	return -1;
}
