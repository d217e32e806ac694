#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "revident/base/child.h"

struct said {
	struct strbuf out, err;
	int status;
};

static int run(const struct child *child, struct said *said, struct err *err)
{
	strbuf_init(&said->out);
	strbuf_init(&said->err);
	said->status = -1;
	err_clear(err);
	return child_run(child, &said->out, &said->err, &said->status, err);
}

static void release(struct said *said)
{
	strbuf_release(&said->out);
	strbuf_release(&said->err);
}

static void child_run__a_program__its_words_and_status_come_back(void **state)
{
	static const char *const argv[] = { "sh", "-c", "cat; echo \"$A ${B-unset}\"; pwd; echo wrong >&2; exit 7",
		NULL };
	static const struct child_variable variables[] = { { "A", "a b" }, { "B", NULL } };
	struct strbuf input = STRBUF_INIT;
	struct said said;
	struct err err;

	(void)state;
	setenv("B", "set", 1);
	strbuf_addstr(&input, "given\n");
	assert_int_equal(run(&(struct child){ argv, "/", variables, 2, &input, 1000, 0, false }, &said, &err), 0);
	assert_int_equal(said.status, 7);
	assert_string_equal(said.out.buf, "given\na b unset\n/\n");
	assert_string_equal(said.err.buf, "wrong\n");
	assert_string_equal(getenv("B"), "set");
	release(&said);
	strbuf_release(&input);
}

static void child_run__without_input__it_reads_the_end(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct said said;
	struct err err;

	(void)state;
	assert_int_equal(run(&(struct child){ .argv = argv, .max = 10 }, &said, &err), 0);
	assert_int_equal(said.status, 0);
	assert_int_equal(said.out.len, 0);
	release(&said);
}

static void child_run__input_that_nobody_reads__is_no_failure(void **state)
{
	static const char *const argv[] = { "true", NULL };
	struct strbuf input = STRBUF_INIT;
	struct said said;
	struct err err;

	(void)state;
	strbuf_addchn(&input, 'x', 1000000);
	assert_int_equal(run(&(struct child){ .argv = argv, .input = &input, .max = 10 }, &said, &err), 0);
	assert_int_equal(said.status, 0);
	release(&said);
	strbuf_release(&input);
}

static void child_run__a_signal__is_its_status(void **state)
{
	static const char *const argv[] = { "sh", "-c", "kill -TERM $$", NULL };
	struct said said;
	struct err err;

	(void)state;
	assert_int_equal(run(&(struct child){ .argv = argv, .max = 10 }, &said, &err), 0);
	assert_int_equal(said.status, 128 + SIGTERM);
	release(&said);
}

