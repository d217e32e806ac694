#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "revident/cli/cmd.h"
#include "revident/cli/meter.h"

static void color_wanted__option_then_variables_then_terminal__decides(void **state)
{
	static const struct {
		const char *when;
		struct process_environment environment;
		bool is_terminal, expected;
	} rows[] = {
		{ "always", { .no_color = "1", .term = "dumb" }, false, true },
		{ "never", { .clicolor_force = "1", .term = "xterm" }, true, false },
		{ "auto", { .term = "xterm" }, true, true },
		{ NULL, { .term = "xterm" }, true, true },
		{ NULL, { .term = "xterm" }, false, false },
		{ NULL, { .term = "dumb" }, true, false },
		{ NULL, { .term = NULL }, true, false },
		{ NULL, { .no_color = "1", .clicolor_force = "1", .term = "xterm" }, true, false },
		{ NULL, { .no_color = "0", .term = "xterm" }, true, false },
		{ NULL, { .no_color = "", .term = "xterm" }, true, true },
		{ NULL, { .clicolor_force = "1", .term = "dumb" }, false, true },
		{ NULL, { .clicolor_force = "0", .term = "xterm" }, false, false },
		{ NULL, { .clicolor_force = "", .term = "xterm" }, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			color_wanted(rows[i].when, &rows[i].environment, rows[i].is_terminal), rows[i].expected);
}

static void meter_render__known_and_unknown_totals__says_how_far(void **state)
{
	static const struct {
		size_t done, total;
		int64_t milliseconds;
		const char *expected;
	} rows[] = {
		{ 0, 0, 0, "reading commits: 0" },
		{ 1200, 45000, 100, "reading commits: 1200 of 45000 (2 %), 12000/s" },
		{ 45000, 45000, 2000, "reading commits: 45000 of 45000 (100 %), 22500/s" },
		{ 7, 0, 2000, "reading commits: 7, 4/s" },
	};
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strbuf_clear(&sb);
		meter_render(&sb, "reading commits", rows[i].done, rows[i].total, rows[i].milliseconds);
		assert_string_equal(sb.buf, rows[i].expected);
	}
	strbuf_release(&sb);
}

/* What stands in the pipe now. */
static const char *drain(int fd, char *bytes, size_t size)
{
	ssize_t n = read(fd, bytes, size - 1);

	bytes[n > 0 ? n : 0] = '\0';
	return bytes;
}

static void meter_update__before_and_after_the_delay__draws_and_wipes_one_line(void **state)
{
	struct meter meter;
	char bytes[200];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	meter_init(&meter, ends[1]);
	assert_int_equal(meter_update(&meter, "commits", 1, 10), 0);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "");
	meter_clear(&meter);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "");

	meter.started -= METER_DELAY_MS; /* as if it had begun so long ago */
	meter.phase = meter.started;
	meter_update(&meter, "commits", 5, 10);
	assert_int_equal(strncmp(drain(ends[0], bytes, sizeof(bytes)), "\r\rcommits: 5 of 10 (50 %), ", 27), 0);
	meter_update(&meter, "commits", 6, 10);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "");

	meter.width = 3;
	meter_clear(&meter);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "\r   \r");
	meter_clear(&meter);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "");
	meter_update(&meter, "blobs", 0, 0);
	assert_string_equal(drain(ends[0], bytes, sizeof(bytes)), "\r\rblobs: 0");
	close(ends[0]);
	close(ends[1]);
}

/* Calls `check` for each line of the help of every command, and of the list of commands. */
static void for_each_help_line(void (*check)(const char *line, size_t len))
{
	struct strbuf text = STRBUF_INIT;
	const struct cmd *const *table;
	struct arena arena;
	size_t i, count;
	const char *line;

	arena_init(&arena);
	table = commands(&count);
	help_render(&text);
	for (i = 0; i < count; i++)
		help_render_command(&text, &arena, table[i]);
	for (line = text.buf; *line; line = strchr(line, '\n') + 1)
		check(line, strcspn(line, "\n"));
	arena_release(&arena);
	strbuf_release(&text);
}

static void check_line(const char *line, size_t len)
{
	if (len > 80)
		fail_msg("longer than 80 columns: %.*s", (int)len, line);
	if (len > 0 && (line[len - 1] == ' ' || memchr(line, '\t', len)))
		fail_msg("blank at the end, or a tab: %.*s", (int)len, line);
}

static void help_render__every_command__fits_80_columns(void **state)
{
	(void)state;
	for_each_help_line(check_line);
}

static void command_options__every_command__has_each_name_once_and_its_text(void **state)
{
	const struct cmd *const *table;
	struct arena arena;
	size_t i, j, k, count;

	(void)state;
	arena_init(&arena);
	table = commands(&count);
	for (i = 0; i < count; i++) {
		struct opt_set set = command_options(table[i], &arena);

		assert_ptr_equal(command_find(table[i]->name), table[i]);
		assert_non_null(table[i]->summary);
		assert_non_null(table[i]->run);
		assert_true(table[i]->operands_min <= table[i]->operands_max);
		for (j = 0; j < set.count; j++) {
			assert_non_null(set.items[j]->help);
			assert_int_equal(set.items[j]->kind == OPT_FLAG, set.items[j]->metavar == NULL);
			for (k = 0; k < j; k++) {
				assert_false(set.items[j]->letter && set.items[j]->letter == set.items[k]->letter);
				assert_false(set.items[j]->name && set.items[k]->name &&
					     !strcmp(set.items[j]->name, set.items[k]->name));
			}
		}
	}
	arena_release(&arena);
}

static void command_unknown__near_and_far__suggests(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(command_unknown("hepl", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.msg, "unknown command \"hepl\"; did you mean \"help\"?");
	command_unknown("\x1bqqqqqqqq", &err);
	assert_string_equal(err.msg, "unknown command \"\\x1bqqqqqqqq\"; \"revident help\" lists the commands");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(color_wanted__option_then_variables_then_terminal__decides),
		cmocka_unit_test(meter_render__known_and_unknown_totals__says_how_far),
		cmocka_unit_test(meter_update__before_and_after_the_delay__draws_and_wipes_one_line),
		cmocka_unit_test(help_render__every_command__fits_80_columns),
		cmocka_unit_test(command_options__every_command__has_each_name_once_and_its_text),
		cmocka_unit_test(command_unknown__near_and_far__suggests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
