#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/git/remote.h"

static void remote_uri_of__addresses__are_uris_without_a_user(void **state)
{
	static const struct {
		const char *address, *uri; /* NULL: it is none */
	} rows[] = {
		{ "https://git.example/o/r.git", "https://git.example/o/r.git" },
		{ "https://token:secret@git.example:8443/o/r.git", "https://git.example:8443/o/r.git" },
		{ "https://a@b@git.example/o/r", "https://git.example/o/r" },
		{ "ssh://git@git.example/o/r@2.git", "ssh://git.example/o/r@2.git" },
		{ "git@git.example:o/r.git", "ssh://git.example/o/r.git" },
		{ "git.example:/srv/r.git", "ssh://git.example/srv/r.git" },
		{ "git+ssh://git.example/r", "git+ssh://git.example/r" },
		{ "https://git.example/a b\"<\xff>", "https://git.example/a%20b%22%3C%FF%3E" },
		{ "https://git.example", "https://git.example" },
		{ "/srv/git/r.git", NULL },
		{ "../r.git", NULL },
		{ "./a:b", NULL },
		{ "file:///srv/git/r.git", NULL },
		{ "https://secret@/r", NULL },
		{ ":r", NULL },
		{ "hg::https://user:pw@host/x", NULL },
		{ "ext::ssh user:pw@host %S r", NULL },
		{ "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf out = STRBUF_INIT;

		assert_int_equal(remote_uri_of(text_of(rows[i].address), &out), rows[i].uri != NULL);
		assert_string_equal(out.len ? out.buf : "", rows[i].uri ? rows[i].uri : "");
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remote_uri_of__addresses__are_uris_without_a_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
