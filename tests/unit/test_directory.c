#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "../support/sandbox.h"
#include "revident/base/directory.h"

static void in_sandbox(struct sandbox *sandbox, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", sandbox->dir, name);
}

static void expect_names(struct sandbox *sandbox, const char *name, int result, size_t count, const char *const *names)
{
	struct err err = { .kind = ERR_NONE };
	struct directory directory;
	char path[128];
	size_t i;

	in_sandbox(sandbox, name, path);
	assert_int_equal(directory_read(&directory, path, &err), result);
	assert_int_equal(directory.count, count);
	for (i = 0; i < count; i++)
		assert_string_equal(directory.names[i], names[i]);
	directory_release(&directory);
}

static void directory_read__several_names__come_in_the_order_of_their_bytes(void **state)
{
	static const char *const names[] = { ".hidden", "B", "a", "sub" };

	sandbox_run(*state, "mkdir -p d/sub; touch d/a d/B d/.hidden");
	expect_names(*state, "d", 1, 4, names);
}

static void directory_read__nothing_or_a_file__is_none(void **state)
{
	sandbox_run(*state, "touch file");
	expect_names(*state, "absent", 0, 0, NULL);
	expect_names(*state, "file", 0, 0, NULL);
	expect_names(*state, "file/below", 0, 0, NULL);
}

static void directory_read__a_link_in_a_circle__is_an_error_that_names_it(void **state)
{
	struct err err = { .kind = ERR_NONE };
	struct directory directory;
	char path[128];

	sandbox_run(*state, "ln -s circle circle");
	in_sandbox(*state, "circle", path);
	assert_int_equal(directory_read(&directory, path, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_non_null(strstr(err.msg, "/circle\": "));
	directory_release(&directory);
}

static void directory_read_at__a_link_to_a_directory__is_not_followed(void **state)
{
	struct err err = { .kind = ERR_NONE };
	struct directory directory;
	char path[128];
	int fd;

	sandbox_run(*state, "mkdir -p top/real; touch top/real/x; ln -s real top/link");
	in_sandbox(*state, "top", path);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(directory_read_at(&directory, fd, "real", "real", &err), 1);
	assert_int_equal(directory.count, 1);
	directory_release(&directory);
	assert_int_not_equal(directory_read_at(&directory, fd, "link", "link", &err), 1);
	directory_release(&directory);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SANDBOXED(directory_read__several_names__come_in_the_order_of_their_bytes),
		SANDBOXED(directory_read__nothing_or_a_file__is_none),
		SANDBOXED(directory_read__a_link_in_a_circle__is_an_error_that_names_it),
		SANDBOXED(directory_read_at__a_link_to_a_directory__is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