static void child_run__what_cannot_be_run__says_so(void **state)
{
	static const char *const missing[] = { "revident-no-such-program", NULL };
	static const char *const there[] = { "true", NULL };
	struct said said;
	struct err err;

	(void)state;
	assert_int_equal(run(&(struct child){ .argv = missing, .max = 10 }, &said, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot run revident-no-such-program; is it installed and in PATH?: No such file "
				     "or directory");
	release(&said);
	assert_int_equal(
		run(&(struct child){ .argv = there, .directory = "/no/such/directory", .max = 10 }, &said, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot enter \"/no/such/directory\": No such file or directory");
	release(&said);
}

static void child_run__more_than_allowed__is_an_error(void **state)
{
	static const char *const much[] = { "yes", NULL };
	static const char *const loud[] = { "sh", "-c", "yes | head -c 100000 >&2", NULL };
	struct said said;
	struct err err;

	(void)state;
	assert_int_equal(run(&(struct child){ .argv = much, .max = 1000 }, &said, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	release(&said);
	assert_int_equal(run(&(struct child){ .argv = loud, .max = 1000 }, &said, &err), 0);
	assert_int_equal(said.status, 0);
	assert_int_equal(said.err.len, 16 * 1024);
	release(&said);
}

static void child_run__waits_for_nothing__is_given_up(void **state)
{
	static const char *const idle[] = { "sleep", "60", NULL };
	static const char *const busy[] = { "sh", "-c", "for i in 1 2 3 4; do sleep 0.5; echo; done", NULL };
	struct said said;
	struct err err;

	(void)state;
#ifdef __linux__
	assert_int_equal(run(&(struct child){ .argv = idle, .max = 10, .idle_max = 1 }, &said, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "sleep waits for something that does not come; is a file a named pipe?");
	release(&said);
#endif
	assert_int_equal(run(&(struct child){ .argv = busy, .max = 10, .idle_max = 1 }, &said, &err), 0);
	release(&said);
}

/* In a process of its own: a child that says "done" on `fd` after the command. How the process ended. */
static int run_apart(const char *command, int fd)
{
	struct strbuf script = STRBUF_INIT;
	const char *argv[] = { "sh", "-c", NULL, NULL };
	int status = 0;
	pid_t pid;

	strbuf_addf(&script, "%s; echo done >&%d", command, fd);
	argv[2] = script.buf;
	pid = fork();
	if (pid == 0) {
		struct said said;
		struct err err;

		signal(SIGTERM, SIG_DFL);
		run(&(struct child){ .argv = argv, .max = 10, .undisturbed = true }, &said, &err);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	strbuf_release(&script);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void child_run__undisturbed__it_ends_what_it_began(void **state)
{
	static const char *const argv[] = { "sh", "-c", "kill -TERM $$; kill -INT $$; kill -HUP $$; echo done", NULL };
	static const struct {
		const char *command;
		int ended_by;
	} rows[] = {
		{ "kill -TERM $PPID", SIGTERM },
		{ "kill -KILL $PPID", SIGKILL },
	};
	struct said said;
	struct err err;
	size_t i;

	(void)state;
	assert_int_equal(run(&(struct child){ .argv = argv, .max = 10, .undisturbed = true }, &said, &err), 0);
	assert_int_equal(said.status, 0);
	assert_string_equal(said.out.buf, "done\n");
	release(&said);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char word[10];
		int fds[2];

		assert_int_equal(pipe(fds), 0);
		assert_int_equal(run_apart(rows[i].command, fds[1]), rows[i].ended_by);
		close(fds[1]);
		assert_int_equal(read(fds[0], word, sizeof(word)), 5);
		close(fds[0]);
	}
}

static void child_run__undisturbed_and_waits_for_nothing__is_given_up(void **state)
{
#ifdef __linux__
	static const char *const idle[] = { "sleep", "60", NULL };
	struct said said;
	struct err err;

	assert_int_equal(
		run(&(struct child){ .argv = idle, .max = 10, .idle_max = 1, .undisturbed = true }, &said, &err), -1);
	release(&said);
#endif
	(void)state;
}

static void child_complain__several_lines__are_one_sentence(void **state)
{
	static const struct {
		const char *said, *message;
	} rows[] = {
		{ "fatal: no\n", "git refuses 7: fatal: no" },
		{ "error: a\x1b\n\nfatal: b", "git refuses 7: error: a\\x1b; fatal: b" },
		{ "\n", "git refuses 7: it does not say why" },
		{ "", "git refuses 7: it does not say why" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf said = STRBUF_INIT;
		struct err err = { .kind = ERR_NONE };

		strbuf_addstr(&said, rows[i].said);
		assert_int_equal(child_complain(&said, &err, "git refuses %d", 7), -1);
		assert_int_equal(err.kind, ERR_UNDECIDED);
		assert_string_equal(err.msg, rows[i].message);
		strbuf_release(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_run__a_program__its_words_and_status_come_back),
		cmocka_unit_test(child_run__without_input__it_reads_the_end),
		cmocka_unit_test(child_run__input_that_nobody_reads__is_no_failure),
		cmocka_unit_test(child_run__a_signal__is_its_status),
		cmocka_unit_test(child_run__what_cannot_be_run__says_so),
		cmocka_unit_test(child_run__more_than_allowed__is_an_error),
		cmocka_unit_test(child_run__waits_for_nothing__is_given_up),
		cmocka_unit_test(child_run__undisturbed__it_ends_what_it_began),
		cmocka_unit_test(child_run__undisturbed_and_waits_for_nothing__is_given_up),
		cmocka_unit_test(child_complain__several_lines__are_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
