#include <dlfcn.h>
#include <git2/sys/transport.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/git/internal.h"

int mbedtls_x509_crt_parse_file(void *chain, const char *path);

static void git_layer_start__called_again__works(void **state)
{
	struct err err = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(git_layer_start(&err), 0);
	assert_int_equal(git_layer_start(&err), 0);
	assert_int_equal(git_libgit2_shutdown(), 1);
	assert_int_equal(git_libgit2_shutdown(), 0);
	assert_int_equal(git_layer_start(&err), 0);
	assert_int_equal(git_libgit2_shutdown(), 0);
}

/* Where libgit2 stands on mbed TLS, the program's definition is the one that it finds. */
static void mbedtls_x509_crt_parse_file__looked_up__is_ours_and_reads_nothing(void **state)
{
	int (*ours)(void *, const char *) = mbedtls_x509_crt_parse_file;
	void *found = dlsym(RTLD_DEFAULT, "mbedtls_x509_crt_parse_file");

	(void)state;
	assert_int_equal(ours(NULL, "/etc/ssl/certs/ca-certificates.crt"), -1);
	if (!found)
		return; /* libgit2 is linked from its archive, or uses another TLS library */
	assert_memory_equal(&found, &ours, sizeof(found));
}

/* libgit2's own definitions of these would be found where the program's were not linked before them. */
static void git_smart_subtransport__asked_for__is_refused(void **state)
{
	git_smart_subtransport *out = NULL;

	(void)state;
	assert_int_equal(git_layer_start(&(struct err){ .kind = ERR_NONE }), 0);
	assert_int_equal(git_smart_subtransport_http(&out, NULL, NULL), -1);
	assert_string_equal(git_error_last()->message, "built without network");
	assert_int_equal(git_smart_subtransport_ssh(&out, NULL, NULL), -1);
	assert_null(out);
	git_libgit2_shutdown();
}

static void err_set_git__after_a_failure__adds_what_libgit2_said(void **state)
{
	struct err err = { .kind = ERR_NONE };
	git_buf path = { 0 };

	(void)state;
	assert_int_equal(git_layer_start(&err), 0);
	assert_int_equal(git_repository_discover(&path, "/nonexistent", 0, NULL), GIT_ENOTFOUND);
	err_set_git(&err, ERR_UNDECIDED, "cannot open '%s'", "x");
	assert_int_equal(err.kind, ERR_UNDECIDED);
	assert_memory_equal(err.msg, "cannot open 'x': ", 17);
	assert_true(strlen(err.msg) > 17);
	git_libgit2_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(git_layer_start__called_again__works),
		cmocka_unit_test(mbedtls_x509_crt_parse_file__looked_up__is_ours_and_reads_nothing),
		cmocka_unit_test(git_smart_subtransport__asked_for__is_refused),
		cmocka_unit_test(err_set_git__after_a_failure__adds_what_libgit2_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
