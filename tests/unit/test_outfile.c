#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "revident/base/outfile.h"

static int enter_directory(void **state)
{
	char *directory = strdup("/tmp/revident-outfile.XXXXXX");

	*state = directory;
	return directory && mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1; /* NOLINT(cert-env33-c): the path is ours */
}

static void assert_content(const char *path, const char *expected)
{
	char bytes[100] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof(bytes) - 1, file), strlen(expected));
	assert_string_equal(bytes, expected);
	fclose(file);
}

static void make_file(const char *path, const char *content, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int count_entries(const char *directory)
{
	DIR *dir = opendir(directory);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

static void outfile_write__new_file__has_the_mode_of_the_umask(void **state)
{
	mode_t before = umask(027);
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(outfile_write("new", "text", 4, &err), 0);
	umask(before);
	assert_content("new", "text");
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(count_entries("."), 1);
}

static void outfile_write__existing_file__is_replaced_and_keeps_its_mode(void **state)
{
	struct stat before, after;
	struct err err;

	(void)state;
	make_file("old", "what was there", 0604);
	assert_int_equal(stat("old", &before), 0);
	assert_int_equal(outfile_write("./old", "new", 3, &err), 0);
	assert_int_equal(stat("old", &after), 0);
	assert_content("old", "new");
	assert_int_equal(after.st_mode & 0777, 0604);
	assert_true(before.st_ino != after.st_ino);
	assert_int_equal(count_entries("."), 1);
}

static void outfile_write__symbolic_link__goes_on_pointing(void **state)
{
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(mkdir("sub", 0777), 0);
	make_file("sub/target", "old", 0644);
	assert_int_equal(symlink("sub/target", "link"), 0);
	assert_int_equal(outfile_write("link", "new", 3, &err), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_content("sub/target", "new");
	assert_int_equal(count_entries("sub"), 1);
}

static void outfile_write__dangling_link__is_refused(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(symlink("nowhere", "link"), 0);
	assert_int_equal(outfile_write("link", "new", 3, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot follow the symbolic link \"link\": No such file or directory");
	assert_int_equal(count_entries("."), 1);
}

static void outfile_write__directory_or_nothing__is_wrong_usage(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(mkdir("sub", 0777), 0);
	assert_int_equal(outfile_write("sub", "x", 1, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.msg, "cannot write \"sub\": Is a directory");
	assert_int_equal(outfile_write("", "x", 1, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
}

static void outfile_write__missing_directory__leaves_nothing(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(outfile_write("no\nwhere/file", "x", 1, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot create a file beside \"no\\x0awhere/file\": No such file or directory");
	assert_int_equal(count_entries("."), 0);
}

static void outfile_write__what_a_killed_run_left__is_removed(void **state)
{
	struct err err = { .kind = ERR_NONE };

	(void)state;
	make_file("old", "old", 0644);
	make_file(".revident-old-0.tmp", "ol", 0644);
	assert_int_equal(outfile_write("old", "new", 3, &err), 0);
	assert_content("old", "new");
	assert_int_equal(count_entries("."), 1);
}

static void outfile_write__what_another_run_writes__is_left_alone(void **state)
{
	struct err err = { .kind = ERR_NONE };
	int other;

	(void)state;
	make_file("old", "old", 0644);
	other = open(".revident-old-0.tmp", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(symlink("old", ".revident-old-1.tmp"), 0);
	assert_int_equal(outfile_write("old", "new", 3, &err), 0);
	assert_content("old", "new");
	assert_int_equal(count_entries("."), 3);
	close(other);
}

static void outfile_write__long_name__is_no_hindrance(void **state)
{
	struct err err = { .kind = ERR_NONE };
	char name[NAME_MAX + 1];

	(void)state;
	memset(name, 'a', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_int_equal(outfile_write(name, "old", 3, &err), 0);
	assert_int_equal(outfile_write(name, "new", 3, &err), 0);
	assert_content(name, "new");
	assert_int_equal(count_entries("."), 1);
}

static void outfile_replace__symbolic_link__is_replaced_itself(void **state)
{
	struct err err = { .kind = ERR_NONE };
	struct stat st;

	(void)state;
	make_file("old", "old", 0600);
	assert_int_equal(symlink("old", "link"), 0);
	umask(022);
	assert_int_equal(outfile_replace("link", 0777, "new", 3, &err), 0);
	assert_content("link", "new");
	assert_content("old", "old");
	assert_int_equal(lstat("link", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0755);
	assert_int_equal(count_entries("."), 2);
}

static void outfile_write__pipe__is_written_to_and_stays(void **state)
{
	char got[8] = "";
	struct stat st;
	struct err err;
	int reader;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0666), 0);
	reader = open("pipe", O_RDONLY | O_NONBLOCK);
	assert_true(reader >= 0);
	assert_int_equal(outfile_write("pipe", "text", 4, &err), 0);
	assert_int_equal(read(reader, got, sizeof(got)), 4);
	assert_string_equal(got, "text");
	close(reader);
	assert_int_equal(lstat("pipe", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(count_entries("."), 1);
}

static void outfile_write__full_device__says_so(void **state)
{
	struct err err;

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	assert_int_equal(outfile_write("/dev/full", "x", 1, &err), -1);
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_string_equal(err.msg, "cannot write to \"/dev/full\": No space left on device");
}

static void fd_write_all__closed_descriptor__keeps_errno(void **state)
{
	(void)state;
	assert_int_equal(fd_write_all(-1, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fd_write_all(-1, "", 0), 0);
}

#define TEST_IN_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_DIRECTORY(outfile_write__new_file__has_the_mode_of_the_umask),
		TEST_IN_DIRECTORY(outfile_write__existing_file__is_replaced_and_keeps_its_mode),
		TEST_IN_DIRECTORY(outfile_write__symbolic_link__goes_on_pointing),
		TEST_IN_DIRECTORY(outfile_write__dangling_link__is_refused),
		TEST_IN_DIRECTORY(outfile_write__directory_or_nothing__is_wrong_usage),
		TEST_IN_DIRECTORY(outfile_write__missing_directory__leaves_nothing),
		TEST_IN_DIRECTORY(outfile_write__what_a_killed_run_left__is_removed),
		TEST_IN_DIRECTORY(outfile_write__what_another_run_writes__is_left_alone),
		TEST_IN_DIRECTORY(outfile_write__long_name__is_no_hindrance),
		TEST_IN_DIRECTORY(outfile_replace__symbolic_link__is_replaced_itself),
		TEST_IN_DIRECTORY(outfile_write__pipe__is_written_to_and_stays),
		TEST_IN_DIRECTORY(outfile_write__full_device__says_so),
		cmocka_unit_test(fd_write_all__closed_descriptor__keeps_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
